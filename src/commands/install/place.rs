//! Where each host looks for a hook.
//!
//! In: the arguments. Out: [`Place`]. Never: guesses a folder that git or the host would not look in.

use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::folder::below;
use super::shim::Layout;
use crate::cli::InstallArguments;
use crate::commands::error::CommandError;
use crate::git_program::GitProgram;
use crate::host::{HostKind, RepositoryHook};

/// A hook's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) layout: Layout,
    /// Whether another hook may be there, which then runs too.
    pub(super) neighbours: Neighbours,
    /// What remains to be done by hand.
    pub(super) next: String,
}

/// Who else may have a hook under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// The name belongs to the person who installs a hook.
    Chained,
    /// The host runs a folder of hooks, and the name is ours.
    Apart,
}

impl Place {
    pub(super) fn of(arguments: &InstallArguments) -> Result<Self, CommandError> {
        let place = &arguments.place;
        let place = if let Some(folder) = &place.hooks_path {
            let next = format!("make git look there: git config --system core.hooksPath {}", shown(folder));
            Self::chained(&below(folder, &[])?, Layout::PreReceive(HostKind::Git), next)
        } else if let Some(folder) = &place.template {
            let next = format!(
                "make git copy it into new repositories: git config --global init.templateDir {}",
                shown(folder)
            );
            Self::chained(&below(folder, &["hooks"])?, Layout::PreReceive(HostKind::Git), next)
        } else if let Some(folder) = &place.local_code {
            Self::gitolite(&below(folder, &["hooks", "repo-specific"])?)
        } else if let Some(folder) = &place.custom_hooks {
            let next = "prove it: portcullis doctor --repo <repository> --hook <this file>".to_owned();
            Self::apart(&below(folder, &["pre-receive.d"])?, Layout::PreReceive(HostKind::Gitlab), next)
        } else {
            let repository = place.repo.as_deref().unwrap_or(Path::new("."));
            return Self::of_repository(repository, arguments.host);
        };
        Ok(place)
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

    fn of_repository(repository: &Path, host: Option<HostKind>) -> Result<Self, CommandError> {
        let next = format!("prove it: portcullis doctor --repo {}", shown(repository));
        let hooks =
            repository.join(GitProgram::in_folder(repository).read(&["rev-parse", "--git-path", "hooks"])?);
        if GitProgram::in_folder(repository).read(&["rev-parse", "--is-bare-repository"])? != "true" {
            let (Some(parent), Some(name)) =
                (hooks.parent(), hooks.file_name().and_then(|name| name.to_str()))
            else {
                return Err(InstallError::Name(hooks).into());
            };
            return Ok(Self::chained(&below(parent, &[name])?, Layout::PreCommit, next));
        }
        let git_dir =
            PathBuf::from(GitProgram::in_folder(repository).read(&["rev-parse", "--absolute-git-dir"])?);
        let host = host.unwrap_or_else(|| host_of(&git_dir));
        let layout = Layout::PreReceive(host);
        match host.facts().installation.repository {
            RepositoryHook::Elsewhere(advice) | RepositoryHook::ByHand(advice) => {
                Err(InstallError::Elsewhere(advice).into())
            }
            RepositoryHook::Chained(names) => Ok(Self::chained(&below(&git_dir, names)?, layout, next)),
            RepositoryHook::Apart(names) => Ok(Self::apart(&below(&git_dir, names)?, layout, next)),
            RepositoryHook::Git => {
                let folder = below(&git_dir, &["hooks"])?;
                if std::path::absolute(&hooks).ok().and_then(|hooks| below(&hooks, &[]).ok())
                    != Some(folder.clone())
                {
                    let repository = repository.to_path_buf();
                    return Err(InstallError::Shadowed { repository, shown: hooks }.into());
                }
                Ok(Self::chained(&folder, layout, next))
            }
        }
    }
}

/// The host that has left its own files in a repository; plain git leaves none.
fn host_of(git_dir: &Path) -> HostKind {
    let left =
        |kind: &&HostKind| kind.facts().installation.traces.iter().any(|trace| git_dir.join(trace).exists());
    HostKind::ALL.iter().find(left).copied().unwrap_or(HostKind::Git)
}

fn shown(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}
