//! `portcullis validate` over files and folders, as a person runs it.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const KUSTOMIZATION: &str = "resources: [deployment.yaml]\npatches:\n- path: ../patch.yaml\n";
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: registry.example.com/web:1.0.0
";
/// Complete for kustomize, which adds it to the Deployment, and for nobody else.
const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: main
        resources: {limits: {memory: 1Gi}}
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let base = folder.path().join("base");
    fs::create_dir(&base).expect("a folder");
    let write = |name: &str, text: &str| fs::write(base.join(name), text).expect("a file");
    write("kustomization.yaml", KUSTOMIZATION);
    write("deployment.yaml", DEPLOYMENT);
    fs::write(folder.path().join("patch.yaml"), PATCH).expect("a file");
    folder
}

fn validate(here: &Path, path: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("validate").arg(path).current_dir(here).output().expect("portcullis runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: queues.shop.example.com}
spec:
  group: shop.example.com
  scope: Everywhere
  names: {plural: queues, kind: Queue}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {size: {type: integer}}}
";

#[test]
fn installed_definitions_judge_and_are_not_judged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("installed/queues.yaml", DEFINITION);
    let queue = "apiVersion: shop.example.com/v1\nkind: Queue\nmetadata: {name: a, namespace: shop}\nsize: ";
    write("app/good.yaml", &format!("{queue}5\n"));
    write("bad/queue.yaml", &format!("{queue}five\n"));
    for (path, code) in [("app", 0), ("bad", 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        let arguments = ["validate", path, "--definitions", "./installed/"];
        let output = command.args(arguments).current_dir(folder.path()).output().expect("portcullis runs");
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        assert!(!text(&output).contains("Everywhere"), "{}", text(&output));
    }
}

#[test]
fn a_patch_is_a_patch_by_whatever_path_the_folder_is_named() {
    let folder = folder();
    let absolute = folder.path().to_str().expect("UTF-8").to_owned();
    for path in [".", "./", &absolute, "../", "base/.."] {
        let here = if path == "../" { folder.path().join("base") } else { folder.path().to_path_buf() };
        let output = validate(&here, path);
        assert_eq!(output.status.code(), Some(0), "{path}: {}", text(&output));
    }
}

#[test]
fn what_the_cluster_refuses_is_shown_at_its_place() {
    let folder = folder();
    let broken = DEPLOYMENT.replace("image:", "imagge:");
    fs::write(folder.path().join("base/deployment.yaml"), broken).expect("a file");
    let output = validate(folder.path(), "base/deployment.yaml");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("base/deployment.yaml:11:9"), "{}", text(&output));
    assert!(text(&output).contains("image"), "{}", text(&output));
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let folder = folder();
    let output = validate(folder.path(), "absent.yaml");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("absent.yaml"), "{}", text(&output));
}

const BROKEN: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: two}\n";

fn validate_input(here: &Path, path: &str, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["validate", path]).current_dir(here);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("portcullis runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("an open pipe");
    child.wait_with_output().expect("portcullis ends")
}

#[test]
fn a_file_that_is_named_is_judged_whatever_its_ending() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["rendered.out", "rendered", "rendered.YAML"] {
        fs::write(folder.path().join(name), BROKEN).expect("a file");
        let output = validate(folder.path(), name);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", text(&output));
    }
}

#[test]
fn standard_input_is_judged_and_an_empty_one_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in ["-", "/dev/stdin"] {
        let broken = validate_input(folder.path(), path, BROKEN);
        assert_eq!(broken.status.code(), Some(1), "{path}: {}", text(&broken));
        let good = validate_input(folder.path(), path, DEPLOYMENT);
        assert_eq!(good.status.code(), Some(0), "{path}: {}", text(&good));
        let empty = validate_input(folder.path(), path, " \n");
        assert_eq!(empty.status.code(), Some(2), "{path}: {}", text(&empty));
        assert!(text(&empty).contains("nothing to judge"), "{}", text(&empty));
    }
}

#[test]
fn a_folder_without_manifests_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("readme.txt"), "text").expect("a file");
    let output = validate(folder.path(), ".");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("nothing to judge"), "{}", text(&output));
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_told_once_and_the_rest_is_judged() {
    let folder = folder();
    std::os::unix::fs::symlink("missing.yaml", folder.path().join("linked.yaml")).expect("a link");
    let output = validate(folder.path(), ".");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(text(&output).matches("missing.yaml").count(), 1, "{}", text(&output));
    fs::write(folder.path().join("broken.yaml"), BROKEN).expect("a file");
    assert_eq!(validate(folder.path(), ".").status.code(), Some(1));
}
