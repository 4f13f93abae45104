//! `portcullis render` over a folder and over a revision, as a person or a hook runs it.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const FILES: [(&str, &str); 4] = [
    ("base/kustomization.yaml", "resources: [web.yaml]\n"),
    ("base/web.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: ClusterIP\n"),
    ("prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\npatches: [{path: patch.yaml}]\n"),
    (
        "prod/patch.yaml",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: LoadBalancer\n",
    ),
];
const RENDERED: &str =
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: prod-web\nspec:\n  type: LoadBalancer\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// Runs with an empty environment: no PATH to find a program on, and a home that does not exist.
fn render(here: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("render").args(arguments).current_dir(here);
    command.env_clear().env("HOME", "/nonexistent").env("PATH", "").output().expect("portcullis runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_is_rendered_as_kustomize_renders_it() {
    let folder = folder();
    let output = render(folder.path(), &["prod"]);
    assert_eq!(stdout(&output), RENDERED, "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_value_is_followed_by_the_places_that_wrote_it() {
    let folder = folder();
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(folder.path()).output().expect("git runs");
        assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=one"]);
    fs::write(folder.path().join("prod/patch.yaml"), "not a patch\n").expect("a file");
    let output = render(folder.path(), &["prod", "--rev", "main", "--origins"]);
    let text = stdout(&output);
    assert!(text.contains("name: prod-web # prod/kustomization.yaml:2, over base/web.yaml:4"), "{text}");
    assert!(text.contains("type: LoadBalancer # prod/patch.yaml:6, over base/web.yaml:6"), "{text}");
    // The working tree holds another patch.
    let output = render(folder.path(), &["prod"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("neither a strategic merge patch nor a JSON patch"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_part_that_is_not_rendered_is_named_beside_the_rest() {
    let folder = folder();
    let text = "resources: [../base, 'https://github.com/org/repo//base?ref=v1']\n";
    fs::write(folder.path().join("prod/kustomization.yaml"), text).expect("a file");
    let output = render(folder.path(), &["prod"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("name: web\n"));
    assert!(
        stderr(&output).contains("prod/kustomization.yaml: not rendered: the base"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_load_restrictor_is_that_of_the_tool_that_deploys() {
    let folder = folder();
    fs::write(folder.path().join("prod/kustomization.yaml"), "resources: [../base/web.yaml]\n")
        .expect("a file");
    assert_eq!(render(folder.path(), &["prod"]).status.code(), Some(1));
    assert_eq!(render(folder.path(), &["prod", "--load-restrictor", "none"]).status.code(), Some(0));
    assert_eq!(render(folder.path(), &["prod", "--kustomize-version", "five"]).status.code(), Some(2));
}
