//! Findings that an annotation of their object accepts: only for checks for which the policy allows it, and
//! only once every owner of the file who is asked has approved the push.

use std::collections::{BTreeSet, HashMap};

use crate::evidence::{ApprovalFacts, ApprovalStanding, Evidence, OwnedChange, RefEvidence};
use crate::finding::{Finding, Side, Subject};
use crate::kube::{ObjectRef, allowance};
use crate::policy::{Acceptance, Decision, Enforcement};
use crate::source::RepoPath;
use crate::world::{Operation, Placed, View};

/// What changed objects ask for, by object and check.
#[derive(Debug, Default)]
pub struct Allowances(HashMap<(ObjectRef, &'static str), Allowance>);

#[derive(Debug)]
struct Allowance {
    reason: String,
    paths: BTreeSet<RepoPath>,
}

impl Allowances {
    /// Reads the annotations of changed objects, for the checks for which the policy lets them count. Where
    /// an object stands more than once, or is read in two ways, all of them have to say the same.
    pub fn read(views: &[View], checks: &BTreeSet<&'static str>) -> Self {
        let mut found = Self::default();
        for check in checks {
            for view in views {
                let changed = view.changes.iter().filter_map(|change| change.object());
                changed.for_each(|placed| found.add(placed, check));
            }
        }
        for placed in views.iter().flat_map(|view| &view.new.objects) {
            found.0.retain(|(id, check), allowance| *id != placed.id || allowance.is_given_by(placed, check));
        }
        found
    }

    fn add(&mut self, placed: &Placed, check: &'static str) {
        let Some(reason) = allowance(&placed.object, check) else { return };
        let new = || Allowance { reason: reason.to_owned(), paths: BTreeSet::new() };
        let entry = self.0.entry((placed.id.clone(), check)).or_insert_with(new);
        entry.paths.insert(placed.path.clone());
    }

    /// The decision, or none where an annotation accepts what would count.
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

    /// Who approved, in this very push, the files that the finding stands in; `None` unless everybody who is asked has. The
    /// object's own files have to be owned: nobody's approval is no approval.
    fn approved_by(&self, finding: &Finding, evidence: &RefEvidence) -> Option<Vec<String>> {
        let owned = match &evidence.owned {
            Evidence::Known(owned) => owned,
            Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => return None,
        };
        let places = finding.location.iter().chain(&finding.related);
        let places = places.filter(|place| place.side == Side::New).map(|place| &place.path);
        let paths: BTreeSet<&RepoPath> = self.paths.iter().chain(places).collect();
        let concerns = |change: &&OwnedChange| paths.contains(&change.path);
        let of_object = |path: &RepoPath| owned.iter().any(|change| change.path == *path);
        let all_owned = self.paths.iter().all(of_object);
        let none_unowned = !evidence.unowned.iter().any(|path| paths.contains(path));
        let met = owned.iter().filter(concerns).all(|change| change.standing.missing == 0);
        let people = owned.iter().filter(concerns).flat_map(|change| change.standing.approved_by.clone());
        let people: BTreeSet<String> = people.collect();
        let anew = !people.iter().any(|name| is_carried_over(evidence, finding, name));
        let approved =
            all_owned && none_unowned && met && anew && !self.paths.is_empty() && !people.is_empty();
        approved.then(|| people.into_iter().collect())
    }
}

/// Whether somebody approved the path only as it looked in another change, or before there was this finding:
/// what was fine beside the files of then may be bad beside those of now.
fn is_carried_over(evidence: &RefEvidence, finding: &Finding, name: &str) -> bool {
    let saw = evidence.approvers_of(&finding.fingerprint()).iter().any(|approver| approver.name == name);
    let said = |approval: &ApprovalFacts| {
        approval.approver.as_ref().is_some_and(|approver| approver.name == name)
            && match approval.standing {
                ApprovalStanding::WholeChange | ApprovalStanding::UnchangedPaths => true,
                ApprovalStanding::None(_) => false,
            }
    };
    !saw && evidence.approvals.iter().any(said)
}
