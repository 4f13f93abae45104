//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.

use kube_manifest::{Node, Origin};
use source_files::RepoPath;

use super::super::decode::{Flag, Setting};
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::json_patch;
use super::super::merge::merge;
use super::super::resource::{Resource, normalise_map, refuse_key};
use super::super::resources::Resources;
use super::super::selector::Selector;
use super::super::session::{LoadFailure, Session};
use super::super::writing::{BuildStep, Writing, mark_rewritten, stamp};

/// The field that a patch is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// Either kind.
    Any,
    /// A file or a text.
    StrategicMerge,
    JsonPatch,
}

/// One entry.
#[derive(Debug)]
pub(crate) struct PatchChange {
    pub(crate) kind: PatchKind,
    pub(crate) path: Option<Setting>,
    pub(crate) text: Option<Setting>,
    pub(crate) target: Option<Selector>,
    pub(crate) name_change: Flag,
    pub(crate) kind_change: Flag,
}

/// A strategic merge patch that is read.
struct Patch {
    node: Node,
    name_change: Flag,
    kind_change: Flag,
}

/// The content of a patch.
enum Content {
    StrategicMerge(Vec<Node>),
    JsonPatch(Vec<Node>),
}

/// How kustomize prepares a patch before it applies it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preparation {
    /// As it is written.
    AsWritten,
    /// Its labels and annotations are made texts first, even `null`.
    MetadataAsText,
}

fn invalid(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidPatch, reason)
}

impl PatchChange {
    pub(crate) fn apply(
        &self,
        session: &mut Session<'_>,
        resources: &mut Resources,
        folder: &RepoPath,
    ) -> Outcome<()> {
        let content = match self.kind {
            PatchKind::Any => self.read_any(session, folder)?,
            PatchKind::StrategicMerge => self.read_strategic(session, folder)?,
            PatchKind::JsonPatch => self.read_json(session, folder)?,
        };
        match content {
            Content::StrategicMerge(patches) => self.merge_all(session, resources, patches),
            Content::JsonPatch(operations) => self.apply_operations(session, resources, &operations),
        }
    }

    /// The text, and the origin of the value that holds it or of the file.
    fn source(&self, session: &mut Session<'_>, folder: &RepoPath) -> Outcome<(String, Source)> {
        match (&self.text, &self.path) {
            (Some(_), Some(_)) => Err(invalid("a patch has both a text and a path")),
            (None, None) => Err(invalid("a patch has neither a text nor a path")),
            (Some(text), None) => Ok((text.text.trim().to_owned(), Source::Inline(text.origin))),
            (None, Some(path)) => {
                let (file, bytes) = session.load_local(folder, &path.text)?;
                let text = String::from_utf8(bytes.to_vec());
                let text = text.map_err(|_| invalid("a patch is not UTF-8").about(&file))?;
                Ok((text, Source::File(file)))
            }
        }
    }

    fn read_any(&self, session: &mut Session<'_>, folder: &RepoPath) -> Outcome<Content> {
        let (text, source) = self.source(session, folder)?;
        let strategic = read_objects(session, &text, &source);
        let json = read_operations(session, &text, &source);
        match (strategic, json) {
            (Ok(patches), Ok(operations)) if !patches.is_empty() && !operations.is_empty() => {
                Err(invalid("a patch can be taken for a strategic merge patch and for a JSON patch"))
            }
            (Ok(patches), operations)
                if patches.is_empty() && !session.options.version.takes_empty_patches() =>
            {
                self.refuse_empty(operations.is_ok())
            }
            (Ok(patches), _) => Ok(Content::StrategicMerge(patches)),
            (Err(_), Ok(operations)) => Ok(Content::JsonPatch(operations)),
            (Err(error), Err(_)) => Err(invalid(format!(
                "a patch is neither a strategic merge patch nor a JSON patch: {}",
                error.reason
            ))),
        }
    }

    /// A patch without content, which older versions refuse, except that nothing at all with a target is nothing.
    fn refuse_empty(&self, has_comments: bool) -> Outcome<Content> {
        if has_comments || self.target.is_none() {
            return Err(invalid("a patch is empty"));
        }
        Ok(Content::JsonPatch(Vec::new()))
    }

    /// A text that is no manifest is a path.
    fn read_strategic(&self, session: &mut Session<'_>, folder: &RepoPath) -> Outcome<Content> {
        let patches = match (&self.text, &self.path) {
            (Some(text), _) => session.inline_objects(&text.text, text.origin)?,
            (None, Some(path)) => match session.inline_objects(&path.text, path.origin) {
                Ok(patches) => patches,
                Err(_) => session.load_objects(folder, &path.text).map_err(refused)?.1,
            },
            (None, None) => Vec::new(),
        };
        Ok(Content::StrategicMerge(patches))
    }

