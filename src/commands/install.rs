//! `install`: puts the gate where git or the host looks for a hook.
//!
//! In: the place. Out: the shim of `hooks/` there, which calls this very program. Never: overwrites a hook
//! that it did not write; takes an option from one that it did.

mod error;
mod folder;
mod place;
mod shim;

use std::path::{Path, PathBuf};

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::InstallArguments;
use crate::gate::load_without_repository;
use crate::report::terminal;
pub use error::InstallError;
use error::failed;
use folder::{Standing, nameable};
use place::{Neighbours, Place};
use shim::{Company, Layout, Shim};

pub(super) fn run(arguments: &InstallArguments) -> Result<Exit, CommandError> {
    let place = Place::of(arguments)?;
    let shim = shim(arguments, place.layout)?;
    let step = step(&place, shim)?;
    if arguments.dry_run {
        print(&step.announced())?;
        return Ok(Exit::Accept);
    }
    step.take()?;
    print(&format!("{}\n  {}\n", step.describe(), terminal(&place.next)))?;
    Ok(Exit::Accept)
}

/// What the arguments ask for.
fn shim(arguments: &InstallArguments, layout: Layout) -> Result<Shim, CommandError> {
    let mut shim = Shim::calling(&program()?, layout);
    let options = arguments.server_policy.is_some() || arguments.deadline.is_some();
    if layout == Layout::PreCommit && options {
        return Err(InstallError::Options.into());
    }
    if let Some(policy) = &arguments.server_policy {
        load_without_repository(Some(policy))?;
        let policy = policy.canonicalize().map_err(failed(policy))?;
        folder::guarded(&policy)?;
        shim.server_policy = Some(nameable(&policy)?.to_owned());
    }
    shim.deadline = arguments.deadline;
    Ok(shim)
}

/// This program, if no one else can replace it.
fn program() -> Result<String, InstallError> {
    let program = std::env::current_exe().map_err(failed(Path::new("portcullis")))?;
    let program = program.canonicalize().map_err(failed(&program))?;
    folder::guarded(&program)?;
    Ok(nameable(&program)?.to_owned())
}

/// What must be done.
#[derive(Debug)]
enum Step {
    Nothing { path: PathBuf },
    Write { path: PathBuf, text: String },
    Update { path: PathBuf, text: String },
    Chain { path: PathBuf, text: String, kept: PathBuf },
}

fn step(place: &Place, wanted: Shim) -> Result<Step, InstallError> {
    let path = place.path.clone();
    let (text, executable) = match folder::standing(&path)? {
        Standing::Nothing => return Ok(Step::Write { path, text: wanted.text() }),
        Standing::Plain(text) => (text, false),
        Standing::Program(text) => (text, true),
    };
    match (Shim::read(&text), place.neighbours) {
        (Some(own), _) => {
            let wanted = merged(own, wanted).text();
            let same = wanted == text && executable;
            Ok(if same { Step::Nothing { path } } else { Step::Update { path, text: wanted } })
        }
        (None, Neighbours::Apart) => Err(InstallError::Foreign(path)),
        (None, Neighbours::Chained) if !executable => Err(InstallError::NotExecutable(path)),
        (None, Neighbours::Chained) if text.contains("portcullis") => Err(InstallError::Calls(path)),
        (None, Neighbours::Chained) if goes_by_its_name(&text) => Err(InstallError::Named(path)),
        (None, Neighbours::Chained) => chain(path, wanted),
    }
}

/// Ways to ask for one's own folder, which a new name does not change.
const FOLDER: [&str; 5] =
    ["dirname \"$0\"", "dirname -- \"$0\"", "dirname $0", "${0%/*}", "dirname \"${BASH_SOURCE[0]}\""];
/// Ways to ask for one's own name, in the languages that hooks are written in.
const NAME: [&str; 8] = ["$0", "${0", "BASH_SOURCE", "ZSH_ARGZERO", "argv", "ARGV", "__FILE__", "__file__"];

/// A dispatcher finds the hooks that it runs by its own name: renamed, it would run none of them, and no one
/// would notice. Of a program that is not a script nothing is known.
fn goes_by_its_name(text: &str) -> bool {
    let rest = FOLDER.iter().fold(text.to_owned(), |rest, words| rest.replace(words, ""));
    !text.starts_with("#!") || NAME.iter().any(|words| rest.contains(words))
}

fn chain(path: PathBuf, wanted: Shim) -> Result<Step, InstallError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".portcullis-chained");
    let kept = path.with_file_name(name);
    if kept.symlink_metadata().is_ok() {
        return Err(InstallError::Chained(kept));
    }
    let text = Shim { company: Company::Chained, ..wanted }.text();
    Ok(Step::Chain { path, text, kept })
}

/// What was asked for before and is not asked for now still holds: a second installation takes away neither
/// the server's policy nor the hook that is chained.
fn merged(own: Shim, wanted: Shim) -> Shim {
    Shim {
        company: own.company,
        server_policy: wanted.server_policy.clone().or(own.server_policy),
        deadline: wanted.deadline.or(own.deadline),
        ..wanted
    }
}

impl Step {
    fn take(&self) -> Result<(), InstallError> {
        match self {
            Self::Nothing { .. } => Ok(()),
            Self::Write { path, text } => folder::write(path, text),
            Self::Update { path, text } => folder::replace(path, text, None),
            Self::Chain { path, text, kept } => folder::replace(path, text, Some(kept)),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Nothing { path } => format!("{} is installed already", shown(path)),
            Self::Write { path, .. } => format!("installed {}", shown(path)),
            Self::Update { path, .. } => format!("updated {}", shown(path)),
            Self::Chain { path, kept, .. } => {
                format!("installed {}; the existing hook runs after it, as {}", shown(path), shown(kept))
            }
        }
    }

    fn announced(&self) -> String {
        let would = |path: &Path, text: &str| format!("would write {}:\n{text}", shown(path));
        match self {
            Self::Nothing { .. } => format!("{}\n", self.describe()),
            Self::Write { path, text } | Self::Update { path, text } => would(path, text),
            Self::Chain { path, text, kept } => {
                format!("would keep {} as {}\n{}", shown(path), shown(kept), would(path, text))
            }
        }
    }
}

fn shown(path: &Path) -> String {
    terminal(&path.display().to_string()).into_owned()
}
