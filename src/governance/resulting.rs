//! The state that a push leaves: could the next push be judged, signed, owned and approved in it?
//!
//! In: the trust files after the push. Out: why no ordinary push could pass any more, with the file that says so.
//! Never: uses another loader than the one that the next push will be judged with, or takes what was already so
//! for the fault of this push.

use codeowners::{Approver, Coverage, KnownDialect, OwnersFile, Requirement, locate};
use git_trust::{KeyFacts, KeyStanding, TrustedKeys};
use source_files::{RepoPath, Snapshot};

use super::error::{KeysError, PolicyLoadError};
use super::governing::{Foundation, Governing};
use super::keyring::load_keys;
use super::owners_file::owners_of;
use super::trust_files::{OntoHead, TrustInput, owners_dialect};
use crate::approval::approver_of_person;
use crate::policy::{KeyEntry, OwnersEntry, POLICY_PATH, PersonEntry};

/// The obstacle of the next push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Policy,
    /// The policy names files of keys that are not there.
    KeyNames,
    Keys,
    Owners,
    Approvers,
}

/// Why the next push could not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(super) cause: Cause,
    /// The file that is at fault, where it is known.
    pub(super) file: Option<RepoPath>,
    /// Why.
    pub(crate) reason: String,
}

/// How approvals reach the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApprovedBy {
    /// By signed statements of people of the policy.
    Statements,
    /// By reviews on a forge, of accounts that the policy need not know.
    Reviews,
}

/// The first thing that this push makes unusable. It is not at fault for what was unusable before for the same cause,
/// even if the lines that say so have moved.
pub(super) fn find_new_problem(input: &TrustInput<'_>) -> Option<Unusable> {
    let Some(found) = find_problem(input, input.new) else { return find_lost_owners(input) };
    let known = find_problem(input, input.old);
    let is_old = known.is_some_and(|known| known.cause == found.cause);
    (!is_old).then_some(found)
}

/// A trust file that has owners before the push and none after it: no one could approve its next change.
fn find_lost_owners(input: &TrustInput<'_>) -> Option<Unusable> {
    if input.onto_head == OntoHead::No {
        return None;
    }
    let known = owners_dialect(input);
    let old = owners_of(input.repository, input.old, known, Coverage::Everything).ok()??;
    let new = owners_of(input.repository, input.new, known, Coverage::Everything).ok()?;
    let file_of_owners = find_owners_file(known, input.old);
    let moved_to = find_owners_file(known, input.new).or_else(|| file_of_owners.clone());
    let policy = RepoPath::new(POLICY_PATH);
    // The file of owners may move: its new place needs an owner then, not the former one.
    for (before, after) in [(Some(policy.clone()), Some(policy)), (file_of_owners, moved_to)] {
        let (Some(before), Some(after)) = (before, after) else { continue };
        let has_owner = new.as_ref().is_some_and(|new| !new.requirements(&after).is_empty());
        if !old.requirements(&before).is_empty() && !has_owner {
            let reason =
                format!("no one would own {after}, so no one could approve its next change: keep its owners");
            return Some(Unusable { cause: Cause::Approvers, file: None, reason });
        }
    }
    None
}

/// The file that names the owners of a revision; `None` if several do, as in nested OWNERS files, or none does.
fn find_owners_file(known: KnownDialect, snapshot: &Snapshot) -> Option<RepoPath> {
    let located = locate(known, snapshot, Coverage::Everything).ok()?;
    match located.files.as_slice() {
        [only] => Some(only.clone()),
        [..] => None,
    }
}

/// The first thing that makes a revision unusable as the one that governs or, on another ref, as the target's own
/// layer.
pub(crate) fn find_problem(input: &TrustInput<'_>, snapshot: &Snapshot) -> Option<Unusable> {
    let (files, floor) = (input.policy_files(), input.floor.cloned());
    let (governing, target) = match input.onto_head {
        OntoHead::Yes => (snapshot, None),
        OntoHead::No => (input.base, Some(snapshot)),
    };
    let loaded = Foundation::read(files, governing, floor)
        .and_then(|foundation| foundation.govern(files, governing, target));
    let state = match loaded {
        Ok(state) => state,
        Err(error) => return Some(policy_problem(&error)),
    };
    match input.onto_head {
        OntoHead::Yes => State { input, snapshot, governing: state }.find_problem(),
        OntoHead::No => None,
    }
}

fn policy_problem(error: &PolicyLoadError) -> Unusable {
    let reason = match error {
        PolicyLoadError::InForce { source, .. } => source.to_string(),
        PolicyLoadError::Policy(_)
        | PolicyLoadError::Floor { .. }
        | PolicyLoadError::Git(_)
        | PolicyLoadError::Unreadable { .. }
        | PolicyLoadError::Pattern(_) => error.to_string(),
    };
    Unusable { cause: Cause::Policy, file: Some(RepoPath::new(POLICY_PATH)), reason }
}

/// A state that loads.
struct State<'a> {
    input: &'a TrustInput<'a>,
    snapshot: &'a Snapshot,
    governing: Governing,
}

