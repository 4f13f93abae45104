//! Reads a repository that libgit2 cannot open through the git program.
//!
//! The child inherits from the environment only the search path of programs and the user's configuration. Replace refs
//! are off, and objects that a partial clone lacks are not fetched.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::batch::Batch;
use super::child_error::ChildError;
use super::libgit2::index_mode;
use super::{Folders, RawObject, RefValue, Store};
use crate::git::error::GitError;
use source_files::{BlobError, BlobReader, BlobSource, ObjectId, RepoPath, Snapshot, TreeFile};

/// A repository that is read by a child.
pub(in crate::git) struct GitProgram {
    git: Git,
    folders: Folders,
    references: BTreeMap<String, RefValue>,
    batch: RefCell<Batch>,
    detour: String,
}

impl GitProgram {
    /// Opens the repository that a folder belongs to, or that a hook was started in. `reason` is the reason why
    /// libgit2 does not.
    pub(in crate::git) fn open(
        folder: &Path,
        quarantine: Option<&Path>,
        found: FoundBy,
        reason: &str,
    ) -> Result<Self, ChildError> {
        let git_dir = match found {
            FoundBy::ByGit => folder.to_path_buf(),
            // Without a folder of its own git looks for one, and checks its owner.
            FoundBy::ByUser => {
                PathBuf::from(Git::at(folder).run_for_line(&["rev-parse", "--absolute-git-dir"])?)
            }
        };
        let git = Git {
            folder: folder.to_path_buf(),
            repository: Some(git_dir.clone()),
            quarantine: quarantine.map(Path::to_path_buf),
        };
        let common_dir = PathBuf::from(git.run_for_line(&["rev-parse", "--git-common-dir"])?);
        let bare = git.run_for_line(&["rev-parse", "--is-bare-repository"])? == "true";
        let work_tree =
            if bare { None } else { Git::at(folder).run_for_line(&["rev-parse", "--show-toplevel"]).ok() };
        let folders = Folders {
            common_dir: folder.join(common_dir),
            git_dir,
            work_tree: work_tree.map(PathBuf::from),
            quarantine: quarantine.map(Path::to_path_buf),
        };
        let references = read_references(&git)?;
        let batch = RefCell::new(git.start_batch()?);
        let detour = format!("libgit2 cannot open this repository ({reason}): `git cat-file` reads it");
        Ok(Self { git, folders, references, batch, detour })
    }
}

/// The source of a repository's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::git) enum FoundBy {
    /// Git itself, which started this process in it.
    ByGit,
    /// A person.
    ByUser,
}

impl Store for GitProgram {
    fn folders(&self) -> &Folders {
        &self.folders
    }

    fn read(&self, id: &ObjectId, limit: usize) -> Result<RawObject, GitError> {
        self.batch.borrow_mut().read(id, limit)
    }

    fn blobs(&self, limit: usize) -> Box<dyn BlobSource> {
        Box::new(Children { git: self.git.clone(), limit })
    }

    fn reference(&self, name: &str) -> Result<Option<RefValue>, GitError> {
        if let Some(reference) = self.references.get(name) {
            return Ok(Some(reference.clone()));
        }
        // A symbolic ref to nothing is not listed, but is still another name of a ref that a push creates.
        let target = self.git.run_for_line(&["symbolic-ref", "--quiet", "--", name]);
        if let Ok(target) = target {
            return Ok(Some(RefValue::Symbolic(target)));
        }
        let detached = (name == "HEAD")
            .then(|| self.git.run_for_line(&["rev-parse", "--verify", "--quiet", "HEAD"]).ok());
        Ok(detached.flatten().and_then(|id| ObjectId::parse(&id)).map(RefValue::Object))
    }

    fn references_below(&self, folder: &str, limit: usize) -> Result<Vec<(String, RefValue)>, GitError> {
        let from = self.references.range(folder.to_owned()..);
        let below = from.take_while(|(name, _)| name.starts_with(folder)).take(limit);
        Ok(below.map(|(name, reference)| (name.clone(), reference.clone())).collect())
    }

    fn revision(&self, text: &str) -> Result<ObjectId, GitError> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", text];
        let id = self.git.run_for_line(&arguments).ok().and_then(|id| ObjectId::parse(&id));
        id.ok_or_else(|| GitError::Revision(text.to_owned()))
    }

    fn staged(&self, index_file: Option<&Path>) -> Result<Snapshot, GitError> {
        let mut command = self.git.command(&["ls-files", "--stage", "-z", "--full-name", ":/"]);
        command.envs(index_file.map(|file| ("GIT_INDEX_FILE", file)));
        command.envs(self.folders.work_tree.as_ref().map(|folder| ("GIT_WORK_TREE", folder)));
        let listed = run(command).map_err(|error| GitError::Index(error.to_string()))?;
        let mut snapshot = Snapshot { files: BTreeMap::new() };
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let (file, path) = index_entry(entry)?;
            snapshot.files.insert(RepoPath::from_bytes(path), file);
        }
        Ok(snapshot)
    }

    fn detour(&self) -> Option<&str> {
        Some(&self.detour)
    }
}

