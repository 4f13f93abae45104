//! Symbolic links inside the repository, which Argo CD and kustomize follow.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::reach::{self, Covered, CoveredReach};
use source_files::{BlobReader, FileMode, RepoPath, Snapshot, TreeFile, text_of_bytes};

/// A link or a submodule that cannot be followed, or another reason why a file is not what git stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProblem {
    /// Its path.
    pub path: RepoPath,
    /// The reason, as a clause.
    pub reason: String,
    /// The possible content on disk.
    pub extent: LinkExtent,
    /// The stored files that may be behind it. An old problem excuses only the same files.
    pub covers: Covered,
}

/// A problem whose files are not known yet.
pub(super) struct Uncovered {
    pub(super) path: RepoPath,
    pub(super) reason: String,
    pub(super) extent: LinkExtent,
    pub(super) reach: CoveredReach,
}

/// Adds to each problem the files that it covers in a revision.
pub(super) fn add_covered(snapshot: &Snapshot, problems: Vec<Uncovered>) -> Vec<LinkProblem> {
    let covers = reach::cover(snapshot, &problems.iter().map(|problem| problem.reach.clone()).collect());
    let problems = problems.into_iter().map(|problem| {
        let Uncovered { path, reason, extent, reach } = problem;
        let covers = covers.get(&reach).map_or_else(|| Arc::from([]), Arc::clone);
        LinkProblem { path, reason, extent, covers }
    });
    problems.collect()
}

/// The possible content of a path that cannot be followed, once it is checked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkExtent {
    /// A folder of manifests, whatever it is called.
    Folder,
    /// A file of the kind that its name suggests, which is not in this repository or a repository that belongs to it.
    AsNamed,
    /// Nothing: the link leads to a place inside the repository without a file.
    Nothing,
}

/// The reason why a link cannot be followed.
#[derive(Debug)]
struct Broken {
    reason: String,
    extent: LinkExtent,
    reach: CoveredReach,
}

impl Broken {
    fn folder(reason: impl Into<String>, reach: CoveredReach) -> Self {
        Self { reason: reason.into(), extent: LinkExtent::Folder, reach }
    }

    fn as_named(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), extent: LinkExtent::AsNamed, reach: CoveredReach::Nothing }
    }

    fn at(self, path: RepoPath) -> Uncovered {
        Uncovered { path, reason: self.reason, extent: self.extent, reach: self.reach }
    }
}

/// The most links to one file. Beyond it, Linux does not open the file either (`MAXSYMLINKS`).
const HOPS: usize = 40;
/// The most bytes of a target (`PATH_MAX` of Linux).
const LONGEST_TARGET: usize = 4_096;
/// The most files that linked folders may add.
const LINKED_FILES: usize = 50_000;

/// Replaces every link of a snapshot by its target. Links to folders add the files below.
pub(super) fn follow<'a>(
    snapshot: &'a Snapshot,
    reader: &mut dyn BlobReader,
) -> (Cow<'a, Snapshot>, Vec<LinkProblem>) {
    if snapshot.files.values().all(|file| file.mode.is_file()) {
        return (Cow::Borrowed(snapshot), Vec::new());
    }
    let mut followed = BTreeMap::new();
    let mut problems = Vec::new();
    let mut added = 0;
    for (path, file) in &snapshot.files {
        match file.mode {
            FileMode::Regular | FileMode::Executable => {
                followed.insert(path.clone(), file.clone());
            }
            FileMode::Gitlink => {
                problems
                    .push(Broken::folder(describe_submodule(file), CoveredReach::Nothing).at(path.clone()));
            }
            FileMode::Symlink => match resolve(snapshot, path, reader, HOPS) {
                Ok(Target::File(target)) => {
                    followed.insert(path.clone(), target);
                }
                Ok(Target::Folder(folder)) => {
                    for (linked, target) in find_files_below(snapshot, &folder, path, reader) {
                        added += 1;
                        match target {
                            Ok(target) => drop(followed.entry(linked).or_insert(target)),
                            Err(broken) => problems.push(broken.at(linked)),
                        }
                    }
                }
                Err(broken) => problems.push(broken.at(path.clone())),
            },
        }
        if added > LINKED_FILES {
            let reason = format!("symbolic links to folders add more than {LINKED_FILES} files");
            problems.push(Broken::folder(reason, CoveredReach::Everything).at(path.clone()));
            break;
        }
    }
    (Cow::Owned(Snapshot { files: followed }), add_covered(snapshot, problems))
}

/// Describes a submodule with its commit, because another commit has other content.
fn describe_submodule(file: &TreeFile) -> String {
    format!(
        "a submodule: its content, that of commit {}, is in another repository and cannot be judged",
        file.id
    )
}

enum Target {
    File(TreeFile),
    Folder(String),
}

