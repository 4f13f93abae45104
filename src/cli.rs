//! The command line, as clap types.

mod files;
mod hidden;
mod hooks;
mod hosts;
mod installation;
mod pull_request;
mod rendering;
mod statements;
mod verification;
mod waivers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use files::ReportFilesArguments;
pub use hidden::{GenerateDocsArguments, ThrowAwayGpgArguments};
pub use hooks::{HookArguments, UpdateArguments};
pub use installation::{
    DoctorArguments, ImportArguments, InstallArguments, LineFormat, PlaceArguments, RescueArguments,
};
use kube_model::KubernetesVersion;
pub use pull_request::{CommentArgument, PublishArguments, PullRequestArguments};
pub use rendering::{RenderArguments, RestrictorArgument};
pub use statements::{ApprovalsArguments, ApproveArguments, StatementArguments};
pub use verification::VerifyCommitArguments;
pub use waivers::{BaselineArguments, ForeignTool, ImportWaiversArguments, TermArguments, WaiveArguments};

/// A policy gate for GitOps repositories: judges what a push would change in the cluster.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Every subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge a push, as git's `pre-receive` hook (reads ref updates from standard input).
    PreReceive(HookArguments),
    /// Judge one ref, as git's `update` hook; guarantees about a whole push apply only to `pre-receive`.
    Update(UpdateArguments),
    /// Judge the staged changes against HEAD, as git's `pre-commit` hook.
    PreCommit(ReportArguments),
    /// Judge the change between two revisions, or files and folders as if all of them were new.
    Check(CheckArguments),
    /// Judge a pull request by the merge that it would become, and report to its forge.
    Pr(PullRequestArguments),
    /// Validate files and folders against the schemas of Kubernetes versions and of their own CRDs.
    Validate(ValidateArguments),
    /// Judge every first-parent commit of a history as if it had been pushed alone.
    Replay(ReplayArguments),
    /// Approve a change of a ref: sign a statement with git's configured key.
    Approve(ApproveArguments),
    /// List the signed statements about a change, and why each counts or does not.
    Approvals(ApprovalsArguments),
    /// Write today's findings as waivers with an expiry date, to a file that only shrinks automatically.
    Baseline(BaselineArguments),
    /// Waive one finding: write an entry with a reason and an expiry date.
    Waive(WaiveArguments),
    /// Convert ignore rules of kube-linter, Checkov or Trivy to waivers of today's findings.
    ImportWaivers(ImportWaiversArguments),
    /// Show who signed commits, and why each signature counts or does not.
    VerifyCommit(VerifyCommitArguments),
    /// Show who owns paths, and which line of CODEOWNERS decides.
    Owners(OwnersArguments),
    /// Print the objects of a file as the gate reads them, one JSON object per line.
    Objects(ObjectsArguments),
    /// Print the objects that a kustomization gives, in kustomize's form, without running kustomize.
    Render(RenderArguments),
    /// Explain a check.
    Explain(ExplainArguments),
    /// List all checks.
    Checks(ChecksArguments),
    /// Work with policy files.
    Policy(PolicyArguments),
    /// Write a policy for this repository.
    Init(InitArguments),
    /// Install the gate as a hook of git or of the host.
    Install(InstallArguments),
    /// Prove that the installed hook rejects a bad change, and report other problems.
    Doctor(DoctorArguments),
    /// On the Git server: bring an existing repository behind the gate.
    Import(ImportArguments),
    /// On the Git server: put trust files in place that no push can, and record why.
    Rescue(RescueArguments),
    /// Show the gate blocking a real push, in a temporary repository.
    Demo,
    /// Print a completion script.
    Completions(CompletionsArguments),
    /// Print the manual page.
    Man,
    /// Write the generated documentation into a folder.
    #[command(hide = true)]
    GenerateDocs(GenerateDocsArguments),
    /// Replace gpg with the demo's throw-away keys.
    #[command(hide = true)]
    ThrowAwayGpg(ThrowAwayGpgArguments),
}

/// How to report.
#[derive(Args, Clone, Debug)]
pub struct ReportArguments {
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
    /// Write the report to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show for each finding how the policy decided about it.
    #[arg(long)]
    pub trail: bool,
    /// When to use colours. By default, on a terminal unless `NO_COLOR` is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
    /// Print nothing if the change is accepted.
    #[arg(long, short)]
    pub quiet: bool,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// The checks that count.
#[derive(Args, Clone, Debug)]
pub struct SelectArguments {
    /// Judge by this check only; can be repeated.
    #[arg(long, value_name = "CHECK")]
    pub select: Vec<String>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Also into a file or a pipe.
    Always,
    /// Never.
    Never,
}

/// Formats of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people.
    Human,
    /// For programs: one JSON object.
    Json,
}

/// Formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Human,
    /// One line for each finding: `path:line:column: error[check] message`.
    Concise,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// GitHub's workflow commands: annotations beside the changed lines.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// A comment for a pull request.
    Markdown,
    /// reviewdog's diagnostics.
    Rdjsonl,
    /// A self-contained page for a browser.
    Html,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Files and folders to judge as if they were new.
    #[arg(value_name = "PATH", conflicts_with_all = ["base", "head"])]
    pub paths: Vec<PathBuf>,
    /// The revision before the change; its policy governs.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The revision after the change; by default, HEAD.
    #[arg(long, value_name = "REV", requires = "base")]
    pub head: Option<String>,
    /// A policy file to try, instead of the policy of the revision before.
    #[arg(long, value_name = "FILE", conflicts_with = "server_policy")]
    pub policy: Option<PathBuf>,
    /// The server's policy.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The checks that count.
    #[command(flatten)]
    pub select: SelectArguments,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArguments,
    /// More outputs.
    #[command(flatten)]
    pub files: ReportFilesArguments,
}

/// Arguments of `validate`.
#[derive(Args, Debug)]
pub struct ValidateArguments {
    /// Files and folders; by default, the current folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The Kubernetes versions to be valid for, such as `1.36` or `1.35,1.36`.
    #[arg(long, value_name = "VERSIONS", default_value_t = KubernetesVersion::NEWEST.to_string())]
    pub kubernetes_version: String,
    /// The folder with the installed CustomResourceDefinitions: custom resources are judged by them; the definitions
    /// themselves are not judged.
    #[arg(long, value_name = "FOLDER")]
    pub definitions: Option<PathBuf>,
    /// The checks that count.
    #[command(flatten)]
    pub select: SelectArguments,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArguments,
}

/// Arguments of `checks`.
#[derive(Args, Debug)]
pub struct ChecksArguments {
    /// The format of the list.
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}

/// Arguments of `replay`.
#[derive(Args, Debug)]
pub struct ReplayArguments {
    /// The history: `A..B`, `A..` up to HEAD, or `B` for everything up to it.
    pub range: String,
    /// A policy file to try; by default, the newest revision's own.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Print every finding below its commit.
    #[arg(long)]
    pub findings: bool,
    /// The format of the table.
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `owners`.
#[derive(Args, Debug)]
pub struct OwnersArguments {
    /// Paths from the root of the repository.
    #[arg(required = true)]
    pub paths: Vec<String>,
    /// The revision whose CODEOWNERS counts.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub base: String,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `objects`.
#[derive(Args, Debug)]
pub struct ObjectsArguments {
    /// A file, or `REV:PATH`.
    pub source: String,
    /// Which tool's reading to print.
    #[arg(long, value_name = "READING", default_value = "kubectl")]
    pub reading: ReadingArgument,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// The two ways in which tools read a manifest.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReadingArgument {
    /// kubectl apply, Argo CD's plain directories.
    Kubectl,
    /// kustomize, and with it Flux.
    Kustomize,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// The id of a check, or the fingerprint of a finding.
    #[arg(value_name = "CHECK|FINGERPRINT")]
    pub subject: String,
    /// The JSON report that has the finding.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "head", "server_policy"])]
    pub report: Option<PathBuf>,
    /// The revision before the change that has the finding. It is judged again.
    #[arg(long, value_name = "REV", requires = "head")]
    pub base: Option<String>,
    /// The revision after the change.
    #[arg(long, value_name = "REV", requires = "base")]
    pub head: Option<String>,
    /// The server's policy.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `policy`.
#[derive(Args, Debug)]
pub struct PolicyArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// Subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print the JSON Schema of policy files or waivers files, for editors.
    Schema {
        /// The files that the schema describes.
        #[arg(long, value_enum, value_name = "FILES", default_value_t = SchemaOf::Policy)]
        of: SchemaOf,
    },
    /// Check a policy file and print what each check does under it.
    Show {
        /// The file.
        #[arg(default_value = ".portcullis.yaml")]
        file: PathBuf,
        /// A profile instead of a file: `baseline`, `strict` or `audit`.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        profile: Option<String>,
        /// Read the file as the policy of a server.
        #[arg(long)]
        server: bool,
    },
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `.portcullis.yaml` and server policies.
    Policy,
    /// `.portcullis-waivers.yaml`.
    Waivers,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct InitArguments {
    /// Also write a CODEOWNERS in which this user or team owns everything.
    #[arg(long, value_name = "OWNER")]
    pub owner: Option<String>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArguments {
    /// The shell.
    pub shell: clap_complete::Shell,
}
