//! A server's folder: a bare repository, a clone that pushes to it, and this build's program.
//!
//! In: the name of a repository. Out: [`Place`]. Never: anybody's configuration of git, or a variable of
//! a host that a test did not name.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::git::Failure;

pub(crate) const GOOD: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n\
                               spec: {type: ClusterIP, ports: [{port: 80}]}\n";

/// A folder that goes away, with a bare repository in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) repository: String,
}

impl Place {
    pub(crate) fn new(repository: &str) -> Result<Self, Failure> {
        let place = Self { folder: tempfile::tempdir()?, repository: repository.to_owned() };
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755))?;
        place.git(".", &["init", "-q", "--bare", "--initial-branch=main", "--template=", repository])?;
        fs::create_dir(place.path(repository).join("hooks"))?;
        Ok(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where plain git looks for the hook.
    pub(crate) fn hook(&self) -> PathBuf {
        self.path(&self.repository).join("hooks/pre-receive")
    }

    fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        for (name, value) in [("GIT_AUTHOR_NAME", "Alice"), ("GIT_COMMITTER_NAME", "Alice")] {
            command.env(name, value);
        }
        command.env("GIT_AUTHOR_EMAIL", "alice@example.com").env("GIT_COMMITTER_EMAIL", "alice@example.com");
        command.current_dir(self.path(folder));
        command
    }

    pub(crate) fn portcullis(&self, arguments: &[&str]) -> Result<Output, Failure> {
        Ok(self.command(env!("CARGO_BIN_EXE_portcullis"), ".").args(arguments).output()?)
    }

    /// Runs git whether it succeeds or not.
    pub(crate) fn ask(&self, folder: &str, arguments: &[&str]) -> Result<Output, Failure> {
        Ok(self.command("git", folder).args(arguments).output()?)
    }

    /// Runs git where it has to succeed.
    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.ask(folder, arguments)?;
        assert!(output.status.success(), "git {arguments:?}: {}", said(&output));
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// Commits a Service with some namesake of its own and pushes it.
    pub(crate) fn push(&self, text: &str, environment: &[(&str, &str)]) -> Result<Output, Failure> {
        if !self.path("clone").exists() {
            self.git(".", &["init", "-q", "--initial-branch=main", "--template=", "clone"])?;
        }
        fs::write(self.path("clone/web.yaml"), text)?;
        self.git("clone", &["add", "web.yaml"])?;
        self.git("clone", &["commit", "-q", "--allow-empty", "-m", "Change the Service"])?;
        let remote = format!("../{}", self.repository);
        let mut push = self.command("git", "clone");
        push.envs(environment.iter().copied()).args(["push", "-q", &remote, "main"]);
        Ok(push.output()?)
    }

    /// Every file, its mode and its content.
    pub(crate) fn files(&self) -> Result<BTreeMap<PathBuf, (u32, Vec<u8>)>, Failure> {
        let mut found = BTreeMap::new();
        collect(self.folder.path(), &mut found)?;
        Ok(found)
    }
}

fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let facts = fs::symlink_metadata(&path)?;
        if facts.is_dir() {
            collect(&path, found)?;
        }
        let bytes = if facts.is_file() { fs::read(&path)? } else { Vec::new() };
        found.insert(path, (facts.permissions().mode(), bytes));
    }
    Ok(())
}

/// Both outputs.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}
