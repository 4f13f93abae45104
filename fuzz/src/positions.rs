//! A scalar means the same wherever it stands in block style, and what it means can be printed.

use kube_manifest::{Limits, Manifest, Node, Reading, parse};

use crate::{places, printing};

/// The first line chooses a tag or is empty, the rest is the scalar as it is written.
pub fn agree(text: &str) {
    let (tag, scalar) = text.split_once('\n').unwrap_or(("", text));
    let written = if tag.is_empty() { scalar.to_owned() } else { format!("{tag} {scalar}") };
    let places = [
        format!("{HEAD}a: {written}\n"),
        format!("{HEAD}b:\n- {written}\n"),
        format!("{HEAD}c: {{d: {written}, e: 1}}\n"),
        format!("{HEAD}d: [{written}, 1]\n"),
        format!("{HEAD}e:\n  ? {written}\n  : 1\n"),
        format!("{HEAD}{written}: 1\n"),
        format!("{HEAD}f: &f {written}\ng: *f\n"),
        format!("{HEAD}h: |\n  {written}\n"),
        format!("{HEAD}i: >\n  {written}\n"),
        format!("{HEAD}j: {}\n", serde_json::Value::from(scalar)),
    ];
    let manifests = places.map(|text| parse(text.into_bytes(), &Limits::default()));
    manifests.iter().for_each(places::all_inside);
    manifests.iter().for_each(printing::reads_back);
    // Of several lines, the later ones stand deeper or not by what is around them.
    if !written.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        same_in_block_style(&manifests[0], &manifests[1]);
    }
    same_through_alias(&manifests[6]);
    // JSON leaves these as they are, and YAML takes them for line ends.
    if !scalar.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
        quoted_is_text(&manifests[9], scalar);
    }
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn only<'a>(manifest: &'a Manifest, reading: Reading, key: &str) -> Option<&'a Node> {
    let is_certain = manifest.problems.iter().all(|problem| !problem.refusal.includes(reading));
    match manifest.objects_of(reading) {
        [object] if is_certain && object.root.entries().len() <= 5 => object.root.get(key),
        _ => None,
    }
}

/// `a: x` and `b:`, `- x`, where each is one value.
fn same_in_block_style(value: &Manifest, item: &Manifest) {
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        let (value, item) = (only(value, reading, "a"), only(item, reading, "b"));
        let Some((value, item)) = value.zip(item) else { continue };
        if let [item] = item.items()
            && item.entries().is_empty()
            && item.items().is_empty()
            && value.entries().is_empty()
            && value.items().is_empty()
        {
            assert_eq!(value.value, item.value, "{reading}");
        }
    }
}

fn same_through_alias(manifest: &Manifest) {
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        if let Some((anchored, alias)) = only(manifest, reading, "f").zip(only(manifest, reading, "g")) {
            assert_eq!(anchored.value, alias.value, "{reading}");
        }
    }
}

fn quoted_is_text(manifest: &Manifest, scalar: &str) {
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        if let Some(read) = only(manifest, reading, "j") {
            assert_eq!(read.as_str(), Some(scalar), "{reading}");
        }
    }
}
