//! An owner who signed every new commit that touches a path, and the tip, has approved it once.

use std::collections::BTreeMap;

use super::people::approver_of_person;
use crate::evidence::{CommitFacts, Evidence};
use crate::policy::{self, PersonEntry};
use codeowners::Approver;
use source_files::RepoPath;

/// A new commit and the paths in which it differs from any of its parents.
#[derive(Debug)]
pub struct NewCommit<'a> {
    /// Its facts.
    pub facts: &'a CommitFacts,
    /// The paths that it touches.
    pub touched: Vec<RepoPath>,
}

/// The approvals that signatures give. Empty without a trusted signature on the tip.
#[derive(Debug, Default)]
pub struct SignerApprovals<'a> {
    tip: Option<&'a PersonEntry>,
    /// For every path that a new commit touches: whether all of those are the tip signer's.
    touched: BTreeMap<RepoPath, Signed>,
}

/// The signers of the commits that touch a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signed {
    ByTipSigner,
    ByOthersToo,
}

impl<'a> SignerApprovals<'a> {
    /// Works out who approved by signing. `tip` is the facts of the pushed commit.
    pub fn of(people: &'a [PersonEntry], tip: Option<&CommitFacts>, commits: Vec<NewCommit<'_>>) -> Self {
        let tip = tip.and_then(|facts| signer(people, facts));
        let mut touched = BTreeMap::new();
        for commit in commits {
            let by = signer(people, commit.facts);
            let same = tip.is_some_and(|tip| by.is_some_and(|by| by.name == tip.name));
            for path in commit.touched {
                let signed = touched.entry(path).or_insert(Signed::ByTipSigner);
                if !same {
                    *signed = Signed::ByOthersToo;
                }
            }
        }
        Self { tip, touched }
    }

    /// The person who approved a path. A path that no new commit touches (a merge or a rewind brought
    /// it) has no one's approval.
    pub fn approver(&self, path: &RepoPath) -> Option<Approver> {
        let person = self.tip?;
        let approved = self.touched.get(path) == Some(&Signed::ByTipSigner);
        approved.then(|| approver_of_person(person))
    }
}

/// The person whose trusted key signed a commit. A program's signature is no one's approval.
fn signer<'a>(people: &'a [PersonEntry], facts: &CommitFacts) -> Option<&'a PersonEntry> {
    let Evidence::Known(status) = &facts.signature else { return None };
    policy::signer(people, status).filter(|person| !person.bot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{SignedObject, Vouched};
    use crate::policy::KeyEntry;
    use git_trust::{KeyFingerprint, SignatureStatus};
    use source_files::ObjectId;

    fn commit(id: char, key: &str) -> CommitFacts {
        CommitFacts {
            kind: SignedObject::Commit,
            id: ObjectId::parse(&id.to_string().repeat(40)).expect("an id"),
            title: String::new(),
            malformed: Vec::new(),
            signature: Evidence::Known(SignatureStatus::Trusted {
                key: KeyFingerprint::OpenPgp(key.repeat(20).into()),
                principals: Vec::new(),
            }),
            vouched: Vouched::No,
        }
    }

    #[test]
    fn only_who_signed_everything_that_touches_a_path_approves_it() {
        let person = |name: &str, key: &str, handle: &str| PersonEntry {
            name: name.into(),
            keys: vec![KeyEntry::Always(key.repeat(20))],
            handles: vec![handle.into()],
            bot: false,
        };
        let people = [person("Alice", "AA", "@a"), person("Bob", "BB", "@b")];
        let (first, tip) = (commit('1', "BB"), commit('2', "AA"));
        let (mixed, own) = (RepoPath::new("mixed"), RepoPath::new("own"));
        let commits = vec![
            NewCommit { facts: &first, touched: vec![mixed.clone()] },
            NewCommit { facts: &tip, touched: vec![mixed.clone(), own.clone()] },
        ];
        let approvals = SignerApprovals::of(&people, Some(&tip), commits);
        let alice = approver_of_person(&people[0]);
        assert_eq!(approvals.approver(&own), Some(alice));
        assert_eq!(approvals.approver(&mixed), None);
        assert_eq!(approvals.approver(&RepoPath::new("untouched")), None);
    }
}
