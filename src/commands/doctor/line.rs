//! What the doctor says, one line a topic.
//!
//! In: lines. Out: text for people or programs. Never: prints a name from a repository as it is.

use std::fmt::Write as _;

use serde_json::json;

use crate::report::{Colour, terminal};

/// How it stands with a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ok,
    /// Better otherwise; the gate holds all the same.
    Advice,
    /// The gate can be passed, or turns good changes away.
    Problem,
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Problem => "problem",
        }
    }

    /// The colours that reports use for notes, warnings and errors.
    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\u{1b}[1m\u{1b}[92m",
            Self::Advice => "\u{1b}[1m\u{1b}[33m",
            Self::Problem => "\u{1b}[1m\u{1b}[91m",
        }
    }
}

/// One topic.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) standing: Standing,
    topic: &'static str,
    text: String,
    /// What to do; empty where nothing is.
    help: String,
}

impl Line {
    pub(super) fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { standing: Standing::Ok, topic, text: text.into(), help: String::new() }
    }

    pub(super) fn advice(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Advice, topic, text: text.into(), help: help.into() }
    }

    pub(super) fn problem(topic: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { standing: Standing::Problem, topic, text: text.into(), help: help.into() }
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
    let count = |standing| lines.iter().filter(|line| line.standing == standing).count();
    let (problems, advice) = (count(Standing::Problem), count(Standing::Advice));
    let _ = match problems {
        0 => writeln!(text, "\nthe gate holds ({advice} to look after)"),
        _ => writeln!(text, "\nthe gate does not do its work: {problems} to mend, {advice} to look after"),
    };
    text
}

/// For programs.
pub(super) fn json(lines: &[Line]) -> String {
    let holds = lines.iter().all(|line| line.standing != Standing::Problem);
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
