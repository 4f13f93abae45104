//! Trees that are made to break a renderer end with an error or a rendering, soon.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use kustomize::{Entry, MemoryTree, Part, RefusalKind, RenderError, RenderOptions, Renderer, Rendering};
use source_files::RepoPath;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: z}\n";

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    for (path, text) in files {
        tree.add(RepoPath::new(path), text.as_bytes());
    }
    tree
}

/// Renders `o`, and takes less than ten seconds even where nothing is optimised.
fn render(tree: &MemoryTree) -> Result<Rendering, RenderError> {
    let started = Instant::now();
    let rendering = Renderer::new(tree).render(&RepoPath::new("o"), RenderOptions::default());
    assert!(started.elapsed() < Duration::from_secs(10), "it took {:?}", started.elapsed());
    rendering
}

fn refusal(tree: &MemoryTree) -> RefusalKind {
    render(tree).expect_err("it is refused").kind
}

#[test]
fn a_thousand_bases_inside_each_other_are_beyond_the_limits() {
    let mut tree = tree(&[("o/kustomization.yaml", "resources: [../b0]\n")]);
    for index in 0..1000 {
        let text = format!("resources: [../b{}]\n", index + 1);
        tree.add(RepoPath::new(&format!("b{index}/kustomization.yaml")), text.into_bytes());
    }
    assert_eq!(refusal(&tree), RefusalKind::BeyondLimits);
}

/// Each level includes the one below twice, so that there are 2^30 of the last one.
#[test]
fn bases_that_double_are_beyond_the_limits() {
    let mut tree = tree(&[("o/kustomization.yaml", "resources: [../b0]\n")]);
    for copy in ["b", "c"] {
        tree.add(RepoPath::new(&format!("{copy}30/kustomization.yaml")), *b"resources: [a.yaml]\n");
        tree.add(
            RepoPath::new(&format!("{copy}30/a.yaml")),
            CONFIG_MAP.replace("{name: a}", &format!("{{name: {copy}}}")).into_bytes(),
        );
    }
    for index in 0..30 {
        for copy in ["b", "c"] {
            let text = format!("resources: [../b{0}, ../c{0}]\nnamePrefix: {copy}-\n", index + 1);
            tree.add(RepoPath::new(&format!("{copy}{index}/kustomization.yaml")), text.into_bytes());
        }
    }
    assert_eq!(refusal(&tree), RefusalKind::BeyondLimits);
}

#[test]
fn a_json_patch_that_doubles_an_object_is_beyond_the_limits() {
    let mut patch = String::new();
    for index in 0..40 {
        let _ = writeln!(patch, "- {{op: copy, from: /data, path: /data/k{index}}}");
    }
    let tree = tree(&[
        (
            "o/kustomization.yaml",
            "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]\n",
        ),
        ("o/a.yaml", CONFIG_MAP),
        ("o/p.yaml", &patch),
    ]);
    assert_eq!(refusal(&tree), RefusalKind::BeyondLimits);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx0: &x0 [a, a]\n");
    for index in 1..40 {
        let _ = writeln!(text, "x{index}: &x{index} [*x{0}, *x{0}]", index - 1);
    }
    let tree = tree(&[("o/kustomization.yaml", "resources: [a.yaml]\n"), ("o/a.yaml", &text)]);
    assert_eq!(refusal(&tree), RefusalKind::InvalidManifest);
}

#[test]
fn names_that_multiply_by_replacements_end() {
    let mut text = String::from("resources: [a.yaml]\nreplacements:\n");
    for _ in 0..60 {
        text.push_str("- source: {kind: ConfigMap, fieldPath: data.x}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.x], options: {delimiter: z, index: 9}}]\n");
    }
    let tree = tree(&[("o/kustomization.yaml", &text), ("o/a.yaml", CONFIG_MAP)]);
    assert_eq!(refusal(&tree), RefusalKind::BeyondLimits);
}

#[test]
fn an_expression_that_explodes_is_refused() {
    let text =
        "resources: [a.yaml]\npatches: [{target: {name: '((a{1,500}){1,500}){1,500}'}, patch: '[]'}]\n";
    let tree = tree(&[("o/kustomization.yaml", text), ("o/a.yaml", CONFIG_MAP)]);
    assert_eq!(refusal(&tree), RefusalKind::InvalidInput);
}

