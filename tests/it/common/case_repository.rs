//! Turns the folder of a case into a repository and a push.
//!
//! In: a case folder (`before/`, `after/`, `policy.yaml`, `push.yaml`). Out: [`CaseRepository`], in
//! which every object of the push exists and every ref still stands where it stood before. Never:
//! needs gpg, a network or the user's git configuration.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use git2::ObjectType;
use tempfile::TempDir;

use super::documents::project;
use super::git::{Failure, Git};
use super::keys::{Person, people, person};
use super::objects::{Objects, Tree};
use super::push_file::{PushFile, PushOperation};
use super::raw_commit::{self, CommitText};
use super::stand_ins::StandIns;

/// The id that means "no object".
const ZERO: &str = "0000000000000000000000000000000000000000";

/// `keys/alice.asc.placeholder` becomes `keys/alice.asc`, Alice's certificate.
const PLACEHOLDER: &str = ".asc.placeholder";

/// A repository that is ready for a push to be judged.
#[derive(Debug)]
pub(crate) struct CaseRepository {
    /// The bare repository.
    pub(crate) git_dir: PathBuf,
    /// Old id, new id and name of every updated ref, as a hook reads them.
    pub(crate) updates: Vec<(String, String, String)>,
    /// Names to put in place of ids and fingerprints that differ from run to run.
    pub(crate) stand_ins: StandIns,
    /// Removes the repository when dropped.
    _directory: TempDir,
}

/// Every case of `tests/checks`, sorted: the check and the folder.
pub(crate) fn all_cases() -> Result<Vec<(String, PathBuf)>, Failure> {
    let mut cases = Vec::new();
    for check in folders(&project("tests/checks"))? {
        let id = check.file_name().unwrap_or_default().to_string_lossy().into_owned();
        cases.extend(folders(&check)?.into_iter().map(|case| (id.clone(), case)));
    }
    Ok(cases)
}

