//! Which changed paths need whose approval, and who has given it.

use std::collections::BTreeSet;

use super::approvals::Approvals;
use super::trust_files::{TrustInput, is_trust_file};
use crate::approval::{NewCommit, SignerApprovals};
use crate::evidence::{CommitFacts, Evidence, OwnedChange};
use crate::git::{GitError, Repository};
use crate::owners::{Codeowners, LOCATIONS, OwnersProblem};
use crate::policy::OwnersEntry;
use crate::source::{ObjectId, RepoPath, Snapshot};

/// What owners say of a change.
pub(super) struct Ownership {
    pub(super) owned: Evidence<Vec<OwnedChange>>,
    pub(super) file: Option<RepoPath>,
    pub(super) problems: Vec<OwnersProblem>,
}

/// The first CODEOWNERS file that GitHub would find in a snapshot, and its text.
pub fn codeowners(
    repository: &Repository,
    snapshot: &Snapshot,
) -> Result<Option<(RepoPath, Codeowners)>, String> {
    let found = LOCATIONS.iter().find_map(|place| Some((RepoPath::new(place), snapshot.file(place)?)));
    let Some((path, file)) = found else { return Ok(None) };
    if !file.mode.is_file() {
        return Err(format!("{path} is a symbolic link or a submodule"));
    }
    let bytes = repository.blob(&file.id).map_err(|error| format!("{path}: {error}"))?;
    Ok(Some((path, Codeowners::parse(&bytes))))
}

/// What the owners' approval stands at. Without `owners:` in the policy nothing is demanded.
pub(super) fn judge(
    input: &TrustInput<'_>,
    commits: &[CommitFacts],
    tip: Option<&ObjectId>,
    approvals: &Approvals,
) -> Result<Ownership, GitError> {
    let nothing = |owned| Ownership { owned, file: None, problems: Vec::new() };
    let Some(demand) = input.governing.policy.owners() else {
        return Ok(nothing(Evidence::Known(Vec::new())));
    };
    let (file, codeowners) = match codeowners(input.repository, input.base) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(nothing(Evidence::Unavailable(no_codeowners()))),
        Err(reason) => return Ok(nothing(Evidence::Unavailable(reason))),
    };
    let signers = signer_approvals(input, commits, tip, &demand)?;
    let changed = Snapshot::changed_paths(input.old, input.new);
    let owned = changed
        .into_iter()
        .filter_map(|path| owned_change(input, &codeowners, &demand, (&signers, approvals), path));
    let owned = Evidence::Known(owned.collect());
    Ok(Ownership { owned, file: Some(file), problems: codeowners.problems().to_vec() })
}

fn no_codeowners() -> String {
    format!("the policy asks for owners' approval and the governing ref has none of {}", LOCATIONS.join(", "))
}

/// A path without owners needs nobody.
fn owned_change(
    input: &TrustInput<'_>,
    codeowners: &Codeowners,
    demand: &OwnersEntry,
    (signers, approvals): (&SignerApprovals<'_>, &Approvals),
    path: RepoPath,
) -> Option<OwnedChange> {
    let rule = codeowners.owners_of(&path).filter(|rule| !rule.owners.is_empty())?;
    let trusted = is_trust_file(input, &path);
    let signer = if trusted { None } else { signers.approver(&path, &rule.owners) };
    let statements = if trusted { approvals.of_change() } else { approvals.of_path(input, &path) };
    let owners = || rule.owners.iter().map(|owner| &*owner.0);
    let owning = statements.into_iter().filter(|approver| approver.is_one_of(owners()));
    let names: BTreeSet<String> = owning.map(|approver| approver.name.clone()).chain(signer).collect();
    let approved_by: Vec<String> = names.into_iter().collect();
    let missing = demand.approvals.saturating_sub(approved_by.len());
    Some(OwnedChange { path, owners: rule.owners.clone(), rule_line: Some(rule.line), approved_by, missing })
}

/// What the signatures of the new commits approve, where the policy lets them.
fn signer_approvals<'a>(
    input: &TrustInput<'a>,
    commits: &[CommitFacts],
    tip: Option<&ObjectId>,
    demand: &OwnersEntry,
) -> Result<SignerApprovals<'a>, GitError> {
    if !demand.signer_counts {
        return Ok(SignerApprovals::default());
    }
    let people = input.governing.policy.people();
    let tip = commits.iter().find(|facts| Some(&facts.id) == tip);
    let new_commit = |facts| Ok(NewCommit { facts, touched: touched_paths(input.repository, &facts.id)? });
    let commits: Result<Vec<_>, GitError> = commits.iter().map(new_commit).collect();
    Ok(SignerApprovals::of(people, tip, commits?))
}

/// The paths in which a commit differs from any of its parents.
fn touched_paths(repository: &Repository, commit: &ObjectId) -> Result<Vec<RepoPath>, GitError> {
    let Ok(parents) = repository.parents(commit) else { return Ok(Vec::new()) };
    let own = repository.snapshot(&repository.tree_of(commit)?)?;
    if parents.is_empty() {
        return Ok(own.files.into_keys().collect());
    }
    let mut touched = Vec::new();
    for parent in parents {
        let before = repository.snapshot(&repository.tree_of(&parent)?)?;
        touched.extend(Snapshot::changed_paths(&before, &own));
    }
    Ok(touched)
}
