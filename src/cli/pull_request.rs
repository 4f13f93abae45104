//! The arguments of `pr`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ReportArguments, ReportFilesArguments};
use crate::report::{ReportContext, ReportContextError};

/// Arguments of `pr`.
#[derive(Args, Debug)]
#[command(mut_arg("repo", |argument| argument.help(
    "A clone that may hold most of what is judged, so that only the rest is fetched; nothing in it is changed",
)))]
pub struct PullRequestArguments {
    /// The number of the pull request; the one that the runner's event is about where absent.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<u64>,
    /// The forge; told by the runner's variables where absent. The token comes from `PORTCULLIS_TOKEN`, or from
    /// `GITHUB_TOKEN`, `GITLAB_TOKEN` or `GITEA_TOKEN`.
    #[arg(long, value_enum)]
    pub forge: Option<ForgeArgument>,
    /// The repository on the forge, such as `acme/prod`.
    #[arg(long, value_name = "PATH")]
    pub project: Option<String>,
    /// The base of the forge's API, such as `https://github.example.com/api/v3`; told by the runner's variables where
    /// absent, or GitHub's own.
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// More certificates to trust, as a PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The name of status and comment. Behind it stands the target in brackets where that is not the default branch.
    #[arg(long, value_name = "NAME", default_value = "portcullis", value_parser = context)]
    pub context: ReportContext,
    /// State every review that counts as an object that is signed with git's configured key, for hooks that ask no
    /// forge; the policy names the signer in `approvals.issuers`.
    #[arg(long)]
    pub issue_approvals: bool,
    /// What the forge is told besides the status.
    #[command(flatten)]
    pub told: ToldArguments,
    /// The server's policy, which no repository can loosen.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// End without a verdict after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub deadline: u64,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArguments,
    /// Where else to.
    #[command(flatten)]
    pub files: ReportFilesArguments,
}

/// What the forge is told.
#[derive(Args, Clone, Debug)]
pub struct ToldArguments {
    /// When to comment on the pull request.
    #[arg(long, value_enum, default_value_t = CommentArgument::Never)]
    pub comment: CommentArgument,
    /// Note findings beside the changed lines, as a check run of their own.
    #[arg(long)]
    pub annotations: bool,
    /// Propose changes beside lines where it is certain what they should be.
    #[arg(long)]
    pub suggestions: bool,
    /// Judge and report here only; tell the forge nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Forges of `--forge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForgeArgument {
    /// GitHub and GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

/// When to comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CommentArgument {
    /// Not at all.
    Never,
    /// Where something was found, or was found before.
    Findings,
    /// In every run.
    Always,
}

pub(super) fn context(text: &str) -> Result<ReportContext, ReportContextError> {
    ReportContext::parse(text)
}
