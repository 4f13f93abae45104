//! Waivers, and annotations meant as such, that cover nothing because of a mistake in them.

use super::annotations::mistakes;
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::WaiverMistake;
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("invalid-waiver"),
    title: "A change adds an invalid waiver or annotation, which covers nothing",
    family: Family::Policy,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "A waiver that silently does not work is discovered only when it is needed. A waiver that silently \
        accepts more than it says is worse.",
    docs: "## What it does

Reports an entry of `.portcullis-waivers.yaml` that is malformed, names a check that does not exist, accepts
the same finding as an entry above it, or expires later than `waiversMaxAge` in the policy allows. Such an
entry covers nothing. Also reports an annotation `portcullis.dev/allow-<check>` that is misspelt, is not in
`metadata.annotations` of the object itself (a Pod template is not the object), gives no reason, or is for a
check whose findings the policy does not allow annotations to accept.

## What is compared

The waivers before and after the push, and the annotations of the objects that it changes. Existing mistakes
are not reported again; every report has one line with the number of invalid entries.

## Remediation

Correct the entry at the reported line, or remove it.

## Limits

A mistake in the waivers of the policy file itself is an error of the policy. Annotations whose keys do not
begin with `portcullis.dev/` are ignored.
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
                Some(placed) => finding.at(Location::of_key(placed, mistake.entry, Side::New)),
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
