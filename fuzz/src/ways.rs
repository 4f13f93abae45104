//! The short way through an ordinary document ends where the long one does.

use kube_manifest::{Limits, Manifest, parse};

/// A byte order mark in a comment, with which no document is ordinary.
const LONG_WAY: &str = "#\u{feff}\n";

/// Beyond this many keys and values, aliases expanded, comparing takes longer than a fuzzer waits.
const NODES: usize = 5_000;

/// Holds for the last document of a text that ends with a line end: with [`LONG_WAY`] below it the
/// composer reads it, and every key, value and place is the same. A text that opens with a brace is JSON
/// without the comment and YAML with it, and the absent value of a `?` key stands where the comment ends.
pub fn agree(text: &str, manifest: &Manifest) {
    let is_other = text.trim_start().starts_with('{') || text.contains('?');
    if !text.ends_with('\n') || is_other || manifest.nodes > NODES {
        return;
    }
    let composed = parse(format!("{text}{LONG_WAY}").into_bytes(), &Limits::default());
    assert_eq!(shown(manifest), shown(&composed), "{text:?}");
}

fn shown(manifest: &Manifest) -> String {
    let roots: Vec<_> = manifest.objects.iter().map(|object| &object.root).collect();
    format!("{roots:?}")
}
