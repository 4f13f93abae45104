//! Commits and tags without a signature.

use super::about_commit;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{CommitFacts, Evidence, SignedObject, Vouched};
use crate::finding::{CheckId, Finding, Severity};
use git_trust::SignatureStatus;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unsigned-commit"),
    title: "A new commit or tag carries no signature",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "Without a signature, anyone who can push can write any name into the author line, and no one can \
        prove later who changed production.",
    docs: "## What it does

Reports every new commit and every new annotated tag that is not signed. A signature counts only where
git looks for it: in the `gpgsig` header of a commit (`gpgsig-sha256` in a SHA-256 repository), or at
the end of a tag. A signature that is pasted into the commit message signs nothing and does not count.

## What is compared

The commits that are in the pushed tip and not in the old tip of the same ref. A commit that was pushed to
another branch before is still new here. Existing commits are not examined. What the account of a program brings
within `automation:` of the policy needs no signature if the entry says `proof: account`. With `signatures: {merges:
covered}` the signed merge of a person is enough for the commits that only its second parent brings.

## Remediation

Sign the commits and push again: `git rebase --exec 'git commit --amend --no-edit -S' <old tip>`, or
`git commit --amend --no-edit -S` for the last one. `git config commit.gpgSign true` signs all later ones.

## Limits

A signature says who made a commit, not that its content is right. Merge commits that a forge's web
page makes are signed by the forge's own key, if at all, and that key says nothing about the person.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let commits = context.evidence.commits.iter();
    commits
        .filter(|commit| is_unsigned(commit))
        .map(build_finding)
        .for_each(|finding| findings.push(finding));
}

fn is_unsigned(commit: &CommitFacts) -> bool {
    match &commit.signature {
        Evidence::Known(SignatureStatus::Unsigned) => commit.vouched == Vouched::No,
        Evidence::Known(
            SignatureStatus::Trusted { .. }
            | SignatureStatus::Forge { .. }
            | SignatureStatus::Untrusted { .. },
        )
        | Evidence::Unavailable(_)
        | Evidence::NotEvaluatedHere => false,
    }
}

fn build_finding(commit: &CommitFacts) -> Finding {
    let message = format!("{} {} is not signed", commit.kind.as_str(), commit.id.short());
    let command = match commit.kind {
        SignedObject::Commit => "`git commit --amend --no-edit -S`, or `git rebase` with `-S` for several",
        SignedObject::Tag => "`git tag -f -s`",
    };
    about_commit(META.id, commit, message)
        .severity(Severity::Medium)
        .help(format!("sign it with your key ({command}), then push again."))
}
