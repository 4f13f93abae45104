//! `pr`: a pull request, or what a merge queue is about to merge, judged by what the forge says of it now.
//!
//! One run knows nothing of the ones before it: whenever a review, a push or a queue starts it, it asks again and
//! says what is true then, always under the same name.

mod group;
mod issue;
mod judge;
mod people;
mod publish;
mod settings;
mod stage;

use std::time::{Duration, Instant, SystemTime};

use super::deadline;
use super::error::{CommandError, Exit};
use super::gate::PushedBy;
use super::output::Destination;
use super::report_files::write_files;
use crate::cli::{PullRequestArguments, ReportFilesArguments};
use crate::forge::{Forge, PullNumber, PullRequest};
use crate::push::{Runner, Subject, runner};
use crate::report::{Report, Section};
use crate::source::ObjectId;
use crate::verdict::Verdict;
use issue::issue;
use judge::{Judge, Proposed, standing};
use publish::publish;
use settings::Settings;
use stage::Stage;

/// What is judged, and the commit that is told so.
struct Judged {
    sections: Vec<Section>,
    commit: ObjectId,
    /// The pull request, where it is one.
    pull: Option<PullRequest>,
}

pub(super) fn run(arguments: &PullRequestArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    deadline::start(Duration::from_secs(arguments.deadline));
    let runner = runner();
    let settings = Settings::of(arguments, &runner)?;
    // What is left is for saying that there was no answer.
    let answered_by = begin + Duration::from_secs(arguments.deadline).mul_f32(0.9);
    let forge = settings.forge(arguments, answered_by)?;
    let mut judged = match &settings.subject {
        Subject::PullRequest(number) => pull_request(arguments, &settings, &*forge, PullNumber(*number))?,
        Subject::MergeGroup { head, target } => group::judge(arguments, &settings, &*forge, head, target)?,
    };
    let report = Report { sections: std::mem::take(&mut judged.sections), elapsed: begin.elapsed() };
    let report = publish(arguments, &settings, &*forge, &judged, report);
    write_files(&with_runner(&arguments.files, &runner), &report)?;
    Destination::of(&arguments.report).write(&report)
}

/// The runner's own files where no others are named.
fn with_runner(files: &ReportFilesArguments, runner: &Runner) -> ReportFilesArguments {
    let or =
        |named: &Option<std::path::PathBuf>, name| named.clone().or_else(|| runner.get(name).map(Into::into));
    ReportFilesArguments {
        also: files.also.clone(),
        summary: or(&files.summary, "GITHUB_STEP_SUMMARY"),
        outputs: or(&files.outputs, "GITHUB_OUTPUT"),
    }
}

fn pull_request(
    arguments: &PullRequestArguments,
    settings: &Settings,
    forge: &dyn Forge,
    number: PullNumber,
) -> Result<Judged, CommandError> {
    let pull = forge.pull_request(number)?;
    let stage = Stage::new(settings, &pull.default_branch, &pull.head, &arguments.report.repo)?;
    stage.fetch(settings, &[&pull.default_branch, &pull.target], &[number])?;
    let commit = pull.head.clone();
    let whole = |section| Judged { sections: vec![section], commit, pull: Some(pull.clone()) };
    if stage.head_of(number)? != pull.head {
        return Ok(whole(Section::undecided(&format!("pull request {number}"), moved())));
    }
    let base = stage.tip_of(&pull.target)?;
    let made = stage.forge_merge(number, [&base, &pull.head])?;
    let judge = Judge {
        forge,
        stage: &stage,
        settings,
        floor: arguments.server_policy.clone(),
        now: SystemTime::now(),
    };
    let outcome = judge.outcome(Proposed { pull: &pull, base: &base, made: made.as_ref() })?;
    let mut section = outcome.section;
    // A review may have been dismissed, or a commit pushed, since the forge was asked.
    if section.judgement.verdict == Verdict::Accept {
        let now = forge.pull_request(number)?;
        let same = now == pull && standing(forge, number)? == outcome.standing;
        if !same {
            section = Section::undecided(&section.title, moved());
        }
    }
    if let (true, Some(asked)) = (arguments.issue_approvals && !arguments.dry_run, &outcome.asked) {
        let issued = match outcome.pushed_by {
            PushedBy::People => issue(&stage, &section, asked, &pull.head),
            PushedBy::Anybody => {
                Ok(vec!["no review is stated: it is not proved who made the change".to_owned()])
            }
        };
        let issued = issued.unwrap_or_else(|error| vec![format!("reviews could not be stated: {error}")]);
        section.notices.extend(issued);
    }
    Ok(whole(section))
}

fn moved() -> String {
    "the pull request changed while it was judged\n  the run for the newer state judges it; or run this one again".into()
}
