//! Pushes that change what the gate itself trusts.

use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::TrustFileChange;
use crate::finding::{Finding, Location, Severity, Side, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "weakened-policy",
    title: "A push changes the policy, the owners or the trusted keys",
    family: Family::Policy,
    why: "Whoever can change the rules of the gate can pass it with the next push, so a change of the rules \
          needs more than the right to push.",
    docs: "## What it does

Reports every change, by push, of a file that the gate trusts: its policy and waivers, CODEOWNERS,
keyrings, `.sops.yaml`, workflows that run the gate. A moved or deleted file counts, and so does a new
file that takes the place of one. It also reports an accepted file that could not be used, because the
next push would then be judged by nothing.

## What is compared

The trust files before and after the push. Never only their text: a change that looks harmless may hand
over the gate, so every change needs acceptance.

## Remediation

Ask an administrator of the Git server to accept exactly this content: the message says which line to
add under `acceptedTrustFiles` in the server policy. Then push again.

## Limits

The push that brings the first trust files into a repository is accepted with a notice.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for change in &context.evidence.trust_files {
        match (&change.broken, change.accepted) {
            (Some(problem), _) => findings.push(broken(change, problem)),
            (None, false) => findings.push(not_accepted(change)),
            (None, true) => {}
        }
    }
}

fn not_accepted(change: &TrustFileChange) -> Finding {
    let TrustFileChange { path, role, .. } = change;
    let entry = content(change);
    let verb = if change.new_blob.is_some() { "changes" } else { "deletes" };
    about(change, format!("the push {verb} {path}, which is {role} that the gate goes by"))
        .help(format!(
            "ask an administrator of the Git server to accept it: add `{path}: {entry}` under \
             `acceptedTrustFiles` in the server policy, then push again."
        ))
        .offending(entry)
}

fn broken(change: &TrustFileChange, problem: &str) -> Finding {
    let TrustFileChange { path, role, .. } = change;
    about(change, format!("{path}, which is {role} that the gate goes by, could not be used: {problem}"))
        .help(format!("correct {path}, then push again."))
        .offending(content(change))
}

fn about(change: &TrustFileChange, message: String) -> Finding {
    let side = if change.new_blob.is_some() { Side::New } else { Side::Old };
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::Critical)
        .at(Location::of_file(&change.path, side))
}

/// What the server policy has to quote, so that nothing but this content is accepted.
fn content(change: &TrustFileChange) -> String {
    change.new_blob.as_ref().map_or_else(|| "deleted".to_owned(), ToString::to_string)
}
