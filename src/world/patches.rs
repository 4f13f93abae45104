//! Patches in kustomizations, and JSON patches, as partial objects.
//!
//! In: the text of a kustomization, and of the files that it names as patches. Out: fragments, each with the place of
//! its text. Never: applies a patch. Removals are seen once the kustomization is rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube_manifest::{Entry, Limits, Node, Object, Value, documents};
use kube_model::builtin;
use source_files::{RepoPath, SourceText, Span, pointer};

/// A partial object and the file whose text it is.
#[derive(Debug)]
pub(super) struct PatchObject {
    pub(super) path: RepoPath,
    pub(super) object: Object,
}

/// The target of a patch, as the kustomization writes it.
#[derive(Clone, Copy, Debug)]
struct Target<'a>(Option<&'a Node>);

/// The text in which a patch is written.
struct Written {
    path: RepoPath,
    source: Arc<SourceText>,
    /// The place of a patch within another text, in which its own positions have no meaning.
    within: Option<Span>,
}

/// Returns the partial objects of a kustomization. `read` returns the bytes of a file that it names.
pub(super) fn read_patches(
    path: &RepoPath,
    bytes: Vec<u8>,
    mut read: impl FnMut(&str) -> Option<(RepoPath, Vec<u8>)>,
) -> Vec<PatchObject> {
    let (source, roots, _) = documents(bytes, &Limits::default());
    let Some(root) = roots.first() else { return Vec::new() };
    let mut found = Vec::new();
    for key in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
        for entry in root.get(key).into_iter().flat_map(Node::items) {
            let target = Target(entry.get("target"));
            let listed = Some(entry).filter(|entry| holds_a_patch(entry));
            if let Some(node) = entry.get("patch").or(listed) {
                let text = node.as_str().unwrap_or_default().as_bytes().to_vec();
                let written =
                    Written { path: path.clone(), source: Arc::clone(&source), within: Some(node.span()) };
                found.extend(read_text_patch(text, &written, target));
            } else if let Some((path, bytes)) = entry.text_at(&["path"]).and_then(&mut read) {
                let (source, roots, _) = documents(bytes, &Limits::default());
                let written = Written { path, source, within: None };
                found.extend(roots.iter().filter_map(|root| read_operations(root, &written, target)));
            }
        }
    }
    found
}

/// Returns true for a text that is a patch, and not the path of one.
fn holds_a_patch(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.contains('\n') || text.trim_start().starts_with(['{', '[']))
}

/// Returns the objects of a patch that is written in the kustomization.
fn read_text_patch(text: Vec<u8>, written: &Written, target: Target<'_>) -> Vec<PatchObject> {
    let (_, roots, _) = documents(text, &Limits::default());
    let mut found = Vec::new();
    for root in roots {
        match root.value {
            Value::Mapping(_) => found.push(make_patch_object(root, written)),
            Value::Sequence(_) => found.extend(read_operations(&root, written, target)),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_) => {}
        }
    }
    found
}

fn make_patch_object(mut root: Node, written: &Written) -> PatchObject {
    if let Some(span) = written.within {
        place_at(&mut root, span);
    }
    let object = Object::new(Arc::clone(&written.source), Arc::from([]), root).opened();
    PatchObject { path: written.path.clone(), object }
}

fn place_at(root: &mut Node, span: Span) {
    root.visit_mut(&mut |node| {
        node.origin.span = span;
        if let Value::Mapping(entries) = &mut node.value {
            entries.iter_mut().for_each(|entry| entry.key_span = span);
        }
    });
}

/// A tree that collects operations. A list is a tree whose keys are all numbers or `-`.
#[derive(Debug)]
enum Draft {
    Branch(BTreeMap<String, Draft>),
    Leaf(Node),
}

/// Returns the values that the operations of a JSON patch (RFC 6902) write, as an object of its target's kind.
fn read_operations(root: &Node, written: &Written, target: Target<'_>) -> Option<PatchObject> {
    let operations = root.items();
    let mut draft = BTreeMap::new();
    for operation in operations {
        let writes = matches!(operation.text_at(&["op"]), Some("add" | "replace" | "test"));
        let (Some(path), Some(value)) = (operation.text_at(&["path"]), operation.get("value")) else {
            continue;
        };
        if writes {
            insert(&mut draft, pointer::tokens(path).collect(), value);
        }
    }
    let kind = target.text("kind").filter(|_| !draft.is_empty())?;
    let mut entries = target.identity(kind, root.span());
    let own = ["apiVersion", "kind"];
    entries.extend(draw_entries(draft, root.span()).into_iter().filter(|entry| !own.contains(&&*entry.key)));
    merge_metadata(&mut entries);
    Some(make_patch_object(Node::new(root.span(), Value::Mapping(entries)), written))
}

