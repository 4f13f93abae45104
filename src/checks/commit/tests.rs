//! Evidence of commits and refs, and what is found in it.

use crate::checks::testing::findings;
use crate::evidence::{CommitFacts, Evidence, RefEvidence, RefOperation, SignedObject, Vouched};
use crate::finding::Finding;
use git_trust::{KeyFingerprint, SignatureStatus};
use source_files::ObjectId;

fn commit(signature: Evidence<SignatureStatus>) -> CommitFacts {
    CommitFacts {
        kind: SignedObject::Commit,
        id: ObjectId::parse(&"9".repeat(40)).unwrap(),
        title: "Raise replicas".to_owned(),
        malformed: Vec::new(),
        signature,
        vouched: Vouched::No,
    }
}

fn evidence(commits: Vec<CommitFacts>) -> RefEvidence {
    RefEvidence { ref_name: "refs/heads/main".to_owned(), commits, ..RefEvidence::none() }
}

fn messages(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.message.as_str()).collect()
}

fn untrusted() -> SignatureStatus {
    SignatureStatus::Untrusted {
        cause: "mismatch",
        reason: "is bad".to_owned(),
        advice: "sign again.".to_owned(),
    }
}

#[test]
fn only_a_missing_signature_is_unsigned() {
    let key = KeyFingerprint::OpenPgp("AB".into());
    let every = vec![
        commit(Evidence::Known(SignatureStatus::Unsigned)),
        commit(Evidence::Known(SignatureStatus::Trusted { key, principals: Vec::new() })),
        commit(Evidence::Known(untrusted())),
        commit(Evidence::NotEvaluatedHere),
    ];
    let found = findings("unsigned-commit", &evidence(every));
    assert_eq!(messages(&found), ["commit 9999999 is not signed"]);
    assert_eq!(found[0].notes[0].text, "Raise replicas");
}

#[test]
fn a_bad_signature_and_one_that_cannot_be_checked_are_untrusted() {
    let unavailable = commit(Evidence::Unavailable("the keyring is broken".to_owned()));
    let found =
        findings("untrusted-signature", &evidence(vec![commit(Evidence::Known(untrusted())), unavailable]));
    assert_eq!(
        messages(&found),
        [
            "the signature of commit 9999999 does not count: it is bad",
            "the signature of commit 9999999 could not be checked: the keyring is broken",
        ]
    );
    assert_eq!(found[0].remediation, "Sign again.");
}

#[test]
fn every_problem_of_a_malformed_tag_is_said() {
    let mut tag = commit(Evidence::NotEvaluatedHere);
    tag.kind = SignedObject::Tag;
    tag.malformed = vec!["it has no tagger".to_owned(), "it contains a NUL byte".to_owned()];
    let found = findings("malformed-commit", &evidence(vec![tag]));
    assert_eq!(messages(&found), ["tag 9999999 is malformed: it has no tagger"]);
    assert_eq!(found[0].notes[1].text, "it contains a NUL byte");
    assert_eq!(found[0].facts.len(), 2);
}

#[test]
fn refs_are_judged_by_what_happens_to_them() {
    let on = |ref_name: &str, operation| RefEvidence {
        ref_name: ref_name.to_owned(),
        operation,
        ..RefEvidence::none()
    };
    let rewind = findings("history-rewrite", &on("refs/heads/main", RefOperation::Rewrite));
    assert_eq!(messages(&rewind), ["protected branch main would lose commits"]);
    let moved = findings("history-rewrite", &on("refs/tags/v1", RefOperation::Rewrite));
    assert_eq!(messages(&moved), ["protected tag v1 would be moved"]);
    let deleted = findings("protected-ref-deletion", &on("refs/heads/main", RefOperation::Delete));
    assert_eq!(messages(&deleted), ["protected branch main would be deleted"]);
    for operation in [RefOperation::Create, RefOperation::FastForward] {
        let evidence = on("refs/heads/main", operation);
        assert!(findings("history-rewrite", &evidence).is_empty());
        assert!(findings("protected-ref-deletion", &evidence).is_empty());
    }
}

#[test]
fn a_refused_ref_is_forbidden_with_its_reason() {
    let mut evidence = evidence(Vec::new());
    assert!(findings("forbidden-ref", &evidence).is_empty());
    evidence.ref_name = "refs/replace/x".to_owned();
    evidence.refused = Some("git would show another object".to_owned());
    let found = findings("forbidden-ref", &evidence);
    assert_eq!(messages(&found), ["refs/replace/x must not be pushed: git would show another object"]);
}
