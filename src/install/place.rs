//! The place where each host looks for a hook.
//!
//! In: the wanted place. Out: [`Place`]. Never: guesses a folder that git or the host would not look in.

use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::folder::below;
use super::shim::Layout;
use crate::git_program::GitProgram;
use crate::host::{HostKind, RepositoryHook};

/// A hook's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) layout: Layout,
    /// Other hooks that may be there.
    pub(super) neighbours: Neighbours,
    /// The work that remains to be done by hand.
    pub(super) next: String,
}

/// Other hooks under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// The name belongs to the person who installs a hook.
    Chained,
    /// The host runs a folder of hooks, and the name is ours.
    Apart,
}

/// The place that a person wants.
#[derive(Debug)]
pub enum AskedPlace {
    /// A repository.
    Repository(PathBuf),
    /// A folder of hooks for all repositories, named by git's `core.hooksPath`.
    HooksPath(PathBuf),
    /// A template of new repositories, named by git's `init.templateDir`.
    Template(PathBuf),
    /// gitolite's `LOCAL_CODE`.
    LocalCode(PathBuf),
    /// Gitaly's folder of custom hooks.
    CustomHooks(PathBuf),
}

impl Place {
    /// Finds the place.
    pub(super) fn find(asked: &AskedPlace, host: Option<HostKind>) -> Result<Self, InstallError> {
        match asked {
            AskedPlace::Repository(repository) => Self::in_repository(repository, host),
            AskedPlace::HooksPath(folder) => {
                let next =
                    format!("make git look there: git config --system core.hooksPath {}", show(folder));
                Ok(Self::chained(&below(folder, &[])?, Layout::PreReceive(HostKind::Git), next))
            }
            AskedPlace::Template(folder) => {
                let next = format!(
                    "make git copy it into new repositories: git config --global init.templateDir {}",
                    show(folder)
                );
                Ok(Self::chained(&below(folder, &["hooks"])?, Layout::PreReceive(HostKind::Git), next))
            }
            AskedPlace::LocalCode(folder) => Ok(Self::gitolite(&below(folder, &["hooks", "repo-specific"])?)),
            AskedPlace::CustomHooks(folder) => {
                let next = "prove it: portcullis doctor --repo <repository> --hook <this file>".to_owned();
                let layout = Layout::PreReceive(HostKind::Gitlab);
                Ok(Self::apart(&below(folder, &["pre-receive.d"])?, layout, next))
            }
        }
    }

    fn chained(folder: &Path, layout: Layout, next: String) -> Self {
        let name = match layout {
            Layout::PreCommit => "pre-commit",
            Layout::PreReceive(_) => "pre-receive",
        };
        Self { path: folder.join(name), layout, neighbours: Neighbours::Chained, next }
    }

    fn apart(folder: &Path, layout: Layout, next: String) -> Self {
        Self { path: folder.join("portcullis"), layout, neighbours: Neighbours::Apart, next }
    }

    fn gitolite(folder: &Path) -> Self {
        let next = "enable `repo-specific-hooks` in .gitolite.rc, write `option hook.pre-receive = portcullis` at the \
                    repository in gitolite.conf, and prove it: portcullis doctor --repo <repository>";
        Self::apart(folder, Layout::PreReceive(HostKind::Gitolite), next.to_owned())
    }

    fn in_repository(repository: &Path, host: Option<HostKind>) -> Result<Self, InstallError> {
        let next = format!("prove it: portcullis doctor --repo {}", show(repository));
        let git = GitProgram::in_folder(repository);
        let hooks = repository.join(git.read(&["rev-parse", "--git-path", "hooks"])?);
        if git.read(&["rev-parse", "--is-bare-repository"])? == "true" {
            let git_dir = PathBuf::from(git.read(&["rev-parse", "--absolute-git-dir"])?);
            let host = host.unwrap_or_else(|| detect_host(&git_dir));
            return Self::on_server(&Server { repository, git_dir, hooks }, host, next);
        }
        let (Some(parent), Some(name)) = (hooks.parent(), hooks.file_name().and_then(|name| name.to_str()))
        else {
            return Err(InstallError::Name(hooks));
        };
        Ok(Self::chained(&below(parent, &[name])?, Layout::PreCommit, next))
    }

    fn on_server(server: &Server<'_>, host: HostKind, next: String) -> Result<Self, InstallError> {
        let layout = Layout::PreReceive(host);
        match host.facts().installation.repository {
            RepositoryHook::Elsewhere(advice) | RepositoryHook::ByHand(advice) => {
                Err(InstallError::Elsewhere(advice))
            }
            RepositoryHook::Chained(names) => {
                Ok(Self::chained(&below(&server.git_dir, names)?, layout, next))
            }
            RepositoryHook::Apart(names) => Ok(Self::apart(&below(&server.git_dir, names)?, layout, next)),
            RepositoryHook::Git => {
                let folder = below(&server.git_dir, &["hooks"])?;
                let looked_in = std::path::absolute(&server.hooks).ok();
                let looked_in = looked_in.and_then(|hooks| below(&hooks, &[]).ok());
                if looked_in.as_ref() != Some(&folder) {
                    let repository = server.repository.to_path_buf();
                    return Err(InstallError::Shadowed { repository, shown: server.hooks.clone() });
                }
                Ok(Self::chained(&folder, layout, next))
            }
        }
    }
}

/// A bare repository.
struct Server<'a> {
    repository: &'a Path,
    git_dir: PathBuf,
    /// The folder in which git looks for hooks.
    hooks: PathBuf,
}

/// Detects the host that has left its own files in a repository; plain git leaves none.
fn detect_host(git_dir: &Path) -> HostKind {
    let has_traces =
        |kind: &&HostKind| kind.facts().installation.traces.iter().any(|trace| git_dir.join(trace).exists());
    HostKind::ALL.iter().find(has_traces).copied().unwrap_or(HostKind::Git)
}

fn show(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}
