//! Compares two versions of a trust file: what the new one allows and the old one does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::clock::date_of;
use super::keyring::load_keys;
use super::trust_files::{Role, TrustInput};
use super::trust_owners::TrustOwners;
use crate::evidence::Weakening;
use crate::policy::{new_waivers, weakenings};
use codeowners::{OwnersFile, Requirement};
use git_trust::{KeyFacts, KeyStanding};
use source_files::{RepoPath, Snapshot};

/// What can always be said of a change of owners.
pub(super) const UNKNOWN_OWNERS: &str = "paths that do not exist yet may have other owners";

/// Compares both versions, if that is possible.
pub(super) fn weakening(
    input: &TrustInput<'_>,
    path: &RepoPath,
    role: Role,
    owners: &TrustOwners,
) -> Weakening {
    match role {
        Role::Policy => of_policy(input, path),
        Role::Waivers => of_waivers(input, path),
        Role::Codeowners | Role::NestedOwners => of_owners(input, owners),
        Role::Keyring => of_keys(input, path),
        Role::Encryption | Role::Workflow => Weakening::NotCompared,
    }
}

/// The keys that may sign and could not before, or may sign for longer. What a list of allowed signers says of
/// authorities, and a list of revocations of single certificates, is not visible in the keys.
fn of_keys(input: &TrustInput<'_>, path: &RepoPath) -> Weakening {
    let keys = |snapshot| load_keys(input.repository, input.governing, snapshot);
    let (Ok(old), Ok(new)) = (keys(input.base), keys(input.new)) else { return Weakening::NotCompared };
    let before = old.inventory(input.now);
    let gains = |facts: &KeyFacts| gain(before.iter().find(|known| known.key == facts.key), facts);
    let mut sentences: Vec<String> = new.inventory(input.now).iter().filter_map(gains).collect();
    if !input.governing.key_files.hold_certificates_only(path) {
        sentences.push("the set of CA-signed keys and revoked certificates may have changed".to_owned());
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

/// The waivers that are new or say something else. An entry that cannot be used today may be of use
/// to a later version of the gate, or on a later day.
fn of_waivers(input: &TrustInput<'_>, path: &RepoPath) -> Weakening {
    let file =
        |snapshot: &Snapshot| snapshot.files.get(path).map(|file| input.policy_files().waivers_of(file));
    let old = file(input.old).unwrap_or_default();
    let new = file(input.new).unwrap_or_default();
    Weakening::Compared(new_waivers(&old, &new))
}

fn of_policy(input: &TrustInput<'_>, path: &RepoPath) -> Weakening {
    let [old, new] = [input.old, input.new].map(|snapshot| snapshot.files.get(path));
    if new.is_none() {
        return Weakening::Compared(vec!["this ref has no policy of its own".to_owned()]);
    }
    let [old, new] = [old, new].map(|file| file.and_then(|file| input.policy_files().policy_of(file)));
    match (old, new) {
        (Some(old), Some(new)) => Weakening::Compared(weakenings(&old, &new, input.known.ids())),
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
    let mut changes: BTreeMap<(String, String), Vec<&RepoPath>> = BTreeMap::new();
    for path in paths.into_iter().filter(|path| differs(base, head, path)) {
        changes.entry((owners_text(base, path), owners_text(head, path))).or_default().push(path);
    }
    let mut sentences: Vec<String> = changes.iter().filter_map(changed_owners).collect();
    sentences.sort();
    sentences.push(UNKNOWN_OWNERS.to_owned());
    Weakening::Compared(sentences)
}

fn differs(base: &OwnersFile, head: &OwnersFile, path: &RepoPath) -> bool {
    let (base, head) = (base.requirements(path), head.requirements(path));
    let same = |(one, other): (&Arc<Requirement>, &Arc<Requirement>)| one.asks_the_same(other);
    base.len() != head.len() || !base.iter().zip(&head).all(same)
}

/// One sentence for all paths whose owners change alike, so that none hides behind many others.
fn changed_owners(((was, is), paths): (&(String, String), &Vec<&RepoPath>)) -> Option<String> {
    let (first, more) = paths.split_first()?;
    Some(match more.len() {
        0 => format!("{first} is owned by {is}, not by {was}"),
        more => format!("{first} and {more} more are owned by {is}, not by {was}"),
    })
}

fn owners_text(file: &OwnersFile, path: &RepoPath) -> String {
    let of_line = |line: &Arc<Requirement>| {
        let owners = line.owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        if line.count > 1 { format!("{} of {owners}", line.count) } else { owners }
    };
    let lines: Vec<String> = file.requirements(path).iter().map(of_line).collect();
    if lines.is_empty() { "no one".to_owned() } else { lines.join(" and ") }
}
