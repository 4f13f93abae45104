//! `render`: the objects that a kustomization gives, without running kustomize.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use kube_manifest::Node;
use kustomize::{
    Entry, FileTree, LoadRestrictor, RefusalKind, RenderError, RenderOptions, Renderer, Rendering,
    SnapshotTree, TreeError, to_yaml,
};
use source_files::{RepoPath, text_of_bytes};

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{RenderArguments, RestrictorArgument};
use crate::git::{BLOB_LIMIT, Repository};

pub(super) fn run(arguments: &RenderArguments) -> Result<Exit, CommandError> {
    let restrictor = match arguments.load_restrictor {
        RestrictorArgument::Root => LoadRestrictor::RootOnly,
        RestrictorArgument::None => LoadRestrictor::None,
    };
    let version = match &arguments.kustomize_version {
        Some(text) => {
            text.parse().map_err(|error: kustomize::VersionError| CommandError::usage(error.to_string()))?
        }
        None => RenderOptions::default().version,
    };
    let options = RenderOptions { restrictor, version, ..RenderOptions::default() };
    let rendering = match &arguments.rev {
        Some(revision) => render_revision(arguments, revision, options)?,
        None => render_folder(&arguments.path, options)?,
    };
    match rendering {
        Ok(rendering) => show(&rendering, arguments.origins),
        Err(error) => {
            super::complain(&error.to_string());
            let is_limit = error.kind == RefusalKind::BeyondLimits;
            Ok(if is_limit { Exit::Undecided } else { Exit::Reject })
        }
    }
}

/// What the renderer says, if the arguments name a tree at all.
type Outcome = Result<Result<Rendering, RenderError>, CommandError>;

fn render_revision(arguments: &RenderArguments, revision: &str, options: RenderOptions) -> Outcome {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let commit = repository.revision(revision)?;
    let snapshot = repository.snapshot(&repository.tree_of(&commit)?)?;
    let blobs = repository.blobs();
    let tree = SnapshotTree::new(&snapshot, blobs.reader());
    let root = relative(&arguments.path)
        .ok_or_else(|| CommandError::usage("with --rev, PATH is a folder inside the repository"))?;
    Ok(Renderer::new(&tree).render(&root, options))
}

/// Renders a folder of the disk. The tree is that of the working tree around it, or else the whole disk.
fn render_folder(folder: &Path, options: RenderOptions) -> Outcome {
    let folder = folder.canonicalize().map_err(CommandError::file(folder))?;
    let repository = Repository::discover(&folder, BLOB_LIMIT).ok();
    let work_tree =
        repository.as_ref().and_then(Repository::work_tree).and_then(|tree| tree.canonicalize().ok());
    let top = work_tree.filter(|tree| folder.starts_with(tree)).unwrap_or_else(|| PathBuf::from("/"));
    let root = folder.strip_prefix(&top).ok().and_then(relative).unwrap_or_else(|| RepoPath::new(""));
    Ok(Renderer::new(&Disk { top }).render(&root, options))
}

/// A path without `.`; `None` if it is absolute or climbs.
fn relative(path: &Path) -> Option<RepoPath> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(name.as_encoded_bytes()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    Some(RepoPath::from_bytes(&parts.join(&b'/')))
}

/// A folder of the disk as a tree.
struct Disk {
    top: PathBuf,
}

impl Disk {
    fn path(&self, path: &RepoPath) -> Result<PathBuf, TreeError> {
        let text = String::from_utf8(path.to_bytes());
        let text =
            text.map_err(|_| TreeError("the path is not UTF-8: name a revision with --rev".to_owned()))?;
        Ok(self.top.join(text))
    }
}

impl FileTree for Disk {
    fn look(&self, path: &RepoPath) -> Result<Entry, TreeError> {
        let path = self.path(path)?;
        let Ok(metadata) = path.symlink_metadata() else { return Ok(Entry::Missing) };
        if metadata.is_symlink() {
            let target = path.read_link().map_err(|error| TreeError(error.to_string()))?;
            return Ok(Entry::Link(None, target.as_os_str().as_encoded_bytes().into()));
        }
        Ok(match (metadata.is_dir(), metadata.is_file()) {
            (true, _) => Entry::Folder(None),
            (false, true) => Entry::File(None),
            (false, false) => Entry::Missing,
        })
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        std::fs::read(self.path(path)?).map(Arc::from).map_err(|error| TreeError(error.to_string()))
    }

    fn list(&self, folder: &RepoPath) -> Result<Vec<Box<str>>, TreeError> {
        let failed = |error: std::io::Error| TreeError(error.to_string());
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.path(folder)?).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            names.push(text_of_bytes(name.as_encoded_bytes()).into_boxed_str());
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Prints the objects. Parts that are not rendered are named on standard error.
fn show(rendering: &Rendering, origins: bool) -> Result<Exit, CommandError> {
    let comment = |node: &Node| if origins { describe_origin(rendering, node) } else { None };
    print(&to_yaml(rendering.objects.iter().map(|object| &object.node), &comment))?;
    for part in &rendering.unrendered {
        let place = part.place.as_ref().map(|place| format!("{}: ", place.path)).unwrap_or_default();
        super::complain(&format!("{place}not rendered: {}", part.part));
    }
    Ok(if rendering.unrendered.is_empty() { Exit::Accept } else { Exit::Undecided })
}

/// The file and line that wrote a value, and those that wrote what it took the place of.
fn describe_origin(rendering: &Rendering, node: &Node) -> Option<String> {
    let writings = &rendering.writings;
    let places = writings.chain(node.origin).filter_map(|(origin, _)| {
        Some(format!("{}:{}", writings.file(origin)?.path, writings.line(origin)?))
    });
    let places: Vec<String> = places.collect();
    (!places.is_empty()).then(|| places.join(", over "))
}
