//! The files below some paths.
//!
//! In: paths. Out: the files, and the links that lead nowhere. Never: skips one silently, apart from git's own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{panic, thread};

use super::error::{UnpushedError, file_error};

/// Folders that hold no manifests and much else.
const SKIPPED: [&str; 1] = [".git"];

/// Fewer folders are listed sooner than a thread is started.
const FEW: usize = 16;

/// The files below some paths.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files.
    pub(super) files: Vec<PathBuf>,
    /// Symbolic links below a folder whose target does not exist.
    pub(super) dangling: Vec<PathBuf>,
}

/// The content of some folders.
#[derive(Default)]
struct Listing {
    found: Found,
    folders: Vec<PathBuf>,
}

/// Finds the files at and below the paths, level by level: the folders of one level are listed on all cores.
pub(super) fn find_files(paths: &[PathBuf]) -> Result<Found, UnpushedError> {
    let mut listing = Listing::default();
    paths.iter().try_for_each(|path| listing.add(path))?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    while !listing.folders.is_empty() {
        let folders = std::mem::take(&mut listing.folders);
        let share = folders.len().div_ceil(threads).max(FEW);
        for listed in list_together(&folders, share) {
            listing.append(listed?);
        }
    }
    Ok(listing.found)
}

/// Lists folders, each share of them on a thread of its own, the last one on this.
fn list_together(folders: &[PathBuf], share: usize) -> Vec<Result<Listing, UnpushedError>> {
    let (others, own) = folders.split_at(folders.len().saturating_sub(share));
    thread::scope(|scope| {
        let others = others.chunks(share).map(|folders| scope.spawn(|| list_all(folders)));
        let others: Vec<_> = others.collect();
        let own = list_all(own);
        let joined =
            others.into_iter().map(|other| other.join().unwrap_or_else(|why| panic::resume_unwind(why)));
        let mut listed: Vec<_> = joined.collect();
        listed.push(own);
        listed
    })
}

fn list_all(folders: &[PathBuf]) -> Result<Listing, UnpushedError> {
    let mut listing = Listing::default();
    folders.iter().try_for_each(|folder| listing.add_entries(folder))?;
    Ok(listing)
}

impl Listing {
    /// Adds the file or folder at a path.
    fn add(&mut self, path: &Path) -> Result<(), UnpushedError> {
        let is_folder = std::fs::metadata(path).map_err(file_error(path))?.is_dir();
        let kind = if is_folder { &mut self.folders } else { &mut self.found.files };
        kind.push(path.to_path_buf());
        Ok(())
    }

    fn add_entries(&mut self, folder: &Path) -> Result<(), UnpushedError> {
        for (name, kind) in list_entries(folder)? {
            let path = folder.join(&name);
            // An entry has its own kind, but not that of a link's target.
            match (kind.is_file(), kind.is_dir()) {
                _ if SKIPPED.iter().any(|skipped| name == *skipped) => {}
                (true, _) => self.found.files.push(path),
                (false, true) => self.folders.push(path),
                (false, false) => self.add_linked(&path)?,
            }
        }
        Ok(())
    }

    /// Links may lead in circles: each is followed to its end before the next, so that the system's own
    /// limit of links is met at once.
    fn add_linked(&mut self, path: &Path) -> Result<(), UnpushedError> {
        if leads_nowhere(path) {
            self.found.dangling.push(path.to_path_buf());
            return Ok(());
        }
        let mut linked = Self::default();
        linked.add(path)?;
        while let Some(folder) = linked.folders.pop() {
            linked.add_entries(&folder)?;
        }
        self.append(linked);
        Ok(())
    }

    fn append(&mut self, other: Self) {
        self.found.files.extend(other.found.files);
        self.found.dangling.extend(other.found.dangling);
        self.folders.extend(other.folders);
    }
}

fn leads_nowhere(path: &Path) -> bool {
    let missing = std::fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    missing && std::fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink())
}

/// Lists the entries of a folder by name, so that the first of several errors is always the same.
fn list_entries(folder: &Path) -> Result<Vec<(OsString, std::fs::FileType)>, UnpushedError> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error(folder))? {
        let entry = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)));
        entries.push(entry.map_err(file_error(folder))?);
    }
    entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}
