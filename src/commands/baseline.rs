//! `baseline`: today's findings as waivers.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{BaselineArguments, TermArguments};
use crate::waivers::{Absent, AskedTerms, Baseline, Fingerprints, Growth, Origin, Update, WaiversError};

pub(super) fn run(arguments: &BaselineArguments) -> Result<Exit, CommandError> {
    let origin = Origin { revision: arguments.base.clone(), ..(&arguments.terms).into() };
    let baseline = Baseline::open(&origin, arguments.output.as_deref())?;
    let terms = (&arguments.terms).into();
    baseline.check_terms(&terms)?;
    if arguments.check {
        let check = baseline.check()?;
        print(&check.text)?;
        return Ok(if check.problems == 0 { Exit::Accept } else { Exit::Reject });
    }
    print(&baseline.update(&terms, arguments.into())?)?;
    Ok(Exit::Accept)
}

impl From<&BaselineArguments> for Update {
    fn from(arguments: &BaselineArguments) -> Self {
        Self {
            growth: if arguments.extend { Growth::Extend } else { Growth::ShrinkOnly },
            absent: if arguments.drop_absent { Absent::Drop } else { Absent::Keep },
            fingerprints: if arguments.migrate { Fingerprints::Migrate } else { Fingerprints::Keep },
        }
    }
}

impl From<&TermArguments> for Origin {
    fn from(arguments: &TermArguments) -> Self {
        Self {
            folder: arguments.repo.clone(),
            revision: None,
            server_policy: arguments.server_policy.clone(),
        }
    }
}

impl From<&TermArguments> for AskedTerms {
    fn from(arguments: &TermArguments) -> Self {
        Self {
            owner: arguments.owner.clone(),
            expires: arguments.expires.clone(),
            reason: arguments.reason.clone(),
        }
    }
}

impl From<WaiversError> for CommandError {
    fn from(error: WaiversError) -> Self {
        match error {
            WaiversError::Gate(error) => error.into(),
            WaiversError::Git(error) => error.into(),
            WaiversError::Unjudged(_) => Self::undecided(error),
            WaiversError::File { .. }
            | WaiversError::NoWorkTree
            | WaiversError::ExistingEntry(_)
            | WaiversError::NewEntry(_)
            | WaiversError::Owners(_)
            | WaiversError::NoOwner(_)
            | WaiversError::NoFinding(_)
            | WaiversError::NoReason
            | WaiversError::Known(_)
            | WaiversError::LastDay
            | WaiversError::Expiry { .. } => Self::usage(error),
        }
    }
}
