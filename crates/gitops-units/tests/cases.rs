//! Every case of `tests/cases`: a tree, what it deploys, and changes of the tree.
//!
//! `tree/` holds the files, `expected.yaml` what is deployed. `matters/` and `idle/` hold files that take the place of
//! those in `tree/`: with the first something else is deployed, with the second the same. An empty file removes the one
//! of the tree. `CASES=overwrite` writes what is deployed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy exempts test functions only, not what they call"
)]

mod case_tree;
mod shown;

use std::fs;
use std::path::{Path, PathBuf};

use case_tree::CaseTree;
use shown::{Detail, show};

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

#[test]
fn every_case_deploys_what_is_expected() {
    let overwrite = std::env::var("CASES").is_ok_and(|mode| mode == "overwrite");
    let mut failures = Vec::new();
    for (name, folder) in cases() {
        let shown = show(&CaseTree::load(&folder, None), Detail::Origins);
        let file = folder.join("expected.yaml");
        if overwrite {
            fs::write(&file, &shown).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != shown {
            failures.push(format!("{name}:\n{shown}"));
        }
    }
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn a_change_that_matters_changes_what_is_deployed_and_another_does_not() {
    let mut failures = Vec::new();
    for (name, folder) in cases() {
        let before = show(&CaseTree::load(&folder, None), Detail::Values);
        let changed = |change: &str| {
            folder.join(change).is_dir().then(|| show(&CaseTree::load(&folder, Some(change)), Detail::Values))
        };
        if changed("matters").is_some_and(|after| after == before) {
            failures.push(format!("{name}: the change that matters changes nothing"));
        }
        if let Some(after) = changed("idle").filter(|after| *after != before) {
            failures.push(format!("{name}: the idle change changes something:\n{before}\n=====\n{after}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A unit whose looks are the same in another tree has the same rendering there.
#[test]
fn the_same_looks_give_the_same_rendering() {
    let mut compared = 0;
    for (name, folder) in cases() {
        for change in ["matters", "idle"].into_iter().filter(|change| folder.join(change).is_dir()) {
            let (before, after) = (CaseTree::load(&folder, None), CaseTree::load(&folder, Some(change)));
            compared += shown::compare_looks(&name, &before, &after);
        }
    }
    assert!(compared > 50, "only {compared} units were compared");
}

#[test]
fn there_are_enough_cases_of_each_kind() {
    let cases = cases();
    let with = |part: &str| cases.iter().filter(|(_, folder)| folder.join(part).is_dir()).count();
    assert!(cases.len() >= 120, "{} cases", cases.len());
    assert!(with("matters") >= 60 && with("idle") >= 60, "{} and {}", with("matters"), with("idle"));
}
