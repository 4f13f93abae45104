//! Findings that an annotation of their object accepts: only for checks for which the policy allows it, and
//! only once every owner of the file who is asked has approved the push.

use std::collections::{BTreeSet, HashMap};

use crate::evidence::{ApprovalFacts, ApprovalStanding, Evidence, OwnedChange, RefEvidence};
use crate::finding::{CheckId, Finding, Side, Subject};
use crate::policy::{Acceptance, Decision, Enforcement};
use crate::world::{Operation, Placed, View};
use kube_model::{ObjectRef, allowance, allowance_value};
use source_files::RepoPath;

/// The annotations of changed objects, by object and check.
#[derive(Debug, Default)]
pub struct Allowances(HashMap<(ObjectRef, CheckId), Allowance>);

#[derive(Debug)]
struct Allowance {
    reason: String,
    paths: BTreeSet<RepoPath>,
}

impl Allowances {
    /// Reads the annotations of changed objects, for the checks for which the policy allows them. If an object is
    /// defined more than once, or is read in two ways, all copies must have the same annotation.
    pub fn read(views: &[View], checks: &BTreeSet<CheckId>) -> Self {
        let mut found = Self::default();
        for check in checks {
            for view in views {
                let changed = view.changes.iter().filter_map(|change| change.object());
                changed.for_each(|placed| found.add(placed, *check));
            }
        }
        for placed in views.iter().flat_map(|view| &view.new.objects) {
            found.0.retain(|(id, check), allowance| {
                *id != placed.id || allowance.is_given_by(placed, check.as_str())
            });
        }
        found
    }

    fn add(&mut self, placed: &Placed, check: CheckId) {
        let Some(reason) = allowance(&placed.object, check.as_str()) else { return };
        let new = || Allowance { reason: reason.to_owned(), paths: BTreeSet::new() };
        let entry = self.0.entry((placed.id.clone(), check)).or_insert_with(new);
        let value = allowance_value(&placed.object, check.as_str());
        entry.paths.extend(value.into_iter().flat_map(|value| placed.files_of(value)));
    }

    /// The decision; `None` if an annotation accepts the finding.
    pub(super) fn applied(&self, decision: Decision, finding: &Finding, evidence: &RefEvidence) -> Decision {
        let accepted = match decision.enforcement {
            Enforcement::Off => None,
            Enforcement::Warn | Enforcement::Approve | Enforcement::Deny => {
                self.acceptance(finding, evidence)
            }
        };
        match accepted {
            None => decision,
            Some(accepted) => Decision {
                enforcement: Enforcement::Off,
                ruled: decision.ruled,
                origin: decision.origin,
                demands: Vec::new(),
                waived: Some(accepted),
            },
        }
    }

    fn acceptance(&self, finding: &Finding, evidence: &RefEvidence) -> Option<Acceptance> {
        let id = match &finding.subject {
            Subject::Object { id, operation: Operation::Create | Operation::Update, .. } => id,
            Subject::Object { operation: Operation::Delete, .. }
            | Subject::File
            | Subject::Commit(_)
            | Subject::Ref(_) => return None,
        };
        let allowance = self.0.get(&(id.clone(), finding.check))?;
        let approved_by = allowance.approved_by(finding, evidence)?;
        Some(Acceptance::Annotation { reason: allowance.reason.clone(), approved_by })
    }
}

impl Allowance {
    fn is_given_by(&self, placed: &Placed, check: &str) -> bool {
        allowance(&placed.object, check) == Some(&self.reason)
    }

    /// The owners who approved, in this push, the files of the finding; `None` unless all required owners have
    /// approved. The object's own files must have owners.
    fn approved_by(&self, finding: &Finding, evidence: &RefEvidence) -> Option<Vec<String>> {
        let owned = match &evidence.owned {
            Evidence::Known(owned) => owned,
            Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => return None,
        };
        let places = finding.location.iter().chain(&finding.related);
        let places = places.filter(|place| place.side == Side::New).map(|place| &place.path);
        let paths: BTreeSet<&RepoPath> =
            self.paths.iter().chain(places).chain(&finding.deployed_by).collect();
        let concerns = |change: &&OwnedChange| paths.contains(&change.path);
        let of_object = |path: &RepoPath| owned.iter().any(|change| change.path == *path);
        let all_owned = self.paths.iter().all(of_object);
        let none_unowned = !evidence.unowned.iter().any(|path| paths.contains(path));
        let people = People::of(evidence, finding);
        let met = owned.iter().filter(concerns).all(|change| people.have_approved(change));
        let approved = all_owned && none_unowned && met && !self.paths.is_empty();
        let names = owned.iter().filter(concerns).flat_map(|change| &change.standing.approved_by);
        let names: BTreeSet<String> = names.filter(|name| people.saw.contains(*name)).cloned().collect();
        (approved && !names.is_empty()).then(|| names.into_iter().collect())
    }
}

/// The people who approved a file, by whether they also approve its findings.
struct People {
    /// Approvers of exactly this change. A person who only signed its commits is its author.
    saw: BTreeSet<String>,
    /// Approvers of the path in another change, or before this finding existed: content that was harmless then may be
    /// harmful beside the current files.
    carried_over: BTreeSet<String>,
}

impl People {
    fn of(evidence: &RefEvidence, finding: &Finding) -> Self {
        let saw = evidence.approvers_of(&finding.fingerprint());
        let saw: BTreeSet<String> = saw.into_iter().map(|approver| approver.name.clone()).collect();
        let counts = |approval: &&ApprovalFacts| match approval.standing {
            ApprovalStanding::WholeChange | ApprovalStanding::UnchangedPaths => true,
            ApprovalStanding::None(_) => false,
        };
        let counted =
            evidence.approvals.iter().filter(counts).filter_map(|approval| approval.approver.as_ref());
        let carried_over = counted.map(|approver| approver.name.clone());
        let carried_over = carried_over.filter(|name| !saw.contains(name)).collect();
        Self { saw, carried_over }
    }

    fn have_approved(&self, change: &OwnedChange) -> bool {
        let names = &change.standing.approved_by;
        change.standing.missing == 0
            && names.iter().any(|name| self.saw.contains(name))
            && !names.iter().any(|name| self.carried_over.contains(name))
    }
}
