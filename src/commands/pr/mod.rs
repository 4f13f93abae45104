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

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use super::deadline::{self, Silence};
use super::error::{CommandError, Exit};
use super::output::Destination;
use super::report_files::write_files;
use crate::approval::Asked;
use crate::cli::{PullRequestArguments, ReportFilesArguments};
use crate::gate::PushedBy;
use crate::host::api::{Forge, PullNumber, PullRequest, Review};
use crate::host::{ForgeError, Runner, Subject};
use crate::push::runner;
use crate::report::{Report, Section};
use crate::verdict::Verdict;
use issue::issue;
use judge::{Judge, Outcome, Proposed};
use publish::publish;
use settings::Settings;
use source_files::ObjectId;
use stage::Stage;

/// What one run goes by.
struct Run<'a> {
    arguments: &'a PullRequestArguments,
    settings: &'a Settings,
    forge: &'a dyn Forge,
    /// What the verdict is about, as soon as it is known.
    about: &'a OnceLock<VerdictTarget>,
}

/// What came of it.
struct Judged {
    sections: Result<Vec<Section>, CommandError>,
    target: VerdictTarget,
    /// What the forge said of the pull requests.
    said: Vec<Said>,
}

/// What a verdict is about.
#[derive(Clone)]
struct VerdictTarget {
    /// The commit whose status it is.
    commit: ObjectId,
    /// The branch that it would change, if that is not the default branch.
    beside: Option<String>,
    /// The pull request, where it is one.
    pull: Option<PullRequest>,
}

/// How the time of a run is divided: what asking and judging together leave is for telling.
struct Schedule {
    begin: Instant,
    whole: Duration,
}

impl Schedule {
    /// When the forge must have answered.
    fn asked(&self) -> Instant {
        self.begin + self.whole.mul_f32(0.85)
    }

    /// How long judging may take.
    fn judging(&self) -> Duration {
        self.whole.mul_f32(0.9)
    }

    /// When the forge must have accepted the results.
    fn publish_by(&self) -> Instant {
        self.begin + self.whole.mul_f32(0.98)
    }
}

/// When even telling takes too long.
const NOT_TOLD: &str = ", and the forge did not accept it\n  raise `--deadline`";

/// What the forge said of a pull request, and the verdict depends on.
struct Said {
    pull: PullRequest,
    reviews: Vec<Review>,
}

impl Said {
    fn again(&self, forge: &dyn Forge) -> Result<bool, ForgeError> {
        let number = self.pull.number;
        Ok(forge.pull_request(number)? == self.pull && forge.reviews(number)? == self.reviews)
    }
}

/// Why the verdict may not hold any more; `None` if the forge says what it said.
fn outdated(forge: &dyn Forge, said: &[Said]) -> Option<String> {
    said.iter().find_map(|said| match said.again(forge) {
        Ok(true) => None,
        Ok(false) => Some(moved()),
        Err(error) => Some(error.to_string()),
    })
}

/// Where a status is: it is a commit's, and the same commit may be proposed to several branches. Green for one of
/// them is not green for another.
fn beside(target: &str, default_branch: &str) -> Option<String> {
    (target != default_branch).then(|| target.to_owned())
}

pub(super) fn run(arguments: &PullRequestArguments) -> Result<Exit, CommandError> {
    let schedule = Schedule { begin: Instant::now(), whole: Duration::from_secs(arguments.deadline) };
    deadline::start(schedule.whole, NOT_TOLD);
    let settings = Settings::of(arguments, &runner())?;
    let forge = settings.forge(schedule.asked())?;
    let about = OnceLock::new();
    let run = Run { arguments, settings: &settings, forge: &*forge, about: &about };
    let judged = deadline::within(
        schedule.judging(),
        || run.judged(),
        |silence| without_verdict((arguments, &settings), &schedule, &about, silence),
    )?;
    forge.http().wait_until(schedule.publish_by());
    run.concluded(judged, schedule.begin)
}

/// What a run says, and how it ends, where it does not end by itself. The commit must not keep the word of an older run.
fn without_verdict(
    (arguments, settings): (&PullRequestArguments, &Settings),
    schedule: &Schedule,
    about: &OnceLock<VerdictTarget>,
    silence: Silence,
) -> Exit {
    let error = match silence {
        Silence::TooLong => CommandError::TooLong { limit: schedule.judging() },
        Silence::Panicked => CommandError::Panicked,
    };
    let exit = match (about.get(), settings.forge(schedule.publish_by())) {
        (Some(target), Ok(forge)) => {
            let run = Run { arguments, settings, forge: &*forge, about };
            let judged = Judged { sections: Err(error), target: target.clone(), said: Vec::new() };
            run.concluded(judged, schedule.begin)
        }
        (None, _) | (Some(_), Err(_)) => Err(error),
    };
    // The end of the process drops nothing.
    let _ = std::fs::remove_dir_all(settings.workspace.path());
    exit.unwrap_or_else(|error| {
        super::complain(&error.to_string());
        error.exit()
    })
}

