//! One build: its files, limits, origins and what it looked at.
//!
//! In: a tree and options. Out: the contents of files for the steps of a build, each look recorded. Never: reads a
//! file that the load restrictor forbids.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use kube_manifest::{Entry, FileId, Node, Origin, Value, documents, kustomize_objects};
use source_files::{RepoPath, SourceText, bytes_of_text, text_of_bytes};

use super::error::{Outcome, RefusalKind, RenderError};
use super::limits::Budget;
use super::merge::Schemas;
use super::paths;
use super::remote;
use super::render::{LoadRestrictor, RenderOptions};
use super::rendering::{Part, Unrendered};
use super::tree::{self, FileTree};
use super::writing::{BuildStep, Writing, Writings, stamp};

/// Symbolic links that may follow each other, as the kernel counts.
const MOST_LINKS: usize = 40;

/// A manifest that is read: its text, and its objects or why it has no objects.
type Parsed = (Arc<SourceText>, Result<Vec<Node>, Box<str>>);

/// Manifests that are read once, however many builds of one tree use them.
#[derive(Debug, Default)]
pub(crate) struct ParsedFiles(RefCell<HashMap<RepoPath, Rc<Parsed>>>);

/// The reason why a file is not loaded.
#[derive(Debug)]
pub(crate) enum LoadFailure {
    /// It is on another server.
    Remote,
    /// It cannot be read, or may not be.
    Refused(RenderError),
}

/// The state of one build.
pub(crate) struct Session<'t> {
    tree: &'t dyn FileTree,
    parsed: &'t ParsedFiles,
    pub(crate) options: RenderOptions,
    pub(crate) budget: Budget,
    pub(crate) writings: Writings,
    pub(crate) schemas: Schemas,
    pub(crate) unrendered: Vec<Unrendered>,
    looks: BTreeMap<RepoPath, tree::Entry>,
    manifests: HashMap<RepoPath, FileId>,
}

impl<'t> Session<'t> {
    pub(crate) fn new(tree: &'t dyn FileTree, parsed: &'t ParsedFiles, options: RenderOptions) -> Self {
        Self {
            tree,
            parsed,
            options,
            budget: Budget::new(options.limits),
            writings: Writings::default(),
            schemas: Schemas::new(options.version),
            unrendered: Vec::new(),
            looks: BTreeMap::new(),
            manifests: HashMap::new(),
        }
    }

    pub(crate) fn into_looks(self) -> (Writings, Vec<Unrendered>, BTreeMap<RepoPath, tree::Entry>) {
        (self.writings, self.unrendered, self.looks)
    }

    /// Records a part that is not rendered.
    pub(crate) fn leave_out(&mut self, part: Part, origin: Option<Origin>) {
        let place = origin.and_then(|origin| {
            let file = self.writings.file(origin)?;
            Some(super::error::Place { path: file.path.clone(), span: origin.span })
        });
        self.unrendered.push(Unrendered { part, place });
    }

    /// Whether something that may hold objects is missing.
    pub(crate) fn is_incomplete(&self) -> bool {
        !self.unrendered.is_empty()
    }

    fn look(&mut self, path: &RepoPath) -> Outcome<tree::Entry> {
        if let Some(known) = self.looks.get(path) {
            return Ok(known.clone());
        }
        let entry = self.tree.look(path);
        let entry = entry.map_err(|error| unreadable(error.to_string()).about(path))?;
        self.looks.insert(path.clone(), entry.clone());
        Ok(entry)
    }

    /// What is at a path when links are followed, and where that is.
    pub(crate) fn locate(&mut self, path: &RepoPath) -> Outcome<(RepoPath, tree::Entry)> {
        let mut path = path.clone();
        for _ in 0..MOST_LINKS {
            let entry = self.look(&path)?;
            match entry {
                tree::Entry::File(_) | tree::Entry::Folder(_) | tree::Entry::Submodule(_) => {
                    return Ok((path, entry));
                }
                tree::Entry::Missing | tree::Entry::Link(..) => {}
            }
            let Some(next) = self.next_hop(&path)? else { return Ok((path, tree::Entry::Missing)) };
            path = next;
        }
        Err(unreadable("too many symbolic links follow each other").about(&path))
    }

    /// The path after the first link on the way to it is followed.
    fn next_hop(&mut self, path: &RepoPath) -> Outcome<Option<RepoPath>> {
        let text = path.as_str().to_owned();
        let ends = text.match_indices('/').map(|(place, _)| place).chain([text.len()]);
        for end in ends {
            let (above, below) = text.split_at_checked(end).unwrap_or((&text, ""));
            let above = RepoPath::new(above);
            match self.look(&above)? {
                tree::Entry::Link(_, target) => {
                    let target = text_of_bytes(&target);
                    if target.starts_with('/') {
                        return Err(unreadable("a symbolic link leads out of the tree").about(&above));
                    }
                    let parts = above.parent().split('/').chain(target.split('/')).chain(below.split('/'));
                    let Some(next) = paths::clean(parts) else {
                        return Err(unreadable("a symbolic link leads out of the tree").about(&above));
                    };
                    return Ok(Some(next));
                }
                tree::Entry::Missing | tree::Entry::File(_) | tree::Entry::Submodule(_) => return Ok(None),
                tree::Entry::Folder(_) => {}
            }
        }
        Ok(None)
    }

