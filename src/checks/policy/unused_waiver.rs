//! Waivers that a push leaves with nothing to cover.

use crate::checks::{Aftermath, Context, Family, Findings, Meta};
use crate::evidence::{WaiverFacts, WaiversChange};
use crate::finding::{Finding, Severity, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "unused-waiver",
    title: "A change leaves a waiver that covers nothing any more",
    family: Family::Policy,
    why: "A waiver that covers nothing today lets the same thing back in tomorrow, when nobody remembers why it \
          was accepted.",
    docs: "## What it does

Reports a waiver whose object the push deletes, or whose finding the change mends. A push that changes the
waivers or the policy is also told of every entry whose object does not exist, which is how a misspelt one
shows.

## What is compared

The waivers of the repository, in the policy and in `.portcullis-waivers.yaml`, with the objects after the
push. Whether something is mended is told by judging the object as it was, and as it becomes, as if it were
new.

## Remediation

Remove the entry: a file of waivers may always shrink. `portcullis baseline` removes what is mended.

## Limits

What only a change can do wrong, such as an older image, is never called mended. Of waivers for commits and
refs nobody knows whether they are still needed. An object that a kustomization or a chart makes under
another name is not found under that name.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, aftermath: &Aftermath, findings: &mut Findings) {
    for waiver in &context.evidence.waivers.waivers {
        if let Some(reason) = reason(context, aftermath, waiver) {
            findings.push(finding(waiver, &reason));
        }
    }
}

/// Why the waiver covers nothing, as far as this push can tell.
fn reason(context: &Context<'_>, aftermath: &Aftermath, waiver: &WaiverFacts) -> Option<String> {
    if aftermath.deletes(waiver) {
        Some("the change deletes it".to_owned())
    } else if aftermath.is_fixed(waiver) {
        Some("the change mends what was accepted".to_owned())
    } else {
        match context.evidence.waivers.change {
            WaiversChange::Untouched => None,
            WaiversChange::Changed => is_nowhere(context, waiver),
        }
    }
}

/// That no object and no file has the name, and which cluster has one.
fn is_nowhere(context: &Context<'_>, waiver: &WaiverFacts) -> Option<String> {
    let presence = context.presence?;
    if is_no_name_of_the_tree(&waiver.object) || presence.holds(&waiver.cluster, &waiver.object) {
        return None;
    }
    let elsewhere: Vec<&str> = presence.clusters_of(&waiver.object).collect();
    Some(match elsewhere.as_slice() {
        [] => "there is no such object or file".to_owned(),
        clusters => format!("it is not in cluster {}, but in {}", waiver.cluster, clusters.join(", ")),
    })
}

/// Commits and refs are in no tree.
fn is_no_name_of_the_tree(object: &str) -> bool {
    let is_id = matches!(object.len(), 40 | 64) && object.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id || object.starts_with("refs/")
}

fn finding(waiver: &WaiverFacts, reason: &str) -> Finding {
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