fn folders(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(root)?.collect::<Result<Vec<_>, _>>()?;
    let mut folders: Vec<_> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// Builds the repository of a case.
pub(crate) fn build(case: &Path) -> Result<CaseRepository, Failure> {
    let directory = tempfile::tempdir()?;
    let git_dir = directory.path().join("repository.git");
    let push = PushFile::of_case(case)?;
    Git::init_bare(&git_dir)?;
    let mut builder = Builder { objects: Objects::of(&git_dir)?, stand_ins: StandIns::of_keys()? };
    let update = builder.push(case, &push)?;
    Ok(CaseRepository { git_dir, updates: vec![update], stand_ins: builder.stand_ins, _directory: directory })
}

struct Builder {
    objects: Objects,
    stand_ins: StandIns,
}

impl Builder {
    fn push(&mut self, case: &Path, push: &PushFile) -> Result<(String, String, String), Failure> {
        let before = self.tree(case, "before")?;
        let empty = self.objects.store_tree(&Tree::default())?.to_string();
        let root = self.commit(&CommitText { tree: &empty, parent: None, message: "Begin\n" }, push, None)?;
        let base = CommitText { tree: &before, parent: Some(&root), message: "Before\n" };
        let base = self.commit(&base, push, Some(0))?;
        self.place_refs(push, &base)?;
        let old = if push.operation == PushOperation::Create { ZERO } else { &base };
        let new = match push.operation {
            PushOperation::Delete => ZERO.to_owned(),
            PushOperation::Rewind => self.new_tip(case, push, &before, &root)?,
            PushOperation::FastForward | PushOperation::Create | PushOperation::MoveTag => {
                self.new_tip(case, push, &before, &base)?
            }
        };
        Ok((old.to_owned(), new, push.ref_name.clone()))
    }

    /// `main` always exists; the pushed ref too, unless the push creates it.
    fn place_refs(&self, push: &PushFile, base: &str) -> Result<(), Failure> {
        self.objects.set_ref("refs/heads/main", base)?;
        if push.operation != PushOperation::Create {
            self.objects.set_ref(&push.ref_name, base)?;
        }
        push.existing.iter().try_for_each(|name| self.objects.set_ref(name, base))
    }

    fn new_tip(
        &mut self,
        case: &Path,
        push: &PushFile,
        before: &str,
        parent: &str,
    ) -> Result<String, Failure> {
        let after = self.tree(case, "after")?;
        let mut tip = parent.to_owned();
        for number in 1..=push.commits.len() {
            let tree = if number == push.commits.len() { after.as_str() } else { before };
            let message = format!("Change {number}\n");
            let text = CommitText { tree, parent: Some(&tip), message: &message };
            tip = self.commit(&text, push, Some(number))?;
        }
        let Some(entry) = push.tag else { return Ok(tip) };
        let ref_name = push.ref_name.strip_prefix("refs/tags/").unwrap_or(&push.ref_name);
        let name = push.tag_name.as_deref().unwrap_or(ref_name);
        let tag = self.objects.store(ObjectType::Tag, &raw_commit::tag(&tip, name, entry)?)?.to_string();
        self.stand_ins.add_commit(&tag);
        Ok(tag)
    }

    /// Stores a commit: number 0 is the base, 1 the first new one, none the root.
    fn commit(
        &mut self,
        text: &CommitText<'_>,
        push: &PushFile,
        number: Option<usize>,
    ) -> Result<String, Failure> {
        let entry = match number {
            None => None,
            Some(0) => Some(push.base),
            Some(number) => push.commits.get(number - 1).copied(),
        };
        let bytes = raw_commit::commit(text, entry.unwrap_or_default())?;
        let id = self.objects.store(ObjectType::Commit, &bytes)?.to_string();
        self.stand_ins.add_commit(&id);
        Ok(id)
    }

    /// Stores `before/` or `after/` with the policy of the case as a tree.
    fn tree(&mut self, case: &Path, name: &str) -> Result<String, Failure> {
        let root = case.join(name);
        let mut tree = if root.is_dir() { self.folder(&root)? } else { Tree::default() };
        let policy = case.join("policy.yaml");
        if policy.exists() {
            self.add_policy(&fs::read_to_string(policy)?, &mut tree)?;
        }
        Ok(self.objects.store_tree(&tree)?.to_string())
    }

    fn folder(&mut self, folder: &Path) -> Result<Tree, Failure> {
        let mut tree = Tree::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let name = name.as_bytes();
            if kind.is_dir() {
                let inner = self.folder(&entry.path())?;
                // git has no empty folders.
                if !inner.is_empty() {
                    tree.add_folder(name, self.objects.store_tree(&inner)?);
                }
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path())?;
                self.add_blob("120000", name, target.as_os_str().as_bytes(), &mut tree)?;
            } else if name.ends_with(PLACEHOLDER.as_bytes()) {
                self.add_key(name, &mut tree)?;
            } else if !name.ends_with(b".gitkeep") {
                let executable = entry.metadata()?.permissions().mode() & 0o111 != 0;
                let mode = if executable { "100755" } else { "100644" };
                self.add_blob(mode, name, &fs::read(entry.path())?, &mut tree)?;
            }
        }
        Ok(tree)
    }

    /// Puts a person's certificate where the placeholder stands.
    fn add_key(&mut self, placeholder: &[u8], tree: &mut Tree) -> Result<(), Failure> {
        let file = std::str::from_utf8(placeholder)?.trim_end_matches(".placeholder");
        let certificate = person(file.trim_end_matches(".asc"))?.key.armored_certificate()?;
        let id = self.add_blob("100644", file.as_bytes(), &certificate, tree)?;
        self.stand_ins.add_key_file(&id);
        Ok(())
    }

    /// Puts the policy at the root, with the fingerprints of people in place of their names.
    fn add_policy(&mut self, text: &str, tree: &mut Tree) -> Result<(), Failure> {
        let name = |text: String, person: &Person| {
            text.replace(&format!("FINGERPRINT-OF-{}", person.name), &person.key.fingerprint().to_string())
        };
        let policy = people()?.iter().fold(text.to_owned(), name);
        let id = self.add_blob("100644", b".portcullis.yaml", policy.as_bytes(), tree)?;
        if policy != text {
            self.stand_ins.add_key_file(&id);
        }
        Ok(())
    }

    fn add_blob(
        &self,
        mode: &'static str,
        name: &[u8],
        bytes: &[u8],
        tree: &mut Tree,
    ) -> Result<String, Failure> {
        let id = self.objects.store(ObjectType::Blob, bytes)?;
        tree.add_file(mode, name, id);
        Ok(id.to_string())
    }
}