/// Parses `<mode> <id> <stage>\t<path>`.
fn index_entry(entry: &[u8]) -> Result<(TreeFile, &[u8]), GitError> {
    let strange = || GitError::Index("git ls-files returned an unexpected answer".into());
    let tab = entry.iter().position(|byte| *byte == b'\t').ok_or_else(strange)?;
    let (facts, path) = entry.split_at_checked(tab).ok_or_else(strange)?;
    let facts = std::str::from_utf8(facts).map_err(|_| strange())?;
    let [mode, id, stage] = facts.split(' ').collect::<Vec<_>>()[..] else { return Err(strange()) };
    if stage != "0" {
        return Err(GitError::unmerged());
    }
    let mode = u32::from_str_radix(mode, 8).map_err(|_| strange())?;
    let id = ObjectId::parse(id).ok_or_else(strange)?;
    Ok((TreeFile { id, mode: index_mode(mode) }, path.get(1..).unwrap_or_default()))
}

/// Returns every ref that exists. They are read once and stay the same for all questions of a run.
fn read_references(git: &Git) -> Result<BTreeMap<String, RefValue>, ChildError> {
    let listed = run(git.command(&["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]))?;
    let listed = String::from_utf8(listed).map_err(|_| ChildError::RefNotText)?;
    listed.lines().map(|line| parse_reference(line).ok_or(ChildError::UnexpectedRefs)).collect()
}

/// Parses `<name> <id> <target>`, in which the target is empty unless the ref is symbolic.
fn parse_reference(line: &str) -> Option<(String, RefValue)> {
    let [name, id, target] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
    let value = if target.is_empty() {
        RefValue::Object(ObjectId::parse(id)?)
    } else {
        RefValue::Symbolic(target.to_owned())
    };
    Some((name.to_owned(), value))
}

/// The arguments of a call of git.
#[derive(Clone)]
struct Git {
    folder: PathBuf,
    repository: Option<PathBuf>,
    quarantine: Option<PathBuf>,
}

impl Git {
    fn at(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), repository: None, quarantine: None }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear().envs(inherited(&["PATH", "HOME", "XDG_CONFIG_HOME"]));
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        command
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_TERMINAL_PROMPT", "0");
        command.current_dir(&self.folder).args(arguments);
        command.envs(self.repository.as_ref().map(|folder| ("GIT_DIR", folder)));
        if self.quarantine.is_some() {
            // Git writes these about the quarantine, and quotes them itself.
            command.envs(inherited(&[
                "GIT_OBJECT_DIRECTORY",
                "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                "GIT_QUARANTINE_PATH",
            ]));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn run_for_line(&self, arguments: &[&str]) -> Result<String, ChildError> {
        let text = String::from_utf8(run(self.command(arguments))?);
        let text = text.map_err(|_| ChildError::NotText(arguments.join(" ")))?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    fn start_batch(&self) -> Result<Batch, ChildError> {
        let mut command = self.command(&["cat-file", "--batch"]);
        let child = command.stdin(Stdio::piped()).spawn().map_err(ChildError::not_started)?;
        Batch::of(child).ok_or(ChildError::NoPipes)
    }
}

fn inherited(names: &'static [&'static str]) -> impl Iterator<Item = (&'static str, OsString)> {
    names.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

fn run(mut command: Command) -> Result<Vec<u8>, ChildError> {
    let output = command.output().map_err(ChildError::not_started)?;
    if output.status.success() { Ok(output.stdout) } else { Err(ChildError::Failed) }
}

/// Starts a child for each thread.
struct Children {
    git: Git,
    limit: usize,
}

impl BlobSource for Children {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(ChildReader { batch: self.git.start_batch(), limit: self.limit })
    }
}

struct ChildReader {
    batch: Result<Batch, ChildError>,
    limit: usize,
}

impl BlobReader for ChildReader {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        match &mut self.batch {
            Ok(batch) => super::as_blob(id, batch.read(id, self.limit)),
            Err(error) => Err(BlobError::Unreadable { id: id.clone(), reason: error.to_string() }),
        }
    }
}
