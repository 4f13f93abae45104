//! Declarations that the caller has rendered count in place of those that they were made from.

use std::sync::Arc;

use gitops_units::{Assumptions, Declaration, deploy};
use kube_manifest::{Limits, parse};
use kustomize::{MemoryTree, RenderOptions, Renderer};
use source_files::RepoPath;

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  source: {repoURL: 'https://git.example.com/a', path: none}
";

fn tree() -> MemoryTree {
    let mut tree = MemoryTree::new();
    for (path, text) in [
        ("base/app.yaml", APPLICATION),
        ("base/kustomization.yaml", "resources: [app.yaml]\n"),
        (
            "overlay/kustomization.yaml",
            "resources: [../base]\npatches:\n- target: {kind: Application}\n  patch: |-\n    - {op: replace, path: \
             /spec/source/path, value: web}\n",
        ),
        ("web/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
    ] {
        tree.add(RepoPath::new(path), text.as_bytes());
    }
    tree
}

#[test]
fn an_overlay_that_is_applied_by_hand_takes_the_place_of_its_base() {
    let (tree, assumptions) = (tree(), Assumptions::default());
    let file = RepoPath::new("base/app.yaml");
    let manifest = parse(APPLICATION.as_bytes().to_vec(), &Limits::default());
    let in_file = Arc::new(Declaration::in_file(&file, &manifest.objects[0]));
    let alone = deploy(&tree, &[Arc::clone(&in_file)], RenderOptions::default(), &assumptions);
    assert!(alone.units[0].outcome.is_err());

    let root = RepoPath::new("overlay");
    let rendering = Renderer::new(&tree).render(&root, RenderOptions::default()).unwrap();
    let (writings, via) = (Arc::new(rendering.writings), Arc::from([root]));
    let rendered = Arc::new(Declaration::rendered(&rendering.objects[0].node, &writings, &via));
    let both = deploy(&tree, &[in_file, rendered], RenderOptions::default(), &assumptions);
    let [unit] = both.units.as_slice() else { panic!("{} units", both.units.len()) };
    assert_eq!(unit.unit.folder(), Some(&RepoPath::new("web")));
    assert_eq!(unit.outcome.as_ref().as_ref().unwrap().objects.len(), 1);
}