fn insert(branch: &mut BTreeMap<String, Draft>, tokens: Vec<String>, value: &Node) {
    let mut tokens = tokens.into_iter();
    let Some(token) = tokens.next() else { return };
    let rest: Vec<String> = tokens.collect();
    if rest.is_empty() {
        branch.insert(token, Draft::Leaf(value.clone()));
        return;
    }
    let below = branch.entry(token).or_insert_with(|| Draft::Branch(BTreeMap::new()));
    if let Draft::Leaf(node) = below {
        *below = Draft::Branch(open_value(node));
    }
    if let Draft::Branch(below) = below {
        insert(below, rest, value);
    }
}

/// Opens a value that an earlier operation wrote, so that a later one can write below it.
fn open_value(node: &Node) -> BTreeMap<String, Draft> {
    let entries = node.entries().iter().map(|entry| (entry.key.to_string(), &entry.value));
    let items = node.items().iter().enumerate().map(|(index, item)| (index.to_string(), item));
    entries.chain(items).map(|(key, value)| (key, Draft::Leaf(value.clone()))).collect()
}

fn draw_entries(branch: BTreeMap<String, Draft>, span: Span) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (key, draft) in branch {
        let value = match draft {
            Draft::Leaf(node) => node,
            Draft::Branch(below) if below.keys().all(|key| is_index(key)) => {
                let items = draw_entries(below, span).into_iter().map(|entry| entry.value).collect();
                Node::new(span, Value::Sequence(items))
            }
            Draft::Branch(below) => Node::new(span, Value::Mapping(draw_entries(below, span))),
        };
        entries.push(Entry { key: key.into(), key_span: value.span(), value });
    }
    entries
}

fn is_index(token: &str) -> bool {
    token == "-" || token.bytes().all(|byte| byte.is_ascii_digit())
}

/// Merges labels and annotations of the operations with the name of the target.
fn merge_metadata(entries: &mut Vec<Entry>) {
    let Some(second) = entries.iter().rposition(|entry| &*entry.key == "metadata") else { return };
    let Some(first) = entries.iter().position(|entry| &*entry.key == "metadata").filter(|at| *at != second)
    else {
        return;
    };
    let added = entries.remove(second);
    if let (Some(known), Value::Mapping(added)) = (entries.get_mut(first), added.value.value)
        && let Value::Mapping(known) = &mut known.value.value
    {
        known.extend(added.into_iter().filter(|entry| !matches!(&*entry.key, "name" | "namespace")));
    }
}

impl<'a> Target<'a> {
    fn text(self, key: &str) -> Option<&'a str> {
        self.0?.text_at(&[key])
    }

    fn identity(self, kind: &str, span: Span) -> Vec<Entry> {
        let version = match (self.text("group"), self.text("version")) {
            (Some(group), Some(version)) if !group.is_empty() => format!("{group}/{version}"),
            (Some(group), None) if !group.is_empty() => format!("{group}/v1"),
            (_, Some(version)) if builtin::is_core_kind(kind) => version.to_owned(),
            (_, _) => builtin::usual_version(kind).to_owned(),
        };
        let names = ["name", "namespace"].into_iter().filter_map(|key| Some((key, self.text(key)?)));
        let names = names.map(|(key, text)| make_entry(key, span, Value::String(text.into()))).collect();
        vec![
            make_entry("apiVersion", span, Value::String(version.into())),
            make_entry("kind", span, Value::String(kind.into())),
            make_entry("metadata", span, Value::Mapping(names)),
        ]
    }
}

fn make_entry(key: &str, span: Span, value: Value) -> Entry {
    Entry { key: key.into(), key_span: span, value: Node::new(span, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(text: &str) -> Vec<PatchObject> {
        let none = |_: &str| None;
        read_patches(&RepoPath::new("kustomization.yaml"), text.as_bytes().to_vec(), none)
    }

    #[test]
    fn a_patch_within_a_kustomization_is_a_partial_object() {
        let found = patched(
            "patches:\n- patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: a}\n    spec: {type: NodePort}\n\
             patchesStrategicMerge:\n- other.yaml\n- |-\n  apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n",
        );
        let names: Vec<&str> = found.iter().map(|patch| &*patch.object.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(found[0].object.root.text_at(&["spec", "type"]), Some("NodePort"));
        assert_eq!(found[0].object.position(&found[0].object.root).line, 2);
    }

    #[test]
    fn operations_write_into_the_kind_of_their_target() {
        let found = patched(
            "patches:\n- target: {kind: Deployment, name: web}\n  patch: |-\n    - {op: replace, path: \
             /spec/template/spec/containers/0/image, value: 'a:1'}\n    - {op: add, path: /metadata/annotations/x~1y, \
             value: z}\n    - {op: remove, path: /spec/replicas}\n",
        );
        let root = &found[0].object.root;
        assert_eq!(&*found[0].object.api_version, "apps/v1");
        assert_eq!(root.text_at(&["metadata", "name"]), Some("web"));
        assert_eq!(root.text_at(&["metadata", "annotations", "x/y"]), Some("z"));
        let containers = root.at(&["spec", "template", "spec", "containers"]).unwrap().items();
        assert_eq!(containers[0].text_at(&["image"]), Some("a:1"));
        assert!(root.at(&["spec", "replicas"]).is_none());
    }
}
