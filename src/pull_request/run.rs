//! One run: asks the forge, judges, and publishes the result.

use std::time::SystemTime;

use super::error::PullRequestError;
use super::group::MergeGroup;
use super::issue::issue;
use super::judge::{Judge, Outcome, Proposed, section_title};
use super::options::{Delivery, ReviewRecords};
use super::publish::{join_lines, publish};
use super::settings::Settings;
use super::stage::Stage;
use crate::evidence::Makers;
use crate::host::api::{Forge, PullNumber, PullRequest, Review};
use crate::host::{ForgeError, Subject};
use crate::report::{Report, Section};
use crate::verdict::Verdict;
use source_files::ObjectId;

/// Why no review is recorded: the hook asks for no further approval beside a recorded one.
const UNPROVED: &str = "no review is recorded: it is not proved who made the change; let a person of the policy sign \
    every commit with their trusted key";

/// A run about one pull request or group.
pub struct Run<'a> {
    pub(super) settings: &'a Settings,
    pub(super) forge: Box<dyn Forge>,
}

/// The result of judging, with everything that it depends on.
pub struct Judged {
    pub(super) sections: Vec<Section>,
    pub(super) target: VerdictTarget,
    pub(super) answers: Vec<ForgeAnswer>,
}

/// The commit and the branch that a verdict is about.
#[derive(Clone)]
pub(super) struct VerdictTarget {
    /// The commit whose status it is.
    pub(super) commit: ObjectId,
    /// The branch that it would change, if that is not the default branch.
    pub(super) other_branch: Option<String>,
    /// The pull request, if it is one.
    pub(super) pull: Option<PullRequest>,
}

/// The forge's answer about a pull request, on which the verdict depends.
pub(super) struct ForgeAnswer {
    pub(super) pull: PullRequest,
    pub(super) reviews: Vec<Review>,
}

impl ForgeAnswer {
    /// Asks the forge again and compares.
    fn still_holds(&self, forge: &dyn Forge) -> Result<bool, ForgeError> {
        let number = self.pull.number;
        Ok(forge.pull_request(number)? == self.pull && forge.reviews(number)? == self.reviews)
    }
}

impl Judged {
    /// A result for a run that stopped once its commit was known: the commit must not keep the verdict of an older run.
    pub(super) fn undecided(target: VerdictTarget, error: &PullRequestError) -> Self {
        Self { sections: vec![undecided(error)], target, answers: Vec::new() }
    }
}

fn undecided(error: &PullRequestError) -> Section {
    Section::undecided("the pull request", error.to_string())
}

impl<'a> Run<'a> {
    /// Opens the forge.
    pub fn open(settings: &'a Settings) -> Result<Self, PullRequestError> {
        Ok(Self { settings, forge: settings.access.open(settings.schedule.ask_by())? })
    }

    /// Judges the pull request or group. An error after its commit is known is a result too.
    pub fn judge(&self) -> Result<Judged, PullRequestError> {
        match &self.settings.subject {
            Subject::PullRequest(number) => self.judge_pull_request(PullNumber(*number)),
            Subject::MergeGroup { head, target } => Ok(self.judge_group(head, target)),
        }
    }

    fn judge_pull_request(&self, number: PullNumber) -> Result<Judged, PullRequestError> {
        let pull = self.forge.pull_request(number)?;
        let target = VerdictTarget {
            commit: pull.head.clone(),
            other_branch: other_branch(&pull.target, &pull.default_branch),
            pull: Some(pull.clone()),
        };
        self.settings.remember(&target);
        let mut answers = Vec::new();
        let section = self.judge_merge(&pull, &mut answers).unwrap_or_else(|error| undecided(&error));
        Ok(Judged { sections: vec![section], target, answers })
    }

    fn judge_group(&self, head: &ObjectId, branch: &str) -> Judged {
        let target = VerdictTarget { commit: head.clone(), other_branch: None, pull: None };
        let mut group = MergeGroup { run: self, branch, target, answers: Vec::new() };
        let sections = group.judge().unwrap_or_else(|error| vec![undecided(&error)]);
        Judged { sections, target: group.target, answers: group.answers }
    }

