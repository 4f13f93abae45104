//! A base and an overlay of several files: a build ends with a rendering or an error, whatever they say.

#![no_main]

use kube_manifest::{Limits, documents};
use kustomize::{LoadRestrictor, MemoryTree, RenderLimits, RenderOptions, Renderer, to_yaml};
use libfuzzer_sys::fuzz_target;
use source_files::RepoPath;

/// The files that the parts of an input become.
const FILES: [&str; 6] = [
    "overlay/kustomization.yaml",
    "base/a.yaml",
    "overlay/p.yaml",
    "base/kustomization.yaml",
    "overlay/c.yaml",
    "component/kustomization.yaml",
];

fuzz_target!(|text: &str| {
    let mut tree = MemoryTree::new();
    tree.add(RepoPath::new("base/kustomization.yaml"), *b"resources: [a.yaml]\n");
    for (path, part) in FILES.iter().zip(text.split("%%\n")) {
        tree.add(RepoPath::new(path), part.as_bytes());
    }
    let limits = RenderLimits { work: 1_000_000, bytes: 1 << 20, ..RenderLimits::default() };
    for restrictor in [LoadRestrictor::RootOnly, LoadRestrictor::None] {
        let options = RenderOptions { restrictor, limits, ..RenderOptions::default() };
        let Ok(rendering) = Renderer::new(&tree).render(&RepoPath::new("overlay"), options) else { continue };
        for object in &rendering.objects {
            object.node.clone().visit_mut(&mut |value| {
                let chain = rendering.writings.chain(value.origin).count();
                assert!(chain > 0, "a value without an origin: {value:?}");
            });
        }
        let printed = to_yaml(rendering.objects.iter().map(|object| &object.node), &|_| None);
        let (_, read, _) = documents(printed.clone().into_bytes(), &Limits::default());
        let ours: Vec<_> = rendering.objects.into_iter().map(|object| object.node).collect();
        let is_odd = printed.contains("<<") || printed.contains('?') || printed.contains('\u{85}');
        assert!(is_odd || read == ours, "not read back: {printed}");
    }
});
