//! The pusher's side: a clone, its commits, and what `git push` says.
//!
//! In: files to commit, arguments of `git push`. Out: [`Push`], which knows what the pusher was told
//! and whether the server's refs moved. Never: reads what portcullis did in any other way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::server::{File, PORTCULLIS, Server};
use crate::common::git::{Failure, Git};

/// A clone of a server's repository.
pub(crate) struct Checkout {
    /// git inside the clone.
    pub(crate) git: Git,
    /// The work tree.
    pub(crate) folder: PathBuf,
    keys: PathBuf,
    server: Git,
}

/// What came of a `git push`.
#[derive(Debug)]
pub(crate) struct Push {
    succeeded: bool,
    said: String,
    /// Everything that git printed.
    output: String,
    refs_before: String,
    refs_after: String,
}

impl Checkout {
    /// Clones with more arguments for `git clone`.
    pub(crate) fn of(server: &Server, name: &str, arguments: &[&str]) -> Result<Self, Failure> {
        let parent = server.folder.path();
        let folder = parent.join(name);
        // A path with `:` would be taken for a host; a URL is not.
        let url = format!("file://{}", server.git_dir.display());
        let target = folder.display().to_string();
        let all = [&["clone", "--quiet"], arguments, &[&url, &target]].concat();
        Git::at(parent).run(&all, b"")?;
        Self::at(server, folder)
    }

    /// A repository that stands somewhere already, with the server as its `origin`.
    pub(crate) fn at(server: &Server, folder: PathBuf) -> Result<Self, Failure> {
        let git = Git::at(&folder);
        git.run(&["config", "user.name", "Alice"], b"")?;
        git.run(&["config", "user.email", "alice@example.com"], b"")?;
        let keys = server.folder.path().join("keys");
        Ok(Self { git, folder, keys, server: Git::at(&server.git_dir) })
    }

    /// Signs all further commits and tags.
    pub(crate) fn sign_as(&self, person: &str) -> Result<(), Failure> {
        let gpg = self.keys.join("gpg").display().to_string();
        let settings = [
            ("user.signingKey", person),
            ("gpg.program", &gpg),
            ("commit.gpgSign", "true"),
            ("tag.gpgSign", "true"),
        ];
        settings.iter().try_for_each(|(key, value)| self.git.run(&["config", key, value], b"").map(drop))
    }

    /// Writes files, stages them and everything else, and commits. Returns the commit.
    pub(crate) fn commit(&self, message: &str, files: &[File<'_>]) -> Result<String, Failure> {
        files.iter().try_for_each(|(path, text)| self.write(path, text.as_bytes()))?;
        self.git.run(&["add", "--all"], b"")?;
        self.git.run(&["commit", "--quiet", "--message", message], b"")?;
        self.git.run(&["rev-parse", "HEAD"], b"")
    }

    /// Runs portcullis in the clone and returns what it prints; the error is what it says when it fails.
    pub(crate) fn portcullis(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = std::process::Command::new(PORTCULLIS);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.folder).env("GIT_CONFIG_NOSYSTEM", "1").current_dir(&self.folder);
        let output = command.args(arguments).output()?;
        let text = String::from_utf8([output.stdout, output.stderr].concat())?;
        if output.status.success() { Ok(text) } else { Err(text.into()) }
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        Ok(fs::write(path, content)?)
    }

    /// Stores a commit that holds HEAD's files and one more entry, given as `update-index
    /// --index-info` reads it; the work tree is not asked. Returns the commit.
    pub(crate) fn commit_entry(&self, mode: &str, object: &str, path: &[u8]) -> Result<String, Failure> {
        let line = [format!("{mode} {object}\t").as_bytes(), path, b"\0"].concat();
        self.git.run(&["update-index", "-z", "--index-info"], &line)?;
        let tree = self.git.run(&["write-tree", "--missing-ok"], b"")?;
        let commit = self.git.run(&["commit-tree", "-p", "HEAD", "-m", "Entry", &tree], b"")?;
        self.git.run(&["reset", "--quiet", "--soft", &commit], b"")?;
        Ok(commit)
    }

    /// Pushes HEAD to `main`.
    pub(crate) fn push_main(&self) -> Result<Push, Failure> {
        self.push(&["HEAD:refs/heads/main"])
    }

    /// Runs `git push`; `arguments` are refspecs and options.
    pub(crate) fn push(&self, arguments: &[&str]) -> Result<Push, Failure> {
        let options: Vec<&str> = arguments.iter().copied().filter(|word| word.starts_with('-')).collect();
        let refspecs: Vec<&str> = arguments.iter().copied().filter(|word| !word.starts_with('-')).collect();
        self.run_push(&[&["push"], options.as_slice(), &["origin"], &refspecs].concat(), &[])
    }

    /// Runs git with more environment, of which the hook on the same machine gets its share.
    pub(crate) fn run_push(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Push, Failure> {
        let refs_before = self.server_refs()?;
        let output = self.git.command(arguments).envs(environment.iter().copied()).output()?;
        Push::of(&output, refs_before, self.server_refs()?)
    }

    fn server_refs(&self) -> Result<String, Failure> {
        self.server.run(&["for-each-ref", "--format=%(refname) %(objectname)"], b"")
    }
}

impl Push {
    fn of(output: &Output, refs_before: String, refs_after: String) -> Result<Self, Failure> {
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        let text = String::from_utf8(text)?;
        let remote = text.lines().filter_map(|line| line.strip_prefix("remote:"));
        let said = remote.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
        Ok(Self { succeeded: output.status.success(), said, output: text, refs_before, refs_after })
    }

    /// The push went through, and the pusher was told all of this.
    #[track_caller]
    pub(crate) fn accepted(&self, told: &[&str]) {
        assert!(self.succeeded, "the push must be accepted:\n{}", self.output);
        assert_ne!(self.refs_before, self.refs_after, "no ref of the server moved:\n{}", self.output);
        self.told(told);
    }

    /// The push was refused as a whole: the pusher was told all of this, and no ref moved.
    #[track_caller]
    pub(crate) fn rejected(&self, told: &[&str]) {
        assert!(!self.succeeded, "the push must be rejected:\n{}", self.output);
        assert_eq!(self.refs_before, self.refs_after, "a rejected push moved a ref:\n{}", self.output);
        self.told(told);
    }

    /// Some refs of the push were refused, the others moved.
    #[track_caller]
    pub(crate) fn rejected_in_part(&self, told: &[&str]) {
        assert!(!self.succeeded, "a ref of the push must be rejected:\n{}", self.output);
        assert_ne!(self.refs_before, self.refs_after, "no ref of the server moved:\n{}", self.output);
        self.told(told);
    }

    /// The pusher was told all of this, and of no panic.
    #[track_caller]
    pub(crate) fn told(&self, told: &[&str]) {
        for text in told {
            assert!(self.said.contains(text), "`{text}` is missing:\n{}", self.output);
        }
        assert!(!self.said.contains("panicked"), "portcullis panicked:\n{}", self.output);
    }

    /// What the hook told the pusher, without `remote: ` and on one line.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// The pusher was not told this.
    #[track_caller]
    pub(crate) fn not_told(&self, text: &str) {
        assert!(!self.said.contains(text), "`{text}` must not be there:\n{}", self.output);
    }
}
