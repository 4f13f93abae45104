//! The units that a change may affect.
//!
//! In: both revisions, sorted, and the paths that differ. Out: the folders of the kustomizations that are deployed on
//! their own and reach a file that differs. Never: renders, or leaves out a unit that reads such a file.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::kustomization::{Independence, KustomizationReach, ReachDepth};
use super::layout::{Layout, is_kustomization};
use super::selection::Selection;
use source_files::{FileMode, RepoPath, Snapshot};

/// Two revisions.
pub(super) struct Revisions<'a> {
    pub(super) old: (&'a Snapshot, &'a Layout),
    pub(super) new: (&'a Snapshot, &'a Layout),
    pub(super) selection: &'a Selection,
}

/// The units that a change may affect.
#[derive(Default)]
pub(super) struct Affected {
    /// Their folders.
    pub(super) folders: BTreeSet<RepoPath>,
    /// The paths that differ.
    pub(super) changed: HashSet<RepoPath>,
}

/// Returns the folders of the units that a change may affect. A unit of one revision is looked at in both, so that a
/// kustomization which another one begins to include, or no longer includes, is compared with itself.
pub(super) fn find_affected(revisions: &Revisions<'_>) -> Affected {
    let Revisions { old, new, selection } = revisions;
    if old.1.kustomizations.is_empty() && new.1.kustomizations.is_empty() {
        return Affected::default();
    }
    let changed = Changed::of(follow(old), follow(new));
    let mut folders = BTreeSet::new();
    for (snapshot, layout) in [old, new] {
        let graph = Graph::of(layout, find_linked_folders(snapshot, layout));
        let reaching = graph.find_reaching(&changed);
        let units = graph.find_units(selection);
        folders.extend(units.into_iter().filter(|folder| reaching.contains(folder)).map(RepoPath::new));
    }
    Affected { folders, changed: changed.paths }
}

fn follow<'a>((snapshot, layout): &(&'a Snapshot, &'a Layout)) -> &'a Snapshot {
    layout.followed.as_ref().unwrap_or(snapshot)
}

/// The paths that differ.
struct Changed {
    paths: HashSet<RepoPath>,
    names: HashSet<String>,
    /// The folders above them.
    above: HashSet<String>,
    /// The folders in which a kustomization differs.
    kustomizations: HashSet<String>,
}

impl Changed {
    fn of(old: &Snapshot, new: &Snapshot) -> Self {
        let paths: HashSet<RepoPath> = Snapshot::changed_paths(old, new).into_iter().collect();
        let (mut above, mut kustomizations) = (HashSet::new(), HashSet::new());
        for path in &paths {
            if is_kustomization(path) {
                kustomizations.insert(path.parent().to_owned());
            }
            let mut folder = path.parent();
            while above.insert(folder.to_owned()) && !folder.is_empty() {
                folder = parent_of(folder);
            }
        }
        let names = paths.iter().map(|path| path.as_str().to_owned()).collect();
        Self { paths, names, above, kustomizations }
    }

    /// Returns true if a path, something below it, or a file that was in the place of a folder above it differs.
    fn touches(&self, path: &str) -> bool {
        self.above.contains(path) || self.holds_or_replaces(path)
    }

    /// Returns true if a path or a file that was in the place of a folder above it differs.
    fn holds_or_replaces(&self, path: &str) -> bool {
        let mut path = path;
        while !path.is_empty() {
            if self.names.contains(path) {
                return true;
            }
            path = parent_of(path);
        }
        false
    }

    /// Returns true if the file at a path differs, or the kustomization of the folder at it.
    fn touches_resource(&self, path: &str) -> bool {
        self.kustomizations.contains(path) || self.holds_or_replaces(path)
    }
}

fn parent_of(folder: &str) -> &str {
    folder.rsplit_once('/').map_or("", |(above, _)| above)
}

