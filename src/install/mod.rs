//! The gate where git or a host looks for a hook, and the first policy of a repository.
//!
//! In: a place, or a repository without a policy. Out: the shim of `hooks/` there, which calls this very program; the text
//! of a policy. Never: overwrites a hook that it did not write, takes an option from one that it did, or guesses a folder
//! in which git or the host would not look.

mod error;
mod first_policy;
mod folder;
mod place;
mod shim;
mod step;

use std::path::{Path, PathBuf};

use crate::gate::load_without_repository;
use crate::host::HostKind;
use crate::report::terminal;
pub use error::InstallError;
use error::file_error;
pub use first_policy::FirstPolicy;
use folder::{check_guarded, name_for_shell};
pub use place::AskedPlace;
use place::Place;
use shim::{Layout, Shim};
use step::Step;

/// The hook that a person wants.
#[derive(Debug)]
pub struct AskedHook {
    /// The place.
    pub place: AskedPlace,
    /// The host that serves the repository; `None` to detect it.
    pub host: Option<HostKind>,
    /// The server's policy, which the hook passes on.
    pub server_policy: Option<PathBuf>,
    /// The deadline that the hook passes on, in seconds.
    pub deadline: Option<u64>,
    /// The operator's record, which the hook passes on.
    pub log: Option<PathBuf>,
}

/// An installation that has not begun.
#[derive(Debug)]
pub struct Installation {
    step: Step,
    /// The work that remains to be done by hand.
    next: String,
}

impl Installation {
    /// Plans an installation. Writes nothing.
    pub fn plan(asked: &AskedHook) -> Result<Self, InstallError> {
        let place = Place::find(&asked.place, asked.host)?;
        let shim = choose_shim(asked, place.layout)?;
        Ok(Self { step: Step::choose(&place, shim)?, next: place.next })
    }

    /// Plans the removal of the hook at a place. Changes nothing.
    pub fn plan_removal(asked: &AskedHook) -> Result<Self, InstallError> {
        let place = Place::find(&asked.place, asked.host)?;
        Ok(Self { step: Step::choose_removal(&place)?, next: String::new() })
    }

    /// Describes what the installation would write.
    pub fn preview(&self) -> String {
        self.step.preview()
    }

    /// Installs the hook, and describes what was done and what remains.
    pub fn carry_out(&self) -> Result<String, InstallError> {
        self.step.carry_out()?;
        let next = if self.next.is_empty() { String::new() } else { format!("  {}\n", terminal(&self.next)) };
        Ok(format!("{}\n{next}", self.step.describe()))
    }
}

fn choose_shim(asked: &AskedHook, layout: Layout) -> Result<Shim, InstallError> {
    let mut shim = Shim::calling(&find_program()?, layout);
    let has_options = asked.server_policy.is_some() || asked.deadline.is_some() || asked.log.is_some();
    if layout == Layout::PreCommit && has_options {
        return Err(InstallError::Options);
    }
    if let Some(policy) = &asked.server_policy {
        load_without_repository(Some(policy))?;
        let policy = policy.canonicalize().map_err(file_error(policy))?;
        check_guarded(&policy)?;
        shim.server_policy = Some(name_for_shell(&policy)?.to_owned());
    }
    shim.deadline = asked.deadline;
    if let Some(log) = &asked.log {
        let log = std::path::absolute(log).map_err(file_error(log))?;
        shim.log = Some(name_for_shell(&log)?.to_owned());
    }
    Ok(shim)
}

/// Finds this program, and makes sure that no one else can replace it.
fn find_program() -> Result<String, InstallError> {
    let program = std::env::current_exe().map_err(file_error(Path::new("portcullis")))?;
    let program = program.canonicalize().map_err(file_error(&program))?;
    check_guarded(&program)?;
    Ok(name_for_shell(&program)?.to_owned())
}
