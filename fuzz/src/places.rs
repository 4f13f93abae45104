//! Every place that is spoken of lies in the text, between two characters.

use std::collections::HashSet;

use kube_manifest::{Manifest, Node, Reading};
use source_files::{SourceText, Span};

/// The places of all objects of both readings, and of all problems.
pub fn all_inside(manifest: &Manifest) {
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        for object in manifest.objects_of(reading) {
            inside(&object.root, &manifest.source);
            assert!(object.position(&object.root).line >= 1);
        }
    }
    manifest.problems.iter().for_each(|problem| is_place(problem.span, &manifest.source));
}

/// The places of a tree, whose mappings have every key once.
pub fn inside(node: &Node, source: &SourceText) {
    is_place(node.span(), source);
    let mut keys = HashSet::new();
    for entry in node.entries() {
        assert!(keys.insert(&*entry.key), "the key {:?} stands twice", entry.key);
        is_place(entry.key_span, source);
        inside(&entry.value, source);
    }
    node.items().iter().for_each(|item| inside(item, source));
}

/// One place.
pub fn is_place(span: Span, source: &SourceText) {
    let text = std::str::from_utf8(source.bytes()).unwrap_or_default();
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= source.bytes().len(), "{span:?} is not in {text:?}");
    assert!(
        text.is_char_boundary(start) && text.is_char_boundary(end),
        "{span:?} parts a letter of {text:?}"
    );
}
