//! Protected refs that go away.

use super::{about_ref, ref_label};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{RefEvidence, RefOperation};
use crate::finding::{CheckId, Finding, Severity};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("protected-ref-deletion"),
    title: "A protected branch or tag is deleted",
    family: Family::Commit,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "Tools that deploy from the branch or tag stop working, its history may be lost, and a new push of \
        it would have nothing to be compared with.",
    docs: "## What it does

Reports a push that deletes a protected branch or tag.

## What is compared

Only the ref: it exists before the push and not after it.

## Remediation

Do not delete it. To retire a branch, first remove it from `protected` in the policy, in a separate push.

## Limits

A rename of a branch is a deletion and a creation; it is reported for its deletion.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    match context.evidence.operation {
        RefOperation::Delete => findings.push(build_finding(context.evidence)),
        RefOperation::Create | RefOperation::FastForward | RefOperation::Rewrite => {}
    }
}

fn build_finding(evidence: &RefEvidence) -> Finding {
    let message = format!("protected {} would be deleted", ref_label(&evidence.ref_name));
    about_ref(META.id, evidence, message)
        .severity(Severity::High)
        .help("keep it. To retire it, first remove it from `protected` in the policy, in a separate change.")
}
