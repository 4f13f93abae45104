//! `doctor`: proves that the installed hook works, or asks a forge whether its settings enforce the gate.

use std::time::{Duration, Instant};

use super::deadline;
use super::error::{CommandError, Exit};
use super::output::{detect_colour, print};
use crate::cli::{DoctorArguments, LineFormat};
use crate::forge_settings::{AskedBranch, ForgeSettings, ForgeSettingsError};
use crate::push::runner;
use crate::report::{DoctorLine, DoctorReport, Effect};
use crate::self_test::{SelfTest, SelfTestError};

pub(super) fn run(arguments: &DoctorArguments) -> Result<Exit, CommandError> {
    let lines = match arguments.forge {
        Some(_) => examine_forge(arguments)?,
        None => SelfTest::prepare(&arguments.repo, arguments.hook.as_deref())?.run()?,
    };
    let report = DoctorReport { lines };
    print(&match arguments.format {
        LineFormat::Human => report.human(detect_colour()),
        LineFormat::Json => report.json(),
    })?;
    Ok(match report.effect() {
        Effect::Effective => Exit::Accept,
        Effect::Ineffective => Exit::Reject,
        Effect::Unknown => Exit::Undecided,
    })
}

fn examine_forge(arguments: &DoctorArguments) -> Result<Vec<DoctorLine>, CommandError> {
    let limit = Duration::from_secs(arguments.deadline);
    deadline::start(limit, "\n  raise `--deadline`");
    let asked = AskedBranch {
        forge: arguments.into(),
        branch: arguments.branch.as_deref(),
        context: &arguments.context,
    };
    let settings = ForgeSettings::ask(&asked, &runner(), Instant::now() + limit.mul_f32(0.9))?;
    Ok(settings.examine())
}

impl From<SelfTestError> for CommandError {
    fn from(error: SelfTestError) -> Self {
        match error {
            SelfTestError::Git(error) => error.into(),
            SelfTestError::Gate(error) => error.into(),
            SelfTestError::GitProgram(error) => error.into(),
            SelfTestError::File { .. } => Self::usage(error),
        }
    }
}

impl From<ForgeSettingsError> for CommandError {
    fn from(error: ForgeSettingsError) -> Self {
        match error {
            ForgeSettingsError::Access(error) => error.into(),
            ForgeSettingsError::Forge(error) => error.into(),
        }
    }
}
