//! One object of a build, with what kustomize notes about it in annotations of its own.
//!
//! In: a tree. Out: its identity now and before each renaming. Never: changes another object.

use std::borrow::Cow;

use kube_manifest::{Entry, Node, Origin, Step, Value, kustomize_scalar, kustomize_unfolded};
use source_files::RepoPath;

use super::error::{Outcome, RefusalKind, RenderError};
use super::identity::{GvkView, Id, Scope, split_api_version};
use super::merge::Schemas;
use super::notes::Notes;
use super::writing::{NOWHERE, Writings};

/// An object.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) node: Node,
    /// The identities before each step that may change it, the first one first.
    pub(crate) previous: Vec<PreviousId>,
    pub(crate) prefixes: Vec<Box<str>>,
    pub(crate) suffixes: Vec<Box<str>>,
    pub(crate) behavior: Behavior,
    pub(crate) hashing: Hashing,
    /// The names of the `vars` that read it.
    pub(crate) variables: Vec<Box<str>>,
    pub(crate) notes: Notes,
    /// The kustomizations that it has passed, the innermost one first.
    pub(crate) via: Vec<RepoPath>,
    /// The entries of kustomizations through which it came, the innermost one first.
    pub(crate) listed: Vec<Origin>,
    marks: Marks,
    odd_name: Box<str>,
    odd_namespace: Box<str>,
}

/// An identity of an earlier step.
#[derive(Clone, Debug)]
pub(crate) struct PreviousId {
    pub(crate) name: Box<str>,
    pub(crate) namespace: Box<str>,
    pub(crate) kind: Box<str>,
}

/// What a generated object does to one that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    #[default]
    Create,
    Merge,
    Replace,
}

/// Whether the name gets a hash of the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hashing {
    #[default]
    Never,
    AtTheEnd,
}

/// Whether kustomize has written annotations of its own into the object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Marks {
    #[default]
    None,
    Some,
    /// And among them is an identity without a name.
    Nameless,
}

/// The annotation that represents all of kustomize's own while a patch is applied.
const MARK: &str = "internal.config.kubernetes.io/marked";

impl Resource {
    pub(crate) fn new(node: Node, writings: &Writings) -> Self {
        let mut resource = Self {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Create,
            hashing: Hashing::Never,
            variables: Vec::new(),
            notes: Notes::default(),
            via: Vec::new(),
            listed: Vec::new(),
            marks: Marks::None,
            odd_name: Box::default(),
            odd_namespace: Box::default(),
        };
        resource.read_odd_identity(writings);
        resource
    }

    /// Reads a name or namespace that is a number, as its text.
    pub(crate) fn read_odd_identity(&mut self, writings: &Writings) {
        let odd = |keys: &[&str]| match self.node.at(keys) {
            Some(value) if value.as_str().is_none() && !value.is_null() => writings.scalar_text(value).into(),
            Some(_) | None => Box::default(),
        };
        let (name, namespace) = (odd(&["metadata", "name"]), odd(&["metadata", "namespace"]));
        self.odd_name = name;
        self.odd_namespace = namespace;
    }

    /// An object that a generator has made.
    pub(crate) fn generated(node: Node, writings: &Writings, behavior: Behavior, hashing: Hashing) -> Self {
        Self { behavior, hashing, marks: Marks::Some, ..Self::new(node, writings) }
    }

