//! What a merge queue is about to merge: one section for each pull request, as if they were pushed one after
//! another.
//!
//! Each is judged against what is before it, so that two that are harmless alone and an escalation together
//! are found in the second one. Pull requests that the queue put in front are judged again: a queue may merge a
//! group of which only the last one is green.

use super::judge::Proposed;
use super::stage::Stage;
use super::{Judged, Run, Said, beside};
use crate::commands::error::CommandError;
use crate::git::{BLOB_LIMIT, Repository};
use crate::host::api::{PullNumber, QueueEntry};
use crate::report::Section;
use source_files::ObjectId;

/// More than queues merge at once.
const MOST_COMMITS: usize = 500;

/// A pull request of a group: its base, and the merge that the queue made.
struct Step {
    number: PullNumber,
    base: ObjectId,
    merged: ObjectId,
}

pub(super) fn judge(
    run: &Run<'_>,
    head: &ObjectId,
    target: &str,
    judged: &mut Judged,
) -> Result<Vec<Section>, CommandError> {
    let title = format!("merge group of {target}");
    let entries = run.forge.merge_queue(target)?;
    let Some(last) = entries.iter().find(|entry| entry.merged == *head) else {
        return Ok(vec![Section::undecided(&title, not_queued())]);
    };
    let last = run.forge.pull_request(last.number)?;
    judged.target.beside = beside(target, &last.default_branch);
    run.is_about(&judged.target);
    let stage = Stage::new(run.settings, &last.default_branch, head, &run.arguments.report.repo)?;
    stage.fetch(run.settings, &[&last.default_branch, target], &[])?;
    stage.fetch_commit(head)?;
    let steps = match steps(&stage, &stage.tip_of(target)?, head, &entries)? {
        Ok(steps) => steps,
        Err(reason) => return Ok(vec![Section::undecided(&title, reason)]),
    };
    let numbers: Vec<PullNumber> = steps.iter().map(|step| step.number).collect();
    stage.fetch(run.settings, &[target], &numbers)?;
    let judge = run.judge(&stage);
    let mut sections = Vec::new();
    for step in steps {
        let pull = run.forge.pull_request(step.number)?;
        if stage.head_of(step.number)? != pull.head || pull.target != target {
            sections.push(Section::undecided(&format!("pull request {}", step.number), super::moved()));
            continue;
        }
        let made = stage.tree_of(&step.merged)?;
        let outcome = judge.outcome(Proposed { pull: &pull, base: &step.base, made: Some(&made) })?;
        judged.said.push(Said { pull, reviews: outcome.reviews });
        sections.push(outcome.section);
    }
    Ok(sections)
}

/// The pull requests between the target and the group's commit, the first to be merged first; the reason where
/// a commit is no one's.
fn steps(
    stage: &Stage,
    target: &ObjectId,
    head: &ObjectId,
    entries: &[QueueEntry],
) -> Result<Result<Vec<Step>, String>, CommandError> {
    let repository = Repository::discover(stage.folder(), BLOB_LIMIT)?;
    let mut chain = vec![head.clone()];
    while let Some(commit) = chain.last().filter(|commit| *commit != target) {
        let Some(parent) = repository.parents(commit)?.into_iter().next() else {
            return Ok(Err(format!("the group is not based on {}, the tip of its target", target.short())));
        };
        if chain.len() > MOST_COMMITS {
            return Ok(Err(format!("the group has more than {MOST_COMMITS} commits")));
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
    if base == *head { Ok(Ok(steps)) } else { Ok(Err(not_queued())) }
}

fn not_queued() -> String {
    "the forge's queue lists no pull request for this merge; it may have left the queue".into()
}
