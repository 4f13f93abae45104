//! Sets of parameters: nested maps for Go templates, and flat names for the others.

use std::collections::BTreeMap;

use kube_manifest::{Entry, Node, Origin, Value};

use crate::document_edit::{entry, mapping, sequence, text};
use crate::template::{sanitized, to_text};

use super::Language;

/// The texts of a set, by flat names: `a.b`, and `a.0` for an item of a list.
pub(super) fn flat_texts(set: &Node) -> BTreeMap<String, String> {
    let flat = flat(set);
    flat.entries().iter().map(|entry| (entry.key.to_string(), to_text(&entry.value))).collect()
}

/// A set of which every value is text, by flat names (`flatten.Flatten` with dots).
pub(super) fn flat(set: &Node) -> Node {
    let mut entries = Vec::new();
    flatten("", set, &mut entries);
    mapping(entries, set.origin)
}

fn flatten(name: &str, node: &Node, entries: &mut Vec<Entry>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match &node.value {
        Value::Mapping(fields) if !fields.is_empty() => {
            for field in fields {
                flatten(&below(&field.key), &field.value, entries);
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                flatten(&below(&index.to_string()), item, entries);
            }
        }
        _ if name.is_empty() => {}
        Value::Null => entries.push(entry(name, text("<nil>", node.origin))),
        _ => entries.push(entry(name, text(&to_text(node), node.origin))),
    }
}

/// The parameters of a path of the repository.
pub(super) struct PathParameters<'p> {
    /// The folder.
    pub(super) folder: &'p str,
    /// The name of the file, if it is one.
    pub(super) file: Option<&'p str>,
    /// `pathParamPrefix`.
    pub(super) prefix: &'p str,
    /// The place that names the path.
    pub(super) origin: Origin,
}

impl PathParameters<'_> {
    /// Adds them to a set (`generateParamsFromApps` and `generateParamsFromGitFile` in `git.go`).
    pub(super) fn add_to(&self, set: &mut Node, language: Language) {
        let folder = if self.folder.is_empty() { "." } else { self.folder };
        let base = folder.rsplit('/').next().unwrap_or(folder);
        let mut texts = vec![
            ("path", folder.to_owned()),
            ("basename", base.to_owned()),
            ("basenameNormalized", sanitized(base)),
        ];
        if let Some(file) = self.file {
            texts.push(("filename", file.to_owned()));
            texts.push(("filenameNormalized", sanitized(file)));
        }
        let segments: Vec<&str> = folder.split('/').collect();
        match language {
            Language::Go(_) => self.add_nested(set, &texts, &segments),
            Language::Fast => self.add_flat(set, &texts, &segments),
        }
    }

    fn add_nested(&self, set: &mut Node, texts: &[(&str, String)], segments: &[&str]) {
        let mut entries: Vec<Entry> =
            texts.iter().map(|(name, value)| entry(name, text(value, self.origin))).collect();
        let items = segments.iter().map(|segment| text(segment, self.origin)).collect();
        entries.push(entry("segments", sequence(items, self.origin)));
        let path = mapping(entries, self.origin);
        if self.prefix.is_empty() {
            put(set, "path", path);
        } else {
            put(set, self.prefix, mapping(vec![entry("path", path)], self.origin));
        }
    }

    fn add_flat(&self, set: &mut Node, texts: &[(&str, String)], segments: &[&str]) {
        let path = if self.prefix.is_empty() { "path".to_owned() } else { format!("{}.path", self.prefix) };
        for (name, value) in texts {
            let name = if *name == "path" { path.clone() } else { format!("{path}.{name}") };
            put(set, &name, text(value, self.origin));
        }
        for (index, segment) in segments.iter().enumerate() {
            put(set, &format!("{path}[{index}]"), text(segment, self.origin));
        }
    }
}

/// Sets a parameter.
pub(super) fn put(set: &mut Node, name: &str, value: Node) {
    if let Value::Mapping(entries) = &mut set.value {
        entries.retain(|entry| &*entry.key != name);
        entries.push(entry(name, value));
    }
}
