//! `pr`: judges a pull request, or the group that a merge queue is about to merge.

use std::path::PathBuf;
use std::time::Duration;

use super::deadline::{self, Silence};
use super::error::{CommandError, Exit};
use super::output::Destination;
use super::report_files::write_files;
use crate::cli::{CommentArgument, PublishArguments, PullRequestArguments, ReportFilesArguments};
use crate::host::Runner;
use crate::pull_request::{
    CommentOccasion, Delivery, Extra, Options, PublishOptions, PullRequestError, ReviewRecords, Run,
    Schedule, Settings,
};
use crate::push::runner;
use crate::report::Report;

/// The advice if even publishing takes too long.
const NOT_PUBLISHED: &str = ", and the forge did not accept it\n  raise `--deadline`";

pub(super) fn run(arguments: &PullRequestArguments) -> Result<Exit, CommandError> {
    let schedule = Schedule::begin(Duration::from_secs(arguments.deadline));
    deadline::start(schedule.whole(), NOT_PUBLISHED);
    let settings = Settings::find(arguments.into(), arguments.into(), &runner(), schedule)?;
    let run = Run::open(&settings)?;
    let judged = deadline::within(
        schedule.judging(),
        || run.judge(),
        |silence| end_without_verdict(arguments, &settings, &schedule, silence),
    )?;
    write(arguments, &run.publish(judged))
}

/// Reports that a run did not end by itself.
fn end_without_verdict(
    arguments: &PullRequestArguments,
    settings: &Settings,
    schedule: &Schedule,
    silence: Silence,
) -> Exit {
    let error = match silence {
        Silence::TooLong => PullRequestError::TooLong { limit: schedule.judging() },
        Silence::Panicked => PullRequestError::Panicked,
    };
    let report = settings.publish_without_verdict(error).map_err(CommandError::from);
    let exit = report.and_then(|report| write(arguments, &report));
    settings.remove_workspace();
    exit.unwrap_or_else(|error| {
        super::complain(&error.to_string());
        error.exit()
    })
}

fn write(arguments: &PullRequestArguments, report: &Report) -> Result<Exit, CommandError> {
    write_files(&with_runner_files(&arguments.files, &runner()), report)?;
    Destination::of(&arguments.report).write(report)
}

/// Adds the runner's own files if the command line names no others.
fn with_runner_files(files: &ReportFilesArguments, runner: &Runner) -> ReportFilesArguments {
    let of_runner = |name: &str| runner.get(name).map(PathBuf::from);
    ReportFilesArguments {
        also: files.also.clone(),
        summary: files.summary.clone().or_else(|| of_runner("GITHUB_STEP_SUMMARY")),
        outputs: files.outputs.clone().or_else(|| of_runner("GITHUB_OUTPUT")),
    }
}

impl From<&PullRequestArguments> for Options {
    fn from(arguments: &PullRequestArguments) -> Self {
        Self {
            number: arguments.number,
            context: arguments.context.clone(),
            server_policy: arguments.server_policy.clone(),
            known_objects: arguments.report.repo.clone(),
            review_records: if arguments.issue_approvals {
                ReviewRecords::Issue
            } else {
                ReviewRecords::Omit
            },
            publish: (&arguments.publish).into(),
        }
    }
}

impl From<&PublishArguments> for PublishOptions {
    fn from(arguments: &PublishArguments) -> Self {
        let extra = |wanted: bool| if wanted { Extra::Send } else { Extra::Omit };
        Self {
            delivery: if arguments.dry_run { Delivery::DryRun } else { Delivery::Forge },
            comment: match arguments.comment {
                CommentArgument::Never => CommentOccasion::Never,
                CommentArgument::Findings => CommentOccasion::Findings,
                CommentArgument::Always => CommentOccasion::Always,
            },
            annotations: extra(arguments.annotations),
            suggestions: extra(arguments.suggestions),
        }
    }
}

impl From<PullRequestError> for CommandError {
    fn from(error: PullRequestError) -> Self {
        match error {
            PullRequestError::Gate(error) => error.into(),
            PullRequestError::Git(error) => error.into(),
            PullRequestError::GitProgram(error) => error.into(),
            PullRequestError::Access(error) => error.into(),
            PullRequestError::Forge(error) => error.into(),
            PullRequestError::Statements(error) => error.into(),
            PullRequestError::Event(_)
            | PullRequestError::File { .. }
            | PullRequestError::NoNumber
            | PullRequestError::NotFetched(_)
            | PullRequestError::NoCommit => Self::usage(error),
            PullRequestError::TooLong { .. } | PullRequestError::Panicked => Self::undecided(error),
        }
    }
}
