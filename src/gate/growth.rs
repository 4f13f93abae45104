//! Bounds what a push adds to the manifests. In: both revisions, which files are manifests, the limit of the policy.
//! Out: why the push is too large, if it is. Never: stops a push that removes more than it adds, or one to a
//! repository that was above the limit before and stays as it is.

use crate::git::{GitError, Repository};
use crate::render::Selection;
use source_files::{ObjectId, RepoPath, Snapshot};

/// Growth below this number of bytes is not compared with the limit: to know all sizes, the headers of all manifests
/// have to be read.
const UNCOUNTED: usize = 64 << 10;
const MEBIBYTE: usize = 1 << 20;

/// The manifests of two revisions.
pub(super) struct Growth<'a> {
    pub(super) repository: &'a Repository,
    pub(super) selection: &'a Selection,
    pub(super) old: &'a Snapshot,
    pub(super) new: &'a Snapshot,
}

impl Growth<'_> {
    /// Why the new revision is too large. Each later push has to search all manifests of a revision, so what comes in
    /// cheaply would make every other push late.
    pub(super) fn problem(&self, limit: usize) -> Result<Option<String>, GitError> {
        let changed = Snapshot::changed_paths(self.old, self.new);
        let added = self.size(self.new, changed.iter())?;
        if added <= UNCOUNTED || added <= self.size(self.old, changed.iter())?.saturating_add(UNCOUNTED) {
            return Ok(None);
        }
        let before = self.size(self.old, self.old.files.keys())?;
        let after = self.size(self.new, self.new.files.keys())?;
        let allowed = limit.max(before);
        // An import has nothing to compare with: what it brings is what there is.
        let is_import = self.old.files.is_empty();
        Ok((after > allowed && !is_import).then(|| too_large(after, allowed)))
    }

    fn size<'p>(
        &self,
        snapshot: &Snapshot,
        paths: impl Iterator<Item = &'p RepoPath>,
    ) -> Result<usize, GitError> {
        let files =
            paths.filter(|path| self.selection.starts_at(path)).filter_map(|path| file_of(snapshot, path));
        files.map(|id| self.repository.blob_size(id)).sum()
    }
}

fn too_large(after: usize, allowed: usize) -> String {
    let (after, allowed) = (after.div_ceil(MEBIBYTE), allowed / MEBIBYTE);
    format!(
        "the manifests would grow to {after} MiB, more than the {allowed} MiB that they may have, and every later push \
         would wait for them\n  leave out what is not a manifest, exclude it with `manifests.exclude` in the policy, or \
         raise `limits.manifestMebibytes` there in a push of its own"
    )
}

/// The file at a path, if a file is there.
fn file_of<'s>(snapshot: &'s Snapshot, path: &RepoPath) -> Option<&'s ObjectId> {
    snapshot.files.get(path).filter(|file| file.mode.is_file()).map(|file| &file.id)
}
