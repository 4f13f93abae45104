//! The arguments of `approve` and `approvals`.

use std::path::PathBuf;

use clap::Args;

/// The change that a statement is about.
#[derive(Args, Clone, Debug)]
pub struct StatementArguments {
    /// The ref to change, such as `main` or `refs/tags/v1`.
    pub ref_name: String,
    /// The commit that it will point to.
    #[arg(default_value = "HEAD")]
    pub commit: String,
    /// The ref as it is on the server; by default, the remote-tracking branch.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The commit whose policy governs, which is the server's HEAD; by default, the remote's HEAD or the base.
    #[arg(long, value_name = "REV")]
    pub governing: Option<String>,
    /// The remote of the server.
    #[arg(long, value_name = "NAME", default_value = "origin")]
    pub remote: String,
    /// The digest of the server's own policy, as quoted in the server's message.
    #[arg(long, value_name = "DIGEST")]
    pub floor: Option<String>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `approve`.
#[derive(Args, Debug)]
pub struct ApproveArguments {
    /// The change.
    #[command(flatten)]
    pub change: StatementArguments,
    /// The reason; required for an override.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// How long it counts: days as `7d`, hours as `12h`.
    #[arg(long, value_name = "AGE", default_value = "7d")]
    pub expires: String,
    /// Take responsibility for passing a change that the gate rejects, as `override` in the policy allows.
    #[arg(long = "override", requires = "reason")]
    pub overrides: bool,
    /// Sign without asking; by default, portcullis asks on a terminal.
    #[arg(long, short)]
    pub yes: bool,
    /// Print the statement without signing it.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `approvals`.
#[derive(Args, Debug)]
pub struct ApprovalsArguments {
    /// The change.
    #[command(flatten)]
    pub change: Option<StatementArguments>,
    /// Delete the statements that have expired, on the server in the repository DIR.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".", exclusive = true)]
    pub prune: Option<PathBuf>,
}
