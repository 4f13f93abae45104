//! Refs that may not be pushed, whatever they point to.

use super::about_ref;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::RefEvidence;
use crate::finding::{CheckId, Finding, Severity};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("forbidden-ref"),
    title: "The push updates a ref that must not be pushed",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "Some refs change what git shows for other objects, or hold approvals. A person who can push such a \
        ref can show reviewers a different commit than the one that is deployed.",
    docs: "## What it does

Reports pushes to refs that change the meaning of other refs and objects: `refs/replace/**` (git shows
another object in place of the real one), `refs/namespaces/**` (a whole second set of refs), and
approvals under `refs/approvals/**` that are not genuine.

Reports pushes to refs that are not protected and that git or a deployment tool can take for a protected branch: both
complete a short name `X` to `refs/X`, `refs/tags/X`, `refs/heads/X`, `refs/remotes/X` or `refs/remotes/X/HEAD`, and not
all of them prefer the branch. `refs/remotes/**`, `refs/heads/refs/**`, and the names `HEAD` are never pushed. A protected
branch cannot be created while such a ref exists. Deleting such a ref is always allowed.

## What is compared

The name of the ref, symbolic refs resolved, and for approvals the pushed object.

## Remediation

Do not push the ref. `git push --mirror` and `refs/*:refs/*` push all of them; name the branch instead:
`git push origin main`.

## Limits

A protected tag may have the name of a protected branch, because the tag is judged like the branch. A branch may have the
name of a protected tag.

Refs that other programs create for their own use are allowed, because they do not change what git reads.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    if let Some(reason) = &context.evidence.refused {
        findings.push(build_finding(context.evidence, reason));
    }
}

fn build_finding(evidence: &RefEvidence, reason: &str) -> Finding {
    let help = if evidence.ref_name.starts_with("refs/approvals/") {
        "create the statement with `portcullis approve`, and push exactly the ref that it prints."
    } else {
        "remove this ref from the push by naming the branch, as in `git push origin main`."
    };
    about_ref(META.id, evidence, format!("{} must not be pushed: {reason}", evidence.ref_name))
        .severity(Severity::Critical)
        .help(help)
        .fact_formerly("ref", "refused", reason)
}
