//! What a changed trust file lets happen that cannot happen now.

use std::collections::BTreeSet;

use super::clock::date_of;
use super::keyring;
use super::policy::{known_checks, policy_of};
use super::trust_files::{Role, TrustInput};
use super::trust_owners::TrustOwners;
use crate::evidence::Weakening;
use crate::owners::{OwnersFile, Requirement};
use crate::policy::weakenings;
use crate::signature::{KeyFacts, KeyStanding};
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
        Role::Keyring => of_keys(input, path),
        Role::Encryption | Role::Workflow => Weakening::NotCompared,
    }
}

/// Which keys may sign that may not now, or may sign for longer. What a list of allowed signers says of
/// authorities, and a list of revocations of single certificates, is not told by keys.
fn of_keys(input: &TrustInput<'_>, path: &RepoPath) -> Weakening {
    let keys = |snapshot| keyring::load(input.repository, input.governing, snapshot);
    let (Ok(old), Ok(new)) = (keys(input.base), keys(input.new)) else { return Weakening::NotCompared };
    let before = old.inventory(input.now);
    let gains = |facts: &KeyFacts| gain(before.iter().find(|known| known.key == facts.key), facts);
    let mut sentences: Vec<String> = new.inventory(input.now).iter().filter_map(gains).collect();
    if !input.governing.key_files.hold_certificates_only(path) {
        sentences
            .push("whom authorities vouch for, and which certificates are revoked, may differ".to_owned());
    }
    Weakening::Compared(sentences)
}

fn gain(before: Option<&KeyFacts>, after: &KeyFacts) -> Option<String> {
    let KeyStanding::Good(end) = &after.standing else { return None };
    let until = end.map(|end| format!(" until {}", date_of(end))).unwrap_or_default();
    match before.map(|before| &before.standing) {
        Some(KeyStanding::Good(was)) if was.is_none() || (end.is_some() && end <= was) => None,
        Some(KeyStanding::Good(_)) => Some(format!("key {} may sign for longer{until}", after.key)),
        Some(KeyStanding::Expired(_) | KeyStanding::Revoked | KeyStanding::Unfit(_)) | None => {
            Some(format!("key {} may sign{until}", after.key))
        }
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
