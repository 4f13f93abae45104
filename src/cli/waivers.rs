//! The arguments of the commands that write waivers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `baseline`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct BaselineArguments {
    /// The revision whose files are judged, and by whose policy; HEAD's branch where absent.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Write nothing; exit with 1 when an entry could go, has expired or cannot be used.
    #[arg(long, conflicts_with_all = ["extend", "drop_absent", "migrate"])]
    pub check: bool,
    /// Add findings to a file that is there already.
    #[arg(long)]
    pub extend: bool,
    /// Remove entries of objects that are not in the revision, too: they may stand on another branch.
    #[arg(long)]
    pub drop_absent: bool,
    /// Rewrite entries that quote a fingerprint of version 0.1.
    #[arg(long)]
    pub migrate: bool,
    /// The file; `.portcullis-waivers.yaml` at the root of the work tree where absent.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What new entries say.
    #[command(flatten)]
    pub terms: TermArguments,
}

/// What new waivers say, and what they are made from.
#[derive(Args, Debug)]
pub struct TermArguments {
    /// Who answers for new entries; the owners of the file by CODEOWNERS where absent.
    #[arg(long, value_name = "OWNER")]
    pub owner: Option<String>,
    /// The last day of new entries: a date, or a number of days ahead such as `30d`; 90 days ahead where absent, or as
    /// far as the policy allows.
    #[arg(long, value_name = "DATE|DAYS")]
    pub expires: Option<String>,
    /// Why new entries are accepted.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The server's policy.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `import-waivers`.
#[derive(Args, Debug)]
pub struct ImportWaiversArguments {
    /// The tool whose annotations, comments and files are read.
    #[arg(long, value_enum)]
    pub from: ForeignTool,
    /// Files and folders of the repository to look at; all where none is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Add the entries to this file, such as `.portcullis-waivers.yaml`; printed to standard output where absent.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What new entries say.
    #[command(flatten)]
    pub terms: TermArguments,
}

/// A tool whose ways of ignoring findings are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForeignTool {
    /// StackRox KubeLinter.
    KubeLinter,
    /// Checkov.
    Checkov,
    /// Trivy.
    Trivy,
}
