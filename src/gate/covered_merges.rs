//! Lets a person's signed merge vouch for the commits that it brings, where `signatures.merges` says so.
//!
//! In: the new commits with the facts about them. Out: the facts, in which commits that need no signature are marked, and
//! a notice. Never: takes a vouched commit for one whose maker is known, or a commit of the first parent's side for one
//! that the merge brings.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{CommitFacts, Evidence, SignedObject, Vouched};
use crate::git::{GitError, Repository};
use crate::governance::TrustInput;
use crate::policy::{MergeRule, PersonEntry, signer};
use git_trust::SignatureStatus;
use source_files::ObjectId;

/// Marks the new commits that only the second parent's side of a person's signed merge brings.
pub(super) fn vouch(
    input: &TrustInput<'_>,
    commits: &[ObjectId],
    facts: &mut [CommitFacts],
) -> Result<Option<String>, GitError> {
    let policy = &input.governing.policy;
    match policy.signature_rules().merges {
        MergeRule::Covered => {}
        MergeRule::Each => return Ok(None),
    }
    let new: BTreeSet<&ObjectId> = commits.iter().collect();
    let lacking = |facts: &CommitFacts| is_commit_of(facts, &new) && lacks_signature(facts);
    if !facts.iter().any(lacking) {
        return Ok(None);
    }
    let graph = NewGraph::read(input.repository, commits)?;
    let merges =
        facts.iter().filter(|facts| is_commit_of(facts, &new) && is_signed_by_person(facts, policy.people()));
    let mut covered = BTreeSet::new();
    for merge in merges {
        covered.extend(graph.brought_by(&merge.id));
    }
    let mut count = 0;
    for facts in facts.iter_mut().filter(|facts| is_commit_of(facts, &new)) {
        if covered.contains(&facts.id) && lacks_signature(facts) {
            facts.vouched = Vouched::ByMerge;
            count += 1;
        }
    }
    Ok((count > 0).then(|| describe(count)))
}

fn describe(count: usize) -> String {
    let commits = if count == 1 { "1 commit needs".to_owned() } else { format!("{count} commits need") };
    format!(
        "{commits} no signature, because the signed merge of a person vouches for what it brings; where owners approve, one \
         approval more is required, and the person who merged does not count"
    )
}

/// The new commits and their parents, by number: a push may bring thousands of merges.
struct NewGraph<'a> {
    commits: &'a [ObjectId],
    numbers: BTreeMap<&'a ObjectId, usize>,
    /// The parents of each commit; `None` for one that is not new.
    parents: Vec<Vec<Option<usize>>>,
}

impl<'a> NewGraph<'a> {
    fn read(repository: &Repository, commits: &'a [ObjectId]) -> Result<Self, GitError> {
        let numbers: BTreeMap<&ObjectId, usize> =
            commits.iter().enumerate().map(|(number, id)| (id, number)).collect();
        let mut parents = Vec::new();
        for commit in commits {
            let ids = repository.parents(commit)?;
            parents.push(ids.iter().map(|id| numbers.get(id).copied()).collect());
        }
        Ok(Self { commits, numbers, parents })
    }

    /// The commits that only the second of two parents leads to.
    fn brought_by(&self, merge: &ObjectId) -> Vec<&'a ObjectId> {
        let parents = self.numbers.get(merge).and_then(|number| self.parents.get(*number));
        let Some([first, Some(second)]) = parents.map(Vec::as_slice) else { return Vec::new() };
        let own_side = first.map(|first| self.reach(first)).unwrap_or_default();
        let reached = self.reach(*second);
        let brought = self.commits.iter().enumerate().filter(|(number, _)| {
            let is_in = |side: &[bool]| side.get(*number).copied().unwrap_or_default();
            is_in(&reached) && !is_in(&own_side)
        });
        brought.map(|(_, commit)| commit).collect()
    }

    /// Whether a commit leads to each of the others, by number; it leads to itself.
    fn reach(&self, from: usize) -> Vec<bool> {
        let mut reached = vec![false; self.commits.len()];
        let mut open = vec![from];
        while let Some(number) = open.pop() {
            let Some(mark) = reached.get_mut(number).filter(|mark| !**mark) else { continue };
            *mark = true;
            open.extend(self.parents.get(number).into_iter().flatten().flatten());
        }
        reached
    }
}

fn is_commit_of(facts: &CommitFacts, new: &BTreeSet<&ObjectId>) -> bool {
    facts.kind == SignedObject::Commit && new.contains(&facts.id)
}

/// A signature that could not be checked is not one that is missing.
fn lacks_signature(facts: &CommitFacts) -> bool {
    match &facts.signature {
        Evidence::Known(SignatureStatus::Unsigned | SignatureStatus::Untrusted { .. }) => true,
        Evidence::Known(SignatureStatus::Trusted { .. } | SignatureStatus::Forge { .. })
        | Evidence::Unavailable(_)
        | Evidence::NotEvaluatedHere => false,
    }
}

fn is_signed_by_person(facts: &CommitFacts, people: &[PersonEntry]) -> bool {
    match &facts.signature {
        Evidence::Known(status) => {
            facts.malformed.is_empty() && signer(people, status).is_some_and(|person| !person.bot)
        }
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => false,
    }
}
