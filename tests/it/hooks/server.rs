//! The server's side: a bare repository with portcullis as a hook.
//!
//! In: the files that `main` begins with. Out: [`Server`]. Never: a network, gpg, or anything of the
//! user's environment.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::checkout::Checkout;
use crate::common::git::{Failure, Git};
use crate::common::keys::people;
use crate::common::programs::write_program;

/// The program under test.
pub(crate) const PORTCULLIS: &str = env!("CARGO_BIN_EXE_portcullis");

/// A file of a commit: path and content.
pub(crate) type File<'a> = (&'a str, &'a str);

/// A Git server with one repository.
pub(crate) struct Server {
    /// git inside the bare repository.
    pub(crate) git: Git,
    /// The bare repository.
    pub(crate) git_dir: PathBuf,
    /// Whatever stands beside it: keys, checkouts, server policies.
    pub(crate) folder: TempDir,
}

impl Server {
    /// A server whose `main` holds the files, guarded by `portcullis pre-receive`.
    pub(crate) fn holding(files: &[File<'_>]) -> Result<Self, Failure> {
        Self::named("repository.git", files)
    }

    /// The same, in a folder of another name.
    pub(crate) fn named(name: &str, files: &[File<'_>]) -> Result<Self, Failure> {
        let server = Self::unborn(name)?;
        let checkout = server.checkout("first")?;
        checkout.commit("Begin", files)?;
        checkout.git.run(&["push", "--quiet", "origin", "main"], b"")?;
        server.guard("pre-receive", "pre-receive")?;
        Ok(server)
    }

    /// A server without commits and without hooks.
    pub(crate) fn unborn(name: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let git_dir = folder.path().join(name);
        let git = Git::init_bare(&git_dir)?;
        save_keys(&folder.path().join("keys"))?;
        Ok(Self { git, git_dir, folder })
    }

    /// Installs portcullis as a hook. `command` is what follows the name of the program.
    pub(crate) fn guard(&self, hook: &str, command: &str) -> Result<(), Failure> {
        write_program(&self.git_dir.join("hooks").join(hook), &format!("exec '{PORTCULLIS}' {command}"))
    }

    /// Lets the hook judge by a server policy, too.
    pub(crate) fn set_floor(&self, policy: &str) -> Result<(), Failure> {
        let file = self.folder.path().join("server-policy.yaml");
        fs::write(&file, policy)?;
        self.guard("pre-receive", &format!("pre-receive --server-policy '{}'", file.display()))
    }

    /// A new clone of the repository.
    pub(crate) fn checkout(&self, name: &str) -> Result<Checkout, Failure> {
        Checkout::of(self, name, &[])
    }

    /// What a ref of the server points to.
    pub(crate) fn tip(&self, name: &str) -> Result<String, Failure> {
        self.git.run(&["rev-parse", "--verify", name], b"")
    }

    /// Moves a ref past the hook, as the past of a repository may have.
    pub(crate) fn force(&self, name: &str, target: &str) -> Result<(), Failure> {
        self.git.set_ref(name, target)
    }
}

/// Saves everybody's key, and a stand-in for gpg that signs with them.
fn save_keys(folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    for person in people()? {
        person.key.save(folder, person.name)?;
    }
    let keys = folder.display();
    let line = format!("exec '{PORTCULLIS}' throw-away-gpg --keys '{keys}' -- \"$@\"");
    write_program(&folder.join("gpg"), &line)
}
