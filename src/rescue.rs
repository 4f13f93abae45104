//! Trust files that are put in place on the server, where no push can.
//!
//! In: a bare repository, files and a reason. Out: a commit on the governing branch and a ref that records it. Never: runs
//! in a hook, in CI or in a clone; changes another file than a trust file; leaves a state in which no push could pass.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::gate::{GateError, RECORDS, RescueProblem, Session};
use crate::git::{BLOB_LIMIT, GitError, Head, Repository};
use crate::git_program::{GitProgram, GitProgramError};
use crate::server_place::{PlaceError, check_server_place};
use source_files::{FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// The author of the commits: the server's own log knows the administrator, git does not.
const IDENTITY: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "portcullis rescue"),
    ("GIT_AUTHOR_EMAIL", "rescue@portcullis.invalid"),
    ("GIT_COMMITTER_NAME", "portcullis rescue"),
    ("GIT_COMMITTER_EMAIL", "rescue@portcullis.invalid"),
];

/// The files that an administrator wants.
#[derive(Debug)]
pub struct AskedRescue {
    /// The bare repository.
    pub folder: PathBuf,
    /// The reason.
    pub reason: String,
    /// Files to put in place.
    pub files: Vec<PutFile>,
    /// Paths to remove.
    pub removed: Vec<String>,
    /// A commit whose trust files are restored.
    pub restored: Option<String>,
    /// The server's policy.
    pub server_policy: Option<PathBuf>,
}

/// A file of the server that becomes one of the repository.
#[derive(Clone, Debug)]
pub struct PutFile {
    /// The path in the repository.
    pub path: String,
    /// The file on the server.
    pub source: PathBuf,
}

/// A reason why there is no rescue.
#[derive(Debug, thiserror::Error)]
pub enum RescueError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// The rescue would be useless or harmful.
    #[error(transparent)]
    Problem(#[from] RescueProblem),
    /// The older revision cannot be restored.
    #[error("{revision}: {problem}")]
    Restore {
        /// The revision.
        revision: String,
        /// The problem.
        problem: RescueProblem,
    },
    /// The index folder.
    #[error("index: {0}")]
    Index(std::io::Error),
    /// There is no reason.
    #[error("--reason is empty: say why the rescue is needed")]
    NoReason,
    /// HEAD is detached.
    #[error("HEAD names no branch, so no branch governs the repository")]
    NoBranch,
    /// The repository is empty.
    #[error("{0} does not exist: the first push brings the trust files")]
    Unborn(String),
    /// This is another place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Git's answer is not an object id.
    #[error("git wrote no {0}: {1}")]
    NoObject(&'static str, String),
}

/// A rescue that has not been committed.
pub struct Rescue<'a> {
    asked: &'a AskedRescue,
    branch: String,
    tip: ObjectId,
    tree: ObjectId,
    files: Snapshot,
    changed: Vec<RepoPath>,
}

