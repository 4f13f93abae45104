//! Fingerprints hold facts and no sentence, so that a message can be reworded; those of version 0.1 still count. Every
//! case of `tests/checks` is judged for both.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::common::case_repository::CaseRepository;
use crate::common::git::Failure;

/// `CASE CHECK FINGERPRINT` of every finding that version 0.1 gave a fingerprint in a report of the cases.
const RECORDED: &str = include_str!("../former-fingerprints.txt");

/// Words of which a sentence has some.
const OF_SENTENCES: [&str; 14] = [
    " is ", " are ", " was ", " has ", " have ", " cannot ", " may ", " must ", " does ", " not ", " the ",
    " no ", " which ", " that ",
];

/// Keys whose value is quoted from what was pushed, whatever it says.
const QUOTED: [&str; 6] = ["entry", "line", "object", "text", "value", "was"];

/// Fails where a fact of a finding is a sentence, or a finding no longer has the fingerprint that version 0.1 gave it.
pub(super) fn check(case: &str, repository: &CaseRepository) -> Result<(), Failure> {
    let findings = findings_of(repository)?;
    for finding in &findings {
        let facts = finding["facts"].as_array().ok_or("a finding has no facts")?;
        if let Some(fact) = facts.iter().find(|fact| is_a_sentence(fact)) {
            return Err(format!("a fact is a sentence: {fact}").into());
        }
    }
    let mut recorded =
        RECORDED.lines().filter_map(|line| line.strip_prefix(case)?.strip_prefix(' ')?.split_once(' '));
    let is_lost = |(check, former): &(&str, &str)| {
        !findings.iter().any(|found| found["check"] == *check && found["formerFingerprint"] == *former)
    };
    match recorded.find(is_lost) {
        Some((check, former)) => Err(format!("{check} lost the fingerprint {former} of version 0.1").into()),
        None => Ok(()),
    }
}

fn findings_of(repository: &CaseRepository) -> Result<Vec<Value>, Failure> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(["pre-receive", "--format", "json"])
        .env_clear()
        .env("GIT_DIR", &repository.git_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let lines = repository.updates.iter().map(|(old, new, name)| format!("{old} {new} {name}\n"));
    child.stdin.take().ok_or("no input")?.write_all(lines.collect::<String>().as_bytes())?;
    let output = child.wait_with_output()?;
    let text = String::from_utf8([output.stdout, output.stderr].concat())?;
    if text.is_empty() {
        // No ref of the push is guarded.
        return Ok(Vec::new());
    }
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))?;
    Ok(report["findings"].as_array().cloned().ok_or("the report has no findings")?)
}

/// Whether a text is one of ours and not one of the pushed files.
fn is_a_sentence(fact: &Value) -> bool {
    let key = fact["key"].as_str().unwrap_or_default();
    let text = format!(" {} ", fact["value"].as_str().unwrap_or_default());
    !QUOTED.contains(&key) && OF_SENTENCES.iter().any(|word| text.contains(word))
}
