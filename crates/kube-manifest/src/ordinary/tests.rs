//! Whatever the ordinary form reads, the composer reads alike.

use crate::agreement::Agreement;
use std::fs;
use std::path::Path;

use super::super::framing::{Chunk, split_kubectl};
use super::super::kubectl::{self, Documents};
use super::super::kustomize;
use super::super::limits::Limits;
use super::super::node::Node;
use super::{Ordinary, read};

/// The outcome for a document.
#[derive(PartialEq, Eq)]
enum Outcome {
    Ordinary,
    Unusual,
}

/// Reads a chunk both ways; panics if they differ.
fn compare(text: &str, chunk: Chunk) -> Outcome {
    let limits = Limits::default();
    let mut nodes = limits.nodes;
    let Some(Ordinary { root, agreement }) = read(text, chunk, &limits, &mut nodes) else {
        return Outcome::Unusual;
    };
    let (Documents { roots, problems, aliases, agreement: composed_agreement }, composed_nodes) =
        kubectl::composed(text, chunk, &limits);
    assert!(problems.is_empty() && aliases.is_empty(), "{problems:?} in {text:?}");
    let show = |roots: &[Node]| format!("{roots:#?}");
    assert_eq!(show(&[root]), show(&roots), "{text:?}");
    assert_eq!(nodes, composed_nodes, "{text:?}");
    if text.ends_with('\n') {
        assert_eq!(agreement, composed_agreement, "{text:?}");
    } else if agreement == Agreement::Certain && chunk.end - chunk.start == text.len() {
        let kustomize = kustomize::read(text, &limits);
        assert!(kustomize.is_err() || kustomize.is_ok_and(|others| others == roots), "{text:?}");
    }
    Outcome::Ordinary
}

fn compare_all(text: &str) -> (usize, usize) {
    let framed = split_kubectl(text, 0);
    let outcomes = framed.chunks.iter().map(|chunk| compare(text, *chunk));
    let ordinary = outcomes.filter(|outcome| *outcome == Outcome::Ordinary).count();
    (ordinary, framed.chunks.len())
}

fn manifests(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            manifests(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.extend(fs::read_to_string(&entry));
        }
    }
}

/// The manifests of the project's tests, or of the folder that `MANIFESTS` names when the test is built.
fn real_manifests() -> Vec<String> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests");
    let folder = option_env!("MANIFESTS").unwrap_or(own);
    let mut found = Vec::new();
    manifests(Path::new(&folder), &mut found);
    found
}

#[test]
fn real_manifests_are_ordinary_and_read_alike() {
    let (mut ordinary, mut chunks) = (0, 0);
    for text in real_manifests() {
        let (read, all) = compare_all(&text);
        ordinary += read;
        chunks += all;
    }
    assert!(ordinary * 2 > chunks, "{ordinary} of {chunks} chunks");
}

const ORDINARY: &[&str] = &[
    "a: b\n - c\n",
    "a: b\n  c\n",
    "a:\n  b # c\nd:\n- e\n\n\n  - f  \n # g\nh: i\n   [j] k l'\n",
    "a: 1\n",
    "---\na: 1\n",
    "--- # a comment\na: 1",
    "# a comment\n\na: b # another\n\n# last\n",
    "a:\n  b: c\n  d:\n  - e\n  -  f\n  - g: h\n    i:\n    j: k\nl:\n",
    "- a\n- - b\n  - c\n-\n- d: e\n-\n  f\n",
    "a: \"b\\n\\\"c\\\\ \" # c\n'd''e': 'f # g'\n\"h\": \"\"\n",
    "a: |\n  b\n    c\n\n  d\n\n\nb: |-\n    x\n\nc: |+\n\n  y\n\n# z\n",
    "a:\n- |\n b\n-   |+ # c\n   d\n\n",
    "a: [b, \"c\", 'd' ,1, 0x1f, 1.5]\n",
    "a: {b: c, \"d\": [e, {f: 0x1}], g: {}, h: \"i: j\"} # k\n",
    "{a: b}\n",
    "a: []\nb: {}\nc: [ ] # d\n",
    "a: b#c\nd: e:f\ng: http://h/i?j=k&l=m\n",
    "a: 0777\nb: 1e3\nc: 2001-01-01\nd: yes\ne: ~\nf: 1_0\n",
    "a:    b   \nc:  # d\n  e: f   # g\n",
    "ä: ö 😀\n",
    "a: |\n  b\n  \tc\nd: |\n  e\tf\n",
    "a: |\n  b",
    "a: \"b\"\n   \n",
];

