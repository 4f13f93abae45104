//! Finds the changed files that are trust files, and decides which of them may change.

use std::sync::Arc;
use std::time::SystemTime;

use super::floor::Floor;
use super::governing::{Governance, Governing};
use super::policy_files::PolicyFiles;
use super::resulting::{ApprovedBy, Unusable, find_new_problem};
use super::trust_owners::{ChangeApprovals, TrustOwners};
use super::weakening::weakening;
use crate::approval::Digest;
use crate::evidence::{Broken, TrustApproval, TrustFileChange, Weakening};
use crate::git::Repository;
use crate::host::is_workflow;
use crate::policy::{KnownChecks, POLICY_PATH, WAIVERS_PATH};
use codeowners::{Dialect, KnownDialect, may_name_owners};
use source_files::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// The revisions and rules that a change of trust files is compared with.
#[derive(Clone, Copy)]
pub(crate) struct TrustInput<'a> {
    pub(crate) repository: &'a Repository,
    /// The checks that a policy may name.
    pub(crate) known: &'a KnownChecks,
    pub(crate) governing: &'a Governing,
    /// The governing ref as it was before the push.
    pub(crate) base: &'a Snapshot,
    /// The ref's own files before and after.
    pub(crate) old: &'a Snapshot,
    pub(crate) new: &'a Snapshot,
    /// Whether the push goes to HEAD's branch, the only one that may bring the first trust files.
    pub(crate) onto_head: OntoHead,
    /// The dialect of owners that the host which serves the push reads, where it reads one.
    pub(crate) host: Option<Dialect>,
    /// The server's clock.
    pub(crate) now: SystemTime,
    /// The server's policy.
    pub(crate) floor: Option<&'a Arc<Floor>>,
    /// How approvals reach the gate.
    pub(crate) approved_by: ApprovedBy,
}

impl<'a> TrustInput<'a> {
    pub(super) fn policy_files(&self) -> PolicyFiles<'a> {
        PolicyFiles { repository: self.repository, known: self.known }
    }
}

/// Whether a ref is the branch that trust files are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OntoHead {
    Yes,
    No,
}

/// The trust files that change between two snapshots of a ref.
pub(crate) fn changes(input: &TrustInput<'_>, approvals: &ChangeApprovals<'_>) -> Vec<TrustFileChange> {
    let changed = Snapshot::changed_paths(input.old, input.new);
    let trusted: Vec<RepoPath> = changed.into_iter().filter(|path| is_trust_file(input, path)).collect();
    if trusted.is_empty() {
        return Vec::new();
    }
    let owners = TrustOwners::read(input, &trusted);
    let changes = trusted.into_iter().filter_map(|path| change(input, path, &owners, approvals)).collect();
    blame(changes, find_new_problem(input))
}

/// Puts what the next push could not pass by to the file that is at fault: the one that is named, else the policy,
/// else the first that changes.
pub(super) fn blame(mut changes: Vec<TrustFileChange>, unusable: Option<Unusable>) -> Vec<TrustFileChange> {
    let Some(Unusable { file, reason, .. }) = unusable else { return changes };
    if changes.iter().any(|change| change.broken.is_some()) {
        return changes;
    }
    let policy = RepoPath::new(POLICY_PATH);
    let named = |change: &TrustFileChange| {
        file.as_ref() == Some(&change.path) || reason.contains(change.path.as_str())
    };
    let at = changes.iter().position(named);
    let at = at.or_else(|| changes.iter().position(|change| change.path == policy)).unwrap_or_default();
    if let Some(change) = changes.get_mut(at) {
        change.broken = Some(Broken::LocksOut(reason));
    }
    changes
}

/// Whether a path is a trust file, whatever happens to it.
pub(crate) fn is_trust_file(input: &TrustInput<'_>, path: &RepoPath) -> bool {
    role(input, path).is_some()
}

