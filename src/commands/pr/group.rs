//! What a merge queue is about to merge: one section for each pull request, as if they were pushed one after
//! another.
//!
//! Each is judged against what stands before it, so that two that are harmless alone and an escalation together
//! are found in the second one. Pull requests that the queue put in front are judged again: a queue may merge a
//! group of which only the last one is green.

use std::time::SystemTime;

use super::judge::{Judge, Proposed};
use super::publish::failed;
use super::settings::Settings;
use super::stage::Stage;
use super::{Judged, Said, beside};
use crate::cli::PullRequestArguments;
use crate::commands::BLOB_LIMIT;
use crate::commands::error::CommandError;
use crate::forge::{Forge, PullNumber, QueueEntry};
use crate::git::Repository;
use crate::report::Section;
use crate::source::ObjectId;

/// More than queues merge at once.
const MOST_COMMITS: usize = 500;

/// A pull request of a group: what it stands on, and what the queue made of it.
struct Step {
    number: PullNumber,
    base: ObjectId,
    merged: ObjectId,
}

pub(super) fn judge(
    arguments: &PullRequestArguments,
    settings: &Settings,
    forge: &dyn Forge,
    head: &ObjectId,
    target: &str,
) -> Result<Judged, CommandError> {
    let entries = forge.merge_queue(target)?;
    let Some(last) = entries.iter().find(|entry| entry.merged == *head) else {
        let sections = vec![Section::undecided(&title(target), not_queued())];
        return Ok(Judged { sections, commit: head.clone(), beside: None, said: Vec::new(), pull: None });
    };
    let last = forge.pull_request(last.number)?;
    let beside = beside(target, &last.default_branch);
    let judged = Judged {
        sections: Vec::new(),
        commit: head.clone(),
        beside: beside.clone(),
        said: Vec::new(),
        pull: None,
    };
    judge_group((arguments, settings, forge), (target, &last.default_branch), &entries, judged)
        .inspect_err(|error| failed(arguments, forge, (head, beside.as_deref()), error))
}

fn title(target: &str) -> String {
    format!("merge group of {target}")
}

/// Adds the sections.
fn judge_group(
    (arguments, settings, forge): (&PullRequestArguments, &Settings, &dyn Forge),
    (target, default_branch): (&str, &str),
    entries: &[QueueEntry],
    mut judged: Judged,
) -> Result<Judged, CommandError> {
    let head = judged.commit.clone();
    let stage = Stage::new(settings, default_branch, &head, &arguments.report.repo)?;
    stage.fetch(settings, &[default_branch, target], &[])?;
    stage.fetch_commit(&head)?;
    let steps = match steps(&stage, &stage.tip_of(target)?, &head, entries)? {
        Ok(steps) => steps,
        Err(reason) => {
            judged.sections.push(Section::undecided(&title(target), reason));
            return Ok(judged);
        }
    };
    let numbers: Vec<PullNumber> = steps.iter().map(|step| step.number).collect();
    stage.fetch(settings, &[target], &numbers)?;
    let judge = Judge {
        forge,
        stage: &stage,
        settings,
        floor: arguments.server_policy.clone(),
        now: SystemTime::now(),
    };
    for step in steps {
        let pull = forge.pull_request(step.number)?;
        let section = if stage.head_of(step.number)? == pull.head && pull.target == target {
            let made = stage.tree_of(&step.merged)?;
            let outcome = judge.outcome(Proposed { pull: &pull, base: &step.base, made: Some(&made) })?;
            judged.said.push(Said { pull, standing: outcome.standing });
            outcome.section
        } else {
            Section::undecided(&format!("pull request {}", step.number), super::moved())
        };
        judged.sections.push(section);
    }
    Ok(judged)
}

/// The pull requests between the target and the group's commit, the first to be merged first; the reason where
/// a commit is nobody's.
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
            return Ok(Err(format!("the group does not stand on {}, the tip of its target", target.short())));
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
    "the forge lists no pull request of its queue for what is to be merged; it may have left the queue".into()
}
