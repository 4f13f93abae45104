//! The arguments of `pre-receive` and `update`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::OutputFormat;

/// Options of the hooks.
#[derive(Args, Debug)]
pub struct HookArguments {
    /// The server's policy, which no repository can loosen; `/etc/portcullis/policy.yaml` if it exists.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// Reject if there is no verdict after this number of seconds (GitHub Enterprise Server: 4).
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub deadline: u64,
    /// The host that serves the repository; by default, detected from the environment.
    #[arg(long, value_enum)]
    pub host: Option<HostArgument>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
}

/// Hosts of `--host`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HostArgument {
    /// Plain git.
    Git,
    /// gitolite.
    Gitolite,
    /// GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

/// Arguments of the `update` hook.
#[derive(Args, Debug)]
pub struct UpdateArguments {
    /// The ref.
    pub ref_name: String,
    /// The commit that it points to.
    pub old_oid: String,
    /// The commit that it will point to.
    pub new_oid: String,
    /// Options that all hooks share.
    #[command(flatten)]
    pub hook: HookArguments,
}
