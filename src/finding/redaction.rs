//! The lines of a file that a report may show.
//!
//! In: an object or a file, and a line of it. Out: whether the line may hold the value of a Secret. Never: shows a line
//! because nothing is known of it: reports are read by more people than Secrets.

use kube_manifest::{Node, Object};
use source_files::{SourceText, Span};

/// Whether a line of an object's file may hold the value of a Secret: of this object, or of another one that is
/// written on the same line.
pub(super) fn hides(object: &Object, line: Span) -> bool {
    if object.holds_secret() {
        return may_be_secret(object).any(|value| overlaps_a_value(value, line));
    }
    let text = object.source.trimmed(line);
    let is_inside = object.root.span().start <= text.start && text.end <= object.root.span().end;
    !is_inside && may_hold_secret(&object.source)
}

/// Fields of a Secret, and of its metadata, that say nothing secret. Every other one may: a misspelt `stringData` too,
/// and the annotation into which a tool writes the last applied object.
const PLAIN: [&str; 4] = ["apiVersion", "kind", "type", "immutable"];
const PLAIN_METADATA: [&str; 3] = ["name", "namespace", "labels"];

fn may_be_secret(object: &Object) -> impl Iterator<Item = &Node> {
    let metadata = object.at(&["metadata"]).map(Node::entries).unwrap_or_default();
    let of_metadata = metadata.iter().filter(|entry| !PLAIN_METADATA.contains(&&*entry.key));
    let others = |key: &str| key != "metadata" && !PLAIN.contains(&key);
    let of_root = object.root.entries().iter().filter(move |entry| others(&entry.key));
    of_root.chain(of_metadata).map(|entry| &entry.value)
}

fn overlaps_a_value(node: &Node, line: Span) -> bool {
    let is_leaf = node.entries().is_empty() && node.items().is_empty();
    (is_leaf && node.span().start < line.end && line.start < node.span().end)
        || node.entries().iter().any(|entry| overlaps_a_value(&entry.value, line))
        || node.items().iter().any(|item| overlaps_a_value(item, line))
}

/// Whether a file says `Secret` somewhere. If no object could be read, any line of it may hold a value.
pub fn may_hold_secret(source: &SourceText) -> bool {
    let text = source.bytes();
    let is_letter = |offset: Option<usize>| {
        offset.and_then(|offset| text.get(offset)).is_some_and(u8::is_ascii_alphanumeric)
    };
    memchr::memmem::find_iter(text, "Secret")
        .any(|place| !is_letter(place.checked_sub(1)) && !is_letter(Some(place + b"Secret".len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_manifest::{Limits, parse};

    /// Whether each line of a file may be shown, for its first object.
    fn shown(text: &str) -> Vec<bool> {
        let manifest = parse(text.as_bytes().to_vec(), &Limits::default());
        let object = manifest.objects.first().unwrap();
        let lines = u32::try_from(text.lines().count()).unwrap();
        (1..=lines).map(|line| !hides(object, object.source.line_span(line))).collect()
    }

    #[test]
    fn lines_with_values_of_a_secret_are_hidden() {
        let block = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: hunter2\n  long: |\n    \
                     one\n    two\n";
        assert_eq!(shown(block), [true, true, true, true, true, false, false, false, false]);
        let flow = "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: aHVudGVyMg==}}\n";
        assert_eq!(shown(flow), [false]);
        let anchored =
            "x: &x {a: aHVudGVyMg==}\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: *x\n";
        assert_eq!(shown(anchored), [false, true, true, true, true]);
    }

    #[test]
    fn a_misspelt_field_of_a_secret_is_hidden() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, anotations: {b: c}}\nstringdata: {a: hunter2}\n";
        assert_eq!(shown(text), [true, true, false, false]);
    }

    #[test]
    fn a_line_that_holds_another_object_too_is_hidden_beside_a_secret() {
        let both = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":\
                    {\"name\":\"a\"}},{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"b\"}}]}\n";
        assert_eq!(shown(both), [false]);
        assert_eq!(shown(&both.replace("Secret", "Pod")), [true]);
        let apart = "kind: Service\napiVersion: v1\nmetadata: {name: a}\n---\nkind: Secret\napiVersion: v1\n";
        assert_eq!(shown(apart)[..3], [true, true, true]);
    }
}
