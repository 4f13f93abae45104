//! Decides what the repair of damaged trust files may change.
//!
//! In: the last usable state as base, the damaged state as old, the repaired one as new. Out: the changes of trust
//! files, each with the objection to it. Never: accepts a file because it was there before: people and keys may have
//! been removed since, so owners approve each repair.

use git_trust::{AllowedSigners, Keyring, Revocations};
use source_files::{RepoPath, Snapshot, TreeFile};

use super::governing::Governing;
use super::resulting::{Cause, find_problem};
use super::trust_files::{Role, TrustInput, blame, is_listed_by_server, role};
use super::trust_owners::{ChangeApprovals, TrustOwners};
use super::weakening::{UNKNOWN_OWNERS, weakening};
use crate::evidence::{Broken, TrustApproval, TrustFileChange, Weakening};
use crate::git::Repository;

/// The trust files that a repair changes, each with what is objected to.
pub(crate) fn repair_changes(
    input: &TrustInput<'_>,
    approvals: &ChangeApprovals<'_>,
) -> Vec<TrustFileChange> {
    let changed = Snapshot::changed_paths(input.old, input.new);
    let (trusted, others): (Vec<RepoPath>, Vec<RepoPath>) =
        changed.into_iter().partition(|path| role(input, path).is_some());
    let today = TrustInput { base: input.old, ..*input };
    let damage = DamagedFiles {
        cause: find_problem(input, input.old).map(|problem| problem.cause),
        former: TrustOwners::read(input, &trusted),
        today: TrustOwners::read(&today, &trusted),
    };
    let changes = trusted.into_iter().filter_map(|path| change(input, path, &damage, approvals)).collect();
    let mut changes = blame(changes, find_problem(input, input.new));
    if let (Some(first), Some(other)) = (changes.first_mut(), others.first()) {
        let reason = format!("{other} changes too, and a repair changes damaged trust files only");
        first.broken.get_or_insert(Broken::NotARepair(reason));
    }
    changes
}

/// What is damaged, and who owns the files.
struct DamagedFiles {
    cause: Option<Cause>,
    /// By the last usable state.
    former: TrustOwners,
    /// By the damaged state, where its files can be read: who lost a file since does not own it.
    today: TrustOwners,
}

fn change(
    input: &TrustInput<'_>,
    path: RepoPath,
    damage: &DamagedFiles,
    approvals: &ChangeApprovals<'_>,
) -> Option<TrustFileChange> {
    let role = role(input, &path)?;
    let new_blob = input.new.files.get(&path).map(|file| file.id.clone());
    let since_usable = TrustInput { old: input.base, ..*input };
    let weakening = weakening(&since_usable, &path, role, &damage.former);
    let objection = find_undamaged(input, &path, role, damage.cause);
    let objection = objection.or_else(|| find_weakening(input, &path, role, &weakening, damage));
    let broken = objection.map(Broken::NotARepair);
    let approval = if is_listed_by_server(input, &path, new_blob.as_ref()) {
        TrustApproval::Server
    } else {
        let today = TrustInput { base: input.old, ..*input };
        match damage.today.approval(&today, &path, approvals) {
            missing @ TrustApproval::Missing(_) => missing,
            TrustApproval::Owners(_)
            | TrustApproval::Nobody(_)
            | TrustApproval::Server
            | TrustApproval::First
            | TrustApproval::Governed => damage.former.approval(input, &path, approvals),
        }
    };
    Some(TrustFileChange { path, role: role.as_str(), new_blob, broken, weakening, approval })
}

/// Why a file is not damaged. One that is as it was in the usable state is not, and neither is a file of keys that can
/// be read.
fn find_undamaged(
    input: &TrustInput<'_>,
    path: &RepoPath,
    role: Role,
    cause: Option<Cause>,
) -> Option<String> {
    let [base, old] = [input.base, input.old].map(|snapshot| snapshot.files.get(path));
    let can_be_damaged = match (role, cause) {
        (Role::Policy, Some(Cause::Policy | Cause::KeyNames | Cause::Approvers))
        | (Role::Codeowners | Role::NestedOwners, Some(Cause::Owners | Cause::Approvers)) => true,
        (Role::Keyring, Some(_)) => old.is_none_or(|file| !can_be_read(input.repository, path, file)),
        (
            Role::Policy
            | Role::Codeowners
            | Role::NestedOwners
            | Role::Keyring
            | Role::Waivers
            | Role::Encryption
            | Role::Workflow,
            _,
        ) => false,
    };
    let is_damaged = can_be_damaged && base != old;
    (!is_damaged).then(|| "it is not damaged, and a repair changes damaged trust files only".to_owned())
}

/// What a repair would weaken: compared with the last usable state, and with the damaged policy where that can be used.
/// A file that becomes what it was gives no one more than the usable state did.
fn find_weakening(
    input: &TrustInput<'_>,
    path: &RepoPath,
    role: Role,
    since_usable: &Weakening,
    damage: &DamagedFiles,
) -> Option<String> {
    if role == Role::Policy && damage.cause == Some(Cause::Approvers) {
        let since_today = weakening(input, path, role, &damage.today);
        if let Some(weaker) = first_sentence(&since_today) {
            return Some(format!("compared with the damaged state, {weaker}"));
        }
    }
    let [base, new] = [input.base, input.new].map(|snapshot| snapshot.files.get(path));
    if base == new {
        return None;
    }
    let weaker = first_sentence(since_usable)?;
    Some(format!("compared with the last usable state, {weaker}"))
}

fn first_sentence(weakening: &Weakening) -> Option<String> {
    match weakening {
        Weakening::NotCompared => Some("portcullis cannot compare it".to_owned()),
        Weakening::Compared(sentences) => {
            sentences.iter().find(|sentence| *sentence != UNKNOWN_OWNERS).cloned()
        }
    }
}

/// The files of keys of a former state as far as they are still there today: what was removed or replaced since does
/// not come back, and what came since is not added. A file that cannot be read today is damaged, and counts as it was.
pub(crate) fn surviving_keys(
    repository: &Repository,
    governing: &Governing,
    [former, today]: [&Snapshot; 2],
) -> Snapshot {
    let mut left = Snapshot::empty();
    let keys = former.files.iter().filter(|(path, _)| governing.key_files.contain(path));
    for (path, before) in keys {
        let Some(now) = today.files.get(path) else { continue };
        let kept = if can_be_read(repository, path, now) { now } else { before };
        left.files.insert(path.clone(), kept.clone());
    }
    left
}

/// Whether a file holds keys in any of the formats for them.
fn can_be_read(repository: &Repository, path: &RepoPath, file: &TreeFile) -> bool {
    let Some(bytes) = repository.blob(&file.id).ok().filter(|_| file.mode.is_file()) else { return false };
    let files = || std::iter::once((path.clone(), bytes.clone()));
    Keyring::from_files(files()).is_ok()
        || AllowedSigners::parse(path, &bytes).is_ok()
        || Revocations::from_files(files()).is_ok()
}