    fn read_json(&self, session: &mut Session<'_>, folder: &RepoPath) -> Outcome<Content> {
        if self.target.as_ref().is_none_or(|target| target.name_text.is_empty()) {
            return Err(invalid("a JSON patch names no target"));
        }
        let (text, source) = self.source(session, folder)?;
        let operations = read_operations(session, &text, &source)?;
        if operations.is_empty() {
            return Err(invalid("a JSON patch is empty"));
        }
        Ok(Content::JsonPatch(operations))
    }

    fn merge_all(
        &self,
        session: &mut Session<'_>,
        resources: &mut Resources,
        patches: Vec<Node>,
    ) -> Outcome<()> {
        let mut patches: Vec<Patch> = patches.into_iter().map(|node| self.patch(session, node)).collect();
        if let Some(target) = &self.target {
            if patches.len() > 1 {
                return Err(invalid("several strategic merge patches have one target"));
            }
            let Some(patch) = patches.pop() else { return Ok(()) };
            for place in selected(session, resources, target)? {
                let Some(resource) = resources.0.get_mut(place) else { continue };
                apply_merge(session, resource, &patch, Preparation::MetadataAsText)?;
            }
            resources.drop_empty();
            return resources.refuse_twins(&session.schemas);
        }
        let preparation = match self.kind {
            PatchKind::StrategicMerge => Preparation::MetadataAsText,
            PatchKind::Any | PatchKind::JsonPatch => Preparation::AsWritten,
        };
        for patch in &patches {
            let Some(place) = named(session, resources, &patch.node)? else { continue };
            if let Some(resource) = resources.0.get_mut(place) {
                apply_merge(session, resource, patch, preparation)?;
            }
            if preparation == Preparation::MetadataAsText {
                resources.drop_empty();
                resources.refuse_twins(&session.schemas)?;
            }
        }
        Ok(())
    }

    fn patch(&self, session: &mut Session<'_>, mut node: Node) -> Patch {
        let file = session.writings.writing(node.origin).map_or(0, |writing| writing.file);
        let id = session.writings.add(Writing { file, step: BuildStep::StrategicMerge, before: None });
        stamp(&mut node, id);
        Patch { node, name_change: self.name_change, kind_change: self.kind_change }
    }

    fn apply_operations(
        &self,
        session: &mut Session<'_>,
        resources: &mut Resources,
        operations: &[Node],
    ) -> Outcome<()> {
        let Some(target) = &self.target else {
            return if operations.is_empty() { Ok(()) } else { Err(invalid("a JSON patch names no target")) };
        };
        for place in selected(session, resources, target)? {
            let Some(resource) = resources.0.get_mut(place) else { continue };
            if self.kind == PatchKind::Any {
                resource.remember_id(&session.schemas)?;
            }
            resource.put_mark();
            let applied = json_patch::apply(session, &mut resource.node, operations);
            applied.map_err(|error| {
                let reason = format!("the JSON patch of `{}`: {}", resource.name(), error.reason);
                RenderError { reason, ..error }
            })?;
            resource.drop_mark();
            mark_rewritten(&mut resource.node);
            resource.normalise_map("annotations", &session.writings);
            for entry in resource.node.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default()
            {
                refuse_key(&entry.key)?;
            }
            resource.read_odd_identity(&session.writings);
        }
        Ok(())
    }
}

/// Where the text of a patch is.
enum Source {
    Inline(Origin),
    File(RepoPath),
}

fn refused(failure: LoadFailure) -> RenderError {
    match failure {
        LoadFailure::Remote => invalid("a patch is on another server"),
        LoadFailure::Refused(error) => error,
    }
}

fn read_objects(session: &mut Session<'_>, text: &str, source: &Source) -> Outcome<Vec<Node>> {
    match source {
        Source::Inline(origin) => session.inline_objects(text, *origin),
        Source::File(path) => {
            let folder = RepoPath::new("");
            session.load_objects(&folder, path.as_str()).map(|(_, objects)| objects).map_err(refused)
        }
    }
}