#[test]
fn an_invalid_expression_in_the_name_of_an_image_matches_nothing() {
    let text = "resources: [a.yaml]\nimages: [{name: '(', newTag: '1'}]\n";
    let tree = tree(&[("o/kustomization.yaml", text), ("o/a.yaml", CONFIG_MAP)]);
    assert_eq!(render(&tree).expect("it is rendered").objects.len(), 1);
}

#[test]
fn paths_that_climb_out_are_refused() {
    for entry in ["../../a.yaml", "/etc/passwd", "../..", "../../../o/a.yaml", "~/a.yaml"] {
        let text = format!("resources: ['{entry}']\n");
        let tree = tree(&[("o/kustomization.yaml", &text), ("o/a.yaml", CONFIG_MAP)]);
        assert_eq!(refusal(&tree), RefusalKind::Unreadable, "{entry}");
    }
}

#[test]
fn links_that_climb_out_or_never_end_are_refused() {
    for target in ["../../x", "/etc/passwd", "a.yaml", "../o/a.yaml", "gone"] {
        let mut tree = tree(&[("o/kustomization.yaml", "resources: [a.yaml]\n")]);
        tree.add_link(RepoPath::new("o/a.yaml"), target.as_bytes());
        assert_eq!(refusal(&tree), RefusalKind::Unreadable, "{target}");
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_a_name_like_any_other() {
    let mut tree = tree(&[("o/kustomization.yaml", "resources: [caf\u{e9}.yaml]\n")]);
    tree.add(RepoPath::from_bytes(b"o/caf\xe9.yaml"), CONFIG_MAP.as_bytes());
    assert_eq!(refusal(&tree), RefusalKind::Unreadable);
    tree.add_link(RepoPath::new("o/caf\u{e9}.yaml"), b"caf\xe9.yaml");
    assert_eq!(render(&tree).expect("the link leads to it").objects.len(), 1);
}

#[test]
fn what_cannot_be_rendered_leaves_the_rest() {
    let text = "resources: [a.yaml, 'https://github.com/org/repo//base?ref=v1', 'https://host.example/f.yaml']\n\
        helmCharts: [{name: chart}]\ntransformers: [t.yaml]\nnamePrefix: p-\n\
        patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: in-the-base}}'}]\n";
    let program = "apiVersion: example.org/v1\nkind: Runner\nmetadata: {name: x}\n";
    let tree = tree(&[("o/kustomization.yaml", text), ("o/a.yaml", CONFIG_MAP), ("o/t.yaml", program)]);
    let rendering = render(&tree).expect("the rest is rendered");
    let names: Vec<_> =
        rendering.objects.iter().map(|object| object.node.text_at(&["metadata", "name"])).collect();
    assert_eq!(names, [Some("p-a")]);
    let parts: Vec<_> = rendering.unrendered.into_iter().map(|unrendered| unrendered.part).collect();
    assert_eq!(
        parts,
        [
            Part::RemoteBase("https://github.com/org/repo//base?ref=v1".to_owned()),
            Part::RemoteFile("https://host.example/f.yaml".to_owned()),
            Part::Chart("chart".to_owned()),
            Part::Function("example.org/v1 Runner x".to_owned()),
        ]
    );
}

#[test]
fn the_trace_holds_what_was_looked_for_in_vain() {
    let tree = tree(&[("o/kustomization.yaml", "resources: [a.yaml]\n"), ("o/a.yaml", CONFIG_MAP)]);
    let looks = render(&tree).expect("it is rendered").looks;
    let found = |path: &str| looks.get(&RepoPath::new(path)).cloned();
    assert_eq!(found("o/a.yaml"), Some(Entry::File(None)));
    assert_eq!(found("o/Kustomization"), Some(Entry::Missing));
    assert_eq!(found("o/kustomization.yml"), Some(Entry::Missing));
    assert_eq!(found("o"), Some(Entry::Folder(None)));
}

/// The crate has no way to a process, a network, a disk, a clock or the environment.
#[test]
fn nothing_is_executed_or_connected_to() {
    let forbidden =
        ["std::process", "std::net", "std::fs", "std::env", "std::time", "std::thread", "unsafe", "extern "];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                let found: Vec<_> = forbidden.iter().filter(|word| text.contains(**word)).collect();
                assert!(found.is_empty(), "{}: {found:?}", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 40, "{files} files");
}