/// The runner's own files if no others are named.
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
    fn judged(&self) -> Result<Judged, CommandError> {
        match &self.settings.subject {
            Subject::PullRequest(number) => self.pull_request(PullNumber(*number)),
            Subject::MergeGroup { head, target } => Ok(self.merge_group(head, target)),
        }
    }

    fn pull_request(&self, number: PullNumber) -> Result<Judged, CommandError> {
        let pull = self.forge.pull_request(number)?;
        let beside = beside(&pull.target, &pull.default_branch);
        let target = VerdictTarget { commit: pull.head.clone(), beside, pull: Some(pull.clone()) };
        self.is_about(&target);
        let mut said = Vec::new();
        let sections = self.section(&pull, &mut said).map(|section| vec![section]);
        Ok(Judged { sections, target, said })
    }

    fn merge_group(&self, head: &ObjectId, branch: &str) -> Judged {
        let target = VerdictTarget { commit: head.clone(), beside: None, pull: None };
        let mut judged = Judged { sections: Ok(Vec::new()), target, said: Vec::new() };
        judged.sections = group::judge(self, head, branch, &mut judged);
        judged
    }

    /// Remembers where to report if there is no verdict. A run is about one commit only.
    fn is_about(&self, target: &VerdictTarget) {
        self.about.get_or_init(|| target.clone());
    }

    /// Says what came of it, everywhere.
    fn concluded(&self, mut judged: Judged, begin: Instant) -> Result<Exit, CommandError> {
        let sections = std::mem::replace(&mut judged.sections, Ok(Vec::new()));
        let sections = sections.unwrap_or_else(|error| undecided(&error));
        let report =
            self.publish_results(&judged, Report { sections, elapsed: begin.elapsed(), requests: 0 });
        write_files(&with_runner(&self.arguments.files, &runner()), &report)?;
        Destination::of(&self.arguments.report).write(&report)
    }

    /// Tells the forge, and takes green back if what it stood on went away in the meantime: a run that was asked
    /// earlier may tell later.
    fn publish_results(&self, judged: &Judged, report: Report) -> Report {
        let mut report = publish(self, judged, report);
        let green = report.verdict() == Verdict::Accept && !self.arguments.publish.dry_run;
        if let Some(reason) = green.then(|| outdated(self.forge, &judged.said)).flatten() {
            let title = report.sections.last().map(|section| section.title.clone()).unwrap_or_default();
            report.sections = vec![Section::undecided(&title, reason)];
            report = publish(self, judged, report);
        }
        Report { requests: self.forge.http().requests(), ..report }
    }

    fn section(&self, pull: &PullRequest, said: &mut Vec<Said>) -> Result<Section, CommandError> {
        let stage = Stage::new(self.settings, &pull.default_branch, &pull.head, &self.arguments.report.repo)?;
        stage.fetch(self.settings, &[&pull.default_branch, &pull.target], &[pull.number])?;
        if stage.head_of(pull.number)? != pull.head {
            return Ok(Section::undecided(&judge::title(pull), moved()));
        }
        let base = stage.tip_of(&pull.target)?;
        let made = stage.forge_merge(pull.number, [&base, &pull.head])?;
        let outcome = self.judge(&stage).outcome(Proposed { pull, base: &base, made: made.as_ref() })?;
        let Outcome { mut section, reviews, pushed_by, asked } = outcome;
        said.push(Said { pull: pull.clone(), reviews });
        let asked = asked.filter(|_| self.arguments.issue_approvals && !self.arguments.publish.dry_run);
        // A review may have been dismissed, or a commit pushed, since the forge was asked.
        let matters = section.judgement.verdict == Verdict::Accept || asked.is_some();
        if let Some(reason) = matters.then(|| outdated(self.forge, said)).flatten() {
            section = Section::undecided(&section.title, reason);
        }
        if let Some(asked) = &asked {
            section.notices.extend(issued((&stage, asked), &section, (&pull.head, pushed_by)));
        }
        Ok(section)
    }

    fn judge<'a>(&'a self, stage: &'a Stage) -> Judge<'a> {
        let floor = self.arguments.server_policy.clone();
        Judge { forge: self.forge, stage, settings: self.settings, floor, now: SystemTime::now() }
    }
}

/// States the reviews that count; one sentence for each.
fn issued(
    (stage, asked): (&Stage, &Asked),
    section: &Section,
    (head, pushed_by): (&ObjectId, PushedBy),
) -> Vec<String> {
    let issued = match pushed_by {
        PushedBy::Members | PushedBy::People => issue(stage, section, asked, head),
        PushedBy::Anybody => Ok(vec![
            "no review is recorded: the author of the change is not \
            proved"
                .to_owned(),
        ]),
    };
    issued.unwrap_or_else(|error| vec![format!("could not record reviews: {error}")])
}

/// Whatever stops a run once it is known which commit it is about: the commit must not keep the word of an
/// older run.
fn undecided(error: &CommandError) -> Vec<Section> {
    vec![Section::undecided("the pull request", error.to_string())]
}

fn moved() -> String {
    "the pull request changed while it was judged\n  the run for the newer state judges it; otherwise, run \
     this one again"
        .into()
}