impl State<'_> {
    fn find_problem(&self) -> Option<Unusable> {
        let keys = load_keys(self.input.repository, &self.governing, self.snapshot);
        self.find_key_problem(keys.as_ref()).or_else(|| self.find_owner_problem(keys.as_ref().ok()))
    }

    /// Whether signed statements are the way in which changes are approved here.
    fn needs_statements(&self) -> bool {
        let policy = &self.governing.policy;
        self.input.approved_by == ApprovedBy::Statements
            && policy.owners().is_some()
            && policy.repository().is_some()
    }

    fn names_keys(&self) -> bool {
        let mut entries = self.governing.policy.layers().iter().map(|layer| layer.signatures());
        entries.any(|entry| !entry.keyring.is_empty() || entry.allowed_signers.is_some())
    }

    fn find_key_problem(&self, keys: Result<&TrustedKeys, &KeysError>) -> Option<Unusable> {
        let demanded = self.governing.policy.demands_signatures();
        let needed = demanded || (self.needs_statements() && self.names_keys());
        if !needed {
            return None;
        }
        let cause = match keys {
            Err(KeysError::NoPolicy | KeysError::None | KeysError::Missing(_)) => Cause::KeyNames,
            Err(KeysError::Unreadable(_) | KeysError::Invalid(_)) | Ok(_) => Cause::Keys,
        };
        let reason = match keys {
            Err(reason) => format!("no signature could be checked: {reason}"),
            Ok(keys) if keys.inventory(self.input.now).iter().any(is_good) => return None,
            Ok(_) => "no one could sign: every trusted key is expired, revoked or unfit".to_owned(),
        };
        Some(Unusable { cause, file: None, reason })
    }

    fn find_owner_problem(&self, keys: Option<&TrustedKeys>) -> Option<Unusable> {
        let demand = self.governing.policy.owners()?;
        let known = KnownDialect { policy: demand.dialect, host: self.input.host };
        let file = match owners_of(self.input.repository, self.snapshot, known, Coverage::Everything) {
            Err(error) => {
                return Some(Unusable { cause: Cause::Owners, file: None, reason: error.to_string() });
            }
            Ok(None) => {
                let reason = "the policy requires the approval of owners, and no file names any: nothing could \
                    be approved";
                return Some(Unusable { cause: Cause::Owners, file: None, reason: reason.to_owned() });
            }
            Ok(Some(file)) => file,
        };
        if let Some(problem) = file.problems().first() {
            let reason = format!("{}:{}: {}", problem.file, problem.line, problem.reason);
            return Some(Unusable { cause: Cause::Owners, file: Some(problem.file.clone()), reason });
        }
        if self.needs_statements() { self.find_missing_approver(&demand, &file, keys) } else { None }
    }

    /// A change of the policy or of the owners' file that no one is left to approve.
    fn find_missing_approver(
        &self,
        demand: &OwnersEntry,
        file: &OwnersFile,
        keys: Option<&TrustedKeys>,
    ) -> Option<Unusable> {
        let people = self.governing.policy.people().iter().filter(|person| !person.bot);
        let able: Vec<Approver> =
            people.filter(|person| can_sign(person, keys, self)).map(approver_of_person).collect();
        let demand = demand.demand();
        let unmet = |path: &RepoPath| {
            let mut requirements = file.requirements(path).into_iter();
            requirements.find(|requirement| requirement.measure_progress(&demand, &able).missing > 0)
        };
        let known = KnownDialect { policy: self.governing.policy.owners()?.dialect, host: self.input.host };
        let paths = [Some(RepoPath::new(POLICY_PATH)), find_owners_file(known, self.snapshot)];
        let mut paths = paths.into_iter().flatten();
        paths.find_map(|path| unmet(&path).map(|requirement| no_approver(&path, &requirement)))
    }
}

fn no_approver(path: &RepoPath, requirement: &Requirement) -> Unusable {
    let owners: Vec<String> = requirement.owners.iter().map(ToString::to_string).collect();
    let reason = format!(
        "no one could approve the next change of {path}: {}:{} asks {}, and too few of them are people of the policy \
         with a key that can sign",
        requirement.file,
        requirement.line,
        owners.join(", "),
    );
    Unusable { cause: Cause::Approvers, file: None, reason }
}

fn is_good(facts: &KeyFacts) -> bool {
    match facts.standing {
        KeyStanding::Good(_) => true,
        KeyStanding::Expired(_) | KeyStanding::Revoked | KeyStanding::Unfit(_) => false,
    }
}

/// Whether a person has a key that counts. One without keys may be named by the certificates of an authority.
fn can_sign(person: &PersonEntry, keys: Option<&TrustedKeys>, state: &State<'_>) -> bool {
    let Some(keys) = keys else { return false };
    let own: Vec<_> = person.keys.iter().filter_map(KeyEntry::fingerprint).collect();
    own.is_empty()
        || keys.inventory(state.input.now).iter().any(|facts| is_good(facts) && own.contains(&facts.key))
}
