//! Fingerprints hold facts and no sentence, so that a message can be reworded; those of version 0.1 still count.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common::case_repository::build;
use common::git::Failure;
use serde_json::Value;

/// `CASE CHECK FINGERPRINT` of every finding that version 0.1 gave a fingerprint in a report of the cases.
const RECORDED: &str = include_str!("former-fingerprints.txt");

/// Pairs of words of which a sentence has some.
const OF_SENTENCES: [&str; 14] = [
    " is ", " are ", " was ", " has ", " have ", " cannot ", " may ", " must ", " does ", " not ", " the ",
    " no ", " which ", " that ",
];

/// Keys whose value is quoted from what was pushed, whatever it says.
const QUOTED: [&str; 6] = ["entry", "line", "object", "text", "value", "was"];

fn findings_of(case: &Path) -> Result<Vec<Value>, Failure> {
    let repository = build(case)?;
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

#[test]
fn no_fact_is_a_sentence_and_former_fingerprints_are_known() -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let mut lost: Vec<String> = Vec::new();
    let mut sentences: BTreeSet<String> = BTreeSet::new();
    for check in fs::read_dir(&root)? {
        let check = check?.path();
        if !check.is_dir() {
            continue;
        }
        for case in fs::read_dir(&check)? {
            let case = case?.path();
            if !case.is_dir() {
                continue;
            }
            let name = case.strip_prefix(&root)?.display().to_string();
            let found = findings_of(&case)?;
            for finding in &found {
                let facts = finding["facts"].as_array().ok_or("a finding has no facts")?;
                sentences.extend(
                    facts.iter().filter(|fact| is_a_sentence(fact)).map(|fact| format!("{name}: {fact}")),
                );
            }
            let known = |line: &str| {
                let mut words = line.split(' ').skip(1);
                let (check, former) = (words.next(), words.next());
                found
                    .iter()
                    .any(|one| one["check"].as_str() == check && one["formerFingerprint"].as_str() == former)
            };
            let recorded = RECORDED.lines().filter(|line| line.split(' ').next() == Some(name.as_str()));
            lost.extend(recorded.filter(|line| !known(line)).map(str::to_owned));
        }
    }
    let sentences: Vec<String> = sentences.into_iter().collect();
    assert!(sentences.is_empty(), "{} facts are sentences:\n{}", sentences.len(), sentences.join("\n"));
    assert!(lost.is_empty(), "{} fingerprints of 0.1 are lost:\n{}", lost.len(), lost.join("\n"));
    Ok(())
}
