//! The files of a case, with an id for each, and what its caller assumes.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use gitops_units::{
    Assumptions, Declaration, DeclarationKind, DeclaredCluster, DeclaredClusters, KnownRepository,
    KnownSource, ObjectName, RepositoryUrl, UnsetVariables,
};
use kube_manifest::{Limits, Node, documents, parse};
use kustomize::{Entry, FileTree, MemoryTree, TreeError};
use source_files::{ObjectId, RepoPath};

pub struct CaseTree {
    tree: MemoryTree,
    pub declarations: Vec<Arc<Declaration>>,
    pub assumptions: Assumptions,
}

impl CaseTree {
    /// The tree of a case, with the files of a change.
    pub fn load(folder: &Path, change: Option<&str>) -> Self {
        let mut files = read_files(&folder.join("tree"));
        if let Some(change) = change {
            read_folder(&folder.join(change), "", &mut files);
        }
        Self::new(files, read_assumptions(folder))
    }

    /// A tree of files.
    pub fn new(files: BTreeMap<String, CaseFile>, assumptions: Assumptions) -> Self {
        let (mut tree, mut declarations) = (MemoryTree::new(), Vec::new());
        for (path, file) in files {
            let path = RepoPath::new(&path);
            match file {
                CaseFile::Link(target) => tree.add_link(path, target.as_bytes()),
                CaseFile::Bytes(bytes) if bytes.is_empty() => {}
                CaseFile::Bytes(bytes) => {
                    declare(&path, &bytes, &mut declarations);
                    tree.add(path, bytes);
                }
            }
        }
        Self { tree, declarations, assumptions }
    }
}

/// A file of a case. An empty one is not there.
#[derive(Clone)]
pub enum CaseFile {
    Bytes(Vec<u8>),
    Link(String),
}

/// The files below a folder.
pub fn read_files(folder: &Path) -> BTreeMap<String, CaseFile> {
    let mut files = BTreeMap::new();
    read_folder(folder, "", &mut files);
    files
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, CaseFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_symlink() {
            files.insert(name, CaseFile::Link(fs::read_link(&path).unwrap().to_string_lossy().into_owned()));
        } else if path.is_dir() {
            read_folder(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, CaseFile::Bytes(fs::read(&path).unwrap()));
        }
    }
}

fn declare(path: &RepoPath, bytes: &[u8], declarations: &mut Vec<Arc<Declaration>>) {
    if ![".yaml", ".yml"].iter().any(|end| path.as_str().ends_with(end)) {
        return;
    }
    for object in parse(bytes.to_vec(), &Limits::default()).objects {
        if DeclarationKind::of(&object.api_version, &object.kind).is_some() {
            declarations.push(Arc::new(Declaration::in_file(path, &object)));
        }
    }
}

pub fn read_assumptions(folder: &Path) -> Assumptions {
    let mut assumptions = Assumptions::default();
    let Ok(bytes) = fs::read(folder.join("assumptions.yaml")) else { return assumptions };
    let (_, roots, problems) = documents(bytes, &Limits::default());
    assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
    let root = &roots[0];
    let texts =
        |key: &str| root.get(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
    if root.get("repository").is_some() {
        assumptions.repository = KnownRepository::At(texts("repository").map(RepositoryUrl::new).collect());
    }
    if root.get("branches").is_some() {
        assumptions.branches = texts("branches").map(Box::from).collect();
    }
    if let Some(clusters) = root.get("clusters") {
        assumptions.clusters = DeclaredClusters::These(clusters.items().iter().map(read_cluster).collect());
    }
    for source in root.get("sources").map(Node::items).unwrap_or_default() {
        let text = |key: &str| source.text_at(&[key]).unwrap_or_default();
        let name = ObjectName { namespace: text("namespace").into(), name: text("name").into() };
        let folder = RepoPath::new(text("folder"));
        assumptions.sources.push(KnownSource { kind: text("kind").into(), name, folder });
    }
    let limit = |key: &str| root.at(&["limits", key]).and_then(Node::as_integer);
    let number = |key: &str, known: usize| limit(key).map_or(known, |value| usize::try_from(value).unwrap());
    let limits = &mut assumptions.limits;
    limits.products = number("products", limits.products);
    limits.rounds = number("rounds", limits.rounds);
    limits.files = number("files", limits.files);
    limits.units = number("units", limits.units);
    if root.get("unsetVariables").and_then(Node::as_str) == Some("refused") {
        assumptions.unset_variables = UnsetVariables::Refused;
    }
    assumptions
}

fn read_cluster(node: &Node) -> DeclaredCluster {
    let text = |key: &str| node.text_at(&[key]).unwrap_or_default().into();
    let pairs = |key: &str| {
        let entries = node.get(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.key.clone(), entry.value.as_str().unwrap().into())).collect()
    };
    DeclaredCluster {
        name: text("name"),
        server: text("server"),
        project: text("project"),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
    }
}

/// Every file has an id of its content, as in a tree of git.
impl FileTree for CaseTree {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        match self.tree.look(path)? {
            Entry::File(_) => {
                let mut hasher = DefaultHasher::new();
                self.tree.read(path)?.hash(&mut hasher);
                Ok(Entry::File(ObjectId::parse(&format!("{:040x}", hasher.finish()))))
            }
            entry => Ok(entry),
        }
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        self.tree.read(path)
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        self.tree.list(folder)
    }
}
