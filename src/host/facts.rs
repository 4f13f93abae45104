//! HostFacts about a host that the gate needs, as data.
//!
//! In: nothing; each host's `facts.rs` fills this in. Out: [`HostFacts`]. Never: has a default: a new host does not
//! compile before every field is decided.

use super::forge::ForgeFacts;
use super::origin::{HostError, PushOrigin};
use super::variables::Variables;
use codeowners::Dialect;
use source_files::RepoPath;

/// All facts about one host that need no network.
#[derive(Debug)]
pub struct HostFacts {
    /// The word of `--host` and `--forge`.
    pub word: &'static str,
    /// The variables of its hooks.
    pub hook: HookFacts,
    /// The places of files that tell it to run something, possibly the gate. They are trust files.
    pub workflows: Workflows,
    /// The dialect of its owners files. The dialect knows their places, and files there are trust files.
    pub owners: Option<Dialect>,
    /// The installation of its hooks.
    pub installation: Installation,
    /// Its pull requests. `None` if it has none, or none that are known.
    pub forge: Option<ForgeFacts>,
}

/// The variables that a host sets for a hook.
#[derive(Debug)]
pub struct HookFacts {
    /// The server's name, for people.
    pub server: &'static str,
    /// Returns true if the variables are of this host. `GL_*` is both gitolite's and GitLab's.
    pub speaks: fn(&Variables) -> bool,
    /// Reads the origin of a push from the variables. Fails if one is missing that the host always exports.
    pub origin: fn(&Variables) -> Result<PushOrigin, HostError>,
    /// The variables of a push that `doctor` tries.
    pub rehearsal: &'static [(&'static str, &'static str)],
    /// The changes of refs that the host makes without any hook.
    pub unseen: &'static [UnseenChange],
}

/// A change of refs that a host makes without any hook.
#[derive(Debug)]
pub struct UnseenChange {
    /// The folder of the refs: `refs/heads/` or `refs/tags/`.
    pub folder: &'static str,
    /// What the host does, after "anyone with write access can".
    pub deed: &'static str,
    /// The setting that closes it.
    pub remedy: &'static str,
}

/// The places of files that tell a host to run something.
#[derive(Debug)]
pub struct Workflows {
    /// Folders, with a slash at their end.
    pub folders: &'static [&'static str],
    /// Files outside of them.
    pub files: &'static [&'static str],
}

impl Workflows {
    /// A host that runs nothing for a repository.
    pub const NONE: Self = Self { folders: &[], files: &[] };

    fn contain(&self, path: &str) -> bool {
        self.files.contains(&path) || self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

/// Returns true if any host takes a file for a workflow: a repository may be mirrored.
pub fn is_workflow(path: &RepoPath) -> bool {
    super::HostKind::ALL.iter().any(|kind| kind.facts().workflows.contain(path.as_str()))
}

/// The installation of a host's hooks.
#[derive(Debug)]
pub struct Installation {
    /// The text of its hook, one of `hooks/`.
    pub shim: &'static str,
    /// Files that it leaves in the folder of a repository, by which it is recognised.
    pub traces: &'static [&'static str],
    /// The hook of one repository.
    pub repository: RepositoryHook,
    /// Hooks in the folder of a repository that the host's own program runs, and not git.
    pub run_by_host: &'static [&'static str],
}

/// The place of a repository's hook.
#[derive(Clone, Copy, Debug)]
pub enum RepositoryHook {
    /// The place where git looks.
    Git,
    /// This folder, under git's own name, so that another hook may be there.
    Chained(&'static [&'static str]),
    /// This folder, of which the host runs every hook.
    Apart(&'static [&'static str]),
    /// A place outside the repository where `install` can write it, with instructions.
    Elsewhere(&'static str),
    /// A place where only a person can put it, with instructions.
    ByHand(&'static str),
}

impl Installation {
    /// Returns true if `install` ever writes the shim.
    pub fn writes_shim(&self) -> bool {
        match self.repository {
            RepositoryHook::Git
            | RepositoryHook::Chained(_)
            | RepositoryHook::Apart(_)
            | RepositoryHook::Elsewhere(_) => true,
            RepositoryHook::ByHand(_) => false,
        }
    }
}
