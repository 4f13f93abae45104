//! Changes whose owners have not approved.

use std::collections::BTreeMap;

use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{Evidence, OwnedChange, RefEvidence};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use codeowners::{OwnerHandle, Progress, ReadFrom, Requirement};

/// More paths are counted and not listed.
const LISTED_PATHS: usize = 10;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("missing-approval"),
    title: "A changed file lacks the approval of its owners",
    family: Family::Approval,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "The owners of a file are responsible for what it deploys. A change that they have not reviewed can \
        break the workload or come from a person who is not allowed to make it.",
    docs: "## What it does

Looks up the owners of every changed path in CODEOWNERS and reports the paths that fewer owners than required
have approved. Every section of GitLab's dialect and every matching line of Gitea's is a requirement of its
own. The policy can require more than the file: a number of approvals, all listed owners (`require: all`), or
people of different teams (`distinctTeams: 2`). Paths with the same rule and the same approvals are one
finding.

## What is compared

The paths that differ between the old and the new tip; a moved file counts with its old and its new path.
CODEOWNERS is read from before the push, so a push cannot name its own approvers. CODEOWNERS itself needs the
owners that it had before the push and those that it would have afterwards. An approval is a signed statement
under `refs/approvals/` (`portcullis approve`). It counts for exactly this change; for a path that is not a
trust file, it also counts for a later change with the same old and new content of that path. A person who
wrote, committed, signed or pushed the change cannot approve it, with one exception: with `signerCounts`, and for
the paths of `allowAuthor`, the signature of an owner on every commit of a path counts as one approval. If neither signatures nor the host
prove who made the change, one more approval is required. A change that `automation:` of the policy lets a
program make needs no approval of owners; a notice names the entry.

## Remediation

In a pull request, ask the named owners to approve it in a review. If you push directly, publish the commit on
an unprotected branch, ask the owners to run the `portcullis approve` command from the message and to push the
signed statement, then push again.

## Limits

A hook knows the members of a team only from `people:` in the policy. `portcullis pr` also asks the forge, and
counts its reviews. An optional section of GitLab (`^[name]`) binds pushes and not merge requests, as on
GitLab; for CODEOWNERS and other files that the gate trusts it always binds.
",
};

/// The values that all paths of one finding share.
type Rule<'a> = (&'a Requirement, ReadFrom, &'a Progress);

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    match &context.evidence.owned {
        Evidence::Known(owned) => {
            by_rule(owned).into_iter().for_each(|(rule, changes)| {
                findings.push(build_finding(rule, &changes));
            });
        }
        Evidence::Unavailable(reason) => findings.push(unavailable(context.evidence, reason)),
        Evidence::NotEvaluatedHere => {}
    }
}

fn by_rule(owned: &[OwnedChange]) -> BTreeMap<Rule<'_>, Vec<&OwnedChange>> {
    let mut rules: BTreeMap<Rule<'_>, Vec<&OwnedChange>> = BTreeMap::new();
    for change in owned.iter().filter(|change| change.standing.missing > 0) {
        let rule = (&*change.requirement, change.read_from, &change.standing);
        rules.entry(rule).or_default().push(change);
    }
    rules
}

fn build_finding(rule: Rule<'_>, changes: &[&OwnedChange]) -> Finding {
    let (requirement, read_from, standing) = rule;
    let message = write_message(requirement, standing, changes);
    let finding = listed(Finding::new(META.id, Subject::File, message).severity(Severity::High), changes);
    let finding = finding
        .note("rule", rule_text(requirement, read_from))
        .note("approved by", names_or_nobody(&standing.approved_by));
    let finding = if standing.teams > 0 { finding.note("teams", teams_text(standing)) } else { finding };
    let finding =
        requirement.section.iter().fold(finding, |finding, section| finding.fact("section", &**section));
    let owners = joined(&requirement.owners);
    finding.help(help(requirement, standing)).lacks(owners.clone(), standing.missing).fact("owners", owners)
}

fn write_message(requirement: &Requirement, standing: &Progress, changes: &[&OwnedChange]) -> String {
    let what = match changes {
        [only] => format!("{} needs", only.path),
        several => format!("{} files need", several.len()),
    };
    let approvals = match standing.missing {
        1 => "1 more approval".to_owned(),
        several => format!("{several} more approvals"),
    };
    let section = requirement.section.as_ref().map_or(String::new(), |name| format!(" for section [{name}]"));
    let by = match (standing.awaited.as_slice(), requirement.owners.as_slice()) {
        ([], []) => ", but CODEOWNERS lists no eligible approver".to_owned(),
        ([], [owner]) => format!(" by {owner}"),
        ([], several) => format!(" by any of {}", joined(several)),
        (awaited, _) => format!(" by each of {}", joined(awaited)),
    };
    format!("{what} {approvals}{section}{by}")
}

fn teams_text(standing: &Progress) -> String {
    let teams =
        if standing.teams == 1 { "1 more team".to_owned() } else { format!("{} more teams", standing.teams) };
    format!("a member of each of {teams} must approve, a different person for each team")
}

/// Places the finding at the first path and names the others. All of them enter the fingerprint.
fn listed(mut finding: Finding, changes: &[&OwnedChange]) -> Finding {
    if let Some(first) = changes.first() {
        finding = finding.at(Location::of_file(&first.path, Side::New));
    }
    if changes.len() > 1 {
        for change in changes.iter().take(LISTED_PATHS) {
            finding = finding.note("file", change.path.as_str());
        }
    }
    if changes.len() > LISTED_PATHS {
        finding = finding.note("file", format!("and {} more", changes.len() - LISTED_PATHS));
    }
    changes.iter().fold(finding, |finding, change| finding.fact("path", change.path.as_str()))
}

fn rule_text(requirement: &Requirement, read_from: ReadFrom) -> String {
    let place = format!("{}:{}", requirement.file, requirement.line);
    match read_from {
        ReadFrom::Base => place,
        ReadFrom::Head => format!("{place} as this change would leave it"),
    }
}

fn help(requirement: &Requirement, standing: &Progress) -> String {
    let owners = if standing.awaited.is_empty() { &requirement.owners } else { &standing.awaited };
    if owners.is_empty() {
        return "ask an owner of CODEOWNERS to name owners for it in a separate change.".to_owned();
    }
    let any = if standing.awaited.is_empty() && owners.len() > 1 { "any of " } else { "" };
    format!("ask {any}{} to approve this change.", joined(owners))
}

fn joined(owners: &[OwnerHandle]) -> String {
    owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn names_or_nobody(names: &[String]) -> String {
    if names.is_empty() { "no one yet".to_owned() } else { names.join(", ") }
}

fn unavailable(evidence: &RefEvidence, reason: &str) -> Finding {
    let subject = Subject::Ref(evidence.ref_name.clone());
    Finding::new(META.id, subject, format!("could not determine whether the owners approved: {reason}"))
        .severity(Severity::High)
        .help("fix this problem, or ask an administrator of the Git server to fix it, then try again.")
        .fact_formerly("evidence", "unavailable", reason)
}