/// Whether a change is one of files of keys, and of nothing else.
pub(crate) fn changes_keys_only(input: &TrustInput<'_>) -> bool {
    let changed = Snapshot::changed_paths(input.old, input.new);
    !changed.is_empty() && changed.iter().all(|path| role(input, path) == Some(Role::Keyring))
}

/// The files that an approval depends on: policy, waivers and owners of the governing ref, and the target ref's own policy
/// and waivers, which are a layer of their own. An approval that was given under anything else does not count. It is
/// verified by the keys of today, and no rule for encrypting secrets or workflow says what it counts for.
pub(crate) fn digest(input: &TrustInput<'_>) -> Digest {
    let before = TrustInput { old: input.base, new: input.base, ..*input };
    let decides = |path: &RepoPath| match role(&before, path) {
        Some(Role::Policy | Role::Waivers | Role::Codeowners | Role::NestedOwners) => true,
        Some(Role::Keyring | Role::Encryption | Role::Workflow) | None => false,
    };
    let trusted = input.base.files.iter().filter(|(path, _)| decides(path));
    let own = [POLICY_PATH, WAIVERS_PATH].map(RepoPath::new);
    let own = own.iter().filter_map(|path| input.old.files.get_key_value(path));
    let line = |(path, file): (&RepoPath, &TreeFile)| format!("{} {} {path}", mode(file.mode), file.id);
    let lines: Vec<String> = trusted.chain(own).map(line).collect();
    Digest::of(lines.iter().map(String::as_bytes))
}

/// A bit that lets a file run changes nothing about what it says.
fn mode(mode: FileMode) -> &'static str {
    match mode {
        FileMode::Regular | FileMode::Executable => "file",
        FileMode::Symlink => "symlink",
        FileMode::Gitlink => "gitlink",
    }
}

fn change(
    input: &TrustInput<'_>,
    path: RepoPath,
    owners: &TrustOwners,
    approvals: &ChangeApprovals<'_>,
) -> Option<TrustFileChange> {
    let role = role(input, &path)?;
    let new_file = input.new.files.get(&path);
    let new_blob = new_file.map(|file| file.id.clone());
    let broken = new_file.and_then(|file| broken(input, &path, file)).map(Broken::Invalid);
    let weakening = weakening(input, &path, role, owners);
    let approval = accepted(input, &path, new_blob.as_ref(), &weakening);
    let approval = approval.unwrap_or_else(|| owners.approval(input, &path, approvals));
    Some(TrustFileChange { path, role: role.as_str(), new_blob, broken, weakening, approval })
}

/// Why the next push could not be judged by the file. An accepted blob that becomes a symbolic link is
/// still the same blob, and no longer a file that counts.
fn broken(input: &TrustInput<'_>, path: &RepoPath, file: &TreeFile) -> Option<String> {
    match file.mode {
        FileMode::Symlink | FileMode::Gitlink => Some("it is a symbolic link or a submodule".to_owned()),
        FileMode::Regular | FileMode::Executable if path.as_str() == POLICY_PATH => {
            input.policy_files().find_policy_error(input.old.file(POLICY_PATH), &file.id)
        }
        FileMode::Regular | FileMode::Executable => None,
    }
}

/// Whether no one of the repository has to approve.
fn accepted(
    input: &TrustInput<'_>,
    path: &RepoPath,
    new_blob: Option<&ObjectId>,
    weakening: &Weakening,
) -> Option<TrustApproval> {
    let governed = input.base.files.get(path).map(|file| &file.id);
    if is_listed_by_server(input, path, new_blob) {
        Some(TrustApproval::Server)
    } else if governed.is_some() && governed == new_blob && !loosens_its_own(input, path, weakening) {
        Some(TrustApproval::Governed)
    } else if is_first(input, path) {
        Some(TrustApproval::First)
    } else {
        None
    }
}

