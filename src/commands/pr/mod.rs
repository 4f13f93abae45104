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
use judge::{Judge, Outcome, Proposed};
use publish::publish;
use settings::Settings;
use stage::Stage;

/// What one run goes by.
struct Run<'a> {
    arguments: &'a PullRequestArguments,
    settings: &'a Settings,
    forge: &'a dyn Forge,
}

/// What came of it, and the commit that is told so.
struct Judged {
    sections: Result<Vec<Section>, CommandError>,
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
    let run = Run { arguments, settings: &settings, forge: &*forge };
    let judged = match &settings.subject {
        Subject::PullRequest(number) => run.pull_request(PullNumber(*number))?,
        Subject::MergeGroup { head, target } => run.merge_group(head, target),
    };
    let Judged { sections, commit, pull } = judged;
    let sections = sections.unwrap_or_else(|error| undecided(&error));
    let report = Report { sections, elapsed: begin.elapsed() };
    let report = publish(&run, &commit, pull.as_ref(), report);
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

impl Run<'_> {
    fn pull_request(&self, number: PullNumber) -> Result<Judged, CommandError> {
        let pull = self.forge.pull_request(number)?;
        let sections = self.judged(&pull).map(|section| vec![section]);
        Ok(Judged { sections, commit: pull.head.clone(), pull: Some(pull) })
    }

    fn merge_group(&self, head: &ObjectId, target: &str) -> Judged {
        Judged { sections: group::judge(self, head, target), commit: head.clone(), pull: None }
    }

    fn judged(&self, pull: &PullRequest) -> Result<Section, CommandError> {
        let stage = Stage::new(self.settings, &pull.default_branch, &pull.head, &self.arguments.report.repo)?;
        stage.fetch(self.settings, &[&pull.default_branch, &pull.target], &[pull.number])?;
        if stage.head_of(pull.number)? != pull.head {
            return Ok(Section::undecided(&judge::title(pull), moved()));
        }
        let base = stage.tip_of(&pull.target)?;
        let made = stage.forge_merge(pull.number, [&base, &pull.head])?;
        let outcome = self.judge(&stage).outcome(Proposed { pull, base: &base, made: made.as_ref() })?;
        let issued = self.issued(&stage, pull, &outcome);
        let mut section = self.unless_it_moved(pull, outcome)?;
        section.notices.extend(issued);
        Ok(section)
    }

    fn judge<'a>(&'a self, stage: &'a Stage) -> Judge<'a> {
        let floor = self.arguments.server_policy.clone();
        Judge { forge: self.forge, stage, settings: self.settings, floor, now: SystemTime::now() }
    }

    /// A review may have been dismissed, or a commit pushed, since the forge was asked.
    fn unless_it_moved(&self, pull: &PullRequest, outcome: Outcome) -> Result<Section, CommandError> {
        let section = outcome.section;
        match section.judgement.verdict {
            Verdict::Reject | Verdict::Undecided => return Ok(section),
            Verdict::Accept => {}
        }
        let now = self.forge.pull_request(pull.number)?;
        let same = now == *pull && self.forge.reviews(pull.number)? == outcome.reviews;
        Ok(if same { section } else { Section::undecided(&section.title, moved()) })
    }

    /// States the reviews that count, where that is asked for; one sentence for each.
    fn issued(&self, stage: &Stage, pull: &PullRequest, outcome: &Outcome) -> Vec<String> {
        let wanted = self.arguments.issue_approvals && !self.arguments.dry_run;
        let Some(asked) = outcome.asked.as_ref().filter(|_| wanted) else { return Vec::new() };
        let issued = match outcome.pushed_by {
            PushedBy::People => issue(stage, &outcome.section, asked, &pull.head),
            PushedBy::Anybody => {
                Ok(vec!["no review is stated: it is not proved who made the change".to_owned()])
            }
        };
        issued.unwrap_or_else(|error| vec![format!("reviews could not be stated: {error}")])
    }
}

/// Whatever stops a run once it is known which commit it is about: the commit must not keep the word of an
/// older run.
fn undecided(error: &CommandError) -> Vec<Section> {
    vec![Section::undecided("the pull request", error.to_string())]
}

fn moved() -> String {
    "the pull request changed while it was judged\n  the run for the newer state judges it; or run this one again".into()
}
