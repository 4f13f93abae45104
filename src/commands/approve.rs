//! `approve`: a statement about a change, signed with the key that git is configured to sign with.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{ApproveArguments, StatementArguments};
use crate::evidence::Purpose;
use crate::policy::Age;
use crate::report::{Format, Report, Section, Style, shell_word};
use crate::statements::{AskedChange, Draft, ServerChange, StatementsError};

pub(super) fn run(arguments: &ApproveArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let change = ServerChange::find(&(&arguments.change).into())?;
    change.check_new()?;
    let statement = draft(arguments)?.complete(change.asked())?;
    print(&describe(change.judge()?, begin.elapsed()))?;
    if arguments.dry_run {
        print(&format!("\nwould sign:\n{statement}"))?;
        return Ok(Exit::Accept);
    }
    if !arguments.yes && !confirms()? {
        return Err(CommandError::usage("nothing was signed"));
    }
    let ref_name = change.sign(&arguments.change.repo, &statement)?;
    print(&format!(
        "\nsigned {ref_name}\n  it counts once it is on the server: git push {} {}\n",
        shell_word(&arguments.change.remote),
        shell_word(&ref_name)
    ))?;
    Ok(Exit::Accept)
}

/// Asks the person at a terminal; a script is not asked.
fn confirms() -> Result<bool, CommandError> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    print("\nsign this statement? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(CommandError::output)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn draft(arguments: &ApproveArguments) -> Result<Draft, CommandError> {
    let age = Age::parse(&arguments.expires).ok_or_else(|| {
        CommandError::usage(format!("--expires `{}`: write days as `7d`, hours as `12h`", arguments.expires))
    })?;
    Ok(Draft {
        purpose: if arguments.overrides { Purpose::Override } else { Purpose::Approval },
        age: age.duration(),
        reason: arguments.reason.trim().to_owned(),
        reviewer: Vec::new(),
    })
}

/// Describes the judgement of the server, so that people see what they sign.
fn describe(section: Section, elapsed: Duration) -> String {
    let read = match &section.range {
        (Some(base), Some(tip)) => format!("read the change: git diff {} {}\n", base.short(), tip.short()),
        (Some(_) | None, _) => String::new(),
    };
    let report = Report { sections: vec![section], elapsed, requests: 0 };
    let text = report.render(Format::Human, Style::PLAIN, &[]);
    format!("{read}the gate's judgement without this statement:\n\n{text}")
}

impl<'a> From<&'a StatementArguments> for AskedChange<'a> {
    fn from(arguments: &'a StatementArguments) -> Self {
        Self {
            folder: &arguments.repo,
            ref_name: &arguments.ref_name,
            commit: &arguments.commit,
            base: arguments.base.as_deref(),
            governing: arguments.governing.as_deref(),
            remote: &arguments.remote,
            floor: arguments.floor.as_deref(),
        }
    }
}

impl From<StatementsError> for CommandError {
    fn from(error: StatementsError) -> Self {
        match error {
            StatementsError::Git(error) => error.into(),
            StatementsError::Gate(error) => error.into(),
            StatementsError::GitProgram(error) => error.into(),
            StatementsError::Worthless(_) => Self::refused(error),
            StatementsError::UnknownBase { .. }
            | StatementsError::UnknownRef { .. }
            | StatementsError::NothingNew(_)
            | StatementsError::Digest(_)
            | StatementsError::NoChange
            | StatementsError::NoRepository
            | StatementsError::Content(_) => Self::usage(error),
        }
    }
}
