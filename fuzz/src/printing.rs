//! An object that is printed as JSON and read again is the same object.

use kube_manifest::{Limits, Manifest, Object, Reading, parse};

/// Holds for every object of both readings. What a tool of the kustomize reading prints is applied by
/// one of the kubectl reading, so that this is the reading of the second time.
pub fn reads_back(manifest: &Manifest) {
    for reading in [Reading::Kubectl, Reading::Kustomize] {
        manifest.objects_of(reading).iter().for_each(|object| is_read_back(object, reading));
    }
}

fn is_read_back(object: &Object, reading: Reading) {
    let printed = object.root.to_json().to_string();
    let again = parse(printed.clone().into_bytes(), &Limits::default());
    let roots: Vec<_> = again.objects.iter().map(|object| &object.root).collect();
    assert!(roots == [&object.root], "{reading}: {printed} is read as {roots:?}, {:?}", again.problems);
}
