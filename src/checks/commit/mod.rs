//! Commits, tags and what happens to refs.
//!
//! In: the facts of the git and signature rooms. Out: findings about commits and refs. Never: takes
//! the word of a commit for who made it or when.

pub(super) mod forbidden_ref;
pub(super) mod history_rewrite;
pub(super) mod malformed_commit;
pub(super) mod malformed_tree;
pub(super) mod protected_ref_deletion;
pub(super) mod unsigned_commit;
pub(super) mod untrusted_signature;

#[cfg(test)]
mod tests;

use crate::evidence::{CommitFacts, RefEvidence};
use crate::finding::{CheckId, Finding, Subject};

/// A finding about a commit or a tag, with its title, so that its author knows which one is meant.
fn about_commit(check: CheckId, commit: &CommitFacts, message: String) -> Finding {
    let mut finding = Finding::new(check, Subject::Commit(commit.id.clone()), message);
    finding.commit = Some(commit.id.clone());
    if commit.title.is_empty() { finding } else { finding.note("title", commit.title.clone()) }
}

/// A finding about the ref of the push.
fn about_ref(check: CheckId, evidence: &RefEvidence, message: String) -> Finding {
    Finding::new(check, Subject::Ref(evidence.ref_name.clone()), message)
}

/// The name of a ref for people: `tag v1.2`, `branch main`.
fn ref_label(ref_name: &str) -> String {
    let branch = ref_name.strip_prefix("refs/heads/").map(|name| format!("branch {name}"));
    let tag = || ref_name.strip_prefix("refs/tags/").map(|name| format!("tag {name}"));
    branch.or_else(tag).unwrap_or_else(|| format!("ref {ref_name}"))
}