/// The kustomizations of a revision by folder, with what each includes.
struct Graph<'a> {
    folders: BTreeMap<&'a str, Vec<&'a KustomizationReach>>,
    included: HashSet<&'a str>,
    /// Symbolic links to folders.
    links: HashSet<&'a str>,
}

impl<'a> Graph<'a> {
    fn of(layout: &'a Layout, links: HashSet<&'a str>) -> Self {
        let mut folders: BTreeMap<&str, Vec<&KustomizationReach>> = BTreeMap::new();
        for (path, reach) in &layout.kustomizations {
            folders.entry(path.parent()).or_default().push(reach);
        }
        let named = layout.kustomizations.values().flat_map(|reach| &reach.resources).map(String::as_str);
        Self { folders, included: named.collect(), links }
    }

    /// Returns the folders of kustomizations that no other one includes, and those on the paths of a cluster: who
    /// deploys a kustomization may be outside the repository.
    fn find_units(&self, selection: &Selection) -> Vec<&'a str> {
        let mut units = Vec::new();
        for (folder, reaches) in &self.folders {
            let is_whole = reaches.iter().any(|reach| reach.independence == Independence::Whole);
            let of_cluster = || selection.is_of_a_named_cluster(&kustomization_in(folder));
            if is_whole && (!self.included.contains(folder) || of_cluster()) {
                units.push(*folder);
            }
        }
        units
    }

    /// Returns true if a kustomization is in a linked folder, or names something by one. What it reads then depends on
    /// where the folder really is, so that any change may affect it.
    fn uses_links(&self, folder: &str, reach: &KustomizationReach) -> bool {
        let parts = reach.parts.iter().map(|(part, _)| part);
        !self.links.is_empty()
            && (self.is_linked(folder)
                || reach.resources.iter().chain(parts).any(|path| self.is_linked(path)))
    }

    fn is_linked(&self, path: &str) -> bool {
        let mut path = path;
        while !path.is_empty() {
            if self.links.contains(path) {
                return true;
            }
            path = parent_of(path);
        }
        false
    }

    /// Returns the folders whose kustomization reaches a changed path, itself or through what it includes.
    fn find_reaching(&self, changed: &Changed) -> HashSet<&'a str> {
        let mut includers: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut waiting = Vec::new();
        for (folder, reaches) in &self.folders {
            for resource in reaches.iter().flat_map(|reach| &reach.resources) {
                includers.entry(resource).or_default().push(folder);
            }
            if reaches
                .iter()
                .any(|reach| is_touched(folder, reach, changed) || self.uses_links(folder, reach))
            {
                waiting.push(*folder);
            }
        }
        let mut reaching = HashSet::new();
        while let Some(folder) = waiting.pop() {
            if reaching.insert(folder) {
                waiting.extend(includers.get(folder).into_iter().flatten());
            }
        }
        reaching
    }
}

/// Returns the symbolic links of a revision that lead to a folder.
fn find_linked_folders<'a>(snapshot: &'a Snapshot, layout: &Layout) -> HashSet<&'a str> {
    let Some(followed) = &layout.followed else { return HashSet::new() };
    let links = snapshot.files.iter().filter(|(_, file)| file.mode == FileMode::Symlink);
    let to_folders = links.filter(|(path, _)| !followed.files.contains_key(*path));
    to_folders.map(|(path, _)| path.as_str()).collect()
}

/// Returns true if a change touches what the text of a kustomization itself names.
fn is_touched(folder: &str, reach: &KustomizationReach, changed: &Changed) -> bool {
    let further = || reach.depth == ReachDepth::Further && changed.touches(folder);
    changed.touches_resource(folder)
        || further()
        || reach.resources.iter().any(|resource| changed.touches_resource(resource))
        || reach.parts.iter().any(|(part, _)| changed.touches(part))
}

/// Returns a path by which the policy decides on the cluster of a unit.
pub(super) fn kustomization_in(folder: &str) -> RepoPath {
    RepoPath::new(&join(folder, "kustomization.yaml"))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
