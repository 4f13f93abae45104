//! Reads the files of a revision that name owners.

use super::error::OwnersError;
use crate::git::Repository;
use codeowners::{Coverage, KnownDialect, OwnersFile, locate};
use source_files::Snapshot;

/// The owners that the files of a snapshot name; `None` if no file names any.
///
/// # Errors
///
/// If a file cannot be read, or if it is not certain which file counts.
pub fn owners_of(
    repository: &Repository,
    snapshot: &Snapshot,
    known: KnownDialect,
    coverage: Coverage<'_>,
) -> Result<Option<OwnersFile>, OwnersError> {
    let located = locate(known, snapshot, coverage)?;
    let mut files = Vec::new();
    for path in located.files {
        let Some(file) = snapshot.files.get(&path) else { continue };
        if !file.mode.is_file() {
            return Err(OwnersError::NotAFile(path));
        }
        match repository.blob(&file.id) {
            Ok(bytes) => files.push((path, bytes)),
            Err(error) => return Err(OwnersError::Unreadable { path, reason: error.to_string() }),
        }
    }
    Ok((!files.is_empty()).then(|| OwnersFile::parse(located.dialect, &files)))
}
