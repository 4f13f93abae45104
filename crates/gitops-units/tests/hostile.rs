//! Trees that are made to break a reader of deployments end with a reason, soon.

#![expect(clippy::indexing_slicing, reason = "clippy exempts test functions only, not what they call")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gitops_units::{
    Assumptions, Declaration, DeclarationKind, Deployment, UnitRenderError, Unjudged, deploy,
};
use kube_manifest::{Limits, parse};
use kustomize::{MemoryTree, RenderOptions};
use source_files::RepoPath;

fn deployed(files: &[(&str, &str)]) -> Deployment {
    let (mut tree, mut declarations) = (MemoryTree::new(), Vec::new());
    for (path, text) in files {
        let path = RepoPath::new(path);
        for object in parse(text.as_bytes().to_vec(), &Limits::default()).objects {
            if DeclarationKind::of(&object.api_version, &object.kind).is_some() {
                declarations.push(Arc::new(Declaration::in_file(&path, &object)));
            }
        }
        tree.add(path, text.as_bytes());
    }
    let started = Instant::now();
    let deployment = deploy(&tree, &declarations, RenderOptions::default(), &Assumptions::default());
    assert!(started.elapsed() < Duration::from_secs(20), "it took {:?}", started.elapsed());
    deployment
}

/// The reason for the first unit.
fn reason(deployment: &Deployment) -> String {
    match deployment.units[0].outcome.as_ref() {
        Ok(rendering) => format!("{} objects", rendering.objects.len()),
        Err(failed) => failed.error.to_string(),
    }
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";

fn application(source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  source:\n    repoURL: \
         https://git.example.com/a\n    path: apps\n{source}"
    )
}

fn set(generators: &str, name: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: a}}\nspec:\n  goTemplate: true\n  \
         generators:\n{generators}  template:\n    metadata: {{name: '{name}'}}\n    spec:\n      source: {{repoURL: \
         'https://git.example.com/a', path: apps}}\n"
    )
}

#[test]
fn a_matrix_of_matrices_is_beyond_the_limits() {
    let mut list = "list: {elements: [".to_owned();
    for index in 0..100 {
        let _ = write!(list, "{{x{index}: '{index}'}}, ");
    }
    list.push_str("]}");
    let inner = format!("{{matrix: {{generators: [{{{list}}}, {{{list}}}]}}}}");
    let text = set(&format!("  - matrix: {{generators: [{inner}, {inner}]}}\n"), "a");
    assert!(
        reason(&deployed(&[("set.yaml", &text), ("apps/s.yaml", SERVICE)]))
            .contains("more than 10000 products")
    );
}

#[test]
fn generators_deep_inside_each_other_are_beyond_the_limits() {
    let mut generator = "{list: {elements: [{a: b}]}}".to_owned();
    for _ in 0..30 {
        generator = format!("{{matrix: {{generators: [{generator}, {{list: {{elements: [{{c: d}}]}}}}]}}}}");
    }
    let text = set(&format!("  - {generator}\n"), "a");
    assert!(reason(&deployed(&[("set.yaml", &text)])).contains("generators inside each other"));
}

#[test]
fn templates_that_grow_or_never_end_are_refused() {
    for name in [
        "{{ repeat 100000000 \"a\" }}",
        "{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}",
        "{{ $x := \"a\" }}{{ range until 64 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := list 1 }}{{ range until 64 }}{{ $x = concat $x $x }}{{ end }}",
        "{{ printf \"%999999999d\" 1 }}",
        "{{ nindent 100000000 \"a\" }}",
        "{{ regexMatch \"(a{1000}){1000}\" \"a\" }}",
        "{{ replace \"\" (repeat 1000 \"b\") (repeat 10000 \"c\") }}",
    ] {
        let text = set("  - list: {elements: [{a: b}]}\n", name);
        let deployment = deployed(&[("set.yaml", &text), ("apps/s.yaml", SERVICE)]);
        assert!(reason(&deployment).contains("cannot be filled in"), "{name}: {}", reason(&deployment));
    }
}

#[test]
fn thousands_of_parentheses_and_blocks_are_refused() {
    for name in ["{{ ".to_owned() + &"(".repeat(20_000) + "}}", "{{ if 1 }}".repeat(5_000)] {
        let text = set("  - list: {elements: [{a: b}]}\n", &name);
        assert!(reason(&deployed(&[("set.yaml", &text), ("apps/s.yaml", SERVICE)])).contains("too deep"));
    }
}

#[test]
fn a_pattern_that_explodes_elsewhere_does_not_here() {
    let pattern = "{a,b,*".repeat(100) + &"}".repeat(100);
    let text = application(&format!("    directory: {{recurse: true, exclude: '{pattern}'}}\n"));
    let name = format!("apps/{}.yaml", "ab".repeat(100));
    let deployment = deployed(&[("app.yaml", &text), (&name, SERVICE)]);
    assert!(!deployment.units.is_empty());
}

#[test]
fn a_hundred_applications_that_deploy_each_other_are_all_kept() {
    let texts: Vec<(String, String)> = (0..100)
        .map(|index| {
            let text = application("").replace("{name: a}", &format!("{{name: a{index}}}"));
            (format!("apps/{index}.yaml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let deployment = deployed(&files);
    assert!(deployment.unjudged.is_empty(), "{:?}", deployment.unjudged);
    for index in 0..100 {
        let name = format!("a{index}");
        assert!(deployment.units.iter().any(|unit| *unit.unit.deployer.name.name == *name), "{name}");
    }
}

#[test]
fn an_application_that_renames_itself_forever_is_reported() {
    let text = application("    kustomize:\n      namePrefix: x-\n");
    let deployment =
        deployed(&[("apps/a.yaml", &text), ("apps/kustomization.yaml", "resources: [a.yaml]\n")]);
    assert!(deployment.units.len() >= 2);
    assert!(deployment.units.iter().any(|unit| &*unit.unit.deployer.name.name == "a"));
}

#[test]
fn variables_that_double_are_beyond_the_limits() {
    let mut text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: b}\n\
                    spec:\n  path: ./apps\n  sourceRef: {kind: GitRepository, name: c}\n  postBuild:\n    substitute:\n"
        .to_owned();
    let _ = writeln!(text, "      x: {}", "y".repeat(60_000));
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: \"{}\"\n",
        "${x}".repeat(1_000)
    );
    let deployment = deployed(&[("k.yaml", &text), ("apps/a.yaml", &map)]);
    assert!(reason(&deployment).contains("too much text"), "{}", reason(&deployment));
}

#[test]
fn a_path_that_leads_nowhere_is_a_reason() {
    for path in
        ["../../etc", "/etc/passwd", "apps/\\0", "apps/s.yaml", "..", "a/../../b", "${HOME}", "{{path}}"]
    {
        let text = application("").replace("path: apps", &format!("path: '{path}'"));
        let deployment = deployed(&[("app.yaml", &text), ("apps/s.yaml", SERVICE)]);
        let outcome = deployment.units[0].outcome.as_ref();
        let is_reason = matches!(
            outcome,
            Err(failed) if matches!(failed.error, UnitRenderError::Unjudged(Unjudged::OtherRepository(_)))
        );
        assert!(is_reason, "{path}: {}", reason(&deployment));
    }
}
