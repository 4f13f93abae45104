//! The group that a merge queue is about to merge: one section for each pull request, as if they were pushed one after
//! another.
//!
//! In: the group's commit and its target. Out: sections. Never: judges only the last pull request. Each is judged against
//! those before it, so that two that are harmless alone and an escalation together are found in the second one. Pull
//! requests that the queue put in front are judged again: a queue may merge a group of which only the last one is green.

use super::error::PullRequestError;
use super::judge::Proposed;
use super::run::{ForgeAnswer, Run, VerdictTarget, moved, other_branch};
use super::stage::Stage;
use crate::git::{BLOB_LIMIT, Repository};
use crate::host::api::{PullNumber, QueueEntry};
use crate::report::Section;
use source_files::ObjectId;

/// More than queues merge at once.
const MOST_COMMITS: usize = 500;

/// A group, and the result so far.
pub(super) struct MergeGroup<'a> {
    pub(super) run: &'a Run<'a>,
    /// The branch that the group would be merged into.
    pub(super) branch: &'a str,
    pub(super) target: VerdictTarget,
    pub(super) answers: Vec<ForgeAnswer>,
}

/// A pull request of a group: its base, and the merge that the queue made.
struct Step {
    number: PullNumber,
    base: ObjectId,
    merged: ObjectId,
}

/// The steps of a group, or the reason why a commit of it belongs to no pull request.
enum Steps {
    Found(Vec<Step>),
    Unclear(String),
}

impl MergeGroup<'_> {
    /// Judges every pull request of the group.
    pub(super) fn judge(&mut self) -> Result<Vec<Section>, PullRequestError> {
        let head = self.target.commit.clone();
        let title = format!("merge group of {}", self.branch);
        let entries = self.run.forge.merge_queue(self.branch)?;
        let Some(last) = entries.iter().find(|entry| entry.merged == head) else {
            return Ok(vec![Section::undecided(&title, not_queued())]);
        };
        let last = self.run.forge.pull_request(last.number)?;
        self.target.other_branch = other_branch(self.branch, &last.default_branch);
        self.run.settings.remember(&self.target);
        let stage = Stage::create(self.run.settings, &last.default_branch, &head)?;
        stage.fetch(self.run.settings, &[&last.default_branch, self.branch], &[])?;
        stage.fetch_commit(&head)?;
        match find_steps(&stage, &stage.tip_of(self.branch)?, &head, &entries)? {
            Steps::Found(steps) => self.judge_steps(&stage, &steps),
            Steps::Unclear(reason) => Ok(vec![Section::undecided(&title, reason)]),
        }
    }

    fn judge_steps(&mut self, stage: &Stage, steps: &[Step]) -> Result<Vec<Section>, PullRequestError> {
        let numbers: Vec<PullNumber> = steps.iter().map(|step| step.number).collect();
        stage.fetch(self.run.settings, &[self.branch], &numbers)?;
        let judge = self.run.judge_on(stage);
        let mut sections = Vec::new();
        for step in steps {
            let pull = self.run.forge.pull_request(step.number)?;
            if stage.head_of(step.number)? != pull.head || pull.target != self.branch {
                sections.push(Section::undecided(&format!("pull request {}", step.number), moved()));
                continue;
            }
            let made = stage.tree_of(&step.merged)?;
            let outcome = judge.judge(Proposed { pull: &pull, base: &step.base, made: Some(&made) })?;
            self.answers.push(ForgeAnswer { pull, reviews: outcome.reviews });
            sections.push(outcome.section);
        }
        Ok(sections)
    }
}

/// Finds the pull requests between the target and the group's commit, the first to be merged first.
fn find_steps(
    stage: &Stage,
    target: &ObjectId,
    head: &ObjectId,
    entries: &[QueueEntry],
) -> Result<Steps, PullRequestError> {
    let repository = Repository::discover(stage.folder(), BLOB_LIMIT)?;
    let mut chain = vec![head.clone()];
    while let Some(commit) = chain.last().filter(|commit| *commit != target) {
        let Some(parent) = repository.parents(commit)?.into_iter().next() else {
            let reason = format!("the group is not based on {}, the tip of its target", target.short());
            return Ok(Steps::Unclear(reason));
        };
        if chain.len() > MOST_COMMITS {
            return Ok(Steps::Unclear(format!("the group has more than {MOST_COMMITS} commits")));
        }
        chain.push(parent);
    }
    chain.reverse();
    let mut steps = Vec::new();
    let mut base = target.clone();
    for commit in chain.into_iter().skip(1) {
        if let Some(entry) = entries.iter().find(|entry| entry.merged == commit) {
            let base = std::mem::replace(&mut base, commit.clone());
            steps.push(Step { number: entry.number, base, merged: commit });
        }
    }
    Ok(if base == *head { Steps::Found(steps) } else { Steps::Unclear(not_queued()) })
}

fn not_queued() -> String {
    "the forge's queue lists no pull request for this merge; it may have left the queue".into()
}