const UNUSUAL: &[&str] = &[
    "a: b\n  c: d\n",
    "a: b\n # c\n  d\n",
    "a: b # c\n  d\n",
    "a: b\n\tc\n",
    "a: |\n  b\n   ",
    "a: b: c\n",
    "a: {b: }\n",
    "a: {b: c, b: d}\n",
    "a: {b:c}\n",
    "a: {b, c}\n",
    "a: {\"b\":c}\n",
    "a: {b: c,}\n",
    "a: {b: c:d}\n",
    "a: {b: c}: d\n",
    "a: [b]]\n",
    "",
    "a",
    "a: 1\na: 2\n",
    "a: &b c\n",
    "a: *b\n",
    "a: !!str b\n",
    "<<: {}\n",
    "\"<<\": a\n",
    "? a\n: b\n",
    "a:\tb\n",
    "a: b\tc\n",
    "a: \"b\n  c\"\n",
    "a: >\n  b\n",
    "a: |2\n   b\n",
    "a: |\n    \n  b\n",
    "a: |\nb: c\n",
    "a: [b: c]\n",
    "a: [b\n]\n",
    "a: \"\\u0041\"\n",
    "a: .inf\n",
    "yes: a\n",
    "1: a\n",
    ": a\n",
    "a : b\n",
    "\"a\" : b\n",
    "a: - b\n",
    "- a\nb: c\n",
    "a:\n   b: c\n  d: e\n",
    "a: 'b'c\n",
    "a: \"b\"#c\n",
    "a: %b\n",
    "a: @b\n",
    "...\na: b\n",
    "a: b\n...\n",
    "a: b\u{2028}\n",
    "a: b\r\n",
    "a: \u{feff}b\n",
    "%YAML 1.1\n",
    "|\n  a\n",
];

#[test]
fn the_ordinary_form_is_known() {
    for text in ORDINARY {
        let (ordinary, all) = compare_all(text);
        assert_eq!(ordinary, all, "{text:?}");
    }
    for text in UNUSUAL {
        assert_eq!(compare_all(text).0, 0, "{text:?}");
    }
}

/// A generator of numbers, the same in every run (Marsaglia, "Xorshift RNGs").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("a small number")
    }

    fn pick<'a>(&mut self, from: &'a [&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    ":",
    ": ",
    "- ",
    "-",
    "#",
    " # c",
    "|",
    "|-\n",
    "|+\n",
    ">\n",
    "\"",
    "'",
    "''",
    "\\",
    "\\n",
    "[",
    "]",
    "{",
    "}",
    "{}",
    "[]",
    ",",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "?",
    "? ",
    "%",
    "@",
    "`",
    "<<",
    "<<: ",
    "...",
    "---",
    "\t",
    "\r",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "~",
    "yes",
    "0x1",
    "1:2",
    ".5",
    ".inf",
    "2001-01-01",
    "a",
    "b: c",
    "=",
    "$",
    "|2\n",
];

/// Puts a piece in, takes some characters out, or moves a line.
fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = numbers.below(characters.len() + 1);
    match numbers.below(4) {
        0 | 1 => {
            let piece = numbers.pick(PIECES);
            characters.splice(place..place, piece.chars());
        }
        2 => {
            let end = (place + 1 + numbers.below(4)).min(characters.len());
            characters.drain(place..end.max(place));
        }
        _other => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (from, to) = (numbers.below(lines.len().max(1)), numbers.below(lines.len().max(1)));
            if !lines.is_empty() {
                lines.swap(from, to);
            }
            return lines.concat();
        }
    }
    characters.into_iter().collect()
}

/// `CASES` and `SEED`, if they are set when the test is built, choose others.
#[test]
fn mutated_documents_read_alike() {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
    let mut numbers = Numbers(number(option_env!("SEED")).unwrap_or(0x9e37_79b9_7f4a_7c15));
    let mut seeds: Vec<String> = ORDINARY.iter().map(|text| (*text).to_owned()).collect();
    seeds.extend(real_manifests().into_iter().filter(|text| text.len() < 600).take(300));
    let mut ordinary = 0;
    let cases = number(option_env!("CASES")).unwrap_or(20_000);
    for _ in 0..cases {
        let mut text = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(3) {
            text = mutate(&text, &mut numbers);
        }
        ordinary += u64::from(compare_all(&text).0 > 0);
    }
    assert!(ordinary * 10 > cases, "{ordinary} of {cases}");
}