/// Whether the server's policy accepts exactly this content.
pub(super) fn is_listed_by_server(
    input: &TrustInput<'_>,
    path: &RepoPath,
    new_blob: Option<&ObjectId>,
) -> bool {
    let listed = input.governing.policy.accepted_trust_files.get(path.as_str());
    listed.is_some_and(|blob| blob == new_blob.map_or("deleted", ObjectId::as_str))
}

/// Whether a file may come because the repository has no policy yet. The server's may go by owners and keys
/// of the repository anyway: of those only one of a kind that is not there yet is the first.
fn is_first(input: &TrustInput<'_>, path: &RepoPath) -> bool {
    let no_policy = input.governing.governance == Governance::None && input.onto_head == OntoHead::Yes;
    let wanted = role(input, path);
    let demanded = match wanted {
        Some(Role::Codeowners | Role::NestedOwners) => input.governing.policy.owners().is_some(),
        Some(Role::Keyring | Role::Waivers) => true,
        Some(Role::Policy | Role::Encryption | Role::Workflow) | None => false,
    };
    let in_force = || input.base.files.keys().any(|known| role(input, known) == wanted);
    no_policy && !(demanded && in_force())
}

/// Whether a ref loses rules that only its own policy has: that is a layer of its own, and a branch that
/// catches up with the governing ref may not shed it on the way.
fn loosens_its_own(input: &TrustInput<'_>, path: &RepoPath, weakening: &Weakening) -> bool {
    let own_policy = input.old.file(POLICY_PATH);
    let has_its_own = match path.as_str() {
        POLICY_PATH => own_policy.is_some(),
        WAIVERS_PATH => own_policy.is_some() && own_policy != input.base.file(POLICY_PATH),
        _ => false,
    };
    has_its_own
        && match weakening {
            Weakening::Compared(sentences) => !sentences.is_empty(),
            Weakening::NotCompared => true,
        }
}

/// The purpose of a trust file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Policy,
    Waivers,
    Codeowners,
    NestedOwners,
    Keyring,
    Encryption,
    Workflow,
}

impl Role {
    /// For people: what is behind "which is".
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "the policy",
            Self::Waivers => "the list of waivers",
            Self::Codeowners => "a CODEOWNERS file",
            Self::NestedOwners => "an OWNERS file",
            Self::Keyring => "a keyring",
            Self::Encryption => "the rules for encrypting secrets",
            Self::Workflow => "a workflow that runs the gate",
        }
    }
}

pub(super) fn role(input: &TrustInput<'_>, path: &RepoPath) -> Option<Role> {
    let text = path.as_str();
    if text == POLICY_PATH {
        Some(Role::Policy)
    } else if text == WAIVERS_PATH {
        Some(Role::Waivers)
    } else if may_name_owners(owners_dialect(input).policy, path) {
        Some(if path.is_named("CODEOWNERS") { Role::Codeowners } else { Role::NestedOwners })
    } else if input.governing.key_files.contain(path) {
        Some(Role::Keyring)
    } else if path.file_name() == ".sops.yaml" {
        Some(Role::Encryption)
    } else if runs_the_gate(input, path) {
        Some(Role::Workflow)
    } else {
        None
    }
}

/// The dialect of owners, by policy and host.
pub(crate) fn owners_dialect(input: &TrustInput<'_>) -> KnownDialect {
    let policy = input.governing.policy.owners().and_then(|owners| owners.dialect);
    KnownDialect { policy, host: input.host }
}

fn runs_the_gate(input: &TrustInput<'_>, path: &RepoPath) -> bool {
    let mentions = |snapshot: &Snapshot| {
        let bytes = snapshot.files.get(path).and_then(|file| input.repository.blob(&file.id).ok());
        // To a forge, the names of actions are the same in capital letters.
        bytes.is_some_and(|bytes| String::from_utf8_lossy(&bytes).to_ascii_lowercase().contains("portcullis"))
    };
    is_workflow(path) && (mentions(input.old) || mentions(input.new))
}
