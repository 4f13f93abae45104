//! Commits and tags whose signature does not count.

use super::about_commit;
use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::{CommitFacts, Evidence};
use crate::finding::{Finding, Severity};
use crate::signature::SignatureStatus;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "untrusted-signature",
    title: "A new commit or tag carries a signature that does not count",
    family: Family::Commit,
    why: "A signature by a key that nobody here trusts, or by one that expired or was stolen, looks like \
          proof of who made a change and is none.",
    docs: "## What it does

Verifies the signature of every new commit and annotated tag against the trusted keyring, and reports
each that is not exactly one good OpenPGP signature by a key of that keyring: unknown keys, expired and
revoked keys, weak hashes, dates in the future, several signatures at once, SSH and X.509 signatures. A
signature that cannot be checked at all is reported too.

## What is compared

The exact bytes of the new commit, the keyring as it was before the push, and the time at which the
server received it. The key has to be good at that time as well as when it signed: a date inside a
signature is written by its author, so an expired key could sign with an old one.

## Remediation

The message names the cause. Usually: have your public key (or its extended version) added to the
keyring by its owners, in a push of its own, then push again. If your key was revoked, make a new one.

## Limits

Only OpenPGP is supported so far. The keyring says which keys are trusted, not what each may change:
owners and approvals do that.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    context.evidence.commits.iter().filter_map(judge).for_each(|finding| findings.push(finding));
}

fn judge(commit: &CommitFacts) -> Option<Finding> {
    match &commit.signature {
        Evidence::Known(SignatureStatus::Untrusted { reason, advice }) => {
            Some(finding(commit, reason, advice))
        }
        Evidence::Unavailable(reason) => Some(unavailable(commit, reason)),
        Evidence::Known(SignatureStatus::Unsigned | SignatureStatus::Trusted { .. })
        | Evidence::NotEvaluatedHere => None,
    }
}

fn finding(commit: &CommitFacts, reason: &str, advice: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} does not count: it {reason}"))
        .severity(Severity::High)
        .help(advice)
        .offending(reason)
}

fn unavailable(commit: &CommitFacts, reason: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} cannot be checked: {reason}"))
        .severity(Severity::High)
        .help("remove what stands in the way, or ask an administrator of the Git server, then push again.")
        .offending(reason)
}
