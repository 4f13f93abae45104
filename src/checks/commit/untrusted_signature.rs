//! Commits and tags whose signature does not count.

use super::about_commit;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{CommitFacts, Evidence, Vouched};
use crate::finding::{CheckId, Finding, Severity};
use git_trust::SignatureStatus;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("untrusted-signature"),
    title: "A new commit or tag carries a signature that does not count",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "A signature by an untrusted, expired or stolen key looks like proof of who made a change, but \
        proves nothing.",
    docs: "## What it does

Verifies the signature of every new commit and annotated tag against the trusted keys. It reports every
signature that is not exactly one valid OpenPGP or SSH signature by a trusted key: unknown keys, expired and
revoked keys and certificates, weak hashes and keys, dates in the future, signatures for another purpose or
older than the policy accepts (`signatures.maxSignatureAge`), several signatures at once, X.509 signatures
(S/MIME, gitsign). A signature that could not be checked is reported too.

With `signatures.committer: signer` the address in the committer line has to be one of the signer's. A forge's
own key (GitHub signs commits that are made in its web interface) proves that the forge made a commit, not who
requested it. It counts only for merge commits, and only with `signatures.forge: {allow: merges}`. With
`signatures: {merges: covered}` nothing is reported of a commit that only the second parent of a person's signed merge
brings.

## What is compared

The exact bytes of the new commit, the trusted keys as they were before the push, and the time at which the
server received it. The key must be valid at that time as well as at the time of signing: the author writes
the date of a signature, so an expired key could sign with an old date.

## Remediation

The message names the cause. Usually, the owners of the keyring must add your public key (or its extended
version) in a separate change; then try again. If your key was revoked, create a new one.

## Limits

X.509 signatures, and SSH keys of kinds that are still experimental, are not supported. Trusted keys say who
may sign, not what each may change: owners and approvals do that. A date without `Z` in a file of allowed
signers is a different instant in every time zone; such a key counts only while it is valid in all of them.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    context.evidence.commits.iter().filter_map(judge).for_each(|finding| findings.push(finding));
}

fn judge(commit: &CommitFacts) -> Option<Finding> {
    if commit.vouched != Vouched::No {
        return None;
    }
    match &commit.signature {
        Evidence::Known(SignatureStatus::Untrusted { cause, reason, advice }) => {
            Some(build_finding(commit, cause, reason, advice))
        }
        Evidence::Unavailable(reason) => Some(unavailable(commit, reason)),
        Evidence::Known(
            SignatureStatus::Unsigned | SignatureStatus::Trusted { .. } | SignatureStatus::Forge { .. },
        )
        | Evidence::NotEvaluatedHere => None,
    }
}

fn build_finding(commit: &CommitFacts, cause: &str, reason: &str, advice: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} does not count: it {reason}"))
        .severity(Severity::High)
        .help(advice)
        .fact_formerly("cause", cause, reason)
}

fn unavailable(commit: &CommitFacts, reason: &str) -> Finding {
    let (kind, id) = (commit.kind.as_str(), commit.id.short());
    about_commit(META.id, commit, format!("the signature of {kind} {id} could not be checked: {reason}"))
        .severity(Severity::High)
        .help("fix this problem, or ask an administrator of the Git server to fix it, then try again.")
        .fact_formerly("evidence", "unavailable", reason)
}
