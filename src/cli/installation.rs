//! Arguments of `install` and `doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::hosts::{forge_parser, host_parser};
use super::pull_request::parse_context;
use crate::host::{ForgeHost, HostKind};
use crate::report::ReportContext;

/// Arguments of `install`.
#[derive(Args, Debug)]
pub struct InstallArguments {
    /// Where to install.
    #[command(flatten)]
    pub place: PlaceArguments,
    /// The host that serves the repository of `--repo`; by default, detected from its files.
    #[arg(long, value_parser = host_parser(), conflicts_with_all = ["hooks_path", "template", "local_code", "custom_hooks"])]
    pub host: Option<HostKind>,
    /// The server's policy, which the hook passes on; no repository can loosen it.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// The deadline that the hook passes on.
    #[arg(long, value_name = "SECONDS")]
    pub deadline: Option<u64>,
    /// The file for one line of JSON about each push, which the hook passes on.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Remove the hook again. A hook that ran beside it gets its place back.
    #[arg(long, conflicts_with_all = ["server_policy", "deadline", "log"])]
    pub remove: bool,
    /// Print what would be written and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// The place of a hook: one of these.
#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
pub struct PlaceArguments {
    /// A repository: installs `pre-receive` in a bare repository, `pre-commit` in a clone. Default: the current one.
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// A folder of hooks for all repositories, to be named by git's `core.hooksPath`.
    #[arg(long, value_name = "DIR")]
    pub hooks_path: Option<PathBuf>,
    /// A template of new repositories, to be named by git's `init.templateDir`.
    #[arg(long, value_name = "DIR")]
    pub template: Option<PathBuf>,
    /// gitolite's `LOCAL_CODE`.
    #[arg(long, value_name = "DIR")]
    pub local_code: Option<PathBuf>,
    /// Gitaly's folder of custom hooks, for all repositories of a GitLab server.
    #[arg(long, value_name = "DIR")]
    pub custom_hooks: Option<PathBuf>,
}

/// Arguments of `import`.
#[derive(Args, Debug)]
pub struct ImportArguments {
    /// The existing repository: a path, or a URL that git fetches from. All its branches and tags come.
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// The bare repository on the server.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// Arguments of `rescue`.
#[derive(Args, Debug)]
pub struct RescueArguments {
    /// The bare repository on the server.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
    /// Why: the commit and the next reports quote it.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Put a file in place: `.portcullis.yaml=/root/policy.yaml`.
    #[arg(long, value_name = "PATH=SOURCE", value_parser = parse_put_file)]
    pub file: Vec<PutFile>,
    /// Remove a file.
    #[arg(long, value_name = "PATH")]
    pub remove: Vec<String>,
    /// Put all trust files back to what they were at a commit.
    #[arg(long, value_name = "REV")]
    pub restore: Option<String>,
    /// The server's policy, if it is not where it is by default.
    #[arg(long, value_name = "FILE")]
    pub server_policy: Option<PathBuf>,
    /// Print what would change and write nothing that a ref names.
    #[arg(long)]
    pub dry_run: bool,
}

/// A file of the server that becomes one of the repository.
#[derive(Clone, Debug)]
pub struct PutFile {
    /// The path in the repository.
    pub path: String,
    /// The file on the server.
    pub source: PathBuf,
}

/// A value that is not a path and a file.
#[derive(Debug, thiserror::Error)]
enum PutFileError {
    #[error("write PATH=SOURCE: the path in the repository and the file to take")]
    Form,
    #[error("{path}: {error}")]
    Source { path: String, error: std::io::Error },
}

fn parse_put_file(text: &str) -> Result<PutFile, PutFileError> {
    match text.split_once('=') {
        Some((path, source)) if !path.is_empty() && !source.is_empty() => {
            let source = std::path::absolute(source)
                .map_err(|error| PutFileError::Source { path: source.to_owned(), error })?;
            Ok(PutFile { path: path.to_owned(), source })
        }
        Some(_) | None => Err(PutFileError::Form),
    }
}

/// Output formats of `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LineFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// Arguments of `doctor`.
#[derive(Args, Debug)]
pub struct DoctorArguments {
    /// The repository: doctor examines `pre-receive` of a bare repository, `pre-commit` of a clone.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
    /// The hook that the host runs, if it is in a folder that git does not know.
    #[arg(long, value_name = "FILE", conflicts_with = "forge")]
    pub hook: Option<PathBuf>,
    /// Instead, ask a forge whether its settings enforce the gate; by default, the forge of the runner's variables.
    /// Needs a token that can read the repository's administration.
    #[arg(long, value_name = "FORGE", value_parser = forge_parser(), num_args = 0..=1)]
    pub forge: Option<Option<ForgeHost>>,
    /// The repository on the forge, such as `acme/prod`.
    #[arg(long, value_name = "PATH", requires = "forge")]
    pub project: Option<String>,
    /// The base of the forge's API, such as `https://github.example.com/api/v3`.
    #[arg(long, value_name = "URL", requires = "forge")]
    pub api: Option<String>,
    /// More certificates to trust, as a PEM file.
    #[arg(long, value_name = "FILE", requires = "forge")]
    pub ca: Option<PathBuf>,
    /// The branch; by default, the default branch.
    #[arg(long, value_name = "NAME", requires = "forge")]
    pub branch: Option<String>,
    /// The name of the status that `pr` writes.
    #[arg(long, value_name = "NAME", default_value = "portcullis", value_parser = parse_context, requires = "forge")]
    pub context: ReportContext,
    /// Stop asking after this number of seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "forge")]
    pub deadline: u64,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = LineFormat::Human)]
    pub format: LineFormat,
}