    /// Publishes the result on the forge. Withdraws success if the forge's answers have changed in the meantime: a run
    /// that asked earlier may publish later.
    pub fn publish(&self, judged: Judged) -> Report {
        self.forge.http().wait_until(self.settings.schedule.publish_by());
        let Judged { sections, target, answers } = judged;
        let report = Report { sections, elapsed: self.settings.schedule.elapsed(), requests: 0 };
        let mut report = publish(self, &target, report);
        let is_success =
            report.verdict() == Verdict::Accept && self.settings.options.publish.delivery == Delivery::Forge;
        if let Some(reason) = is_success.then(|| self.find_change(&answers)).flatten() {
            let title = report.sections.last().map(|section| section.title.clone()).unwrap_or_default();
            report.sections = vec![Section::undecided(&title, reason)];
            report = publish(self, &target, report);
        }
        Report { requests: self.forge.http().requests(), ..report }
    }

    /// Judges a pull request as the merge that it would become.
    fn judge_merge(
        &self,
        pull: &PullRequest,
        answers: &mut Vec<ForgeAnswer>,
    ) -> Result<Section, PullRequestError> {
        let stage = Stage::create(self.settings, &pull.default_branch, &pull.head)?;
        stage.fetch(self.settings, &[&pull.default_branch, &pull.target], &[pull.number])?;
        if stage.head_of(pull.number)? != pull.head {
            return Ok(Section::undecided(&section_title(pull), moved()));
        }
        let base = stage.tip_of(&pull.target)?;
        let made = stage.forge_merge(pull.number, [&base, &pull.head])?;
        let outcome = self.judge_on(&stage).judge(Proposed { pull, base: &base, made: made.as_ref() })?;
        answers.push(ForgeAnswer { pull: pull.clone(), reviews: outcome.reviews.clone() });
        Ok(self.settle(&stage, pull, outcome, answers))
    }

    /// Asks the forge again if that matters, because a review may have been dismissed or a commit pushed; and records the
    /// reviews.
    fn settle(
        &self,
        stage: &Stage,
        pull: &PullRequest,
        mut outcome: Outcome,
        answers: &[ForgeAnswer],
    ) -> Section {
        let asked = outcome.asked.take().filter(|_| self.records_reviews());
        let matters = outcome.section.judgement.verdict == Verdict::Accept || asked.is_some();
        if let Some(reason) = matters.then(|| self.find_change(answers)).flatten() {
            outcome.section = Section::undecided(&outcome.section.title, reason);
        }
        if let Some(asked) = &asked {
            let notices = match outcome.section.makers {
                Makers::Proved => issue(stage, &outcome.section, asked, &pull.head),
                Makers::Unproved => Ok(vec![UNPROVED.to_owned()]),
            };
            let notices = notices
                .unwrap_or_else(|error| vec![join_lines(&format!("could not record reviews: {error}"))]);
            outcome.section.notices.extend(notices);
        }
        outcome.section
    }

    fn records_reviews(&self) -> bool {
        let options = &self.settings.options;
        options.review_records == ReviewRecords::Issue && options.publish.delivery == Delivery::Forge
    }

    /// Explains why the verdict may not hold any more; `None` if the forge still answers the same.
    fn find_change(&self, answers: &[ForgeAnswer]) -> Option<String> {
        answers.iter().find_map(|answer| match answer.still_holds(&*self.forge) {
            Ok(true) => None,
            Ok(false) => Some(moved()),
            Err(error) => Some(error.to_string()),
        })
    }

    /// Prepares judging on a stage.
    pub(super) fn judge_on<'b>(&'b self, stage: &'b Stage) -> Judge<'b> {
        Judge { forge: &*self.forge, stage, settings: self.settings, now: SystemTime::now() }
    }
}

/// The branch that the name of a status must have: a status belongs to a commit, and the same commit may be proposed to
/// several branches. Success for one of them is not success for another.
pub(super) fn other_branch(target: &str, default_branch: &str) -> Option<String> {
    (target != default_branch).then(|| target.to_owned())
}

pub(super) fn moved() -> String {
    "the pull request changed while it was judged\n  the run for the newer state judges it; otherwise, run \
     this one again"
        .into()
}
