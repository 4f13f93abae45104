//! The arguments of `pr`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{OutputFormat, ReportArguments};

/// Arguments of `pr`.
#[derive(Args, Debug)]
pub struct PullRequestArguments {
    /// The pull request; what the runner's event is about where absent.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<u64>,
    /// The forge; told by the runner's variables where absent.
    #[arg(long, value_enum)]
    pub forge: Option<ForgeArgument>,
    /// The repository on the forge, such as `acme/prod`.
    #[arg(long, value_name = "PATH")]
    pub project: Option<String>,
    /// The base of the forge's API, such as `https://github.example.com/api/v3`.
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// More certificates to trust, as a PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The name of the status.
    #[arg(long, value_name = "NAME", default_value = "portcullis", value_parser = context)]
    pub context: String,
    /// When to comment on the pull request.
    #[arg(long, value_enum, default_value_t = CommentArgument::Never)]
    pub comment: CommentArgument,
    /// Note findings beside the changed lines, as a check run of their own.
    #[arg(long)]
    pub annotations: bool,
    /// Propose changes beside lines where it is certain what they should be.
    #[arg(long)]
    pub suggestions: bool,
    /// Tell the forge nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The server's policy, which no repository can loosen.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// End without a verdict after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub deadline: u64,
    /// Write the report in a further format: `sarif=report.sarif`; may be repeated.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = further)]
    pub also: Vec<(OutputFormat, PathBuf)>,
    /// Append a summary in Markdown to this file; `GITHUB_STEP_SUMMARY` where absent.
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Append the outputs of the step to this file; `GITHUB_OUTPUT` where absent.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArguments,
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

/// A name that cannot end a status, a comment's marker, or a line.
fn context(text: &str) -> Result<String, String> {
    let plain = |character: char| character.is_ascii_alphanumeric() || " ._/-".contains(character);
    let fits = (1..=64).contains(&text.len()) && text.chars().all(plain) && !text.contains("--");
    fits.then(|| text.to_owned()).ok_or_else(|| "up to 64 letters, digits, blanks, `.`, `_`, `/` and single `-`".into())
}

fn further(text: &str) -> Result<(OutputFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE")?;
    Ok((OutputFormat::from_str(format, false)?, PathBuf::from(file)))
}
