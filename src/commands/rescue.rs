//! `rescue`: puts trust files in place on the server, where no push can.
//!
//! In: a bare repository, files and a reason. Out: a commit on the governing branch and a ref that records it. Never:
//! runs in a hook, in CI or in a clone; changes another file than a trust file; leaves a state in which no push could
//! pass.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::RescueArguments;
use crate::gate::{RECORDS, Session};
use crate::git::{BLOB_LIMIT, Head, Repository};
use crate::git_program::{GitProgram, Outcome};
use crate::push::unattended_variable;
use crate::report::terminal;
use source_files::{FileMode, ObjectId, RepoPath, TreeFile};

/// Who makes the commits: the administrator is known to the server's own log, not to git.
const IDENTITY: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "portcullis rescue"),
    ("GIT_AUTHOR_EMAIL", "rescue@portcullis.invalid"),
    ("GIT_COMMITTER_NAME", "portcullis rescue"),
    ("GIT_COMMITTER_EMAIL", "rescue@portcullis.invalid"),
];

pub(super) fn run(arguments: &RescueArguments) -> Result<Exit, CommandError> {
    check_place(&arguments.repo)?;
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(CommandError::Argument("--reason is empty: say why the rescue is needed".to_owned()));
    }
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let Head::Branch(branch) = repository.head()? else {
        return Err(CommandError::Argument(
            "HEAD names no branch, so no branch governs the repository".to_owned(),
        ));
    };
    let tip = repository.tip(&branch)?.ok_or_else(|| {
        CommandError::Argument(format!("{branch} does not exist: the first push brings the trust files"))
    })?;
    let session = Session::open(repository, arguments.server_policy.clone(), SystemTime::now())?;
    let place = Place { folder: &arguments.repo, tip: &tip };
    let tree = place.resulting_tree(&session, arguments)?;
    let new = session.repository.snapshot(&tree)?;
    let changed =
        session.check_rescue(&new).map_err(|problem| CommandError::Argument(problem.to_string()))?;
    let mut text = String::new();
    for path in &changed {
        let verb = if new.files.contains_key(path) { "put in place" } else { "removed" };
        let _ = writeln!(text, "{} is {verb}", terminal(&path.to_string()));
    }
    if arguments.dry_run {
        let _ = writeln!(text, "nothing was written");
    } else {
        let commit = place.commit(&branch, &tree, reason)?;
        let _ = writeln!(text, "{} is at {commit}, recorded as {RECORDS}{commit}", terminal(&branch));
    }
    print(&text)?;
    Ok(Exit::Accept)
}

/// A rescue needs a person with a shell on the server: not a hook, not a job, not a clone.
fn check_place(folder: &Path) -> Result<(), CommandError> {
    if let Some(name) = unattended_variable() {
        return Err(CommandError::Argument(format!(
            "{name} is set, so this is a hook or a CI job: run `portcullis rescue` in a shell on the Git server"
        )));
    }
    if GitProgram::in_folder(folder).read(&["rev-parse", "--is-bare-repository"])? != "true" {
        return Err(CommandError::Argument(
            "this is a clone: run `portcullis rescue` in the bare repository on the Git server".to_owned(),
        ));
    }
    let remotes = GitProgram::in_folder(folder).attempt(&["config", "--get-regexp", "^remote\\."])?;
    match remotes.outcome {
        Outcome::Failed => Ok(()),
        Outcome::Succeeded => Err(CommandError::Argument(
            "this repository has a remote, so it is a mirror or a clone: run `portcullis rescue` in the repository that \
             people push to"
                .to_owned(),
        )),
    }
}

/// The repository and the commit that the rescue is put on.
struct Place<'a> {
    folder: &'a Path,
    tip: &'a ObjectId,
}

impl Place<'_> {
    /// Writes the tree that has the files of the arguments, and no other difference.
    fn resulting_tree(
        &self,
        session: &Session,
        arguments: &RescueArguments,
    ) -> Result<ObjectId, CommandError> {
        let index = tempfile::tempdir()
            .map_err(|source| CommandError::File { path: PathBuf::from("index"), source })?;
        let index = index.path().join("index");
        let index = index.to_string_lossy();
        let environment = [("GIT_INDEX_FILE", &*index)];
        GitProgram::in_folder(self.folder)
            .with_environment(&environment)
            .read(&["read-tree", self.tip.as_str()])?;
        let entries = self.entries(session, arguments)?;
        GitProgram::in_folder(self.folder)
            .with_environment(&environment)
            .feed(&["update-index", "--add", "-z", "--index-info"], &entries)?;
        let tree = GitProgram::in_folder(self.folder).with_environment(&environment).read(&["write-tree"])?;
        ObjectId::parse(&tree).ok_or_else(|| CommandError::Argument(format!("git wrote no tree: {tree}")))
    }

    /// Entries of `git update-index --index-info`.
    fn entries(&self, session: &Session, arguments: &RescueArguments) -> Result<String, CommandError> {
        let mut entries = String::new();
        if let Some(revision) = &arguments.restore {
            entries.push_str(&restored(session, revision)?);
        }
        for path in &arguments.remove {
            entries.push_str(&removed(self.tip, path));
        }
        for put in &arguments.file {
            let source = put.source.to_string_lossy();
            let blob = GitProgram::in_folder(self.folder).read(&[
                "hash-object",
                "-w",
                "--no-filters",
                "--",
                &source,
            ])?;
            let _ = write!(entries, "100644 {blob}\t{}\0", put.path);
        }
        Ok(entries)
    }

    /// Moves the branch only if no one else has, and records what was done where no push can reach it.
    fn commit(&self, branch: &str, tree: &ObjectId, reason: &str) -> Result<ObjectId, CommandError> {
        let message = format!("Rescue: {reason}\n");
        let parent = self.tip.as_str();
        let commit = GitProgram::in_folder(self.folder)
            .with_environment(&IDENTITY)
            .feed(&["commit-tree", tree.as_str(), "-p", parent], &message)?;
        let record = format!("{RECORDS}{commit}");
        GitProgram::in_folder(self.folder).read(&["update-ref", &record, &commit])?;
        GitProgram::in_folder(self.folder).read(&[
            "update-ref",
            "-m",
            "portcullis rescue",
            branch,
            &commit,
            parent,
        ])?;
        ObjectId::parse(&commit)
            .ok_or_else(|| CommandError::Argument(format!("git made no commit: {commit}")))
    }
}

/// The trust files of an older revision, and the removal of those that came since.
fn restored(session: &Session, revision: &str) -> Result<String, CommandError> {
    let commit = session.repository.revision(revision)?;
    let then = session.repository.snapshot(&session.repository.tree_of(&commit)?)?;
    let changes = session.trust_files_back_to(&then);
    let changes = changes.map_err(|problem| CommandError::Argument(format!("{revision}: {problem}")))?;
    let entry = |(path, file): &(RepoPath, Option<TreeFile>)| match file {
        Some(file) => format!("{} {}\t{}\0", mode_of(file), file.id, path.as_str()),
        None => removed(&commit, path.as_str()),
    };
    Ok(changes.iter().map(entry).collect())
}

fn mode_of(file: &TreeFile) -> &'static str {
    match file.mode {
        FileMode::Regular => "100644",
        FileMode::Executable => "100755",
        FileMode::Symlink => "120000",
        FileMode::Gitlink => "160000",
    }
}

/// An entry without a mode removes the path.
fn removed(id: &ObjectId, path: &str) -> String {
    format!("0 {}\t{path}\0", "0".repeat(id.as_str().len()))
}
