//! The step that installs a hook, by what is at its place already.
//!
//! In: a place and the wanted hook. Out: [`Step`]. Never: overwrites a hook that portcullis did not write, or chains one
//! that would do something else under another name.

use std::path::{Path, PathBuf};

use super::error::{InstallError, file_error};
use super::folder::{self, AtPlace};
use super::place::{Neighbours, Place};
use super::shim::{Company, Shim};
use crate::report::terminal;

/// The step that installs a hook.
#[derive(Debug)]
pub(super) enum Step {
    Nothing { path: PathBuf },
    Write { path: PathBuf, text: String },
    Update { path: PathBuf, text: String },
    Chain { path: PathBuf, text: String, kept: PathBuf },
    Absent { path: PathBuf },
    Remove { path: PathBuf },
    Restore { path: PathBuf, kept: PathBuf },
}

impl Step {
    /// Chooses the step, by what is at the place already.
    pub(super) fn choose(place: &Place, wanted: Shim) -> Result<Self, InstallError> {
        let path = place.path.clone();
        let (text, executable) = match folder::read_place(&path)? {
            AtPlace::Nothing => return Ok(Self::Write { path, text: wanted.text() }),
            AtPlace::Plain(text) => (text, false),
            AtPlace::Program(text) => (text, true),
        };
        match (Shim::read(&text), place.neighbours) {
            (Some(own), _) => {
                let wanted = merge(own, wanted).text();
                let is_same = wanted == text && executable;
                Ok(if is_same { Self::Nothing { path } } else { Self::Update { path, text: wanted } })
            }
            (None, Neighbours::Apart) => Err(InstallError::Foreign(path)),
            (None, Neighbours::Chained) if !executable => Err(InstallError::NotExecutable(path)),
            (None, Neighbours::Chained) if text.contains("portcullis") => Err(InstallError::Calls(path)),
            (None, Neighbours::Chained) if depends_on_its_name(&text) => Err(InstallError::Named(path)),
            (None, Neighbours::Chained) => plan_chain(path, wanted),
        }
    }

    /// Chooses the step that takes the hook away. A hook that ran beside it gets its place back.
    pub(super) fn choose_removal(place: &Place) -> Result<Self, InstallError> {
        let path = place.path.clone();
        let text = match folder::read_place(&path)? {
            AtPlace::Nothing => return Ok(Self::Absent { path }),
            AtPlace::Plain(text) | AtPlace::Program(text) => text,
        };
        match Shim::read(&text).map(|shim| shim.company) {
            Some(Company::Alone) => Ok(Self::Remove { path }),
            Some(Company::Chained) => Ok(Self::Restore { kept: kept_path(&path), path }),
            None => Err(InstallError::NotOurs(path)),
        }
    }

    /// Carries the step out.
    pub(super) fn carry_out(&self) -> Result<(), InstallError> {
        match self {
            Self::Nothing { .. } | Self::Absent { .. } => Ok(()),
            Self::Write { path, text } => folder::write(path, text),
            Self::Update { path, text } => folder::replace(path, text, None),
            Self::Chain { path, text, kept } => folder::replace(path, text, Some(kept)),
            Self::Remove { path } => std::fs::remove_file(path).map_err(file_error(path)),
            Self::Restore { path, kept } => std::fs::rename(kept, path).map_err(file_error(kept)),
        }
    }

    /// Describes the step once it is done.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Nothing { path } => format!("{} is installed already", shown(path)),
            Self::Write { path, .. } => format!("installed {}", shown(path)),
            Self::Update { path, .. } => format!("updated {}", shown(path)),
            Self::Chain { path, kept, .. } => {
                format!("installed {}; the existing hook runs after it, as {}", shown(path), shown(kept))
            }
            Self::Absent { path } => format!("there is no hook at {}", shown(path)),
            Self::Remove { path } => format!("removed {}: nothing judges pushes any more", shown(path)),
            Self::Restore { path, kept } => {
                format!(
                    "{} is the hook that was {}: nothing else judges pushes any more",
                    shown(path),
                    shown(kept)
                )
            }
        }
    }

    /// Describes the step before it is done.
    pub(super) fn preview(&self) -> String {
        let would = |path: &Path, text: &str| format!("would write {}:\n{text}", shown(path));
        match self {
            Self::Nothing { .. } | Self::Absent { .. } => format!("{}\n", self.describe()),
            Self::Write { path, text } | Self::Update { path, text } => would(path, text),
            Self::Chain { path, text, kept } => {
                format!("would keep {} as {}\n{}", shown(path), shown(kept), would(path, text))
            }
            Self::Remove { path } => format!("would remove {}\n", shown(path)),
            Self::Restore { path, kept } => format!("would rename {} to {}\n", shown(kept), shown(path)),
        }
    }
}

/// Ways to ask for one's own folder, which a new name does not change.
const FOLDER: [&str; 5] =
    ["dirname \"$0\"", "dirname -- \"$0\"", "dirname $0", "${0%/*}", "dirname \"${BASH_SOURCE[0]}\""];
/// Ways to ask for one's own name, in the languages that hooks are written in.
const NAME: [&str; 8] = ["$0", "${0", "BASH_SOURCE", "ZSH_ARGZERO", "argv", "ARGV", "__FILE__", "__file__"];

/// Reports whether a hook may find the hooks that it runs by its own name: renamed, it would run none of them, and no one
/// would notice. Nothing is known about a program that is not a script.
fn depends_on_its_name(text: &str) -> bool {
    let rest = FOLDER.iter().fold(text.to_owned(), |rest, words| rest.replace(words, ""));
    !text.starts_with("#!") || NAME.iter().any(|words| rest.contains(words))
}

/// The place of the hook that runs beside ours.
fn kept_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".portcullis-chained");
    path.with_file_name(name)
}

fn plan_chain(path: PathBuf, wanted: Shim) -> Result<Step, InstallError> {
    let kept = kept_path(&path);
    if kept.symlink_metadata().is_ok() {
        return Err(InstallError::Chained(kept));
    }
    let text = Shim { company: Company::Chained, ..wanted }.text();
    Ok(Step::Chain { path, text, kept })
}

/// Merges two hooks. Options that the old one has and the new one lacks remain: a second installation removes neither the
/// server's policy nor the hook that is chained.
fn merge(own: Shim, wanted: Shim) -> Shim {
    Shim {
        company: own.company,
        server_policy: wanted.server_policy.clone().or(own.server_policy),
        deadline: wanted.deadline.or(own.deadline),
        log: wanted.log.clone().or(own.log),
        ..wanted
    }
}

fn shown(path: &Path) -> String {
    terminal(&path.display().to_string()).into_owned()
}
