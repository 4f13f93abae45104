//! Changes of a branch without a merge.
//!
//! In: the settings of a branch. Out: lines about pushes, force pushes, deletion, and the gaps that only one forge has.
//! Never: takes a hidden setting for a good one.

use super::ForgeSettings;
use super::guard::find_strongest;
use super::hold::{Barred, Hold, is_wide, list_names};
use super::remedy::explain_remedy;
use crate::host::Topic;
use crate::host::api::{Barrier, ForcePushes, Gap, Layer, Pushes};
use crate::report::DoctorLine;

pub(super) fn examine(settings: &ForgeSettings) -> Vec<DoctorLine> {
    let gaps = settings.facts.layers.iter().flat_map(|layer| &layer.gaps);
    let open = [
        judge_pushes(settings),
        judge_force_pushes(settings),
        judge_deletion(settings),
        judge_signatures(settings),
    ];
    open.into_iter().chain(gaps.map(|gap| describe_gap(settings, *gap))).collect()
}

fn judge_pushes(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Pushes.as_str(), settings.help(Topic::Pushes));
    let branch = &settings.facts.branch;
    let closed = |layer: &Layer| layer.pushes == Pushes::Nobody;
    let hold = Hold::by(settings, Barred::Updates, closed);
    if settings.facts.layers.iter().any(closed) {
        return describe_hold(
            &hold,
            topic,
            help,
            "changes are possible only through pull requests",
            "push without a \
            pull request",
        );
    }
    let named = settings.facts.layers.iter().find_map(|layer| match &layer.pushes {
        Pushes::By(names) => Some(names.join(", ")),
        Pushes::Nobody | Pushes::WithStatuses | Pushes::AnyWriter => None,
    });
    if let Some(names) = named {
        let text = format!("these can push changes to `{branch}` that the gate never checked: {names}");
        return DoctorLine::weak(topic, text, help);
    }
    if let Hold::Hidden(reason) = hold {
        let text = format!("could not determine who can push to `{branch}`: {reason}");
        return DoctorLine::unknown(topic, text, "run again with a token that can read it");
    }
    let with_statuses = settings.facts.layers.iter().any(|layer| layer.pushes == Pushes::WithStatuses);
    if with_statuses && find_strongest(settings).is_some() {
        let text = format!(
            "a commit that passed in a pull request to another branch can be pushed to `{branch}`, for which \
             it was never judged"
        );
        return DoctorLine::weak(topic, text, help);
    }
    let text = format!("anyone with write access can push changes to `{branch}` that the gate never checked");
    DoctorLine::problem(topic, text, help)
}

fn judge_force_pushes(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::ForcePushes.as_str(), settings.help(Topic::ForcePushes));
    let hold = Hold::by(settings, Barred::Updates, |layer| layer.force_pushes == ForcePushes::Nobody);
    if hold != Hold::Nothing {
        return describe_hold(&hold, topic, help, "blocked", "reset the branch to an older commit");
    }
    let named = settings.facts.layers.iter().find_map(|layer| match &layer.force_pushes {
        ForcePushes::By(names) => Some(names.join(", ")),
        ForcePushes::Nobody | ForcePushes::WhoeverPushes => None,
    });
    if let Some(names) = named {
        let text =
            format!("these can reset the branch to an older commit, with its old policy and images: {names}");
        return DoctorLine::weak(topic, text, help);
    }
    let text =
        "anyone with push rights can reset the branch to an older commit, with its old policy and images";
    DoctorLine::problem(topic, text, help)
}

fn judge_deletion(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Deletion.as_str(), settings.help(Topic::Deletion));
    let hold = Hold::by(settings, Barred::Updates, |layer| layer.deletion == Barrier::Blocked);
    if hold == Hold::Nothing {
        let text = "anyone with push rights can delete the branch and recreate it from any commit";
        return DoctorLine::weak(topic, text, help);
    }
    describe_hold(&hold, topic, help, "blocked", "delete and recreate the branch")
}

/// Describes a barrier and who can bypass it.
fn describe_hold(hold: &Hold, topic: &'static str, help: &str, good: &str, deed: &str) -> DoctorLine {
    match hold {
        Hold::Everybody => DoctorLine::ok(topic, good),
        Hold::Hidden(reason) => {
            let text = format!("could not determine who can {deed}: {reason}");
            DoctorLine::unknown(topic, text, "run again with a token that can read it")
        }
        Hold::Except(who) if is_wide(who) => {
            DoctorLine::problem(topic, format!("these can {deed}: {}", list_names(who)), help)
        }
        Hold::Except(who) => DoctorLine::weak(topic, format!("these can {deed}: {}", list_names(who)), help),
        Hold::Nothing => DoctorLine::problem(topic, format!("anyone with write access can {deed}"), help),
    }
}

/// The gate verifies signatures itself.
fn judge_signatures(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Signatures.as_str(), settings.help(Topic::Signatures));
    let blocked = settings.facts.layers.iter().any(|layer| layer.unsigned_commits == Barrier::Blocked);
    if blocked {
        DoctorLine::ok(topic, "the forge requires signed commits, by any key that it knows")
    } else {
        let text = "the forge does not require signed commits, or does not report it; the gate requires them \
            if its policy does";
        DoctorLine::advice(topic, text, help)
    }
}

fn describe_gap(settings: &ForgeSettings, gap: Gap) -> DoctorLine {
    let (text, help) = (explain_gap(gap), explain_remedy(gap, settings.host));
    match gap {
        Gap::SkippedPipelinePasses => DoctorLine::problem("skipped pipelines", text, help),
        Gap::PipelineFromMergeRequest => DoctorLine::problem(Topic::Workflow.as_str(), text, help),
        Gap::QueueSkippable => DoctorLine::weak("merge train", text, help),
        Gap::AuthorsApprove => DoctorLine::advice("authors' approval", text, help),
        Gap::CommittersApprove => DoctorLine::advice("committers' approval", text, help),
        Gap::ApproversChangeable => DoctorLine::advice("approval rules", text, help),
        Gap::CreationUnchecked => DoctorLine::weak("creation", text, help),
        Gap::ReviewsBypassed => DoctorLine::advice("reviews' bypass", text, help),
        Gap::RejectionPasses => DoctorLine::advice("rejecting reviews", text, help),
        Gap::FilesUnprotected => DoctorLine::problem("unprotected files", text, help),
        Gap::WorkflowsUnprotected => DoctorLine::advice("workflow files", text, help),
    }
}

/// Explains how a change bypasses the gate through a gap, or why it does not.
fn explain_gap(gap: Gap) -> &'static str {
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
