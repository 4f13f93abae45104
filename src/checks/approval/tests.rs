//! Evidence of owners, and what is found in it.

use std::sync::Arc;

use crate::checks::testing::findings;
use crate::evidence::{Evidence, OwnedChange, RefEvidence};
use crate::finding::Finding;
use codeowners::{OwnerHandle, OwnersProblem, Progress, ReadFrom, Requirement};
use source_files::RepoPath;

fn change(path: &str, line: u32, missing: usize) -> OwnedChange {
    let requirement = Requirement {
        binding: codeowners::BoundChanges::Every,
        file: RepoPath::new(".github/CODEOWNERS"),
        line,
        section: None,
        pattern: "*".into(),
        owners: vec![OwnerHandle("@acme/network".into())],
        count: 1,
    };
    OwnedChange {
        path: RepoPath::new(path),
        requirement: Arc::new(requirement),
        read_from: ReadFrom::Base,
        standing: Progress { missing, ..Progress::default() },
    }
}

fn evidence(owned: Evidence<Vec<OwnedChange>>) -> RefEvidence {
    RefEvidence { owned, owners_problems: Vec::new(), ..RefEvidence::none() }
}

fn notes(finding: &Finding) -> Vec<String> {
    finding.notes.iter().map(|note| format!("{}: {}", note.label, note.text)).collect()
}

#[test]
fn paths_of_one_rule_are_one_finding_with_ten_of_them_named() {
    let mut owned: Vec<_> = (0..100).map(|number| change(&format!("net/{number:02}.yaml"), 7, 1)).collect();
    owned.push(change("apps/a.yaml", 3, 2));
    owned.push(change("apps/approved.yaml", 3, 0));
    let found = findings("missing-approval", &evidence(Evidence::Known(owned)));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].message, "apps/a.yaml needs 2 more approvals by @acme/network");
    assert_eq!(notes(&found[0]), ["rule: .github/CODEOWNERS:3", "approved by: no one yet"]);
    assert_eq!(found[1].message, "100 files need 1 more approval by @acme/network");
    assert_eq!(notes(&found[1]).len(), 13);
    assert_eq!(notes(&found[1])[10], "file: and 90 more");
    assert_eq!(found[1].remediation, "Ask @acme/network to approve this change.");
}

#[test]
fn another_path_is_another_finding_for_waivers() {
    let one = findings("missing-approval", &evidence(Evidence::Known(vec![change("a", 1, 1)])));
    let two =
        findings("missing-approval", &evidence(Evidence::Known(vec![change("a", 1, 1), change("b", 1, 1)])));
    assert_ne!(one[0].fingerprint(), two[0].fingerprint());
}

#[test]
fn approvals_that_cannot_be_known_block() {
    let found =
        findings("missing-approval", &evidence(Evidence::Unavailable("the forge is down".to_owned())));
    assert_eq!(found[0].message, "could not determine whether the owners approved: the forge is down");
    assert!(findings("missing-approval", &evidence(Evidence::NotEvaluatedHere)).is_empty());
}

#[test]
fn broken_lines_are_placed() {
    let mut evidence = evidence(Evidence::NotEvaluatedHere);
    let (text, reason) = ("/a ann".to_owned(), "`ann` is not an owner".to_owned());
    evidence.owners_problems = vec![OwnersProblem {
        file: RepoPath::new(".github/CODEOWNERS"),
        read_from: ReadFrom::Base,
        line: 4,
        text,
        reason,
    }];
    let found = findings("invalid-codeowners", &evidence);
    assert_eq!(found[0].message, "line 4 of .github/CODEOWNERS is invalid: `ann` is not an owner");
    assert_eq!(found[0].location.as_ref().map(|location| location.start.line), Some(4));
}
