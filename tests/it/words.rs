//! Keeps words out of texts and comments for which CONTRIBUTING.md lists better ones.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fs;
use std::path::{Path, PathBuf};

/// Words and phrases to avoid, in small letters.
const WORDS: &[&str] = &[
    "are none",
    "are told",
    "cannot be told",
    "is none",
    "is told",
    "lets around",
    "lets by",
    "mend",
    "mended",
    "mending",
    "mends",
    "nobody",
    "somebody",
    "stands",
    "the other way",
    "whoever",
    "whom",
];

/// Files in which such a word may be, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("CONTRIBUTING.md", "lists the words"),
    ("src/finding/former.rs", "quotes sentences of version 0.1, which fingerprints hash"),
    ("crates/kube-model/src/rbac/binding.rs", "`Somebody (… is not known)` is a fact of fingerprints"),
];

/// Documents that people write. Parts between `<!-- generated` and `<!-- end of` come from other files.
const DOCUMENTS: &[&str] = &["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md"];

/// Files below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
    found
}

/// A line of Rust with everything blanked out but its string literals and its comment. `quoted` says whether a
/// literal began on an earlier line.
fn prose(line: &str, quoted: &mut bool) -> String {
    let mut text = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if *quoted => drop(letters.next()),
            '\'' if !*quoted && letters.peek() == Some(&'"') => drop(letters.next()),
            '"' => {
                *quoted = !*quoted;
                text.push(' ');
            }
            '/' if !*quoted && letters.peek() == Some(&'/') => {
                text.extend(letters.by_ref());
            }
            _ if *quoted => text.push(letter),
            _ => {}
        }
    }
    text
}

/// The words of a text in small letters, with one space between them. Names of code are left out.
fn plain(text: &str) -> String {
    let outside = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let letters = outside.to_lowercase();
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let words: Vec<&str> = letters.split(|letter| !is_part(letter)).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

/// Places with a word to avoid.
fn places(name: &str, lines: impl Iterator<Item = String>, found: &mut Vec<String>) {
    if ALLOWED.iter().any(|(path, _)| *path == name) {
        return;
    }
    for (index, line) in lines.enumerate() {
        let line = plain(&line);
        let words = WORDS.iter().filter(|word| line.contains(&format!(" {word} ")));
        found.extend(words.map(|word| format!("{name}:{}: {word}", index + 1)));
    }
}

/// The lines of a document that people write.
fn by_hand(text: &str) -> Vec<String> {
    let mut generated = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        generated |= line.starts_with("<!-- generated");
        lines.push(if generated { String::new() } else { line.to_owned() });
        generated &= !line.starts_with("<!-- end of");
    }
    lines
}

#[test]
fn words_to_avoid_are_in_no_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let below = ["src", "crates"].map(|folder| files(&root.join(folder), "rs"));
    for path in below.into_iter().flatten() {
        let name = path.strip_prefix(root).expect("a file of the project").display().to_string();
        let text = fs::read_to_string(&path).expect("a source file");
        let mut quoted = false;
        let lines: Vec<String> = text.lines().map(|line| prose(line, &mut quoted)).collect();
        assert!(!quoted, "{name}: a string literal does not end");
        places(&name, lines.into_iter(), &mut found);
    }
    let mut documents: Vec<PathBuf> = DOCUMENTS.iter().map(|name| root.join(name)).collect();
    documents.extend(files(&root.join("docs"), "md"));
    for path in documents {
        let name = path.strip_prefix(root).expect("a file of the project").display().to_string();
        let text = fs::read_to_string(&path).expect("a document");
        places(&name, by_hand(&text).into_iter(), &mut found);
    }
    assert!(found.is_empty(), "see \"Words to avoid\" in CONTRIBUTING.md:\n{}", found.join("\n"));
}
