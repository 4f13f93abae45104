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
use crate::approval::Asked;
use crate::cli::{PullRequestArguments, ReportFilesArguments};
use crate::forge::{Approval, Forge, ForgeError, PullNumber, PullRequest};
use crate::push::{Runner, Subject, runner};
use crate::report::{Report, Section};
use crate::source::ObjectId;
use crate::verdict::Verdict;
use issue::issue;
use judge::{Judge, Proposed, standing};
use publish::{failed, publish, requests};
use settings::Settings;
use stage::Stage;

/// What is judged, and the commit that is told so.
struct Judged {
    sections: Vec<Section>,
    commit: ObjectId,
    /// The branch that it would change, where that is not the default branch.
    beside: Option<String>,
    /// What the forge said of the pull requests.
    said: Vec<Said>,
    /// The pull request, where it is one.
    pull: Option<PullRequest>,
}

/// What the forge said of a pull request, and the verdict depends on.
struct Said {
    pull: PullRequest,
    /// The approvals that stood.
    standing: Vec<Approval>,
}

impl Judged {
    /// Why the verdict may not hold any more; `None` where the forge says what it said.
    fn outdated(&self, forge: &dyn Forge) -> Option<String> {
        let mut same = self.said.iter().map(|said| said.again(forge));
        same.find_map(|same| match same {
            Ok(true) => None,
            Ok(false) => Some(moved()),
            Err(error) => Some(error.to_string()),
        })
    }
}

impl Said {
    fn again(&self, forge: &dyn Forge) -> Result<bool, ForgeError> {
        let number = self.pull.number;
        Ok(forge.pull_request(number)? == self.pull && standing(forge, number)? == self.standing)
    }
}

/// Where a status stands: it is a commit's, and the same commit may be proposed to several branches. Green for one of
/// them is not green for another.
fn beside(target: &str, default_branch: &str) -> Option<String> {
    (target != default_branch).then(|| target.to_owned())
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
    let report = told(arguments, &settings, &*forge, &judged, report);
    write_files(&with_runner(&arguments.files, &runner), &report)?;
    Destination::of(&arguments.report).write(&report)
}

/// Tells the forge, and takes green back if what it stood on went away in the meantime: a run that was asked
/// earlier may tell later.
fn told(
    arguments: &PullRequestArguments,
    settings: &Settings,
    forge: &dyn Forge,
    judged: &Judged,
    report: Report,
) -> Report {
    let mut report = publish(arguments, settings, forge, judged, report);
    let green = report.verdict() == Verdict::Accept && !arguments.dry_run;
    if let Some(reason) = green.then(|| judged.outdated(forge)).flatten() {
        let title = report.sections.last().map(|section| section.title.clone()).unwrap_or_default();
        report.sections = vec![Section::undecided(&title, reason)];
        report = publish(arguments, settings, forge, judged, report);
    }
    requests(forge, report)
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
    let beside = beside(&pull.target, &pull.default_branch);
    judge_one(arguments, settings, forge, &pull)
        .inspect_err(|error| failed(arguments, forge, (&pull.head, beside.as_deref()), error))
}

fn judge_one(
    arguments: &PullRequestArguments,
    settings: &Settings,
    forge: &dyn Forge,
    pull: &PullRequest,
) -> Result<Judged, CommandError> {
    let number = pull.number;
    let mut judged = Judged {
        sections: Vec::new(),
        commit: pull.head.clone(),
        beside: beside(&pull.target, &pull.default_branch),
        said: Vec::new(),
        pull: Some(pull.clone()),
    };
    let stage = Stage::new(settings, &pull.default_branch, &pull.head, &arguments.report.repo)?;
    stage.fetch(settings, &[&pull.default_branch, &pull.target], &[number])?;
    if stage.head_of(number)? != pull.head {
        judged.sections.push(Section::undecided(&format!("pull request {number}"), moved()));
        return Ok(judged);
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
    let outcome = judge.outcome(Proposed { pull, base: &base, made: made.as_ref() })?;
    let mut section = outcome.section;
    // A review may have been dismissed, or a commit pushed, since the forge was asked.
    judged.said.push(Said { pull: pull.clone(), standing: outcome.standing });
    let issues = arguments.issue_approvals && !arguments.dry_run;
    let matters = section.judgement.verdict == Verdict::Accept || issues;
    if let Some(reason) = matters.then(|| judged.outdated(forge)).flatten() {
        section = Section::undecided(&section.title, reason);
    }
    if let (true, Some(asked)) = (issues, &outcome.asked) {
        section.notices.extend(stated(&stage, &section, asked, (&pull.head, outcome.pushed_by)));
    }
    judged.sections.push(section);
    Ok(judged)
}

/// States the reviews for the server's hook, and says which.
fn stated(
    stage: &Stage,
    section: &Section,
    asked: &Asked,
    (head, pushed_by): (&ObjectId, PushedBy),
) -> Vec<String> {
    let issued = match pushed_by {
        PushedBy::People => issue(stage, section, asked, head),
        PushedBy::Anybody => Ok(vec!["no review is stated: it is not proved who made the change".to_owned()]),
    };
    issued.unwrap_or_else(|error| vec![format!("reviews could not be stated: {error}")])
}

fn moved() -> String {
    "the pull request changed while it was judged\n  the run for the newer state judges it; or run this one again".into()
}