    /// Whether a patch has deleted it.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.node.value {
            Value::Null => true,
            Value::Mapping(entries) => entries.is_empty(),
            Value::Sequence(items) => items.is_empty(),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
                false
            }
        }
    }

    pub(crate) fn delete(&mut self) {
        self.node.value = Value::Null;
    }

    pub(crate) fn api_version(&self) -> &str {
        self.node.text_at(&["apiVersion"]).unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.node.text_at(&["kind"]).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.node.text_at(&["metadata", "name"]).unwrap_or(&self.odd_name)
    }

    pub(crate) fn namespace(&self) -> &str {
        self.node.text_at(&["metadata", "namespace"]).unwrap_or(&self.odd_namespace)
    }

    pub(crate) fn gvk(&self) -> GvkView<'_> {
        GvkView::new(self.api_version(), self.kind())
    }

    /// The identity now.
    pub(crate) fn id(&self, schemas: &Schemas) -> Id<'_> {
        let scope = schemas.scope(self.api_version(), self.kind());
        Id { gvk: self.gvk(), name: self.name(), namespace: self.namespace(), scope }
    }

    /// The identities of earlier steps.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = Id<'_>> {
        let (group, version) = split_api_version(self.api_version());
        self.previous.iter().map(move |id| Id {
            gvk: GvkView { group, version, kind: &id.kind },
            name: &id.name,
            namespace: &id.namespace,
            scope: Scope::Other,
        })
    }

    /// The first identity.
    pub(crate) fn original_id(&self, schemas: &Schemas) -> Id<'_> {
        self.previous_ids().next().unwrap_or_else(|| self.id(schemas))
    }

    pub(crate) fn has_id(&self, schemas: &Schemas, fits: impl Fn(Id<'_>) -> bool) -> bool {
        self.previous_ids().any(&fits) || fits(self.id(schemas))
    }

    /// Notes the identity before a step that may change it.
    pub(crate) fn remember_id(&mut self, schemas: &Schemas) -> Outcome<()> {
        let id = self.id(schemas);
        let is_nameless = id.name.is_empty() || id.gvk.kind.is_empty();
        if self.marks == Marks::Nameless || (is_nameless && !self.previous.is_empty()) {
            let reason = "an object has lost its name or its kind, on which kustomize crashes";
            return Err(RenderError::new(RefusalKind::InvalidManifest, reason));
        }
        if is_nameless {
            self.marks = Marks::Nameless;
            return Ok(());
        }
        let previous = PreviousId {
            name: id.name.into(),
            namespace: id.effective_namespace().into(),
            kind: id.gvk.kind.into(),
        };
        self.previous.push(previous);
        self.mark();
        Ok(())
    }

    pub(crate) fn mark(&mut self) {
        self.marks = Marks::Some;
    }

    /// Writes the annotation that represents kustomize's own.
    pub(crate) fn put_mark(&mut self) {
        if self.marks == Marks::None {
            return;
        }
        let origin = self.node.origin;
        let metadata = child(&mut self.node, "metadata", origin);
        let annotations = metadata.and_then(|metadata| child(metadata, "annotations", origin));
        if let Some(Value::Mapping(entries)) = annotations.map(|annotations| &mut annotations.value) {
            let value = Node { origin, value: Value::String(Box::default()) };
            entries.push(Entry { key: MARK.into(), key_span: NOWHERE, value });
        }
    }

    /// Takes it away again, whatever a JSON patch has done to it: kustomize puts its own annotations back.
    pub(crate) fn drop_mark(&mut self) {
        self.remove(&["metadata", "annotations", MARK]);
    }

    /// Takes it away again. A strategic merge patch that has removed it has removed all that kustomize had noted.
    pub(crate) fn take_mark(&mut self) {
        if self.marks == Marks::None {
            return;
        }
        let entries = self.node.at_mut(&["metadata", "annotations"]).map(|node| &mut node.value);
        if let Some(Value::Mapping(entries)) = entries
            && entries.iter().any(|entry| &*entry.key == MARK)
        {
            entries.retain(|entry| &*entry.key != MARK);
            return;
        }
        self.marks = Marks::None;
        self.previous.clear();
        self.prefixes.clear();
        self.suffixes.clear();
        self.hashing = Hashing::Never;
        self.behavior = Behavior::Create;
    }

    pub(crate) fn set_name(&mut self, name: &str, origin: Origin) {
        self.set_text(&["metadata", "name"], name, origin);
    }

    /// Sets a text below the root, and makes the mappings above it.
    pub(crate) fn set_text(&mut self, path: &[&str], text: &str, origin: Origin) {
        self.set_value(path, Node { origin, value: Value::String(text.into()) });
    }

    /// Sets a value below the root, and makes the mappings above it.
    pub(crate) fn set_value(&mut self, path: &[&str], value: Node) {
        let Some((last, above)) = path.split_last() else { return };
        let origin = value.origin;
        let mut node = &mut self.node;
        for key in above {
            let Some(below) = child(node, key, origin) else { return };
            node = below;
        }
        put(node, last, value);
    }

    pub(crate) fn remove(&mut self, path: &[&str]) {
        let Some((last, above)) = path.split_last() else { return };
        if let Some(Value::Mapping(entries)) = self.node.at_mut(above).map(|node| &mut node.value) {
            entries.retain(|entry| &*entry.key != *last);
        }
    }

    /// The entries of a mapping in the metadata, as kustomize reads them: every scalar is text.
    pub(crate) fn metadata_map<'a>(
        &'a self,
        field: &str,
        writings: &'a Writings,
    ) -> Vec<(&'a str, Cow<'a, str>)> {
        let entries = self.node.at(&["metadata", field]).map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| (&*entry.key, writings.scalar_text(&entry.value))).collect()
    }

    /// Writes a mapping of the metadata as kustomize does: sorted, every value a text, nothing where it is empty.
    pub(crate) fn normalise_map(&mut self, field: &str, writings: &Writings) {
        normalise_map(&mut self.node, field, writings);
    }

    /// Puts a text into a mapping of the metadata.
    pub(crate) fn put_metadata(&mut self, field: &str, key: &str, text: &str, origin: Origin) {
        self.set_text(&["metadata", field, key], text, origin);
    }
}

