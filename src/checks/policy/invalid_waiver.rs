//! Waivers, and annotations meant as such, that cover nothing because of a mistake in them.

use super::annotations::mistakes;
use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::WaiverMistake;
use crate::finding::{Finding, Location, Severity, Side, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "invalid-waiver",
    title: "A change brings a waiver or an annotation that covers nothing because of a mistake",
    family: Family::Policy,
    why: "A waiver that silently does not work is found out on the day when it is needed, and one that silently \
          works more than it says is worse.",
    docs: "## What it does

Reports an entry of `.portcullis-waivers.yaml` that is malformed, names a check that does not exist, accepts
the same finding as an entry above it, or expires later than `waiversMaxAge` of the policy allows. It covers
nothing. So does an annotation `portcullis.dev/allow-<check>` that is misspelt, stands anywhere but in
`metadata.annotations` of the object itself (a pod template is not the object), gives no reason, or is for a
check whose findings the policy does not let annotations accept.

## What is compared

The waivers before and after the push, and the annotations of the objects that it changes. What was wrong
before is not reported again; every report says in one line how many entries cannot be used.

## Remediation

Correct the entry at the line that is named, or remove it.

## Limits

A mistake in the waivers of the policy file itself is an error of the policy. Keys of annotations that do not
begin with `portcullis.dev/` are not looked at.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for mistake in &context.evidence.waivers.mistakes {
        findings.push(of_entry(mistake));
    }
    for change in context.changes {
        for mistake in mistakes(change, context) {
            let finding = Finding::about(META.id, change, mistake.message).severity(Severity::Medium);
            let finding = match change.object() {
                Some(placed) => finding.at(Location::in_object(placed, mistake.span, Side::New)),
                None => finding,
            };
            findings.push(finding.help(mistake.help).fact("key", mistake.key));
        }
    }
}

fn of_entry(mistake: &WaiverMistake) -> Finding {
    let WaiverMistake { message, suggestion, location } = mistake;
    let text = format!("this waiver covers nothing: {message}");
    let help = match suggestion {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "correct the entry, or remove it".to_owned(),
    };
    Finding::new(META.id, Subject::File, text)
        .severity(Severity::Medium)
        .at(location.clone())
        .help(help)
        .fact_formerly("kind", "entry", message)
        .fact("entry", location.excerpt.trim())
}
