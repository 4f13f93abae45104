//! Protected refs that lose what they pointed to.

use super::{about_ref, ref_label};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{RefEvidence, RefOperation};
use crate::finding::{CheckId, Finding, Severity};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("history-rewrite"),
    title: "A protected branch is rewound or a protected tag is moved",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "Reviewed and deployed commits would disappear from the history, and the cluster would follow the \
        rewritten branch or the moved tag immediately.",
    docs: "## What it does

Reports a push after which a protected branch no longer contains its old tip, and a protected tag that
points to something else than before.

## What is compared

The old and the new target of the ref, and the history of commits between them as their raw bytes say.

## Remediation

Undo changes with new commits on top: `git revert <commit>`, then push without `--force`. Give a new
release a new tag.

## Limits

Refs that the policy does not protect may be rewritten freely.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    match context.evidence.operation {
        RefOperation::Rewrite => findings.push(build_finding(context.evidence)),
        RefOperation::Create | RefOperation::FastForward | RefOperation::Delete => {}
    }
}

fn build_finding(evidence: &RefEvidence) -> Finding {
    let label = ref_label(&evidence.ref_name);
    let (message, help) = if evidence.ref_name.starts_with("refs/tags/") {
        (
            format!("protected {label} would be moved"),
            "push a new tag with another name and leave this one unchanged.",
        )
    } else {
        (
            format!("protected {label} would lose commits"),
            "rebase your work on the current tip (`git pull --rebase`), undo commits with `git revert`, then \
             push without --force.",
        )
    };
    about_ref(META.id, evidence, message).severity(Severity::High).help(help)
}
