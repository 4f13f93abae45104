//! What the gate must know of a host, as data.
//!
//! In: nothing; each host's `facts.rs` fills this in. Out: [`Facts`]. Never: has a default: a new host does not
//! compile before every field is decided.

use super::forge::ForgeFacts;
use super::origin::{HostError, PushOrigin};
use super::variables::Variables;
use codeowners::Dialect;
use source_files::RepoPath;

/// Everything about one host that needs no network.
#[derive(Debug)]
pub struct Facts {
    /// The word of `--host` and `--forge`.
    pub word: &'static str,
    /// What it says to a hook.
    pub hook: HookFacts,
    /// Where files are that tell it to run something, and so perhaps the gate: they are trust files.
    pub workflows: Workflows,
    /// The dialect in which it reads owners. The dialect knows its places, and files there are trust files.
    pub owners: Option<Dialect>,
    /// How its hooks are installed.
    pub installation: Installation,
    /// Its pull requests; `None` where it has none, or none that are known.
    pub forge: Option<ForgeFacts>,
}

/// What a host says to a hook.
#[derive(Debug)]
pub struct HookFacts {
    /// The server's name, for people.
    pub server: &'static str,
    /// Whether the variables are of this host. `GL_*` is both gitolite's and GitLab's.
    pub speaks: fn(&Variables) -> bool,
    /// What the variables say of a push. An error if one is missing that the host always exports.
    pub origin: fn(&Variables) -> Result<PushOrigin, HostError>,
    /// The variables of a push that `doctor` tries.
    pub rehearsal: &'static [(&'static str, &'static str)],
}

/// Files by which a host runs something.
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

/// Whether any host takes a file for a workflow: a repository may be mirrored.
pub fn is_workflow(path: &RepoPath) -> bool {
    super::HostKind::ALL.iter().any(|kind| kind.facts().workflows.contain(path.as_str()))
}

/// How a host's hooks are installed.
#[derive(Debug)]
pub struct Installation {
    /// The text of its hook, one of `hooks/`.
    pub shim: &'static str,
    /// What it leaves in the folder of a repository, by which it is recognised.
    pub traces: &'static [&'static str],
    /// The hook of one repository.
    pub repository: RepositoryHook,
    /// Hooks in the folder of a repository that the host's own program runs, and not git.
    pub run_by_host: &'static [&'static str],
}

/// Where a host looks for the hook of one repository, in whose folder it is.
#[derive(Clone, Copy, Debug)]
pub enum RepositoryHook {
    /// Where git looks.
    Git,
    /// In this folder, under git's own name, so that another hook may be there.
    Chained(&'static [&'static str]),
    /// In this folder, of which it runs every hook.
    Apart(&'static [&'static str]),
    /// Not in the repository, but `install` can write it; how to.
    Elsewhere(&'static str),
    /// Where only a person can put it; how to.
    ByHand(&'static str),
}

impl Installation {
    /// Whether `install` ever writes the shim.
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
