//! Waivers that a push leaves with nothing to cover.

use crate::checks::{Aftermath, Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{WaiverFacts, WaiversChange};
use crate::finding::{CheckId, Finding, Severity, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unused-waiver"),
    title: "A change leaves a waiver that no longer covers anything",
    family: Family::Policy,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "A waiver that covers nothing today silently accepts the same problem again tomorrow, when no one \
        remembers why it was accepted.",
    docs: "## What it does

Reports a waiver whose object the push deletes or whose finding the change fixes. If a push changes the
waivers or the policy, every entry whose object does not exist is reported too, such as a misspelt one.

## What is compared

The waivers of the repository, in the policy and in `.portcullis-waivers.yaml`, with the objects after the
push. To see whether a finding is fixed, the check judges the object before and after the change as if it were
new.

## Remediation

Remove the entry: entries may always be removed. `portcullis baseline` removes the waivers of fixed findings.

## Limits

Findings that only a change can cause, such as an older image, never count as fixed. portcullis cannot know
whether waivers for commits and refs are still needed. An object that a kustomization or a chart renames is
not found under its new name.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, aftermath: &Aftermath, findings: &mut Findings) {
    for waiver in &context.evidence.waivers.waivers {
        if let Some(reason) = reason(context, aftermath, waiver) {
            findings.push(build_finding(waiver, &reason));
        }
    }
}

/// Why the waiver covers nothing, as far as this push can tell.
fn reason(context: &Context<'_>, aftermath: &Aftermath, waiver: &WaiverFacts) -> Option<String> {
    if aftermath.deletes(waiver) {
        Some("the change deletes it".to_owned())
    } else if aftermath.is_fixed(waiver) {
        Some("the change fixes the accepted problem".to_owned())
    } else {
        match context.evidence.waivers.change {
            WaiversChange::Untouched => None,
            WaiversChange::Changed => is_nowhere(context, waiver),
        }
    }
}

/// That no object and no file has the name, and which cluster has one.
fn is_nowhere(context: &Context<'_>, waiver: &WaiverFacts) -> Option<String> {
    let presence = context.facts.presence()?;
    if is_no_name_of_the_tree(&waiver.object) || presence.holds(&waiver.cluster, &waiver.object) {
        return None;
    }
    let elsewhere: Vec<&str> = presence.clusters_of(&waiver.object).collect();
    Some(match elsewhere.as_slice() {
        [] => "this object or file does not exist".to_owned(),
        clusters => format!("it is not in cluster {}, but in {}", waiver.cluster, clusters.join(", ")),
    })
}

/// Commits and refs are in no tree.
fn is_no_name_of_the_tree(object: &str) -> bool {
    let is_id = matches!(object.len(), 40 | 64) && object.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id || object.starts_with("refs/")
}

fn build_finding(waiver: &WaiverFacts, reason: &str) -> Finding {
    let WaiverFacts { check, cluster, object, fingerprint, location, .. } = waiver;
    let message = format!("the waiver of {check} for {object} covers nothing: {reason}");
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::Low)
        .at(location.clone())
        .help("remove the entry, or correct the name of the object")
        .fact("check", check)
        .fact("cluster", cluster)
        .fact("object", object)
        .fact("fingerprint", fingerprint)
}
