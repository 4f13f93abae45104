//! A person who pushes.
//!
//! In: a server and a name. Out: a clone with commits that the person's own new key signs, and the server's answers.
//! Never: uses a key that existed before the demo.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::error::DemoError;
use super::server::{ADDRESS, Server, failed};
use super::tree::File;
use crate::git_program::{Outcome, Transcript};
use git_trust::ThrowAwayKey;

/// The result of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Push {
    /// The server took it.
    Accepted,
    /// The gate rejected it with a verdict.
    Rejected,
    /// It failed for another reason.
    Failed,
}

/// A person with a key and a clone.
#[derive(Debug)]
pub(super) struct Person<'a> {
    server: &'a Server,
    login: &'static str,
    name: &'static str,
    key: ThrowAwayKey,
}

impl<'a> Person<'a> {
    /// Makes a key that is valid since an hour ago, so that no clock is too early for it.
    pub(super) fn new(
        server: &'a Server,
        login: &'static str,
        name: &'static str,
    ) -> Result<Self, DemoError> {
        let created = SystemTime::now() - Duration::from_hours(1);
        let key = ThrowAwayKey::generate(&format!("{name} <{login}@acme.example>"), created, None)?;
        key.save(&server.keys(), login)?;
        Ok(Self { server, login, name, key })
    }

    pub(super) fn key(&self) -> &ThrowAwayKey {
        &self.key
    }

    /// Starts an empty repository that pushes to the server.
    pub(super) fn begin(&self) -> Result<(), DemoError> {
        let folder = self.clone_folder()?;
        self.server.git(&folder, &["init", "--quiet", "--initial-branch=main", "--template="])?;
        self.server.git(&folder, &["remote", "add", "origin", ADDRESS])?;
        self.configure()
    }

    /// Clones the server's repository.
    pub(super) fn clone_server(&self) -> Result<(), DemoError> {
        let arguments = ["clone", "--quiet", "--template=", "gitops.git", self.login];
        self.server.git(self.server.path(), &arguments)?;
        self.server.git(&self.clone_folder()?, &["remote", "set-url", "origin", ADDRESS])?;
        self.configure()
    }

    fn configure(&self) -> Result<(), DemoError> {
        let folder = self.clone_folder()?;
        let email = format!("{}@acme.example", self.login);
        let program = self.server.signing_program().display().to_string();
        let settings = [
            ("user.name", self.name),
            ("user.email", &email),
            ("user.signingKey", self.login),
            ("gpg.program", &program),
        ];
        for (name, value) in settings {
            self.server.git(&folder, &["config", name, value])?;
        }
        Ok(())
    }

    /// Writes files and commits all of them, signed.
    pub(super) fn commit(&self, message: &str, files: &[File]) -> Result<Transcript, DemoError> {
        let folder = self.clone_folder()?;
        for file in files {
            let path = folder.join(file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(failed(parent))?;
            }
            fs::write(&path, &file.content).map_err(failed(&path))?;
        }
        self.server.git(&folder, &["add", "--all"])?;
        self.server.git(&folder, &["commit", "-S", "-m", message])
    }

    /// Pushes to the server's main branch.
    pub(super) fn push(&self) -> Result<Transcript, DemoError> {
        self.server.attempt_git(&self.clone_folder()?, &["push", "origin", "main"])
    }

    fn clone_folder(&self) -> Result<PathBuf, DemoError> {
        self.server.folder(self.login)
    }
}

impl Push {
    /// Reads git's answer to a push. Only the gate's own closing line is a rejection by the gate.
    pub(super) fn read(step: &Transcript) -> Self {
        let has_verdict = step.text.lines().any(|line| line.starts_with("remote: rejected:"));
        match step.outcome {
            Outcome::Succeeded => Self::Accepted,
            Outcome::Failed if has_verdict => Self::Rejected,
            Outcome::Failed => Self::Failed,
        }
    }
}
