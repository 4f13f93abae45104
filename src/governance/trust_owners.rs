//! Finds the approvals that the change of a trust file needs: of the people who own it before the push, and of those
//! who would own it afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::OwnersError;
use super::owners_file::owners_of;
use super::trust_files::{TrustInput, owners_dialect};
use crate::evidence::{MissingOwners, TrustApproval};
use codeowners::{Approver, Coverage, OwnersFile, PolicyDemand, ReadFrom, RequiredOwners, Requirement};
use source_files::RepoPath;

/// If no policy asks for more.
const ONE_OWNER: PolicyDemand = PolicyDemand { approvals: 1, owners: RequiredOwners::Any, distinct_teams: 0 };

/// The approvals of a change as a whole. Those of another change do not count for trust files.
pub(crate) struct ChangeApprovals<'a> {
    /// Everyone who approved exactly this change.
    pub(crate) approvers: Vec<&'a Approver>,
    /// The number of approvals that may be by the maker of the change.
    pub(crate) needed_more: usize,
    /// The same where nothing is approved yet.
    pub(crate) needed_from_start: usize,
}

/// The owners' files of both revisions, as far as they can be read.
pub(super) struct TrustOwners {
    pub(super) base: Result<Option<OwnersFile>, OwnersError>,
    pub(super) head: Result<Option<OwnersFile>, OwnersError>,
}

impl TrustOwners {
    /// Reads what covers the changed trust files.
    pub(super) fn read(input: &TrustInput<'_>, paths: &[RepoPath]) -> Self {
        let dialect = owners_dialect(input);
        let of = |snapshot| owners_of(input.repository, snapshot, dialect, Coverage::Of(paths));
        Self { base: of(input.base), head: of(input.new) }
    }

    /// Only statements about exactly this change count: what was approved in another one may mean
    /// something else beside other rules.
    pub(super) fn approval(
        &self,
        input: &TrustInput<'_>,
        path: &RepoPath,
        approvals: &ChangeApprovals<'_>,
    ) -> TrustApproval {
        let requirements = match self.requirements(path) {
            Ok(requirements) => requirements,
            Err(reason) => return TrustApproval::Nobody(reason),
        };
        let demand = input.governing.policy.owners().map_or(ONE_OWNER, |owners| owners.demand());
        let approvers: Vec<Approver> = approvals.approvers.iter().copied().cloned().collect();
        let more = if approvers.is_empty() { approvals.needed_from_start } else { approvals.needed_more };
        let demand = PolicyDemand { approvals: demand.approvals.max(1) + more, ..demand };
        let (mut names, mut missing) = (BTreeSet::new(), Vec::new());
        for (read_from, requirement) in requirements {
            let standing = requirement.measure_progress(&demand, &approvers);
            names.extend(standing.approved_by.iter().cloned());
            if standing.missing > 0 {
                missing.push(MissingOwners { requirement, read_from, standing });
            }
        }
        let names = names.into_iter().collect();
        if missing.is_empty() { TrustApproval::Owners(names) } else { TrustApproval::Missing(missing) }
    }

    /// The requirements of the owners of the base and of the head; the reason if there are no owners.
    fn requirements(&self, path: &RepoPath) -> Result<Vec<(ReadFrom, Arc<Requirement>)>, String> {
        let base = self.base.as_ref().map_err(ToString::to_string)?;
        let base = base.as_ref().ok_or_else(|| "the governing ref names no owners".to_owned())?;
        let head = self.head.as_ref().map_err(ToString::to_string)?.as_ref();
        if !base.problems().is_empty() {
            return Err("the CODEOWNERS file of the governing ref has invalid lines".to_owned());
        }
        let of_base = base.requirements(path);
        if of_base.is_empty() {
            return Err(format!("no line in the CODEOWNERS file of the governing ref matches {path}"));
        }
        let of_head = head.map(|head| head.requirements(path)).unwrap_or_default();
        let new = |head: &Arc<Requirement>| !of_base.iter().any(|base| base.asks_the_same(head));
        let of_head: Vec<_> = of_head.into_iter().filter(new).map(|one| (ReadFrom::Head, one)).collect();
        Ok(of_base.into_iter().map(|one| (ReadFrom::Base, one)).chain(of_head).collect())
    }
}
