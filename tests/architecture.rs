//! The fences between rooms: who may name whom, and which outside crate belongs to which room.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that a room never names.
const FENCES: &[(&str, &[&str])] = &[
    (
        "source",
        &["forge", "git", "manifest", "kube", "render", "world", "policy", "checks", "report", "commands"],
    ),
    (
        "git",
        &["push", "manifest", "kube", "render", "world", "policy", "checks", "report", "commands", "finding"],
    ),
    ("push", &["forge", "git", "manifest", "policy", "checks", "report", "commands"]),
    (
        "manifest",
        &["forge", "git", "push", "kube", "render", "world", "policy", "checks", "report", "commands"],
    ),
    ("kube", &["forge", "git", "push", "world", "policy", "checks", "report", "commands", "schema"]),
    (
        "units",
        &["forge", "git", "push", "render", "world", "policy", "checks", "report", "commands", "schema"],
    ),
    ("render", &["forge", "git", "push", "world", "policy", "checks", "report", "commands", "schema"]),
    ("world", &["forge", "git", "push", "policy", "checks", "report", "commands", "schema"]),
    ("schema", &["forge", "git", "push", "policy", "checks", "report", "commands"]),
    (
        "validation",
        &["forge", "git", "push", "world", "schema", "policy", "checks", "finding", "report", "commands"],
    ),
    ("signature", &["forge", "git", "push", "manifest", "policy", "checks", "report", "commands"]),
    ("owners", &["forge", "git", "push", "policy", "checks", "report", "commands", "signature"]),
    ("approval", &["forge", "git", "push", "checks", "verdict", "report", "commands"]),
    ("forge", &["git", "push", "manifest", "policy", "checks", "verdict", "report", "commands"]),
    ("evidence", &["forge", "git", "push", "policy", "checks", "report", "commands"]),
    ("finding", &["forge", "git", "push", "policy", "checks", "verdict", "report", "commands"]),
    ("policy", &["forge", "git", "push", "checks", "verdict", "report", "commands"]),
    ("checks", &["forge", "git", "push", "verdict", "report", "commands", "policy"]),
    ("verdict", &["forge", "git", "push", "checks", "report", "commands"]),
    ("report", &["forge", "git", "push", "checks", "commands"]),
    ("pipeline", &["forge", "git", "push", "report", "commands"]),
    // The name of a status is parsed once, where reports define it.
    ("cli", &["forge", "git", "push", "manifest", "policy", "checks", "verdict", "commands"]),
];

/// Outside crates and the only rooms that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("sequoia_openpgp", &["signature"]),
    ("jsonschema", &["schema"]),
    ("libyaml_safer", &["manifest"]),
    ("octocrab", &["forge"]),
    ("reqwest", &["forge"]),
    ("rustls", &["forge"]),
    ("tokio", &["forge"]),
    ("serde_yaml", &["policy"]),
    ("annotate_snippets", &["report"]),
    ("clap", &["cli", "commands", "main"]),
    ("clap_complete", &["cli", "commands"]),
    ("clap_mangen", &["commands"]),
    ("rayon", &["checks", "commands", "render", "world"]),
    ("ssh_key", &["signature"]),
    ("signature_traits", &["signature"]),
];

/// What checks never touch: they are pure.
const IMPURE: &[&str] =
    &["std::env", "std::fs", "TcpStream", "std::process", "std::time", "Utc::now", "std::io"];

/// Where a process may be started, and where the environment may be read.
const ONLY_IN: &[(&str, &[&str])] = &[
    (
        "Command::new(\"",
        &[
            "src/commands/demo",
            "src/commands/git_program.rs",
            "src/git/raw/git_oracle.rs",
            "src/git/store/program.rs",
            "src/git/tree_changes.rs",
        ],
    ),
    (
        "env::var",
        &[
            "src/git/raw/git_oracle.rs",
            "src/git/store/program.rs",
            "src/push/environment.rs",
            "src/commands/output.rs",
            "src/commands/demo",
        ],
    ),
    ("TcpStream", &[]),
    ("UdpSocket", &[]),
    ("UnixStream", &[]),
    ("extract_signature", &[]),
];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root).expect("a path below src").to_owned();
            let room = inside.iter().next().unwrap_or_default().to_string_lossy();
            let room = room.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("a source");
            found.push(Source { path: Path::new("src").join(inside), room, text: code_only(&text) });
        }
    }
}

/// Comments may speak of anything.
fn code_only(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether code names a module: `crate::room` alone or inside a braced import.
fn names(text: &str, room: &str) -> bool {
    let direct = format!("crate::{room}");
    let boundary = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.match_indices(&direct).any(|(at, _)| boundary(&text[at + direct.len()..]))
        || text.match_indices("use crate::{").any(|(at, _)| {
            let list = text[at..].split(';').next().unwrap_or_default();
            list.split(|next: char| !(next.is_alphanumeric() || next == '_')).any(|word| word == room)
        })
}

#[test]
fn rooms_keep_their_fences() {
    let mut broken = Vec::new();
    for source in sources() {
        let fence = FENCES.iter().find(|(room, _)| *room == source.room);
        for forbidden in fence.map(|(_, forbidden)| *forbidden).unwrap_or_default() {
            if names(&source.text, forbidden) {
                broken.push(format!("{} names crate::{forbidden}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_room_is_fenced() {
    let known = ["commands", "main", "lib"];
    for source in sources() {
        let fenced =
            FENCES.iter().any(|(room, _)| *room == source.room) || known.contains(&source.room.as_str());
        assert!(fenced, "the room `{}` has no line in FENCES", source.room);
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for source in sources() {
        for (name, rooms) in CRATES {
            let named =
                source.text.contains(&format!("{name}::")) || source.text.contains(&format!("use {name};"));
            if named && !rooms.contains(&source.room.as_str()) {
                broken.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn checks_are_pure_and_know_no_other_family() {
    let families = ["approval", "commit", "exposure", "image", "manifest", "policy", "rbac", "schema"];
    let mut broken = Vec::new();
    for source in sources().into_iter().filter(|source| source.room == "checks") {
        for impure in IMPURE.iter().filter(|impure| source.text.contains(**impure)) {
            broken.push(format!("{} touches {impure}", source.path.display()));
        }
        for family in families {
            let own = source.path.starts_with(Path::new("src/checks").join(family));
            if !own && source.text.contains(&format!("checks::{family}::")) {
                broken.push(format!("{} uses the checks of {family}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn processes_and_environment_stay_where_they_are_allowed() {
    let mut broken = Vec::new();
    for source in sources() {
        for (word, places) in ONLY_IN {
            let allowed = places.iter().any(|place| source.path.to_string_lossy().starts_with(place));
            if source.text.contains(word) && !allowed {
                broken.push(format!("{} uses {word}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_module_says_what_it_is_and_none_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for source in sources() {
        let text = fs::read_to_string(root.join(&source.path)).expect("a source");
        if !text.starts_with("//!") {
            broken.push(format!("{} has no `//!`", source.path.display()));
        }
        if text.lines().count() > 500 {
            broken.push(format!("{} has more than 500 lines", source.path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
