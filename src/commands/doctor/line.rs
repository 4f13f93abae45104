//! What the doctor says, one line a topic.
//!
//! In: lines. Out: text for people or programs. Never: prints a name from a repository as it is.

use std::fmt::Write as _;

use serde_json::json;

use crate::report::{Colour, terminal};

/// The state of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ok,
    /// Better otherwise; the gate holds anyway.
    Advice,
    /// Some who are named, or who may do more than others, can pass the gate.
    Weak,
    /// It could not be determined, so it may be a problem.
    Unknown,
    /// The gate can be passed, or turns good changes away.
    Problem,
}

impl Standing {
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
pub(super) struct Line {
    pub(super) standing: Standing,
    topic: &'static str,
    text: String,
    /// What to do; empty if nothing is.
    help: String,
}

impl Line {
    pub(super) fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { standing: Standing::Ok, topic, text: text.into(), help: String::new() }
    }

    pub(super) fn advice(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Advice, topic, text: text.into(), help: help.into() }
    }

    pub(super) fn weak(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Weak, topic, text: text.into(), help: help.into() }
    }

    pub(super) fn unknown(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Unknown, topic, text: text.into(), help: help.into() }
    }

    pub(super) fn problem(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Problem, topic, text: text.into(), help: help.into() }
    }
}

impl Line {
    /// What it is about.
    #[cfg(test)]
    pub(super) fn topic(&self) -> &str {
        self.topic
    }

    /// What it says.
    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What to do.
    #[cfg(test)]
    pub(super) fn help(&self) -> &str {
        &self.help
    }

    /// The same where something else holds what it allows.
    pub(super) fn behind(self, other: &str) -> Self {
        match self.standing {
            Standing::Ok | Standing::Advice => self,
            Standing::Weak | Standing::Unknown | Standing::Problem => {
                Self { standing: Standing::Advice, text: format!("{}; {other}", self.text), ..self }
            }
        }
    }
}

/// For people.
pub(super) fn human(lines: &[Line], colour: Colour) -> String {
    let mut text = String::new();
    for line in lines {
        let word = match colour {
            Colour::Always => format!("{}{}\u{1b}[0m", line.standing.colour(), line.standing.as_str()),
            Colour::Never => line.standing.as_str().to_owned(),
        };
        let _ = writeln!(text, "{word}: {}: {}", line.topic, terminal(&line.text));
        if !line.help.is_empty() {
            let _ = writeln!(text, "  help: {}", terminal(&line.help));
        }
    }
    let _ = writeln!(text, "\n{}", summary(lines));
    text
}

fn summary(lines: &[Line]) -> String {
    let count = |standing| lines.iter().filter(|line| line.standing == standing).count();
    let (problems, unknown) = (count(Standing::Problem), count(Standing::Unknown));
    let (weak, advice) = (count(Standing::Weak), count(Standing::Advice));
    let but = if weak == 0 { String::new() } else { format!(", but not against everyone ({weak} weak)") };
    match holds(lines) {
        Some(true) => format!("the gate is effective{but} ({advice} to review)"),
        Some(false) => {
            format!("the gate is not effective: {problems} to fix, {} to review", weak + advice)
        }
        None => format!(
            "could not determine whether the gate is effective: {unknown} unknown, {} to review",
            weak + advice
        ),
    }
}

/// Whether the gate is effective; `None` if this could not be determined.
pub(super) fn holds(lines: &[Line]) -> Option<bool> {
    let any = |standing| lines.iter().any(|line| line.standing == standing);
    match (any(Standing::Problem), any(Standing::Unknown)) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

/// For programs.
pub(super) fn json(lines: &[Line]) -> String {
    let holds = holds(lines);
    let lines = lines.iter().map(|line| {
        json!({
            "topic": line.topic,
            "standing": line.standing.as_str(),
            "text": line.text,
            "help": (!line.help.is_empty()).then_some(&line.help),
        })
    });
    format!("{:#}\n", json!({"holds": holds, "lines": lines.collect::<Vec<_>>()}))
}
