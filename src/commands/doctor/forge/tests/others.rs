//! Workflows, and GitLab.

use super::{BOTH, EDITABLE, Hole, ODD, TRUSTED, app, file, hidden, layer};
use crate::commands::doctor::line::Standing;
use crate::host::api::{Gap, Setting, Statuses};

/// The same where any workflow can set the status, so that the workflow counts.
pub(super) const OF_WORKFLOWS: &[Hole] = &[
    (
        |facts| facts.workflows = Setting::Known(vec![file(TRUSTED)]),
        "workflow",
        Standing::Ok,
        "default branch",
    ),
    (
        |facts| facts.workflows = Setting::Known(vec![file(EDITABLE)]),
        "workflow",
        Standing::Problem,
        "its author can edit it",
    ),
    (|facts| facts.workflows = Setting::Known(vec![file(BOTH)]), "workflow", Standing::Weak, "its own copy"),
    (
        |facts| facts.workflows = Setting::Known(vec![file(TRUSTED), file(EDITABLE)]),
        "workflow",
        Standing::Weak,
        "its own copy",
    ),
    (
        |facts| facts.workflows = Setting::Known(vec![file(ODD)]),
        "workflow",
        Standing::Unknown,
        "has an unusual form",
    ),
    (|facts| facts.workflows = Setting::Known(Vec::new()), "workflow", Standing::Unknown, "no workflow"),
    (
        |facts| facts.workflows = Setting::Known(vec![file("on: pull_request_target")]),
        "workflow",
        Standing::Unknown,
        "no",
    ),
    (|facts| facts.workflows = hidden(), "workflow", Standing::Unknown, "which workflow"),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "workflow",
        Standing::Ok,
        "belongs to the ruleset",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "source of the status",
        Standing::Ok,
        "a pull request cannot change it",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/build.yml".into()],
        "source of the status",
        Standing::Weak,
        "every workflow",
    ),
];

pub(super) const ON_GITLAB: &[Hole] = &[
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "status",
        Standing::Ok,
        "a pipeline that succeeds",
    ),
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "source of the status",
        Standing::Weak,
        "without the gate's job",
    ),
    (|facts| app(facts, None), "source of the status", Standing::Weak, "one API call"),
    (
        |facts| layer(facts).gaps.push(Gap::SkippedPipelinePasses),
        "skipped pipelines",
        Standing::Problem,
        "[skip ci]",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::PipelineFromMergeRequest),
        "workflow",
        Standing::Problem,
        "can remove the gate's",
    ),
    (|facts| layer(facts).gaps.push(Gap::QueueSkippable), "merge train", Standing::Weak, "can skip it"),
    (|facts| layer(facts).gaps.push(Gap::AuthorsApprove), "authors' approval", Standing::Advice, "their own"),
    (
        |facts| layer(facts).gaps.push(Gap::CommittersApprove),
        "committers' approval",
        Standing::Advice,
        "added",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::ApproversChangeable),
        "approval rules",
        Standing::Advice,
        "an author",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::RejectionPasses),
        "rejecting reviews",
        Standing::Advice,
        "does not block the merge",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::FilesUnprotected),
        "unprotected files",
        Standing::Problem,
        "without a pull request",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::WorkflowsUnprotected),
        "workflow files",
        Standing::Advice,
        "later ones",
    ),
];
