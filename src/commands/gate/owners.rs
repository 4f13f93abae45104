//! Which changed paths need whose approval, and who has given it.

use std::collections::BTreeMap;

use super::trust_files::{TrustInput, is_trust_file};
use crate::evidence::{CommitFacts, Evidence, OwnedChange};
use crate::git::{GitError, Repository};
use crate::owners::{Codeowners, LOCATIONS, OwnerHandle, OwnersProblem};
use crate::policy::{OwnersEntry, PersonEntry};
use crate::signature::SignatureStatus;
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
    let signers = Signers::of(input, commits, tip, &demand)?;
    let changed = Snapshot::changed_paths(input.old, input.new);
    let owned =
        changed.into_iter().filter_map(|path| owned_change(input, &codeowners, &demand, &signers, path));
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
    signers: &Signers<'_>,
    path: RepoPath,
) -> Option<OwnedChange> {
    let rule = codeowners.owners_of(&path).filter(|rule| !rule.owners.is_empty())?;
    let approver = if is_trust_file(input, &path) { None } else { signers.approver(&path, &rule.owners) };
    let approved_by: Vec<String> = approver.into_iter().collect();
    let missing = demand.approvals.saturating_sub(approved_by.len());
    Some(OwnedChange { path, owners: rule.owners.clone(), rule_line: Some(rule.line), approved_by, missing })
}

/// Who signed the tip, and who signed each new commit.
struct Signers<'a> {
    tip: Option<&'a PersonEntry>,
    /// For every path that a new commit touches: whether all of those are the tip signer's.
    touched: BTreeMap<RepoPath, bool>,
}

impl<'a> Signers<'a> {
    fn of(
        input: &TrustInput<'a>,
        commits: &[CommitFacts],
        tip: Option<&ObjectId>,
        demand: &OwnersEntry,
    ) -> Result<Self, GitError> {
        let mut signers = Self { tip: None, touched: BTreeMap::new() };
        if !demand.signer_counts {
            return Ok(signers);
        }
        let people = input.governing.policy.layers().first().and_then(|layer| layer.document());
        let people = people.map(|document| document.people.as_slice()).unwrap_or_default();
        let tip_facts = commits.iter().find(|facts| Some(&facts.id) == tip);
        signers.tip = tip_facts.and_then(|facts| signer(people, facts));
        for facts in commits {
            let by_tip_signer =
                signer(people, facts).map(|person| &person.name) == signers.tip.map(|person| &person.name);
            for path in touched_paths(input.repository, &facts.id)? {
                *signers.touched.entry(path).or_insert(true) &= by_tip_signer;
            }
        }
        Ok(signers)
    }

    /// The owner who signed the tip and every new commit that touches the path. A path that no new
    /// commit touches (a merge or a rewind brought it) has no such signer.
    fn approver(&self, path: &RepoPath, owners: &[OwnerHandle]) -> Option<String> {
        let person = self.tip?;
        let signed_all = self.touched.get(path).copied().unwrap_or(false);
        let owns = owners.iter().any(|owner| person.handles.iter().any(|handle| **handle == *owner.0));
        (signed_all && owns).then(|| person.name.clone())
    }
}

/// The person whose trusted key signed a commit; a key that maps to no person counts for nobody.
fn signer<'a>(people: &'a [PersonEntry], facts: &CommitFacts) -> Option<&'a PersonEntry> {
    let Evidence::Known(SignatureStatus::Trusted { key }) = &facts.signature else { return None };
    let owns_key = |known: &String| known.replace(' ', "").eq_ignore_ascii_case(&key.0);
    people.iter().find(|person| person.keys.iter().any(owns_key))
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
