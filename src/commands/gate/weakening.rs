//! What a changed trust file lets happen that cannot happen now.

use std::collections::BTreeSet;

use super::policy::{known_checks, policy_of};
use super::trust_files::{Role, TrustInput};
use super::trust_owners::TrustOwners;
use crate::evidence::Weakening;
use crate::owners::{OwnersFile, Requirement};
use crate::policy::weakenings;
use crate::source::RepoPath;

/// How many paths with other owners are named.
const NAMED: usize = 5;

/// Compares both versions, where that is possible.
pub(super) fn weakening(
    input: &TrustInput<'_>,
    path: &RepoPath,
    role: Role,
    owners: &TrustOwners,
) -> Weakening {
    match role {
        Role::Policy => of_policy(input, path),
        Role::Codeowners | Role::NestedOwners => of_owners(input, owners),
        Role::Keyring | Role::Encryption | Role::Workflow => Weakening::NotCompared,
    }
}

fn of_policy(input: &TrustInput<'_>, path: &RepoPath) -> Weakening {
    let [old, new] = [input.old, input.new].map(|snapshot| snapshot.files.get(path));
    if new.is_none() {
        return Weakening::Compared(vec!["no policy of its own guards this ref".to_owned()]);
    }
    let [old, new] = [old, new].map(|file| file.and_then(|file| policy_of(input.repository, file)));
    match (old, new) {
        (Some(old), Some(new)) => Weakening::Compared(weakenings(&old, &new, &known_checks())),
        (None, _) | (_, None) => Weakening::NotCompared,
    }
}

/// Every path of both revisions is asked for its owners. Rules for paths that do not exist yet are never
/// certain to be harmless, so there is always something to say.
fn of_owners(input: &TrustInput<'_>, owners: &TrustOwners) -> Weakening {
    let (Ok(Some(base)), Ok(Some(head))) = (&owners.base, &owners.head) else {
        return Weakening::NotCompared;
    };
    let paths: BTreeSet<&RepoPath> = input.base.files.keys().chain(input.new.files.keys()).collect();
    let differing: Vec<&RepoPath> = paths.into_iter().filter(|path| differs(base, head, path)).collect();
    let mut sentences: Vec<String> =
        differing.iter().take(NAMED).map(|path| changed_owners(base, head, path)).collect();
    if let Some(more) = differing.len().checked_sub(NAMED + 1) {
        sentences.push(format!("{} more paths have other owners", more + 1));
    }
    sentences.push("paths that do not exist yet may have other owners".to_owned());
    Weakening::Compared(sentences)
}

fn differs(base: &OwnersFile, head: &OwnersFile, path: &RepoPath) -> bool {
    let (base, head) = (base.requirements(path), head.requirements(path));
    let same =
        |(one, other): (&std::sync::Arc<Requirement>, &std::sync::Arc<Requirement>)| one.asks_the_same(other);
    base.len() != head.len() || !base.iter().zip(&head).all(same)
}

fn changed_owners(base: &OwnersFile, head: &OwnersFile, path: &RepoPath) -> String {
    let names = |file: &OwnersFile| {
        let requirements = file.requirements(path);
        let owners: Vec<String> =
            requirements.iter().flat_map(|one| &one.owners).map(ToString::to_string).collect();
        if owners.is_empty() { "nobody".to_owned() } else { owners.join(" ") }
    };
    format!("{path} is owned by {}, not by {}", names(head), names(base))
}
