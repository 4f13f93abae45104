//! The arguments of `verify-commit`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `verify-commit`.
#[derive(Args, Debug)]
pub struct VerifyCommitArguments {
    /// Commits, or ranges `A..B`.
    #[arg(required = true, value_name = "REV")]
    pub revisions: Vec<String>,
    /// The revision whose policy and keys count.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub governing: String,
    /// The server's policy.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}
