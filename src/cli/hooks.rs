//! The arguments of `pre-receive` and `update`.

use std::path::PathBuf;

use clap::Args;

use super::OutputFormat;
use super::hosts::host_parser;
use crate::host::HostKind;

/// Options of the hooks.
#[derive(Args, Debug)]
pub struct HookArguments {
    /// The server's policy, which no repository can loosen; `/etc/portcullis/policy.yaml` if it exists.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// Reject if there is no verdict after this number of seconds (GitHub Enterprise Server: 4).
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub deadline: u64,
    /// Append one line of JSON about each push to a file. It decides nothing; rotate it with the system's tools.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// The host that serves the repository; by default, detected from the environment.
    #[arg(long, value_parser = host_parser())]
    pub host: Option<HostKind>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
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
