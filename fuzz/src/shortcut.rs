//! Where one reading seems to be enough, the other one would have found the same objects.

use kube_manifest::{Limits, Manifest, Reading, parse};

/// A comment with an invisible character, for which every file is read twice.
const READ_TWICE: &str = "#\u{200b}\n";

/// Holds for files without problems. A comment would make YAML of JSON and hide a byte order mark.
pub fn is_right(text: &str, manifest: &Manifest) {
    if !manifest.problems.is_empty() || text.starts_with('\u{feff}') || text.trim_start().starts_with('{') {
        return;
    }
    let twice = parse(format!("{READ_TWICE}{text}").into_bytes(), &Limits::default());
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        let (once, twice) = (manifest.objects_of(reading), twice.objects_of(reading));
        let same = once.iter().map(|object| &object.root).eq(twice.iter().map(|object| &object.root));
        assert!(same, "{reading}: {once:?} is {twice:?} when it is read twice");
    }
}
