//! Workflows, and GitLab.

use super::{BOTH, EDITABLE, Hole, ODD, TRUSTED, app, file, hidden, layer};
use crate::host::api::{Gap, Setting, Statuses};
use crate::report::LineState;

/// The same where any workflow can set the status, so that the workflow counts.
pub(super) const OF_WORKFLOWS: &[Hole] = &[
    (
        |facts| facts.workflows = Setting::Known(vec![file(TRUSTED)]),
        "workflow",
        LineState::Ok,
        "default branch",
    ),
    (
        |facts| facts.workflows = Setting::Known(vec![file(EDITABLE)]),
        "workflow",
        LineState::Problem,
        "its author can edit it",
    ),
    (|facts| facts.workflows = Setting::Known(vec![file(BOTH)]), "workflow", LineState::Weak, "its own copy"),
    (
        |facts| facts.workflows = Setting::Known(vec![file(TRUSTED), file(EDITABLE)]),
        "workflow",
        LineState::Weak,
        "its own copy",
    ),
    (
        |facts| facts.workflows = Setting::Known(vec![file(ODD)]),
        "workflow",
        LineState::Unknown,
        "has an unusual form",
    ),
    (|facts| facts.workflows = Setting::Known(Vec::new()), "workflow", LineState::Unknown, "no workflow"),
    (
        |facts| facts.workflows = Setting::Known(vec![file("on: pull_request_target")]),
        "workflow",
        LineState::Unknown,
        "no",
    ),
    (|facts| facts.workflows = hidden(), "workflow", LineState::Unknown, "which workflow"),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "workflow",
        LineState::Ok,
        "belongs to the ruleset",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "source of the status",
        LineState::Ok,
        "a pull request cannot change it",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/build.yml".into()],
        "source of the status",
        LineState::Weak,
        "every workflow",
    ),
];

pub(super) const ON_GITLAB: &[Hole] = &[
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "status",
        LineState::Ok,
        "a pipeline that succeeds",
    ),
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "source of the status",
        LineState::Weak,
        "without the gate's job",
    ),
    (|facts| app(facts, None), "source of the status", LineState::Weak, "one API call"),
    (
        |facts| layer(facts).gaps.push(Gap::SkippedPipelinePasses),
        "skipped pipelines",
        LineState::Problem,
        "[skip ci]",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::PipelineFromMergeRequest),
        "workflow",
        LineState::Problem,
        "can remove the gate's",
    ),
    (|facts| layer(facts).gaps.push(Gap::QueueSkippable), "merge train", LineState::Weak, "can skip it"),
    (
        |facts| layer(facts).gaps.push(Gap::AuthorsApprove),
        "authors' approval",
        LineState::Advice,
        "their own",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::CommittersApprove),
        "committers' approval",
        LineState::Advice,
        "added",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::ApproversChangeable),
        "approval rules",
        LineState::Advice,
        "an author",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::RejectionPasses),
        "rejecting reviews",
        LineState::Advice,
        "does not block the merge",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::FilesUnprotected),
        "unprotected files",
        LineState::Problem,
        "without a pull request",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::WorkflowsUnprotected),
        "workflow files",
        LineState::Advice,
        "later ones",
    ),
];
