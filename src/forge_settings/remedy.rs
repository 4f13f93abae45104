//! Instructions for closing the gaps of a layer.
//!
//! In: a gap. Out: the words that people find on the forge's pages. Never: judges.

use crate::host::api::Gap;
use crate::host::{ForgeHost, Topic};

/// Explains how to close a gap.
pub(super) fn explain_remedy(gap: Gap, forge: ForgeHost) -> &'static str {
    match gap {
        Gap::SkippedPipelinePasses => {
            "Settings, Merge requests, Merge checks: turn `Skipped pipelines are considered successful` off"
        }
        Gap::PipelineFromMergeRequest => (forge.facts().settings.help)(Topic::Workflow),
        Gap::QueueSkippable => {
            "Settings, Merge requests, Merge trains: turn `Allow skipping the merge train` off"
        }
        Gap::AuthorsApprove => "Settings, Merge requests, Approval settings: `Prevent approval by author`",
        Gap::CommittersApprove => {
            "Settings, Merge requests, Approval settings: `Prevent approvals by users who add commits`"
        }
        Gap::ApproversChangeable => {
            "Settings, Merge requests, Approval settings: `Prevent editing approval rules in merge requests`"
        }
        Gap::CreationUnchecked => "in the ruleset, turn `Do not require status checks on creation` off",
        Gap::ReviewsBypassed => {
            "in the branch protection, turn `Allow specified actors to bypass required pull requests` off"
        }
        Gap::RejectionPasses => "Settings, Branches, the rule: `Block merge on rejected reviews`",
        Gap::FilesUnprotected => "Settings, Branches, the rule: empty `Unprotected file patterns`",
        Gap::WorkflowsUnprotected => {
            "Settings, Branches, the rule: `Protected file patterns`: `.gitea/workflows/**`"
        }
    }
}
