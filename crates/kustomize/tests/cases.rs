//! Every case of `tests/cases` gives what the real kustomize gave, or is refused as it was
//! (`tools/record-kustomize.py`).

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy exempts test functions only, not what they call"
)]

use std::fs;
use std::path::{Path, PathBuf};

use kube_manifest::{Limits, Node, documents};
use kustomize::{LoadRestrictor, MemoryTree, RenderOptions, Renderer, to_yaml};
use source_files::RepoPath;

/// Every case, as (feature/name, folder).
fn cases() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for feature in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")) {
        for case in folders(&feature) {
            let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
            found.push((format!("{}/{}", name(&feature), name(&case)), case));
        }
    }
    found.sort();
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn load(folder: &Path, prefix: &str, tree: &mut MemoryTree) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            tree.add_link(RepoPath::new(&name), target.to_string_lossy().as_bytes());
        } else if path.is_dir() {
            load(&path, &format!("{name}/"), tree);
        } else {
            tree.add(RepoPath::new(&name), fs::read(&path).unwrap());
        }
    }
}

fn options(folder: &Path) -> RenderOptions {
    let mut options = RenderOptions::default();
    for line in fs::read_to_string(folder.join("options")).unwrap_or_default().lines() {
        match line.split_once(' ') {
            Some(("restrictor", "none")) => options.restrictor = LoadRestrictor::None,
            Some(("version", version)) => options.version = version.parse().unwrap(),
            other => panic!("{}: no such option: {other:?}", folder.display()),
        }
    }
    options
}

/// What we give: the objects, or why not.
fn render(folder: &Path) -> Result<Vec<Node>, String> {
    let mut tree = MemoryTree::new();
    load(&folder.join("input"), "input/", &mut tree);
    let has_overlay = folder.join("input/overlay").is_dir();
    let root = RepoPath::new(if has_overlay { "input/overlay" } else { "input" });
    let rendering = Renderer::new(&tree).render(&root, options(folder)).map_err(|error| error.to_string())?;
    match rendering.unrendered.first() {
        Some(part) => Err(part.part.to_string()),
        None => Ok(rendering.objects.into_iter().map(|object| object.node).collect()),
    }
}

/// The difference from what was recorded.
fn difference(folder: &Path) -> Option<String> {
    let ours = render(folder);
    let Ok(expected) = fs::read(folder.join("expected.yaml")) else {
        let refusal = fs::read_to_string(folder.join("expected-error")).expect("a case has an answer");
        return ours.is_ok().then(|| format!("rendered, and kustomize refuses it: {refusal}"));
    };
    let (_, expected, problems) = documents(expected, &Limits::default());
    assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
    let ours = match ours {
        Ok(ours) => ours,
        Err(reason) => return Some(format!("refused, and kustomize renders it: {reason}")),
    };
    if ours == expected {
        return None;
    }
    let text = |nodes: &[Node]| {
        let lines: Vec<String> = nodes.iter().map(|node| kustomize::canonical(node).to_string()).collect();
        format!("{}\n", lines.join("\n"))
    };
    Some(format!("ours:\n{}kustomize's:\n{}", text(&ours), text(&expected)))
}

#[test]
fn every_case_gives_what_kustomize_gives() {
    let cases = cases();
    let mut failures = Vec::new();
    for (name, folder) in &cases {
        if let Some(difference) = difference(folder) {
            failures.push(format!("{name}: {difference}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// What is printed is what kustomize prints, byte for byte.
#[test]
fn every_case_is_printed_as_kustomize_prints_it() {
    let mut failures = Vec::new();
    let (mut compared, mut skipped) = (0, 0);
    for (name, folder) in cases() {
        let Ok(expected) = fs::read_to_string(folder.join("expected.yaml")) else { continue };
        let Ok(ours) = render(&folder) else { continue };
        compared += 1;
        let printed = to_yaml(ours.iter(), &|_| None);
        if printed != expected {
            failures.push(format!("{name}:\nours:\n{printed}\nkustomize's:\n{expected}"));
            skipped += 1;
        }
    }
    assert!(failures.is_empty(), "{skipped} of {compared} differ:\n{}", failures.join("\n"));
}

#[test]
fn enough_cases_are_recorded_and_enough_of_them_are_refused() {
    let cases = cases();
    let refused = cases.iter().filter(|(_, folder)| folder.join("expected-error").exists()).count();
    assert!(cases.len() >= 350, "{} cases", cases.len());
    assert!(refused >= 70, "{refused} cases are refused");
}
