//! The demo's Git server: a bare repository with the gate in its hook.
//!
//! In: nothing. Out: [`Server`], in a temporary folder that goes away with it. Never: installs another hook than the one
//! that is shipped in `hooks/`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::DemoError;
use crate::git_program::{IsolatedGit, Outcome, Transcript};

/// The hook that administrators install on plain git.
const HOOK: &str = include_str!("../../hooks/pre-receive");
/// The program that git calls to sign.
const GPG: &str = "#!/bin/sh\nexec portcullis throw-away-gpg --keys \"${0%/*}\" -- \"$@\"\n";
/// The repository as people name it, from a folder beside it.
pub(super) const ADDRESS: &str = "../gitops.git";

/// A folder with the server's repository and all clones.
#[derive(Debug)]
pub(super) struct Server {
    folder: TempDir,
    git: IsolatedGit,
}

impl Server {
    /// Makes the repository, empty, with its hook.
    pub(super) fn start() -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new().prefix("portcullis-demo-").tempdir();
        let folder = folder.map_err(|source| DemoError::Folder { path: std::env::temp_dir(), source })?;
        let programs = folder.path().join("programs");
        let git = IsolatedGit::new(folder.path(), &programs);
        let server = Self { folder, git };
        server.install(&programs)?;
        let repository = server.folder("gitops.git")?;
        server.git(&repository, &["init", "--quiet", "--bare", "--initial-branch=main", "--template="])?;
        let hooks = server.folder("gitops.git/hooks")?;
        write_program(&hooks.join("pre-receive"), HOOK)?;
        Ok(server)
    }

    /// Puts this binary and the signing program where the hook and git find them.
    fn install(&self, programs: &Path) -> Result<(), DemoError> {
        self.folder("programs")?;
        let own = programs.join("portcullis");
        std::env::current_exe().and_then(|binary| symlink(binary, &own)).map_err(failed(&own))?;
        write_program(&self.signing_program(), GPG)
    }

    /// The program for `gpg.program`; the secret keys are beside it.
    pub(super) fn signing_program(&self) -> PathBuf {
        self.keys().join("gpg")
    }

    /// The folder of the secret keys.
    pub(super) fn keys(&self) -> PathBuf {
        self.folder.path().join("programs")
    }

    /// Runs git where it must succeed.
    pub(super) fn git(&self, folder: &Path, arguments: &[&str]) -> Result<Transcript, DemoError> {
        let step = self.attempt_git(folder, arguments)?;
        match step.outcome {
            Outcome::Succeeded => Ok(step),
            Outcome::Failed => Err(DemoError::Git { typed: step.typed, text: step.text }),
        }
    }

    /// Runs git, whether it succeeds or not.
    pub(super) fn attempt_git(&self, folder: &Path, arguments: &[&str]) -> Result<Transcript, DemoError> {
        self.git.attempt(folder, arguments).map_err(DemoError::NoGit)
    }

    /// The folder of all folders.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A folder of that name, created if necessary.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, DemoError> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).map_err(failed(&path))?;
        Ok(path)
    }

    /// The tip of the server's main branch.
    pub(super) fn tip(&self) -> Result<String, DemoError> {
        let repository = self.folder("gitops.git")?;
        Ok(self.git(&repository, &["rev-parse", "refs/heads/main"])?.text)
    }
}

fn write_program(path: &Path, text: &str) -> Result<(), DemoError> {
    let executable = fs::Permissions::from_mode(0o755);
    fs::write(path, text).and_then(|()| fs::set_permissions(path, executable)).map_err(failed(path))
}

/// An error of the file system, with its path.
pub(super) fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.to_path_buf();
    move |source| DemoError::Folder { path, source }
}
