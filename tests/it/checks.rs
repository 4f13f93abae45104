//! Runs every case of `tests/checks` as a push through the real hook and compares the whole report.
//! `SNAPSHOTS=overwrite cargo test --test it checks::` rewrites the reports; people review the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::NaiveDate;
use portcullis::checks::CheckSet;
use portcullis::evidence::RefEvidence;
use portcullis::gate::{load_policy_file, rules_of};
use portcullis::git::Repository;
use portcullis::pipeline::{Change, Rules, evaluate};
use portcullis::verdict::Mode;
use source_files::{ObjectId, Snapshot};

use crate::common::case_repository::{CaseRepository, all_cases, build};
use crate::common::git::Failure;
use crate::common::pool::each;
use crate::fingerprints;

const KINDS: [&str; 4] = ["allow", "deny", "evasion", "unchanged"];

struct Outcome {
    report: String,
    code: Option<i32>,
}

#[test]
fn every_case_reports_what_it_should() -> Result<(), Failure> {
    let outcomes = each(&all_cases()?, |(check, case)| {
        run_case(check, case).map_err(|failure| format!("{}: {failure}", case.display()))
    })?;
    let failures: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}

#[test]
fn every_check_has_every_kind_of_case() -> Result<(), Failure> {
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (check, case) in all_cases()? {
        kinds.entry(check).or_default().insert(kind_of(&case));
    }
    let checks = CheckSet::built_in();
    for check in &checks {
        let missing: Vec<_> = KINDS
            .iter()
            .filter(|kind| !kinds.get(check.meta.id.as_str()).is_some_and(|kinds| kinds.contains(**kind)))
            .collect();
        assert!(missing.is_empty(), "{} has no case of kind {missing:?}", check.meta.id);
    }
    for check in kinds.keys() {
        assert!(checks.find(check).is_some(), "tests/checks/{check} belongs to no check");
    }
    Ok(())
}

fn kind_of(case: &Path) -> String {
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.split('-').next().unwrap_or_default().to_owned()
}

fn run_case(check: &str, case: &Path) -> Result<(), Failure> {
    let repository = build(case)?;
    let outcome = judge(&repository)?;
    let found = outcome.report.contains(&format!("[{check}]"));
    let expected_found = match kind_of(case).as_str() {
        "deny" | "evasion" => true,
        "allow" | "unchanged" => false,
        other => return Err(format!("`{other}` is no kind of case").into()),
    };
    if found != expected_found {
        return Err(format!("finding reported: {found}\n{}", outcome.report).into());
    }
    if expected_found && outcome.code != Some(1) {
        return Err(format!(
            "the push must be rejected, not end with {:?}\n{}",
            outcome.code, outcome.report
        )
        .into());
    }
    compare(&case.join("expected.txt"), &outcome.report)?;
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    fingerprints::check(&format!("{check}/{name}"), &repository)
}

fn judge(repository: &CaseRepository) -> Result<Outcome, Failure> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .arg("pre-receive")
        .env_clear()
        .env("GIT_DIR", &repository.git_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let lines = repository.updates.iter().map(|(old, new, name)| format!("{old} {new} {name}\n"));
    child.stdin.take().ok_or("no input")?.write_all(lines.collect::<String>().as_bytes())?;
    let output = child.wait_with_output()?;
    let text = [output.stdout, output.stderr].concat();
    let text = repository.stand_ins.apply(&String::from_utf8(text)?);
    Ok(Outcome { report: without_time(&text), code: output.status.code() })
}

/// The time that a run took is not part of what it says.
fn without_time(report: &str) -> String {
    let line = |line: &str| match line.strip_prefix("portcullis: ").and_then(|rest| rest.rsplit_once(", ")) {
        Some((head, tail)) if tail.ends_with(" ms") => format!("portcullis: {head}\n"),
        Some(_) | None => format!("{line}\n"),
    };
    report.lines().map(line).collect()
}

fn compare(path: &Path, report: &str) -> Result<(), Failure> {
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        return Ok(fs::write(path, report)?);
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == report { Ok(()) } else { Err(format!("the report differs; it is now:\n{report}").into()) }
}

/// A check that needs unchanged objects says so in its record: judged alone, when only those are read, it finds the same.
#[test]
fn every_check_declares_the_objects_that_it_needs() -> Result<(), Failure> {
    let outcomes = each(&all_cases()?, |(check, case)| {
        compare_alone(check, case).map_err(|failure| format!("{}: {failure}", case.display()))
    })?;
    let failures: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}

fn compare_alone(check: &str, case: &Path) -> Result<(), Failure> {
    let built = build(case)?;
    let repository = Repository::discover(&built.git_dir, 64 << 20)?;
    for (old, new, _) in &built.updates {
        let (Some(old), Some(new)) = (ObjectId::parse(old), ObjectId::parse(new)) else { continue };
        let (Ok(old), Ok(new)) = (snapshot(&repository, &old), snapshot(&repository, &new)) else { continue };
        let all = fingerprints_of(check, &CheckSet::built_in(), &repository, (&old, &new))?;
        let alone = fingerprints_of(check, &CheckSet::built_in().only(check), &repository, (&old, &new))?;
        if all != alone {
            return Err(format!("with all checks {all:?}, alone {alone:?}").into());
        }
    }
    Ok(())
}

fn snapshot(repository: &Repository, commit: &ObjectId) -> Result<Snapshot, Failure> {
    Ok(repository.snapshot(&repository.tree_of(commit)?)?)
}

/// The findings of one check in the difference of two trees, whatever other checks run beside it.
fn fingerprints_of(
    check: &str,
    checks: &CheckSet,
    repository: &Repository,
    (old, new): (&Snapshot, &Snapshot),
) -> Result<BTreeSet<String>, Failure> {
    let folder = tempfile::tempdir()?;
    let policy = folder.path().join("policy.yaml");
    fs::write(
        &policy,
        format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks: {{{check}: {{enforce: deny}}}}\n"),
    )?;
    let governing = load_policy_file(&policy)?;
    let (blobs, evidence) = (repository.blobs(), RefEvidence::none());
    let change = Change { old, new, blobs: &*blobs, evidence: &evidence, mode: Mode::BeforeCommit };
    let rules = Rules { checks, ..rules_of(&governing) };
    let judgement = evaluate(&change, &rules, NaiveDate::default());
    let reported = judgement.findings.iter().map(|judged| &judged.finding);
    let left_out = judgement.left_out.iter().map(|left_out| &left_out.judged.finding);
    let of_check = reported.chain(left_out).filter(|finding| finding.check == *check);
    Ok(of_check.map(|finding| finding.fingerprint().to_string()).collect::<BTreeSet<_>>())
}
