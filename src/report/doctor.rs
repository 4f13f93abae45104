//! The report of the doctor, one line a topic.
//!
//! In: lines. Out: text for people or programs. Never: prints a name from a repository as it is.

use std::fmt::Write as _;

use serde_json::json;

use super::{Colour, terminal};

/// The state of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Good.
    Ok,
    /// Better otherwise; the gate is effective anyway.
    Advice,
    /// Named people, or people with more rights than others, can bypass the gate.
    Weak,
    /// It could not be determined, so it may be a problem.
    Unknown,
    /// The gate can be bypassed, or rejects good changes.
    Problem,
}

impl LineState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Weak => "weak",
            Self::Unknown => "unknown",
            Self::Problem => "problem",
        }
    }

    /// The colours that reports use for notes, warnings and errors.
    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\u{1b}[1m\u{1b}[92m",
            Self::Advice | Self::Weak => "\u{1b}[1m\u{1b}[33m",
            Self::Unknown | Self::Problem => "\u{1b}[1m\u{1b}[91m",
        }
    }
}

/// One topic.
#[derive(Clone, Debug)]
pub struct DoctorLine {
    state: LineState,
    topic: &'static str,
    text: String,
    /// The next step; empty if there is nothing to do.
    help: String,
}

impl DoctorLine {
    /// A topic that is good.
    pub fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { state: LineState::Ok, topic, text: text.into(), help: String::new() }
    }

    /// A topic that could be better.
    pub fn advice(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: LineState::Advice, topic, text: text.into(), help: help.into() }
    }

    /// A topic in which some people can bypass the gate.
    pub fn weak(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: LineState::Weak, topic, text: text.into(), help: help.into() }
    }

    /// A topic that could not be determined.
    pub fn unknown(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: LineState::Unknown, topic, text: text.into(), help: help.into() }
    }

    /// A topic that makes the gate ineffective.
    pub fn problem(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: LineState::Problem, topic, text: text.into(), help: help.into() }
    }

    /// The state of the topic.
    pub fn state(&self) -> LineState {
        self.state
    }

    /// The topic.
    pub fn topic(&self) -> &str {
        self.topic
    }

    /// The text for people.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The next step.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The same topic behind another barrier that blocks what this one allows.
    pub fn behind(self, barrier: &str) -> Self {
        match self.state {
            LineState::Ok | LineState::Advice => self,
            LineState::Weak | LineState::Unknown | LineState::Problem => {
                Self { state: LineState::Advice, text: format!("{}; {barrier}", self.text), ..self }
            }
        }
    }
}

/// The effect of a gate as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It rejects bad changes and accepts good ones.
    Effective,
    /// At least one topic is a problem.
    Ineffective,
    /// No topic is a problem, but not every topic could be determined.
    Unknown,
}

/// Everything that the doctor has to report.
#[derive(Debug)]
pub struct DoctorReport {
    /// The topics.
    pub lines: Vec<DoctorLine>,
}

impl DoctorReport {
    /// Sums up the topics.
    pub fn effect(&self) -> Effect {
        if self.count(LineState::Problem) > 0 {
            Effect::Ineffective
        } else if self.count(LineState::Unknown) > 0 {
            Effect::Unknown
        } else {
            Effect::Effective
        }
    }

    /// Renders the report for people.
    pub fn human(&self, colour: Colour) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let word = match colour {
                Colour::Always => format!("{}{}\u{1b}[0m", line.state.colour(), line.state.as_str()),
                Colour::Never => line.state.as_str().to_owned(),
            };
            let _ = writeln!(text, "{word}: {}: {}", line.topic, terminal(&line.text));
            if !line.help.is_empty() {
                let _ = writeln!(text, "  help: {}", terminal(&line.help));
            }
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    /// Renders the report for programs.
    pub fn json(&self) -> String {
        let holds = match self.effect() {
            Effect::Effective => Some(true),
            Effect::Ineffective => Some(false),
            Effect::Unknown => None,
        };
        let mut lines = Vec::new();
        for line in &self.lines {
            lines.push(json!({
                "topic": line.topic,
                "standing": line.state.as_str(),
                "text": line.text,
                "help": (!line.help.is_empty()).then_some(&line.help),
            }));
        }
        format!("{:#}\n", json!({"holds": holds, "lines": lines}))
    }

    fn summary(&self) -> String {
        let (weak, advice) = (self.count(LineState::Weak), self.count(LineState::Advice));
        match self.effect() {
            Effect::Effective if weak == 0 => format!("the gate is effective ({advice} to review)"),
            Effect::Effective => {
                format!("the gate is effective, but not against everyone ({weak} weak) ({advice} to review)")
            }
            Effect::Ineffective => {
                let problems = self.count(LineState::Problem);
                format!("the gate is not effective: {problems} to fix, {} to review", weak + advice)
            }
            Effect::Unknown => format!(
                "could not determine whether the gate is effective: {} unknown, {} to review",
                self.count(LineState::Unknown),
                weak + advice
            ),
        }
    }

    fn count(&self, state: LineState) -> usize {
        self.lines.iter().filter(|line| line.state == state).count()
    }
}