/// See [`Resource::normalise_map`].
pub(crate) fn normalise_map(node: &mut Node, field: &str, writings: &Writings) {
    let Some(metadata) = node.at_mut(&["metadata"]) else { return };
    let Value::Mapping(fields) = &mut metadata.value else { return };
    let Some(place) = fields.iter().position(|entry| &*entry.key == field) else { return };
    let Some(map) = fields.get_mut(place) else { return };
    if let Value::Sequence(items) = &mut map.value.value {
        // kustomize takes the items of a list for keys and values in turn.
        let pairs = items.chunks_exact(2).filter_map(|pair| pair.first().zip(pair.get(1)));
        let entry = |(key, value): (&Node, &Node)| Entry {
            key: writings.scalar_text(key).into(),
            key_span: NOWHERE,
            value: value.clone(),
        };
        map.value.value = Value::Mapping(pairs.map(entry).collect());
    }
    if let Value::Mapping(entries) = &mut map.value.value {
        for entry in entries.iter_mut() {
            let is_text = entry.value.as_str().is_some();
            entry.value.value = Value::String(as_written(&entry.value, writings));
            if !is_text {
                entry.value.origin.step = Step::Rewritten;
            }
        }
        entries.sort_by(|one, other| one.key.cmp(&other.key));
    }
    if map.value.entries().is_empty() {
        fields.remove(place);
    }
}

/// The text of a scalar before kustomize has written it out once.
fn as_written(node: &Node, writings: &Writings) -> Box<str> {
    let block = writings.text(node.origin).filter(|text| text.starts_with('>'));
    let unfolded = block.zip(node.as_str()).and_then(|(block, text)| kustomize_unfolded(block, text));
    unfolded.unwrap_or_else(|| writings.scalar_text(node).into())
}

/// The value of a key, made as an empty mapping where it is missing or `null`.
pub(crate) fn child<'a>(node: &'a mut Node, key: &str, origin: Origin) -> Option<&'a mut Node> {
    if node.is_null() {
        node.value = Value::Mapping(Vec::new());
    }
    if node.get(key).is_none_or(Node::is_null) {
        put(node, key, Node { origin, value: Value::Mapping(Vec::new()) });
    }
    node.get_mut(key)
}

/// Refuses a key that kustomize writes without quotes and then reads as something else than text.
pub(crate) fn refuse_key(key: &str) -> Outcome<()> {
    let is_text = matches!(kustomize_scalar(key), Some(Value::String(text)) if *text == *key);
    if is_text || key.is_empty() {
        return Ok(());
    }
    let reason = format!("kustomize writes the key `{key}` without quotes, and cannot read it again");
    Err(RenderError::new(RefusalKind::InvalidInput, reason))
}

/// Sets the value of a key.
pub(crate) fn put(node: &mut Node, key: &str, value: Node) {
    let Value::Mapping(entries) = &mut node.value else { return };
    match entries.iter_mut().find(|entry| &*entry.key == key) {
        Some(entry) => entry.value = value,
        None => entries.push(Entry { key: key.into(), key_span: NOWHERE, value }),
    }
}
