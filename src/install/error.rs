//! Errors of an installation.

use std::path::{Path, PathBuf};

use crate::gate::GateError;
use crate::git::GitError;
use crate::git_program::GitProgramError;

/// An error that stops an installation before anything is written.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A symbolic link.
    #[error(
        "{0} is a symbolic link, and portcullis does not write through symbolic links\n  name the folder \
         that it points to, or remove the link"
    )]
    Symlink(PathBuf),
    /// Something else is there.
    #[error("{0} is not a {1}\n  move it away and install again")]
    Other(PathBuf, &'static str),
    /// Everyone could replace the hook.
    #[error(
        "anyone can write to {0}, and so replace the gate\n  remove that permission first: chmod o-w {0}"
    )]
    Writable(PathBuf),
    /// The file of our own name has other content.
    #[error(
        "{0} exists, and portcullis did not write it\n  move it away, or have it call the gate itself, and prove \
         that with `portcullis doctor`"
    )]
    Foreign(PathBuf),
    /// A hook that git does not run.
    #[error(
        "{0} exists but is not executable, so git does not run it\n  remove it, or make it executable if it \
         should run after portcullis"
    )]
    NotExecutable(PathBuf),
    /// A hook that would do something else under another name.
    #[error(
        "{0} may depend on its own name: under another name it would behave differently\n  have it run portcullis as \
         one of its hooks, and prove that with `portcullis doctor`"
    )]
    Named(PathBuf),
    /// There is a chained hook and no runner of ours before it.
    #[error("{0} exists already, and only one hook can be chained\n  join the two hooks in one script first")]
    Chained(PathBuf),
    /// The hook calls us already in its own way.
    #[error(
        "{0} already runs portcullis, in a script that portcullis did not write\n  test it with `portcullis \
         doctor`, or move it away and install again"
    )]
    Calls(PathBuf),
    /// Git looks elsewhere.
    #[error(
        "git runs no hook of {repository}: its hooks are those of {shown}, by `core.hooksPath`\n  install with \
         `--hooks-path {shown}`, or unset the option"
    )]
    Shadowed {
        /// The repository.
        repository: PathBuf,
        /// The folder that git looks in.
        shown: PathBuf,
    },
    /// A host whose hooks are not in the repository.
    #[error("{0}")]
    Elsewhere(&'static str),
    /// A path that no script can name.
    #[error("{0} is not a path that a shell script can name: it contains control characters or is not UTF-8")]
    Name(PathBuf),
    /// A hook that portcullis did not install.
    #[error("{0} was not installed by portcullis, or was changed since: remove it by hand")]
    NotOurs(PathBuf),
    /// A file names owners already.
    #[error("the repository has a file of owners already: leave `--owner` out")]
    OwnersExist,
    /// Not an owner.
    #[error("`{0}` is not an owner: write `@user`, `@organisation/team` or an e-mail address")]
    Owner(String),
    /// An option that the hook cannot pass on.
    #[error(
        "a pre-commit hook supports neither `--server-policy`, `--deadline` nor `--log`: all of them are for servers"
    )]
    Options,
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// The server's policy cannot be used.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is no work tree for a policy.
    #[error("run `init` in a work tree: the policy is a file of the repository")]
    NoWorkTree,
    /// There is a policy already.
    #[error("{0} exists already; edit it instead")]
    PolicyExists(PathBuf),
    /// The file system.
    #[error("{path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

/// Adds the path to an error of the file system.
pub(super) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> InstallError {
    let path = path.to_path_buf();
    move |source| InstallError::File { path, source }
}
