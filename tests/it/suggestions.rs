//! Applies every suggestion of every case, and judges what comes of it.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::case_repository::{CaseRepository, all_cases, build};
use crate::common::git::{Failure, Git};
use crate::common::pool::each;

/// The report of the change from one revision to another.
fn judged(git_dir: &Path, base: &str, head: &str) -> Result<Value, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["check", "--format", "json", "--base", base, "--head", head, "--repo"]).arg(git_dir);
    let output = command.output()?;
    // Where nothing could be judged there is no report, and nothing to take.
    if output.stdout.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&output.stdout)?) }
}

fn findings(report: &Value) -> Vec<Value> {
    report["findings"].as_array().cloned().unwrap_or_default()
}

fn texts(report: &Value, key: &str) -> BTreeSet<String> {
    findings(report).iter().filter_map(|finding| Some(finding[key].as_str()?.to_owned())).collect()
}

/// A commit that differs from another one in the lines of a suggestion.
fn applied(git: &Git, head: &str, suggestion: &Value) -> Result<String, Failure> {
    let path = suggestion["path"].as_str().ok_or("no path")?;
    let line =
        |key: &str| suggestion[key].as_u64().and_then(|line| usize::try_from(line).ok()).ok_or("no line");
    let (first, last) = (line("startLine")?, line("endLine")?);
    let old = git.run(&["cat-file", "blob", &format!("{head}:{path}")], b"")?;
    let mut lines: Vec<&str> = old.split('\n').collect();
    lines.splice(first - 1..last, [suggestion["replacement"].as_str().ok_or("no replacement")?]);
    let blob = git.store("blob", (lines.join("\n") + "\n").as_bytes())?;
    git.run(&["read-tree", head], b"")?;
    git.run(&["update-index", "-z", "--index-info"], format!("100644 {blob}\t{path}\0").as_bytes())?;
    let tree = git.run(&["write-tree"], b"")?;
    git.run(
        &[
            "-c",
            "user.name=Alice",
            "-c",
            "user.email=a@example.com",
            "commit-tree",
            "-m",
            "Apply",
            "-p",
            head,
            &tree,
        ],
        b"",
    )
}

/// What is left of a case once one of its suggestions is taken; how many it has.
fn take_all(repository: &CaseRepository) -> Result<usize, Failure> {
    let Some((base, head, _)) = repository.updates.first() else { return Ok(0) };
    if base.bytes().all(|byte| byte == b'0') || head.bytes().all(|byte| byte == b'0') {
        return Ok(0);
    }
    let (git, before) = (Git::at(&repository.git_dir), judged(&repository.git_dir, base, head)?);
    let suggesting: Vec<Value> =
        findings(&before).into_iter().filter(|finding| !finding["suggestion"].is_null()).collect();
    for finding in &suggesting {
        let after = judged(&repository.git_dir, base, &applied(&git, head, &finding["suggestion"])?)?;
        let fingerprint = finding["fingerprint"].as_str().ok_or("is not a fingerprint")?;
        let left = texts(&after, "fingerprint");
        if left.contains(fingerprint) || after["verdict"] == "undecided" {
            return Err(format!("{} is still there: {:?}", finding["check"], texts(&after, "message")).into());
        }
        let known = texts(&before, "fingerprint");
        let denied = findings(&after).into_iter().filter(|finding| finding["enforcement"] == "deny");
        let is_known = |one: &Value| known.iter().any(|known| one["fingerprint"] == known.as_str());
        let brought: Vec<Value> = denied.filter(|one| !is_known(one)).collect();
        if !brought.is_empty() {
            return Err(format!("what {} suggests brings {brought:?}", finding["check"]).into());
        }
    }
    Ok(suggesting.len())
}

/// Whether the report of the case shows one.
fn suggests(case: &Path) -> bool {
    fs::read_to_string(case.join("expected.txt")).is_ok_and(|report| report.contains("= change to: "))
}

#[test]
fn what_is_suggested_takes_the_finding_away_and_brings_none() -> Result<(), Failure> {
    let cases: Vec<_> = all_cases()?.into_iter().filter(|(_, case)| suggests(case)).collect();
    let outcomes = each(&cases, |(_, case)| {
        let taken = build(case).and_then(|repository| take_all(&repository));
        taken.map_err(|failure| format!("{}: {failure}", case.display()))
    })?;
    let failures: Vec<&String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    let taken: usize = outcomes.iter().flatten().sum();
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(taken >= 10, "only {taken} suggestions were taken");
    Ok(())
}
