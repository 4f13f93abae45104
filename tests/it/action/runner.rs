//! A runner of workflows: folders, variables, and a repository that is checked out.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::documents::project;
use crate::common::git::{Failure, Git};
use crate::common::programs::write_program;

pub(super) struct Runner {
    folder: tempfile::TempDir,
    pub(super) git: Git,
}

impl Runner {
    /// One that has the program of this build in place.
    pub(super) fn new() -> Result<Self, Failure> {
        let runner = Self::empty()?;
        let programs = runner.path("temp/portcullis/bin");
        fs::create_dir_all(&programs)?;
        symlink(env!("CARGO_BIN_EXE_portcullis"), programs.join("portcullis"))?;
        Ok(runner)
    }

    /// One that has no program yet.
    pub(super) fn empty() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let git = Git::init_bare(&folder.path().join("clone"))?;
        git.run(&["config", "user.name", "Alice"], b"")?;
        git.run(&["config", "user.email", "alice@example.com"], b"")?;
        for name in ["temp", "programs"] {
            fs::create_dir_all(folder.path().join(name))?;
        }
        Ok(Self { folder, git })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A program of this name that comes before the system's.
    pub(super) fn program(&self, name: &str, script: &str) -> Result<(), Failure> {
        write_program(&self.path(name), &format!("#!/usr/bin/env bash\nset -euo pipefail\n{script}\n"))
    }

    pub(super) fn commit(&self, files: &[(&str, &str)], parents: &[&str]) -> Result<String, Failure> {
        let mut tree = String::new();
        for (name, text) in files {
            let blob = self.git.store("blob", text.as_bytes())?;
            tree.extend(["100644 blob ", &blob, "\t", name, "\n"]);
        }
        let tree = self.git.run(&["mktree"], tree.as_bytes())?;
        let parents = parents.iter().flat_map(|parent| ["-p", *parent]);
        let arguments: Vec<_> = ["commit-tree", "-m", "Change", &tree].into_iter().chain(parents).collect();
        self.git.run(&arguments, b"")
    }

    /// Runs one script of the action where the repository is checked out. Inputs that are left out are empty.
    pub(super) fn run(&self, script: &str, variables: &[(&str, &str)]) -> Result<Output, Failure> {
        let mut command = Command::new("bash");
        command.arg(project(script)).current_dir(self.path("clone")).env_clear();
        let mut programs = vec![self.path("programs")];
        programs.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        command.env("PATH", std::env::join_paths(programs)?).env("HOME", self.folder.path());
        command.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_ACTION_PATH", project(""));
        command.env("GITHUB_OUTPUT", self.path("output")).env("GITHUB_STEP_SUMMARY", self.path("summary"));
        Ok(command.envs(variables.iter().copied()).output()?)
    }
}
