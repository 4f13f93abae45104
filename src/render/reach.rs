//! Limits the problems that an old problem excuses to those about the same files.
//!
//! In: problems of links and attributes, each with the files that may be behind it. Out: the same problems, with the
//! object ids of those files. Never: leaves out a file that may be meant. Two problems are equal only if all files
//! that they cover are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use source_files::{FileMode, RepoPath, Snapshot, TreeFile};

/// The files that a path that cannot be followed may lead to once it is checked out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CoveredReach {
    /// No file of the repository.
    Nothing,
    /// The files whose path has this component. Whatever a link passes through, it ends at this name.
    Named(String),
    /// The files below a folder that a pattern of its `.gitattributes` matches.
    Matching {
        /// The folder with a `/` at its end. Empty for the root.
        folder: String,
        /// The pattern (`gitattributes(5)`).
        pattern: String,
    },
    /// Every file.
    Everything,
}

/// Files with the mode and blob that git stores. Problems with the same reach share one list.
pub type Covered = Arc<[(RepoPath, TreeFile)]>;

/// Returns the files of each reach.
pub(super) fn cover(
    snapshot: &Snapshot,
    reaches: &BTreeSet<CoveredReach>,
) -> BTreeMap<CoveredReach, Covered> {
    let named: BTreeSet<&str> = reaches.iter().filter_map(component_of).collect();
    let by_name = find_files_by_name(snapshot, &named);
    let mut covered = BTreeMap::new();
    for reach in reaches {
        let files: Vec<_> = match reach {
            CoveredReach::Nothing => Vec::new(),
            CoveredReach::Everything => find_files(snapshot, |_| true),
            CoveredReach::Named(name) => match by_name.get(name.as_str()) {
                Some(Named::Files(found)) => found.clone(),
                Some(Named::Link) => find_files(snapshot, |_| true),
                None => Vec::new(),
            },
            CoveredReach::Matching { folder, pattern } => {
                let pattern = Pattern::parse(pattern);
                find_files(snapshot, |path| {
                    path.strip_prefix(folder.as_str()).is_some_and(|rest| pattern.matches(rest))
                })
            }
        };
        covered.insert(reach.clone(), files.into());
    }
    covered
}

fn component_of(reach: &CoveredReach) -> Option<&str> {
    match reach {
        CoveredReach::Named(name) => Some(name),
        CoveredReach::Nothing | CoveredReach::Matching { .. } | CoveredReach::Everything => None,
    }
}

fn find_files(snapshot: &Snapshot, is_meant: impl Fn(&str) -> bool) -> Vec<(RepoPath, TreeFile)> {
    let meant = snapshot.files.iter().filter(|(path, _)| is_meant(path.as_str()));
    meant.map(|(path, file)| (path.clone(), file.clone())).collect()
}

/// The files of a revision with one name.
enum Named {
    Files(Vec<(RepoPath, TreeFile)>),
    /// A link or a submodule has the name, and leads on to another name.
    Link,
}

/// Finds the files of all names in one pass over the revision, because a push may bring any number of links.
fn find_files_by_name<'a>(snapshot: &Snapshot, names: &BTreeSet<&'a str>) -> BTreeMap<&'a str, Named> {
    let mut found: BTreeMap<&str, Named> = BTreeMap::new();
    if names.is_empty() {
        return found;
    }
    for (path, file) in &snapshot.files {
        for part in path.as_str().split('/') {
            let Some(name) = names.get(part) else { continue };
            let leads_on = match file.mode {
                FileMode::Regular | FileMode::Executable => false,
                FileMode::Symlink | FileMode::Gitlink => path.file_name() == part,
            };
            let known = found.entry(name).or_insert_with(|| Named::Files(Vec::new()));
            match known {
                Named::Files(_) if leads_on => *known = Named::Link,
                Named::Files(files) => files.push((path.clone(), file.clone())),
                Named::Link => {}
            }
        }
    }
    found
}

/// A pattern of `.gitattributes`. Text that cannot be read as a pattern matches everything.
enum Pattern {
    FileName(GlobMatcher),
    Path(GlobMatcher),
    Anything,
}

impl Pattern {
    fn parse(pattern: &str) -> Self {
        if pattern.starts_with(['"', '[']) {
            return Self::Anything;
        }
        let is_path = pattern.contains('/');
        let glob = GlobBuilder::new(pattern.trim_start_matches('/')).literal_separator(true).build();
        match glob {
            Ok(glob) if is_path => Self::Path(glob.compile_matcher()),
            Ok(glob) => Self::FileName(glob.compile_matcher()),
            Err(_) => Self::Anything,
        }
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::FileName(glob) => glob.is_match(path.rsplit('/').next().unwrap_or(path)),
            Self::Path(glob) => glob.is_match(path),
            Self::Anything => true,
        }
    }
}
