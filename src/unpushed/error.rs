//! Errors of judgements without a push.

use std::path::{Path, PathBuf};

use kube_model::KubernetesVersion;

use crate::gate::GateError;
use crate::git::GitError;

/// An error because of which there is no judgement.
#[derive(Debug, thiserror::Error)]
pub enum UnpushedError {
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Standard input.
    #[error("cannot read standard input: {0}")]
    Input(std::io::Error),
    /// A file without a name.
    #[error("{0} cannot be named")]
    Name(PathBuf),
    /// A name that no policy can hold.
    #[error("the name of {0} is not UTF-8")]
    Encoding(PathBuf),
    /// A pipe without content: the program that should have written it has failed.
    #[error("there is nothing to judge: {0} is empty")]
    EmptyStream(PathBuf),
    /// There is no manifest.
    #[error("there is nothing to judge: no file here is a manifest. Name the file or its folder")]
    NoManifest,
    /// There is no commit.
    #[error("the range is empty")]
    EmptyRange,
    /// The versions of Kubernetes are invalid.
    #[error(
        "`{0}` is not a list of versions: write `1.36` or `1.35,1.36`, from {oldest} to {newest}",
        oldest = KubernetesVersion::OLDEST,
        newest = KubernetesVersion::NEWEST
    )]
    Versions(String),
}

/// Adds the path to an error of the file system.
pub(super) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> UnpushedError + use<> {
    let path = path.to_path_buf();
    move |source| UnpushedError::File { path, source }
}