fn read_operations(session: &mut Session<'_>, text: &str, source: &Source) -> Outcome<Vec<Node>> {
    if text.is_empty() {
        return Err(invalid("the patch is empty"));
    }
    if text.starts_with('[') && serde_json::from_str::<serde_json::Value>(text).is_err() {
        return Err(invalid("the patch begins as JSON and cannot be read as JSON"));
    }
    let limits = session.budget.manifest();
    let (written, roots, problems) = kube_manifest::documents(text.as_bytes().to_vec(), &limits);
    if let Some(problem) =
        problems.iter().find(|problem| problem.refusal.includes(kube_manifest::Reading::Kubectl))
    {
        return Err(invalid(problem.reason.clone()));
    }
    let Some(mut root) = roots.into_iter().next() else { return Ok(Vec::new()) };
    let id = match source {
        Source::Inline(origin) => session.inline_file(written, *origin, BuildStep::JsonPatch),
        Source::File(path) => {
            let file = session.writings.add_file(path, written, None);
            session.writings.add(Writing { file, step: BuildStep::JsonPatch, before: None })
        }
    };
    session.budget.make(&root)?;
    stamp(&mut root, id);
    let operations =
        json_patch::operations(&root).ok_or_else(|| invalid("a JSON patch is a list of operations"))?;
    Ok(operations.to_vec())
}

fn selected(session: &mut Session<'_>, resources: &Resources, target: &Selector) -> Outcome<Vec<usize>> {
    session.budget.work(resources.0.len())?;
    let mut places = Vec::new();
    for (place, resource) in resources.0.iter().enumerate() {
        if target.selects(session, resource)? {
            places.push(place);
        }
    }
    Ok(places)
}

/// The one object that a patch names.
fn named(session: &mut Session<'_>, resources: &Resources, patch: &Node) -> Outcome<Option<usize>> {
    session.budget.work(resources.0.len())?;
    let patch = Resource::new(patch.clone(), &session.writings);
    let id = patch.id(&session.schemas);
    match resources.with_any_id(&session.schemas, |other| id.equals(other)).as_slice() {
        [place] => Ok(Some(*place)),
        [] if session.is_incomplete() => Ok(None),
        [] => {
            let reason = format!("no object is `{}`, which a patch names", id.shown());
            Err(RenderError::new(RefusalKind::NoTarget, reason))
        }
        _ => {
            let reason = format!("several objects are `{}`, which a patch names", id.shown());
            Err(RenderError::new(RefusalKind::NoTarget, reason))
        }
    }
}

fn apply_merge(
    session: &mut Session<'_>,
    resource: &mut Resource,
    patch: &Patch,
    preparation: Preparation,
) -> Outcome<()> {
    let has_change = patch.name_change.is_set() || patch.kind_change.is_set();
    if has_change {
        resource.remember_id(&session.schemas)?;
    }
    let kept = |path: &[&str]| resource.node.at(path).cloned();
    let (kind, name, namespace) =
        (kept(&["kind"]), kept(&["metadata", "name"]), kept(&["metadata", "namespace"]));
    let mut prepared;
    let node = match preparation {
        Preparation::AsWritten => &patch.node,
        Preparation::MetadataAsText => {
            prepared = patch.node.clone();
            for field in ["labels", "annotations"] {
                normalise_map(&mut prepared, field, &session.writings);
                for entry in prepared.at(&["metadata", field]).map(Node::entries).unwrap_or_default() {
                    refuse_key(&entry.key)?;
                }
            }
            if let (Some(own), Some(version)) =
                (resource.node.get("apiVersion"), prepared.get_mut("apiVersion"))
            {
                *version = own.clone();
            }
            &prepared
        }
    };
    resource.put_mark();
    let whole = std::mem::replace(
        &mut resource.node,
        Node { origin: patch.node.origin, value: kube_manifest::Value::Null },
    );
    let Some(merged) = merge(session, whole, node).map_err(|error| about(error, &patch.node))? else {
        resource.delete();
        return Ok(());
    };
    resource.node = merged;
    resource.take_mark();
    if resource.is_empty() {
        return Ok(());
    }
    if !patch.kind_change.is_set() {
        restore(resource, &["kind"], kind);
    }
    if !patch.name_change.is_set() {
        restore(resource, &["metadata", "name"], name);
    }
    restore(resource, &["metadata", "namespace"], namespace);
    resource.read_odd_identity(&session.writings);
    Ok(())
}

fn about(error: RenderError, patch: &Node) -> RenderError {
    let name = patch.text_at(&["metadata", "name"]).unwrap_or_default();
    RenderError { reason: format!("the patch `{name}`: {}", error.reason), ..error }
}

/// Puts back what a patch may not change.
fn restore(resource: &mut Resource, path: &[&str], value: Option<Node>) {
    match value.filter(|value| !value.is_null()) {
        None => resource.remove(path),
        Some(value) => resource.set_value(path, value),
    }
}
