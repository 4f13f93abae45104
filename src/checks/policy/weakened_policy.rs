//! Pushes that change what the gate itself trusts.

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{Broken, MissingOwners, TrustApproval, TrustFileChange, Weakening};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use codeowners::ReadFrom;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("weakened-policy"),
    title: "The policy, the owners or the trusted keys change",
    family: Family::Policy,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "Anyone who can change the rules of the gate can pass it with the next push. A change of the rules \
        therefore needs more than write access.",
    docs: "## What it does

Reports every change, by push, of a file that the gate trusts and that its owners have not approved: its
policy and waivers, CODEOWNERS, keyrings, `.sops.yaml`, workflows that run the gate. A moved or deleted file
counts, and so does a new file that takes the place of one. The finding lists what the change newly allows: a
check that is no longer enforced, a narrower scope, a waiver, a new owner or key, a lower threshold. The check
also reports a file that would be invalid, or after which no push could be signed, owned and approved any more, even
if its owners approved it: a keyring without a usable key, owners that are not people of the policy, a CODEOWNERS
file with an invalid line. Such a change is denied under every policy, also one that only reports.

## What is compared

The effective policies before and after the push, profiles included, the owners of every path, and which keys
may sign until when; a change of `.sops.yaml` or of a workflow counts as allowing anything. A policy that only
becomes stricter is reported too, with severity medium instead of critical.

## Remediation

Have the owners of the file approve exactly this change: the owners in CODEOWNERS before the push and the
owners after it. They must not have taken part in the change (`portcullis approve`, see the message). An
approval of another change never counts here. If a file has no owners, an administrator of the Git server can
accept exactly this content: the message contains the line to add under `acceptedTrustFiles`.

## Limits

The push that adds the first trust files to a repository is accepted with a notice.
",
};

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    for change in &context.evidence.trust_files {
        match (&change.broken, &change.approval) {
            (Some(problem), _) => findings.push(broken(change, problem)),
            (None, TrustApproval::Missing(missing)) => findings.push(not_approved(change, missing)),
            (None, TrustApproval::Nobody(reason)) => findings.push(not_acceptable(change, reason)),
            (
                None,
                TrustApproval::Server
                | TrustApproval::First
                | TrustApproval::Governed
                | TrustApproval::Owners(_),
            ) => {}
        }
    }
}

fn not_approved(change: &TrustFileChange, missing: &[MissingOwners]) -> Finding {
    let finding = missing.iter().fold(changed(change), |finding, owners| {
        let MissingOwners { requirement, standing, .. } = owners;
        let names: Vec<String> = requirement.owners.iter().map(ToString::to_string).collect();
        let names = names.join(", ");
        let from = match owners.read_from {
            ReadFrom::Base => "",
            ReadFrom::Head => ", after this change",
        };
        let place = format!("{}:{}{from}", requirement.file, requirement.line);
        let text = format!("{} more of {names} must approve ({place})", standing.missing);
        finding.note("owners", text).lacks(names, standing.missing)
    });
    finding.help(format!(
        "ask these owners to approve exactly this change; or ask an administrator of the Git server \
         to add {} under `acceptedTrustFiles` in the server policy.",
        entry(change)
    ))
}

fn not_acceptable(change: &TrustFileChange, reason: &str) -> Finding {
    changed(change).note("owners", format!("no one can approve it: {reason}")).help(format!(
        "ask an administrator of the Git server to accept it: add {} under `acceptedTrustFiles` in the server \
         policy, then try again.",
        entry(change)
    ))
}

fn changed(change: &TrustFileChange) -> Finding {
    let TrustFileChange { path, role, .. } = change;
    let verb = if change.new_blob.is_some() { "changed" } else { "deleted" };
    let finding = about(change, format!("{path}, {role} that the gate trusts, is {verb}"));
    let finding = finding.fact("content", content(change));
    match &change.weakening {
        Weakening::NotCompared => finding,
        Weakening::Compared(sentences) if sentences.is_empty() => {
            finding.severity(Severity::Medium).note("compared", "no rule becomes weaker")
        }
        // All of them: the person who is asked to approve could overlook the one behind "and 13 more".
        Weakening::Compared(sentences) => {
            sentences.iter().fold(finding, |finding, sentence| finding.note("weaker", sentence.clone()))
        }
    }
}

fn broken(change: &TrustFileChange, problem: &Broken) -> Finding {
    let TrustFileChange { path, role, .. } = change;
    let (problem, help) = match problem {
        Broken::Invalid(reason) => (format!("would be invalid: {reason}"), format!("correct {path}.")),
        Broken::LocksOut(reason) => {
            let verb = if change.new_blob.is_some() { "changed" } else { "deleted" };
            let help = "correct the cause in the same push.".to_owned();
            (format!("is {verb}, and no push could pass afterwards: {reason}"), help)
        }
        Broken::NotARepair(reason) => {
            let verb = if change.new_blob.is_some() { "changed" } else { "deleted" };
            let help = "repair the damaged files alone and as they were, or ask an administrator of the Git \
                server to run `portcullis rescue`.";
            (format!("is {verb} by the repair of damaged trust files: {reason}"), help.to_owned())
        }
    };
    about(change, format!("{path}, {role} that the gate trusts, {problem}"))
        .help(help)
        .fact("content", content(change))
        .without_leeway()
}

fn about(change: &TrustFileChange, message: String) -> Finding {
    let side = if change.new_blob.is_some() { Side::New } else { Side::Old };
    Finding::new(META.id, Subject::File, message)
        .severity(Severity::Critical)
        .at(Location::of_file(&change.path, side))
}

/// The line of the server policy.
fn entry(change: &TrustFileChange) -> String {
    format!("`{}: {}`", change.path, content(change))
}

/// The text that the server policy must quote, so that nothing but this content is accepted.
fn content(change: &TrustFileChange) -> String {
    change.new_blob.as_ref().map_or_else(|| "deleted".to_owned(), ToString::to_string)
}
