//! How a branch changes beside merges: pushes, force pushes, deletion; and what else is open.

use super::Case;
use super::guard::strongest;
use super::hold::{Hold, is_wide, names};
use super::remedy::explain_remedy;
use crate::commands::doctor::line::Line;
use crate::host::Topic;
use crate::host::api::{Barrier, Gap, Layer, Pushes};

pub(super) fn lines(case: Case<'_>) -> Vec<Line> {
    let gaps = case.facts.layers.iter().flat_map(|layer| &layer.gaps);
    let open = [pushes(case), force_pushes(case), deletion(case), signatures(case)];
    open.into_iter().chain(gaps.map(|gap| of_gap(case, *gap))).collect()
}

fn pushes(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Pushes.as_str(), case.help(Topic::Pushes));
    let branch = &case.facts.branch;
    let closed = |layer: &Layer| layer.pushes == Pushes::Nobody;
    let hold = Hold::by(case, closed);
    if case.facts.layers.iter().any(closed) {
        return held(
            &hold,
            topic,
            help,
            "changes are possible only through pull requests",
            "push without a \
            pull request",
        );
    }
    let named = case.facts.layers.iter().find_map(|layer| match &layer.pushes {
        Pushes::By(names) => Some(names.join(", ")),
        Pushes::Nobody | Pushes::WithStatuses | Pushes::AnyWriter => None,
    });
    if let Some(names) = named {
        let text = format!("these can push changes to `{branch}` that the gate never checked: {names}");
        return Line::weak(topic, text, help);
    }
    if let Hold::Hidden(reason) = hold {
        let text = format!("could not determine who can push to `{branch}`: {reason}");
        return Line::unknown(topic, text, "run again with a token that can read it");
    }
    let with_statuses = case.facts.layers.iter().any(|layer| layer.pushes == Pushes::WithStatuses);
    if with_statuses && strongest(case).is_some() {
        let text = format!(
            "a commit that passed in a pull request to another branch can be pushed to `{branch}`, for which \
             it was never judged"
        );
        return Line::weak(topic, text, help);
    }
    let text = format!("anyone with write access can push changes to `{branch}` that the gate never checked");
    Line::problem(topic, text, help)
}

fn force_pushes(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::ForcePushes.as_str(), case.help(Topic::ForcePushes));
    let hold = Hold::by(case, |layer| layer.force_pushes == Barrier::Blocked);
    if hold == Hold::Nothing {
        let text = "anyone with push rights can reset the branch to an older commit, with its old policy and \
            images";
        return Line::problem(topic, text, help);
    }
    held(&hold, topic, help, "blocked", "reset the branch to an older commit")
}

fn deletion(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Deletion.as_str(), case.help(Topic::Deletion));
    let hold = Hold::by(case, |layer| layer.deletion == Barrier::Blocked);
    if hold == Hold::Nothing {
        let text = "anyone with push rights can delete the branch and recreate it from any commit";
        return Line::weak(topic, text, help);
    }
    held(&hold, topic, help, "blocked", "delete and recreate the branch")
}

/// What a barrier does, and who can bypass it.
fn held(hold: &Hold, topic: &'static str, help: &str, good: &str, deed: &str) -> Line {
    match hold {
        Hold::Everybody => Line::ok(topic, good),
        Hold::Hidden(reason) => {
            let text = format!("could not determine who can {deed}: {reason}");
            Line::unknown(topic, text, "run again with a token that can read it")
        }
        Hold::Except(who) if is_wide(who) => {
            Line::problem(topic, format!("these can {deed}: {}", names(who)), help)
        }
        Hold::Except(who) => Line::weak(topic, format!("these can {deed}: {}", names(who)), help),
        Hold::Nothing => Line::problem(topic, format!("anyone with write access can {deed}"), help),
    }
}

/// The gate looks at signatures itself.
fn signatures(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Signatures.as_str(), case.help(Topic::Signatures));
    let blocked = case.facts.layers.iter().any(|layer| layer.unsigned_commits == Barrier::Blocked);
    if blocked {
        Line::ok(topic, "the forge requires signed commits, by any key that it knows")
    } else {
        let text = "the forge does not require signed commits, or does not report it; the gate requires them \
            if its policy does";
        Line::advice(topic, text, help)
    }
}

fn of_gap(case: Case<'_>, gap: Gap) -> Line {
    let (text, help) = (let_in_by(gap), explain_remedy(gap, case.forge));
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
            "they count as successful: `[skip ci]` in a commit message merges changes that the gate never \
             checked"
        }
        Gap::PipelineFromMergeRequest => {
            "the branch of the merge request defines the pipeline, so its author can remove the gate's job"
        }
        Gap::QueueSkippable => {
            "anyone with merge rights can skip it, so their change is not judged together with the changes \
             ahead of it"
        }
        Gap::AuthorsApprove => "GitLab counts an author's approval of their own change; the gate does not",
        Gap::CommittersApprove => "GitLab counts the approval of those who added commits; the gate does not",
        Gap::ApproversChangeable => {
            "an author can change in the merge request who must approve it; the gate still requires its \
             owners"
        }
        Gap::CreationUnchecked => "a recreated branch needs no status: its content was never judged",
        Gap::ReviewsBypassed => {
            "some accounts can merge without the forge's reviews; the gate still requires its approvals"
        }
        Gap::RejectionPasses => "a review that requests changes does not block the merge",
        Gap::FilesUnprotected => {
            "anyone with write access can push files with certain names without a pull request, so the gate \
             never checks them"
        }
        Gap::WorkflowsUnprotected => {
            "a pull request may change the workflow that judges later ones; the owners must approve this \
             change"
        }
    }
}