fn resolve(
    snapshot: &Snapshot,
    path: &RepoPath,
    reader: &mut dyn BlobReader,
    hops: usize,
) -> Result<Target, Broken> {
    let file = snapshot
        .files
        .get(path)
        .ok_or_else(|| Broken::folder("the symbolic link no longer exists", CoveredReach::Everything))?;
    let target = read_target(file, reader)?;
    if climbs_out_of_a_link(snapshot, path.parent(), &target) {
        return Err(Broken::folder(
            format!("the symbolic link to `{target}` climbs out of another link, which leads elsewhere"),
            reach_of_target(&target),
        ));
    }
    let resolved = join(path.parent(), &target).ok_or_else(|| {
        Broken::as_named(format!("the symbolic link leads out of the repository, to `{target}`"))
    })?;
    let resolved_path = RepoPath::new(&resolved);
    match snapshot.files.get(&resolved_path) {
        Some(next) if next.mode.is_file() => Ok(Target::File(next.clone())),
        Some(next) if next.mode == FileMode::Symlink && hops > 0 => {
            resolve(snapshot, &resolved_path, reader, hops - 1)
        }
        Some(_) => Err(Broken::folder(
            format!("the symbolic link to `{target}` cannot be followed to a file"),
            reach_of_target(&target),
        )),
        None if has_files_below(snapshot, &resolved) => Ok(Target::Folder(resolved)),
        None => {
            let reason = format!("the symbolic link leads to `{target}`, which is not in the repository");
            let inside = passes_a_link(snapshot, &resolved);
            let extent = if inside { LinkExtent::Folder } else { LinkExtent::Nothing };
            Err(Broken { reason, extent, reach: reach_of_target(&target) })
        }
    }
}

/// Returns the text of a link.
fn read_target(file: &TreeFile, reader: &mut dyn BlobReader) -> Result<String, Broken> {
    let bytes =
        reader.read(&file.id).map_err(|error| Broken::folder(error.to_string(), CoveredReach::Everything))?;
    let target = text_of_bytes(&bytes);
    if target.len() > LONGEST_TARGET {
        return Err(Broken::as_named("the symbolic link's target is too long for a path"));
    }
    Ok(target)
}

/// Returns the files at the end of a link, whatever the links on its way lead to.
fn reach_of_target(target: &str) -> CoveredReach {
    match target.split('/').rfind(|part| !matches!(*part, "" | ".")) {
        Some("..") | None => CoveredReach::Everything,
        Some(name) => CoveredReach::Named(name.to_owned()),
    }
}

/// Returns true if a folder above a path is a submodule or a link, so that there may be files below it on disk.
fn passes_a_link(snapshot: &Snapshot, path: &str) -> bool {
    let mut above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    above.any(|folder| snapshot.files.contains_key(&RepoPath::new(folder)))
}

/// Returns true if `..` follows a name that is not a folder. On disk that is the folder above the target of a link,
/// and not the folder that contains the link.
fn climbs_out_of_a_link(snapshot: &Snapshot, folder: &str, target: &str) -> bool {
    let mut before = String::new();
    target.split('/').any(|part| {
        let reached = join(folder, &before);
        let climbs =
            part == ".." && reached.is_some_and(|at| snapshot.files.contains_key(&RepoPath::new(&at)));
        before.push_str(part);
        before.push('/');
        climbs
    })
}

fn has_files_below(snapshot: &Snapshot, folder: &str) -> bool {
    let prefix = format!("{folder}/");
    folder.is_empty() || snapshot.files.keys().any(|path| path.as_str().starts_with(&prefix))
}

/// Returns the files of a folder as they are below a link to it. Its own links are followed to files.
fn find_files_below(
    snapshot: &Snapshot,
    folder: &str,
    link: &RepoPath,
    reader: &mut dyn BlobReader,
) -> Vec<(RepoPath, Result<TreeFile, Broken>)> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = RepoPath::new(&prefix);
    let inside = snapshot.files.range(from..).take_while(|(path, _)| path.as_str().starts_with(&prefix));
    let linked = inside.filter_map(|(path, file)| {
        let rest = path.as_str().strip_prefix(&prefix)?;
        let target = match file.mode {
            FileMode::Regular | FileMode::Executable => Ok(file.clone()),
            FileMode::Symlink => file_of(resolve(snapshot, path, reader, HOPS)),
            FileMode::Gitlink => return None,
        };
        Some((RepoPath::new(&format!("{link}/{rest}")), target))
    });
    linked.take(LINKED_FILES + 1).collect()
}

/// Returns the file of a target. Links to folders may nest without end, so they are followed one level deep.
fn file_of(target: Result<Target, Broken>) -> Result<TreeFile, Broken> {
    match target? {
        Target::File(file) => Ok(file),
        Target::Folder(folder) => Err(Broken::folder(
            format!("a linked folder contains a symbolic link to another folder, `{folder}`"),
            reach_of_target(&folder),
        )),
    }
}

/// Joins `folder/relative` and resolves `.` and `..`. Returns `None` if the result leaves the repository. Outside one,
/// `validate` names folders by paths that may begin with `/` or `..`.
pub fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().filter(|name| *name != "..")?;
            }
            name => parts.push(name),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn links_cannot_leave_the_repository() {
        assert_eq!(join("a/b", "../c.yaml").as_deref(), Some("a/c.yaml"));
        assert_eq!(join("a", "../../etc/passwd"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
        assert_eq!(join("../a", "../../b"), None);
    }

    #[test]
    fn folders_outside_a_repository_keep_their_beginning() {
        assert_eq!(join("/a/b", "../c.yaml").as_deref(), Some("/a/c.yaml"));
        assert_eq!(join("../a", "../b.yaml").as_deref(), Some("../b.yaml"));
    }
}
