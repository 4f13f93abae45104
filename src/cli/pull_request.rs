//! The arguments of `pr`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::hosts::forge_parser;
use super::{ReportArguments, ReportFilesArguments};
use crate::host::ForgeHost;
use crate::report::{ReportContext, ReportContextError};

/// Arguments of `pr`.
#[derive(Args, Debug)]
#[command(mut_arg("repo", |argument| argument.help(
    "A clone that may contain most of the objects, so that only the rest is fetched; it is not changed",
)))]
pub struct PullRequestArguments {
    /// The number of the pull request; by default, the one of the runner's event.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<u64>,
    /// The forge; by default, detected from the runner's variables. The token comes from `PORTCULLIS_TOKEN`, or from
    /// `GITHUB_TOKEN`, `GITLAB_TOKEN` or `GITEA_TOKEN`.
    #[arg(long, value_parser = forge_parser())]
    pub forge: Option<ForgeHost>,
    /// The repository on the forge, such as `acme/prod`.
    #[arg(long, value_name = "PATH")]
    pub project: Option<String>,
    /// The base of the forge's API, such as `https://github.example.com/api/v3`; by default, from the runner's
    /// variables, or GitHub's own.
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// More certificates to trust, as a PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The name of the status and the comment. If the target is not the default branch, it follows in brackets.
    #[arg(long, value_name = "NAME", default_value = "portcullis", value_parser = parse_context)]
    pub context: ReportContext,
    /// Record every review that counts as an object signed with git's configured key, for hooks that do not ask a
    /// forge; the policy names the signer in `approvals.issuers`.
    #[arg(long)]
    pub issue_approvals: bool,
    /// What to send to the forge in addition to the status.
    #[command(flatten)]
    pub publish: PublishArguments,
    /// The server's policy, which no repository can loosen.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// End without a verdict after this number of seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub deadline: u64,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArguments,
    /// More outputs.
    #[command(flatten)]
    pub files: ReportFilesArguments,
}

/// Messages to the forge.
#[derive(Args, Clone, Debug)]
pub struct PublishArguments {
    /// When to comment on the pull request.
    #[arg(long, value_enum, default_value_t = CommentArgument::Never)]
    pub comment: CommentArgument,
    /// Show findings beside the changed lines, as a separate check run.
    #[arg(long)]
    pub annotations: bool,
    /// Suggest changes beside lines if the fix is certain.
    #[arg(long)]
    pub suggestions: bool,
    /// Judge and report only here; send nothing to the forge.
    #[arg(long)]
    pub dry_run: bool,
}

/// When to comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CommentArgument {
    /// Never.
    Never,
    /// If there are findings, or were before.
    Findings,
    /// In every run.
    Always,
}

pub(super) fn parse_context(text: &str) -> Result<ReportContext, ReportContextError> {
    ReportContext::parse(text)
}
