//! How a branch changes beside merges: pushes, force pushes, deletion; and what else is open.

use super::Case;
use super::guard::strongest;
use super::hold::{Hold, is_wide, names};
use super::mending::{Topic, close};
use crate::commands::doctor::line::Line;
use crate::forge::{Barrier, Gap, Layer, Pushes};

pub(super) fn lines(case: Case<'_>) -> Vec<Line> {
    let gaps = case.facts.layers.iter().flat_map(|layer| &layer.gaps);
    let open = [pushes(case), force_pushes(case), deletion(case), signatures(case)];
    open.into_iter().chain(gaps.map(|gap| of_gap(*gap))).collect()
}

fn pushes(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Pushes.as_str(), Topic::Pushes.help(case.forge));
    let branch = &case.facts.branch;
    let closed = |layer: &Layer| layer.pushes == Pushes::Nobody;
    let hold = Hold::by(case, closed);
    if case.facts.layers.iter().any(closed) {
        return held(&hold, topic, help, "changes come by pull requests only", "push without a pull request");
    }
    let named = case.facts.layers.iter().find_map(|layer| match &layer.pushes {
        Pushes::By(names) => Some(names.join(", ")),
        Pushes::Nobody | Pushes::WithStatuses | Pushes::AnyWriter => None,
    });
    if let Some(names) = named {
        let text = format!("these push to `{branch}` what the gate never saw: {names}");
        return Line::weak(topic, text, help);
    }
    if let Hold::Hidden(reason) = hold {
        let text = format!("it cannot be told who may push to `{branch}`: {reason}");
        return Line::unknown(topic, text, "ask again with a token that may see it");
    }
    let with_statuses = case.facts.layers.iter().any(|layer| layer.pushes == Pushes::WithStatuses);
    if with_statuses && strongest(case).is_some() {
        let text = format!(
            "a commit that was green in a pull request to another branch can be pushed to `{branch}`, where it was \
             never judged"
        );
        return Line::weak(topic, text, help);
    }
    let text = format!("whoever may write pushes to `{branch}` what the gate never saw");
    Line::problem(topic, text, help)
}

fn force_pushes(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::ForcePushes.as_str(), Topic::ForcePushes.help(case.forge));
    let hold = Hold::by(case, |layer| layer.force_pushes == Barrier::Blocked);
    if hold == Hold::Nothing {
        let text = "whoever may push puts the branch back to an older commit, with the policy and the images of then";
        return Line::problem(topic, text, help);
    }
    held(&hold, topic, help, "blocked", "put the branch back to an older commit")
}

fn deletion(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Deletion.as_str(), Topic::Deletion.help(case.forge));
    let hold = Hold::by(case, |layer| layer.deletion == Barrier::Blocked);
    if hold == Hold::Nothing {
        let text = "whoever may push deletes the branch and makes it anew from any commit";
        return Line::weak(topic, text, help);
    }
    held(&hold, topic, help, "blocked", "delete the branch and make it anew")
}

/// What a barrier does, and for whom not.
fn held(hold: &Hold, topic: &'static str, help: &str, good: &str, deed: &str) -> Line {
    match hold {
        Hold::Everybody => Line::ok(topic, good),
        Hold::Hidden(reason) => {
            let text = format!("it cannot be told who may {deed}: {reason}");
            Line::unknown(topic, text, "ask again with a token that may see it")
        }
        Hold::Except(who) if is_wide(who) => {
            Line::problem(topic, format!("these {deed}: {}", names(who)), help)
        }
        Hold::Except(who) => Line::weak(topic, format!("these {deed}: {}", names(who)), help),
        Hold::Nothing => Line::problem(topic, format!("whoever may write can {deed}"), help),
    }
}

/// The gate looks at signatures itself.
fn signatures(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Signatures.as_str(), Topic::Signatures.help(case.forge));
    let blocked = case.facts.layers.iter().any(|layer| layer.unsigned_commits == Barrier::Blocked);
    if blocked {
        Line::ok(topic, "the forge demands signed commits, by any key that it knows")
    } else {
        let text = "the forge demands none, or does not say so; the gate does where its policy says so";
        Line::advice(topic, text, help)
    }
}

fn of_gap(gap: Gap) -> Line {
    let (text, help) = (let_in_by(gap), close(gap));
    match gap {
        Gap::SkippedPipelinePasses => Line::problem("skipped pipelines", text, help),
        Gap::PipelineFromMergeRequest => Line::problem(Topic::Workflow.as_str(), text, help),
        Gap::QueueSkippable => Line::weak("merge train", text, help),
        Gap::AuthorsApprove => Line::advice("authors' approval", text, help),
        Gap::CommittersApprove => Line::advice("committers' approval", text, help),
        Gap::ApproversChangeable => Line::advice("approval rules", text, help),
        Gap::CreationUnchecked => Line::weak("creation", text, help),
        Gap::ReviewsBypassed => Line::advice("reviews' bypass", text, help),
        Gap::RejectionPasses => Line::advice("rejecting reviews", text, help),
        Gap::FilesUnprotected => Line::problem("unprotected files", text, help),
        Gap::WorkflowsUnprotected => Line::advice("workflow files", text, help),
    }
}

/// How a change gets in by it, or why none does.
fn let_in_by(gap: Gap) -> &'static str {
    match gap {
        Gap::SkippedPipelinePasses => {
            "they count as green: `[skip ci]` in a commit's message merges what the gate never saw"
        }
        Gap::PipelineFromMergeRequest => {
            "the merge request's own branch describes the pipeline: its author takes the gate's job out"
        }
        Gap::QueueSkippable => {
            "those who may merge can leave it: what stands before their change is not judged with it"
        }
        Gap::AuthorsApprove => "GitLab counts an author's approval of their own change; the gate does not",
        Gap::CommittersApprove => "GitLab counts the approval of those who added commits; the gate does not",
        Gap::ApproversChangeable => {
            "an author changes in the merge request who has to approve it; the gate's owners stay"
        }
        Gap::CreationUnchecked => {
            "a branch that is made anew needs no status: what it then holds was never judged"
        }
        Gap::ReviewsBypassed => {
            "some may merge without the forge's reviews; the gate's approvals are needed all the same"
        }
        Gap::RejectionPasses => "a review that asks for changes holds no merge back",
        Gap::FilesUnprotected => {
            "whoever may write pushes files of some names without a pull request, and the gate never sees them"
        }
        Gap::WorkflowsUnprotected => {
            "a pull request may change the workflow that judges the next ones; the policy's owners have to approve it"
        }
    }
}
