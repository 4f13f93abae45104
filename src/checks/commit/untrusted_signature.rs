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

Verifies the signature of every new commit and annotated tag against the trusted keys, and reports
each that is not exactly one good OpenPGP or SSH signature by a trusted key: unknown keys, expired and
revoked keys and certificates, weak hashes and keys, dates in the future, signatures for another purpose
or older than the policy accepts (`signatures.maxSignatureAge`), several signatures at once, X.509
signatures (S/MIME, gitsign). A signature that cannot be checked at all is reported too.

With `signatures.committer: signer` the address in the committer line has to be one of the signer's. A
forge's own key (GitHub signs what is made on its pages) proves that the forge made a commit, never who
wanted it: it counts only for merge commits, and only with `signatures.forge: {allow: merges}`.

## What is compared

The exact bytes of the new commit, the trusted keys as they were before the push, and the time at which the
server received it. The key has to be good at that time as well as when it signed: a date inside a
signature is written by its author, so an expired key could sign with an old one.

## Remediation

The message names the cause. Usually: have your public key (or its extended version) added to the
keyring by its owners, in a change of its own, then try again. If your key was revoked, make a new one.

## Limits

X.509 signatures, and SSH keys of kinds that are still experimental, are not supported. Trusted keys say
who may sign, not what each may change: owners and approvals do that. A date without `Z` in a file of
allowed signers means another instant in every time zone; such a key counts only while it would everywhere.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    context.evidence.commits.iter().filter_map(judge).for_each(|finding| findings.push(finding));
}

fn judge(commit: &CommitFacts) -> Option<Finding> {
    match &commit.signature {
        Evidence::Known(SignatureStatus::Untrusted { cause, reason, advice }) => {
            Some(finding(commit, cause, reason, advice))
        }
        Evidence::Unavailable(reason) => Some(unavailable(commit, reason)),
        Evidence::Known(
            SignatureStatus::Unsigned | SignatureStatus::Trusted { .. } | SignatureStatus::Forge { .. },
        )
        | Evidence::NotEvaluatedHere => None,
    }
}

fn finding(commit: &CommitFacts, cause: &str, reason: &str, advice: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} does not count: it {reason}"))
        .severity(Severity::High)
        .help(advice)
        .fact_formerly("cause", cause, reason)
}

fn unavailable(commit: &CommitFacts, reason: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} cannot be checked: {reason}"))
        .severity(Severity::High)
        .help("remove what stands in the way, or ask an administrator of the Git server to, then try again.")
        .fact_formerly("evidence", "unavailable", reason)
}
