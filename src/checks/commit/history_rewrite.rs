//! Protected refs that lose what they pointed to.

use super::{about_ref, ref_label};
use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::{RefEvidence, RefOperation};
use crate::finding::{Finding, Severity};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "history-rewrite",
    title: "A protected branch is rewound or a protected tag is moved",
    family: Family::Commit,
    why: "Commits that were reviewed and deployed would disappear from the record, and the cluster would \
          follow the rewritten branch or the moved tag at once.",
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
        RefOperation::Rewrite => findings.push(finding(context.evidence)),
        RefOperation::Create | RefOperation::FastForward | RefOperation::Delete => {}
    }
}

fn finding(evidence: &RefEvidence) -> Finding {
    let label = ref_label(&evidence.ref_name);
    let (message, help) = if evidence.ref_name.starts_with("refs/tags/") {
        (
            format!("protected {label} would be moved"),
            "push a new tag of another name and leave this one alone.",
        )
    } else {
        (
            format!("protected {label} would lose commits that it has now"),
            "bring your work on top of the current tip (`git pull --rebase`), undo commits with `git revert`, \
             then push without --force.",
        )
    };
    about_ref(META.id, evidence, message).severity(Severity::High).help(help)
}