/// A change of a rescue.
#[derive(Debug)]
pub enum RescuedFile<'a> {
    /// The file is put in place.
    Put(&'a RepoPath),
    /// The file is removed.
    Removed(&'a RepoPath),
}

impl<'a> Rescue<'a> {
    /// Prepares the resulting tree and makes sure that it is allowed. No ref names it yet.
    pub fn prepare(asked: &'a AskedRescue) -> Result<Self, RescueError> {
        check_server_place(&asked.folder)?;
        if asked.reason.trim().is_empty() {
            return Err(RescueError::NoReason);
        }
        let repository = Repository::discover(&asked.folder, BLOB_LIMIT)?;
        let Head::Branch(branch) = repository.head()? else { return Err(RescueError::NoBranch) };
        let tip = repository.tip(&branch)?.ok_or_else(|| RescueError::Unborn(branch.clone()))?;
        let session = Session::open(repository, asked.server_policy.clone(), SystemTime::now())?;
        let tree = write_tree(asked, &session, &tip)?;
        let files = session.repository.snapshot(&tree)?;
        let changed = session.check_rescue(&files)?;
        Ok(Self { asked, branch, tip, tree, files, changed })
    }

    /// The branch that is moved.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The changes.
    pub fn changes(&self) -> impl Iterator<Item = RescuedFile<'_>> {
        self.changed.iter().map(|path| {
            if self.files.files.contains_key(path) {
                RescuedFile::Put(path)
            } else {
                RescuedFile::Removed(path)
            }
        })
    }

    /// Moves the branch, only if no one else has, and records the commit where no push can reach it.
    pub fn commit(&self) -> Result<ObjectId, RescueError> {
        let git = GitProgram::in_folder(&self.asked.folder);
        let message = format!("Rescue: {}\n", self.asked.reason.trim());
        let parent = self.tip.as_str();
        let arguments = ["commit-tree", self.tree.as_str(), "-p", parent];
        let commit = git.with_environment(&IDENTITY).feed(&arguments, &message)?;
        git.read(&["update-ref", &format!("{RECORDS}{commit}"), &commit])?;
        git.read(&["update-ref", "-m", "portcullis rescue", &self.branch, &commit, parent])?;
        parse_object("commit", commit)
    }
}

/// Writes the tree that has the wanted files and no other difference.
fn write_tree(asked: &AskedRescue, session: &Session, tip: &ObjectId) -> Result<ObjectId, RescueError> {
    let folder = tempfile::tempdir().map_err(RescueError::Index)?;
    let index = folder.path().join("index");
    let index = index.to_string_lossy();
    let environment = [("GIT_INDEX_FILE", &*index)];
    let git = GitProgram::in_folder(&asked.folder).with_environment(&environment);
    git.read(&["read-tree", tip.as_str()])?;
    let entries = list_entries(asked, session, tip)?;
    git.feed(&["update-index", "--add", "-z", "--index-info"], &entries)?;
    parse_object("tree", git.read(&["write-tree"])?)
}

fn parse_object(kind: &'static str, answer: String) -> Result<ObjectId, RescueError> {
    ObjectId::parse(&answer).ok_or(RescueError::NoObject(kind, answer))
}

/// Lists the wanted files in the format of `git update-index --index-info`.
fn list_entries(asked: &AskedRescue, session: &Session, tip: &ObjectId) -> Result<String, RescueError> {
    let mut entries = String::new();
    if let Some(revision) = &asked.restored {
        entries.push_str(&list_restored(session, revision)?);
    }
    for path in &asked.removed {
        entries.push_str(&removal(tip, path));
    }
    for put in &asked.files {
        let source = put.source.to_string_lossy();
        let arguments = ["hash-object", "-w", "--no-filters", "--", &source];
        let blob = GitProgram::in_folder(&asked.folder).read(&arguments)?;
        let _ = write!(entries, "100644 {blob}\t{}\0", put.path);
    }
    Ok(entries)
}

/// Lists the trust files of an older revision, and removes those that came since.
fn list_restored(session: &Session, revision: &str) -> Result<String, RescueError> {
    let commit = session.repository.revision(revision)?;
    let then = session.repository.snapshot(&session.repository.tree_of(&commit)?)?;
    let changes = session
        .trust_files_back_to(&then)
        .map_err(|problem| RescueError::Restore { revision: revision.to_owned(), problem })?;
    let mut entries = String::new();
    for (path, file) in changes {
        match file {
            Some(TreeFile { id, mode }) => {
                let _ = write!(entries, "{} {id}\t{}\0", octal(mode), path.as_str());
            }
            None => entries.push_str(&removal(&commit, path.as_str())),
        }
    }
    Ok(entries)
}

fn octal(mode: FileMode) -> &'static str {
    match mode {
        FileMode::Regular => "100644",
        FileMode::Executable => "100755",
        FileMode::Symlink => "120000",
        FileMode::Gitlink => "160000",
    }
}

/// An entry without a mode removes the path.
fn removal(id: &ObjectId, path: &str) -> String {
    format!("0 {}\t{path}\0", "0".repeat(id.as_str().len()))
}
