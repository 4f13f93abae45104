//! `explain` says how the policy decided about one finding, from a JSON report or by judging again.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::case_repository::{CaseRepository, build};
use crate::common::git::Failure;

fn portcullis(repository: &CaseRepository, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    Ok(command.args(arguments).env_clear().args(["--repo"]).arg(&repository.git_dir).output()?)
}

fn case(name: &str) -> Result<CaseRepository, Failure> {
    build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks").join(name))
}

/// The report of a case, and what `explain` says of a finding, from the report and by judging again.
fn explained(name: &str, list: &str) -> Result<(Value, [String; 2]), Failure> {
    let repository = case(name)?;
    let (old, new, _) = repository.updates.first().ok_or("no update")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.json");
    let file = file.to_str().ok_or("a path that is not UTF-8")?;
    let revisions = ["--base", old, "--head", new];
    portcullis(&repository, &[&["check", "--format", "json", "--output", file], &revisions[..]].concat())?;
    let report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let first = &report[list][0];
    let finding = if list == "leftOut" { &first["finding"] } else { first };
    let fingerprint = finding["fingerprint"].as_str().ok_or("no fingerprint")?;
    let from_report = portcullis(&repository, &["explain", fingerprint, "--report", file])?;
    let again = portcullis(&repository, &[&["explain", fingerprint], &revisions[..]].concat())?;
    let texts = [from_report, again].map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    Ok((report.clone(), texts))
}

#[test]
fn a_denied_finding_names_the_line_of_the_policy() -> Result<(), Failure> {
    let (_, texts) = explained("node-port/deny-cluster-ip-becomes-node-port", "findings")?;
    for text in texts {
        assert!(text.contains("profile baseline"), "{text}");
        assert!(text.contains("the strictest decision is `deny`"), "{text}");
    }
    Ok(())
}

#[test]
fn what_another_check_reports_is_left_out_and_can_be_explained() -> Result<(), Failure> {
    let (report, texts) = explained("invalid-object/deny-port-that-its-schema-refuses-too", "leftOut")?;
    assert_eq!(report["leftOut"][0]["reason"], "reportedByAnotherCheck");
    for text in texts {
        assert!(text.contains("left out of the report"), "{text}");
    }
    Ok(())
}

#[test]
fn a_fingerprint_needs_a_place_to_look() -> Result<(), Failure> {
    let repository = case("node-port/deny-cluster-ip-becomes-node-port")?;
    for (arguments, wanted) in [
        (["explain", "v2-0123456789ab"], "say which report has the finding"),
        (["explain", "nodeport"], "did you mean `node-port`?"),
    ] {
        let output = portcullis(&repository, &arguments)?;
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(wanted));
    }
    Ok(())
}