    /// The path of a file that a kustomization in a folder names.
    fn path_of(&mut self, folder: &RepoPath, text: &str) -> Result<RepoPath, LoadFailure> {
        if remote::is_remote_file(text) {
            return Err(LoadFailure::Remote);
        }
        let refuse = |reason: String| LoadFailure::Refused(unreadable(reason));
        if text.starts_with('/') {
            return Err(refuse(format!("`{text}` is not a path inside the tree")));
        }
        let Some(path) = paths::join(folder, text) else {
            return Err(refuse(format!("`{text}` leads out of the tree")));
        };
        let (real, entry) = self.locate(&path).map_err(LoadFailure::Refused)?;
        match entry {
            tree::Entry::File(_) => {}
            tree::Entry::Missing => return Err(refuse(format!("there is no file `{path}`"))),
            tree::Entry::Folder(_) | tree::Entry::Link(..) => {
                return Err(refuse(format!("`{path}` is a folder")));
            }
            tree::Entry::Submodule(_) => return Err(refuse(format!("`{path}` is in another repository"))),
        }
        match self.options.restrictor {
            LoadRestrictor::RootOnly if !paths::holds(folder, &real) => {
                Err(refuse(format!("`{path}` is not in or below the folder of the kustomization")))
            }
            LoadRestrictor::RootOnly | LoadRestrictor::None => Ok(real),
        }
    }

    /// The bytes of a file that a kustomization names.
    pub(crate) fn load(
        &mut self,
        folder: &RepoPath,
        text: &str,
    ) -> Result<(RepoPath, Arc<[u8]>), LoadFailure> {
        let path = self.path_of(folder, text)?;
        let bytes = self.read(&path).map_err(LoadFailure::Refused)?;
        Ok((path, bytes))
    }

    /// The same where a remote file is left out of the build.
    pub(crate) fn load_local(&mut self, folder: &RepoPath, text: &str) -> Outcome<(RepoPath, Arc<[u8]>)> {
        self.load(folder, text).map_err(|failure| match failure {
            LoadFailure::Remote => unreadable(format!("`{text}` is on another server")),
            LoadFailure::Refused(error) => error,
        })
    }

    fn read(&mut self, path: &RepoPath) -> Outcome<Arc<[u8]>> {
        let bytes = self.tree.read(path).map_err(|error| unreadable(error.to_string()).about(path))?;
        self.budget.read(bytes.len())?;
        Ok(bytes)
    }

    /// The objects of a manifest.
    pub(crate) fn load_objects(
        &mut self,
        folder: &RepoPath,
        text: &str,
    ) -> Result<(RepoPath, Vec<Node>), LoadFailure> {
        let path = self.path_of(folder, text)?;
        let known = self.parsed.0.borrow().get(&path).map(Rc::clone);
        let parsed = match known {
            Some(parsed) => parsed,
            None => self.parse(&path).map_err(LoadFailure::Refused)?,
        };
        let file = self.file_of(&path, &parsed.0);
        let objects = match &parsed.1 {
            Ok(objects) => objects,
            Err(reason) => {
                let error = RenderError::new(RefusalKind::InvalidManifest, &**reason);
                return Err(LoadFailure::Refused(error.about(&path)));
            }
        };
        let mut loaded = Vec::with_capacity(objects.len());
        for object in objects {
            let copy = stamped(object, file);
            self.budget.make(&copy).map_err(LoadFailure::Refused)?;
            loaded.push(copy);
        }
        Ok((path, loaded))
    }

    fn parse(&mut self, path: &RepoPath) -> Outcome<Rc<Parsed>> {
        let bytes = self.read(path)?;
        let (source, objects) = kustomize_objects(bytes.to_vec(), &self.budget.manifest());
        let objects = objects.map_err(|problem| problem.reason.into_boxed_str());
        let parsed = Rc::new((source, objects));
        self.parsed.0.borrow_mut().insert(path.clone(), Rc::clone(&parsed));
        Ok(parsed)
    }

    /// The writing that values of a file have which nothing has changed.
    fn file_of(&mut self, path: &RepoPath, source: &Arc<SourceText>) -> FileId {
        if let Some(known) = self.manifests.get(path) {
            return *known;
        }
        let file = self.writings.add_file(path, Arc::clone(source), None);
        let id = self.writings.add(Writing { file, step: BuildStep::Manifest, before: None });
        self.manifests.insert(path.clone(), id);
        id
    }

    /// The first document of a file of configuration.
    pub(crate) fn load_configuration(
        &mut self,
        folder: &RepoPath,
        text: &str,
    ) -> Outcome<(RepoPath, Option<Node>)> {
        let (path, bytes) = self.load_local(folder, text)?;
        let node = self.read_document(&path, &bytes)?;
        Ok((path, node))
    }

