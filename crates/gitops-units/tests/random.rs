//! Random edits of the trees of the cases: nothing panics, everything ends soon, and what was looked at decides.
//!
//! `EDITS` and `SEED` in the environment name another number of edits and another start.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy exempts test functions only, not what they call"
)]

#[expect(dead_code, reason = "the test of the cases loads folders")]
mod case_tree;
#[expect(dead_code, reason = "the test of the cases shows more")]
mod shown;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use case_tree::{CaseFile, CaseTree, read_assumptions, read_files};

/// Random numbers (xorshift64*), the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).unwrap() % sides.max(1)
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.roll(choices.len())]
    }
}

type Files = BTreeMap<String, CaseFile>;

/// Texts that change the meaning of what is around them.
const PIECES: [&str; 28] = [
    "{{",
    "}}",
    "{{ .path.path }}",
    "{{ range .x }}",
    "${",
    "${host:=",
    "}",
    "*",
    "**",
    "[",
    "../",
    "/",
    "'",
    "\"",
    "\n",
    "- ",
    ": ",
    "|\n",
    "&a ",
    "*a",
    "!x ",
    "\0",
    "\u{feff}",
    "path: .",
    "namePrefix: x-",
    "99999999999999999999",
    "~",
    "é",
];

/// Names of files that tools look for.
const NAMES: [&str; 8] = [
    "kustomization.yaml",
    "kustomization.yml",
    "Kustomization",
    "Chart.yaml",
    ".sourceignore",
    ".argocd-source.yaml",
    "new.yaml",
    "x.jsonnet",
];

fn case_folders() -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect()
    };
    let features = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    let mut cases: Vec<PathBuf> = features.iter().flat_map(|feature| below(feature)).collect();
    cases.sort();
    cases
}

fn edit(files: &mut Files, others: &Files, dice: &mut Dice) {
    let paths: Vec<String> = files.keys().cloned().collect();
    let path = dice.pick(&paths).clone();
    match dice.roll(7) {
        0 | 1 => change_text(files, &path, dice),
        2 => {
            files.insert(path, CaseFile::Bytes(Vec::new()));
        }
        3 => {
            let theirs: Vec<&CaseFile> = others.values().collect();
            files.insert(path, (*dice.pick(&theirs)).clone());
        }
        4 => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let name = format!("{folder}/{}", dice.pick(&NAMES)).trim_start_matches('/').to_owned();
            let file = files[dice.pick(&paths)].clone();
            files.insert(name, file);
        }
        5 => {
            let target = dice.pick(&["..", "../..", ".", "a", "../apps", "service.yaml", "loop"]);
            files.insert(path, CaseFile::Link((*target).to_owned()));
        }
        _ => {
            let moved = files.remove(&path);
            let parent = path.rsplit_once('/').map_or("moved", |(folder, _)| folder).to_owned();
            let is_free = |name: &String| !files.keys().any(|key| key.starts_with(&format!("{name}/")));
            if let Some(file) = moved.filter(|_| is_free(&parent)) {
                files.insert(parent, file);
            }
        }
    }
    drop_files_below_files(files);
}

fn change_text(files: &mut Files, path: &str, dice: &mut Dice) {
    let Some(CaseFile::Bytes(bytes)) = files.get_mut(path) else { return };
    let place = dice.roll(bytes.len() + 1);
    let piece = dice.pick(&PIECES).as_bytes().to_vec();
    let end = (place + dice.roll(6)).min(bytes.len());
    bytes.splice(place..end, piece);
}

/// No tree has a file and a folder of one name.
fn drop_files_below_files(files: &mut Files) {
    let paths: Vec<String> = files.keys().cloned().collect();
    for path in &paths {
        let prefix = format!("{path}/");
        files.retain(|other, _| !other.starts_with(&prefix));
    }
}

#[test]
fn random_edits_end_soon_and_looks_decide() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let mut dice = Dice(number("SEED", 0x9e37_79b9_7f4a_7c15));
    let cases = case_folders();
    let mut compared = 0;
    for round in 0..number("EDITS", 1_500) {
        let (case, other) = (dice.pick(&cases).clone(), dice.pick(&cases).clone());
        let (mut files, others) = (read_files(&case.join("tree")), read_files(&other.join("tree")));
        for _ in 0..dice.roll(3) {
            edit(&mut files, &others, &mut dice);
        }
        let before = CaseTree::new(files.clone(), read_assumptions(&case));
        edit(&mut files, &others, &mut dice);
        let after = CaseTree::new(files, read_assumptions(&case));
        let started = Instant::now();
        compared += shown::compare_looks(&format!("round {round}, {}", case.display()), &before, &after);
        let elapsed = started.elapsed();
        assert!(elapsed < Duration::from_secs(10), "round {round}, {}: {elapsed:?}", case.display());
    }
    assert!(compared > 100, "only {compared} units were compared");
}
