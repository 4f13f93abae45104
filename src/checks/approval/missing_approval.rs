//! Changes whose owners have not approved.

use std::collections::BTreeMap;

use crate::checks::{Context, Family, Findings, Meta};
use crate::evidence::{Evidence, OwnedChange, RefEvidence};
use crate::finding::{Finding, Location, Severity, Side, Subject};
use crate::owners::OwnerHandle;

/// More paths are counted and not listed.
const LISTED_PATHS: usize = 10;

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "missing-approval",
    title: "A changed file lacks the approval of its owners",
    family: Family::Approval,
    why: "The owners of a file answer for what it deploys; a change that they have not seen can break what \
          only they know, or be made by somebody who should not.",
    docs: "## What it does

Looks up the owners of every changed path in CODEOWNERS and reports the paths that fewer owners than
required have approved. Paths with the same rule and the same approvals are one finding.

## What is compared

The paths that differ between the old and the new tip; a moved file counts with its old and its new
path. CODEOWNERS is read from before the push, so a push cannot name its own approvers. Approvals count
for the exact change that was approved, and never by its own author.

## Remediation

Ask the named owners to approve the change, then push again, or merge it through a pull request that
they approve.

## Limits

Which accounts a team has is known only where the forge or the policy says so. Where approvals cannot be
looked up at all, the change is blocked and the reason is given.
",
};

/// What paths of one finding share.
type Rule<'a> = (Option<u32>, &'a [OwnerHandle], &'a [String], usize);

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    match &context.evidence.owned {
        Evidence::Known(owned) => {
            by_rule(owned).into_iter().for_each(|(rule, changes)| {
                findings.push(finding(context.evidence, rule, &changes));
            });
        }
        Evidence::Unavailable(reason) => findings.push(unavailable(context.evidence, reason)),
        Evidence::NotEvaluatedHere => {}
    }
}

fn by_rule(owned: &[OwnedChange]) -> BTreeMap<Rule<'_>, Vec<&OwnedChange>> {
    let mut rules: BTreeMap<Rule<'_>, Vec<&OwnedChange>> = BTreeMap::new();
    for change in owned.iter().filter(|change| change.missing > 0) {
        let rule =
            (change.rule_line, change.owners.as_slice(), change.approved_by.as_slice(), change.missing);
        rules.entry(rule).or_default().push(change);
    }
    rules
}

fn finding(evidence: &RefEvidence, rule: Rule<'_>, changes: &[&OwnedChange]) -> Finding {
    let (line, owners, approved_by, missing) = rule;
    let finding =
        Finding::new(META.id, Subject::File, message(owners, missing, changes)).severity(Severity::High);
    let finding = listed(finding, changes);
    let finding =
        finding.note("rule", rule_text(evidence, line)).note("approved by", names_or_nobody(approved_by));
    let owners = joined(owners);
    finding.help(help(&owners)).offending(owners)
}

fn message(owners: &[OwnerHandle], missing: usize, changes: &[&OwnedChange]) -> String {
    let what = match changes {
        [only] => format!("{} needs", only.path),
        several => format!("{} files need", several.len()),
    };
    let approvals =
        if missing == 1 { "1 more approval".to_owned() } else { format!("{missing} more approvals") };
    match owners {
        [] => format!("{what} {approvals}, and CODEOWNERS names nobody who could give them"),
        [owner] => format!("{what} {approvals} by {owner}"),
        several => format!("{what} {approvals} by any of {}", joined(several)),
    }
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
    changes.iter().fold(finding, |finding, change| finding.offending(change.path.as_str()))
}

fn rule_text(evidence: &RefEvidence, line: Option<u32>) -> String {
    let file = evidence.owners_file.as_ref().map_or("CODEOWNERS", |path| path.as_str());
    line.map_or_else(|| format!("no line of {file}"), |line| format!("{file}:{line}"))
}

fn help(owners: &str) -> String {
    if owners.is_empty() {
        return "ask an owner of CODEOWNERS to name owners for it, in a push of its own, then push again."
            .to_owned();
    }
    format!("ask {owners} to approve this change, then push again.")
}

fn joined(owners: &[OwnerHandle]) -> String {
    owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn names_or_nobody(names: &[String]) -> String {
    if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") }
}

fn unavailable(evidence: &RefEvidence, reason: &str) -> Finding {
    let subject = Subject::Ref(evidence.ref_name.clone());
    Finding::new(META.id, subject, format!("whether the owners approved cannot be found out: {reason}"))
        .severity(Severity::High)
        .help("remove what stands in the way, or ask an administrator of the Git server, then push again.")
        .offending(reason)
}
