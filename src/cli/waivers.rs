//! The arguments of the commands that write waivers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `baseline`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct BaselineArguments {
    /// The revision whose files and policy are used; by default, HEAD's branch.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Write nothing; exit with 1 if an entry is no longer needed, has expired or is invalid.
    #[arg(long, conflicts_with_all = ["extend", "drop_absent", "migrate"])]
    pub check: bool,
    /// Add findings to an existing file.
    #[arg(long)]
    pub extend: bool,
    /// Also remove entries of objects that are not in the revision; they may be on another branch.
    #[arg(long)]
    pub drop_absent: bool,
    /// Rewrite entries that quote a fingerprint of version 0.1.
    #[arg(long)]
    pub migrate: bool,
    /// The file; by default, `.portcullis-waivers.yaml` at the root of the work tree.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The content of new entries.
    #[command(flatten)]
    pub terms: TermArguments,
}

/// The content of new waivers.
#[derive(Args, Debug)]
pub struct TermArguments {
    /// The owner of new entries; by default, the owners of the file in CODEOWNERS.
    #[arg(long, value_name = "OWNER")]
    pub owner: Option<String>,
    /// The last day of new entries: a date, or a number of days from today such as `30d`; by default, 90 days or as far
    /// as the policy allows.
    #[arg(long, value_name = "DATE|DAYS")]
    pub expires: Option<String>,
    /// The reason of new entries.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The server's policy.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `waive`.
#[derive(Args, Debug)]
pub struct WaiveArguments {
    /// The fingerprint of the finding, as the report prints it.
    #[arg(value_name = "FINGERPRINT")]
    pub fingerprint: String,
    /// The revision before the change that has the finding. It is judged again.
    #[arg(long, value_name = "REV", conflicts_with = "report")]
    pub base: Option<String>,
    /// The revision after the change; by default, HEAD.
    #[arg(long, value_name = "REV", requires = "base")]
    pub head: Option<String>,
    /// The JSON report that has the finding.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// The file; by default, `.portcullis-waivers.yaml` at the root of the work tree.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The content of the entry.
    #[command(flatten)]
    pub terms: TermArguments,
}

/// Arguments of `import-waivers`.
#[derive(Args, Debug)]
pub struct ImportWaiversArguments {
    /// The tool whose annotations, comments and files are read.
    #[arg(long, value_enum)]
    pub from: ForeignTool,
    /// Files and folders of the repository to read; by default, all.
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Add the entries to this file, such as `.portcullis-waivers.yaml`; by default, they go to standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The content of new entries.
    #[command(flatten)]
    pub terms: TermArguments,
}

/// A tool whose ignore rules can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForeignTool {
    /// StackRox KubeLinter.
    KubeLinter,
    /// Checkov.
    Checkov,
    /// Trivy.
    Trivy,
}