    /// The same where a key may not be set twice.
    pub(crate) fn load_strict_configuration(
        &mut self,
        folder: &RepoPath,
        text: &str,
    ) -> Outcome<(RepoPath, Option<Node>)> {
        let (path, bytes) = self.load_local(folder, text)?;
        let (_, _, problems) = documents(bytes.to_vec(), &self.budget.manifest());
        if let Some(problem) = problems.into_iter().next() {
            return Err(RenderError::at(RefusalKind::InvalidInput, &path, problem.span, problem.reason));
        }
        let node = self.read_document(&path, &bytes)?;
        Ok((path, node))
    }

    /// The first document of a text of configuration, as `sigs.k8s.io/yaml` reads it.
    pub(crate) fn read_document(&mut self, path: &RepoPath, bytes: &[u8]) -> Outcome<Option<Node>> {
        let (source, roots, problems) = documents(bytes.to_vec(), &self.budget.manifest());
        let refusal =
            problems.iter().find(|problem| problem.refusal.includes(kube_manifest::Reading::Kubectl));
        if let Some(problem) = refusal {
            let kind = RefusalKind::InvalidKustomization;
            return Err(RenderError::at(kind, path, problem.span, problem.reason.clone()));
        }
        let file = self.file_of(path, &source);
        let Some(mut root) = roots.into_iter().next() else { return Ok(None) };
        self.budget.make(&root)?;
        stamp(&mut root, file);
        Ok(Some(root))
    }

    /// The objects of a text that is a value of a kustomization.
    pub(crate) fn inline_objects(&mut self, text: &str, inside: Origin) -> Outcome<Vec<Node>> {
        let (source, objects) = kustomize_objects(text.as_bytes().to_vec(), &self.budget.manifest());
        let objects =
            objects.map_err(|problem| RenderError::new(RefusalKind::InvalidManifest, problem.reason))?;
        let id = self.inline_file(source, inside, BuildStep::Manifest);
        objects
            .into_iter()
            .map(|mut object| {
                self.budget.make(&object)?;
                stamp(&mut object, id);
                Ok(object)
            })
            .collect()
    }

    /// A text inside a value, as a file of its own.
    pub(crate) fn inline_file(&mut self, source: Arc<SourceText>, inside: Origin, step: BuildStep) -> FileId {
        let path = self.writings.file(inside).map_or_else(|| RepoPath::new(""), |file| file.path.clone());
        let file = self.writings.add_file(&path, source, Some(inside));
        self.writings.add(Writing { file, step, before: None })
    }

    /// A file that is no manifest, as the origin of what a step makes of it.
    pub(crate) fn data_file(&mut self, path: &RepoPath, bytes: &[u8]) -> Origin {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let source = Arc::new(SourceText::new(bytes.to_vec()));
        let file = self.writings.add_file(path, source, None);
        let id = self.writings.add(Writing { file, step: BuildStep::Generator, before: None });
        Origin { file: id, span: source_files::Span { start: 0, end: length }, ..Origin::default() }
    }

    /// The folder that a kustomization names as a base, links followed.
    pub(crate) fn folder_of(&mut self, folder: &RepoPath, text: &str) -> Outcome<RepoPath> {
        if text.is_empty() {
            return Err(unreadable("an empty path"));
        }
        if text.starts_with('/') {
            return Err(unreadable(format!("`{text}` is absolute")));
        }
        if self.options.version.refuses_ambiguous_paths() && paths::is_ambiguous(text) {
            return Err(unreadable(format!("`{text}` has `..` inside a name")));
        }
        let Some(path) = paths::join(folder, text) else {
            return Err(unreadable(format!("`{text}` leads out of the tree")));
        };
        self.folder_at(&path)
    }

    pub(crate) fn folder_at(&mut self, path: &RepoPath) -> Outcome<RepoPath> {
        let (real, entry) = self.locate(path)?;
        match entry {
            tree::Entry::Folder(_) => Ok(real),
            tree::Entry::Missing => Err(unreadable(format!("there is no file or folder `{path}`"))),
            tree::Entry::File(_) | tree::Entry::Link(..) => Err(unreadable(format!("`{path}` is no folder"))),
            tree::Entry::Submodule(_) => Err(unreadable(format!("`{path}` is in another repository"))),
        }
    }
}

fn unreadable(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::Unreadable, reason)
}

/// A copy of a tree in which every value has a writing.
fn stamped(node: &Node, file: FileId) -> Node {
    let origin = Origin { file, ..node.origin };
    let value = match &node.value {
        Value::Mapping(entries) => {
            let copy = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_span: entry.key_span,
                value: stamped(&entry.value, file),
            };
            Value::Mapping(entries.iter().map(copy).collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| stamped(item, file)).collect()),
        scalar => scalar.clone(),
    };
    Node { origin, value }
}

/// The last part of a path, as Go's `path.Base` gives it.
pub(crate) fn base_name(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
    String::from_utf8(bytes_of_text(name)).unwrap_or_else(|_| name.to_owned())
}
