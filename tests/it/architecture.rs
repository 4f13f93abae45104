//! The fences between rooms: who may name whom, and which outside crate belongs to which room.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fs;
use std::path::{Path, PathBuf};

use portcullis::host::HostKind;

/// What each room may name, dependencies first. A room that names another one needs a line here. `host::api` is the
/// half of `host` that uses a network: `src/host/api` and the `api` of each host.
const ALLOWED: &[(&str, &[&str])] = &[
    ("git", &[]),
    ("git_program", &[]),
    ("demo", &["git_program"]),
    ("host", &[]),
    ("host::api", &["host"]),
    ("push", &["host"]),
    ("units", &[]),
    ("render", &["units"]),
    ("world", &["render", "units"]),
    ("finding", &["world"]),
    ("policy", &["finding"]),
    ("evidence", &["finding"]),
    ("verdict", &["evidence", "finding", "policy", "world"]),
    ("approval", &["evidence", "policy"]),
    ("automation", &["policy"]),
    ("access", &["world"]),
    ("checks", &["access", "evidence", "finding", "render", "world"]),
    ("pipeline", &["checks", "evidence", "finding", "policy", "render", "verdict", "world"]),
    ("report", &["evidence", "finding", "policy", "verdict", "world"]),
    ("cli", &["host", "report"]),
    ("governance", &["approval", "evidence", "finding", "git", "host", "policy", "render"]),
    (
        "gate",
        &[
            "approval",
            "automation",
            "checks",
            "evidence",
            "finding",
            "git",
            "governance",
            "host",
            "pipeline",
            "policy",
            "push",
            "render",
            "report",
            "verdict",
            "world",
        ],
    ),
    ("statements", &["approval", "evidence", "gate", "git", "git_program", "report"]),
    ("install", &["gate", "git", "git_program", "host", "policy", "report"]),
    ("waivers", &["checks", "finding", "gate", "git", "governance", "policy", "report", "verdict", "world"]),
    (
        "unpushed",
        &["checks", "evidence", "finding", "gate", "git", "pipeline", "policy", "report", "verdict"],
    ),
    ("server_place", &["git_program", "push"]),
    ("rescue", &["gate", "git", "git_program", "server_place"]),
    ("import", &["git_program", "server_place"]),
    ("hook", &["evidence", "gate", "git", "host", "push", "report"]),
    ("self_test", &["gate", "git", "git_program", "host", "import", "policy", "push", "report", "verdict"]),
    ("forge_settings", &["gate", "host", "host::api", "policy", "report"]),
    (
        "pull_request",
        &[
            "approval",
            "evidence",
            "gate",
            "git",
            "git_program",
            "host",
            "host::api",
            "policy",
            "report",
            "statements",
            "verdict",
        ],
    ),
    (
        "commands",
        &[
            "checks",
            "cli",
            "demo",
            "evidence",
            "finding",
            "forge_settings",
            "gate",
            "git",
            "git_program",
            "hook",
            "host",
            "host::api",
            "install",
            "policy",
            "pull_request",
            "push",
            "report",
            "import",
            "rescue",
            "self_test",
            "server_place",
            "statements",
            "unpushed",
            "verdict",
            "waivers",
        ],
    ),
    ("lib", &[]),
    ("main", &[]),
];

/// Outside crates and the only rooms that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("octocrab", &["host::api"]),
    ("reqwest", &["host::api"]),
    ("rustls", &["host::api"]),
    ("tokio", &["host::api"]),
    ("http_body_util", &["host::api"]),
    ("serde_yaml", &["policy"]),
    ("annotate_snippets", &["report"]),
    ("maud", &["report"]),
    ("textwrap", &["report"]),
    ("clap", &["cli", "commands", "main"]),
    ("clap_complete", &["cli", "commands"]),
    ("clap_mangen", &["commands"]),
    ("rayon", &["checks", "gate", "render", "world"]),
];

/// Heavy dependencies, and the one crate below `crates/` that may have each.
const HEAVY: &[(&str, &str)] = &[
    ("jsonschema", "kube-schema"),
    ("libyaml-safer", "kube-manifest"),
    ("sequoia-openpgp", "git-trust"),
    ("signature_traits", "git-trust"),
    ("ssh-key", "git-trust"),
];

/// What checks never touch: they are pure.
const IMPURE: &[&str] =
    &["std::env", "std::fs", "TcpStream", "std::process", "std::time", "Utc::now", "std::io"];

/// Where a process may be started, and where the environment may be read.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("Command::new(\"", &["src/git_program/", "src/git/store/program.rs", "src/git/tree_changes.rs"]),
    (
        "env::var",
        &[
            "src/git/store/program.rs",
            "src/push/environment.rs",
            "src/commands/output.rs",
            "src/git_program/isolated.rs",
        ],
    ),
    ("TcpStream", &[]),
    ("UdpSocket", &[]),
    ("UnixStream", &[]),
    ("extract_signature", &[]),
];

/// Files that may ask a forge. Nothing that a hook runs is among them.
const ASKING: &[&str] =
    &["src/host/", "src/forge_settings/", "src/pull_request/", "src/commands/forge_access.rs"];

/// Files that start those commands, each by one call.
const STARTING: &[&str] = &["src/commands/doctor.rs", "src/commands/mod.rs", "src/commands/pr.rs"];

/// Where code may name one host. Elsewhere it asks for a fact, which every host has.
const NAMING_HOSTS: &[&str] = &[
    "src/host/",
    // `--local-code` is gitolite's and `--custom-hooks` GitLab's.
    "src/install/place.rs",
    "src/forge_settings/tests",
];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    sources_below("src")
}

/// The sources of a folder of the workspace.
fn sources_below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(root, &root.join(folder), &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root).expect("a path below the workspace").to_owned();
            let room = room_of(&inside);
            let text = fs::read_to_string(&path).expect("a source");
            found.push(Source { path: inside, room, text: code_only(&text) });
        }
    }
}

fn room_of(inside: &Path) -> String {
    let mut names = inside.iter().skip(1).map(|name| name.to_string_lossy());
    let room = names.next().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let is_api = names.any(|name| name.trim_end_matches(".rs") == "api");
    if room == "host" && is_api { "host::api".to_owned() } else { room }
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
    let opening = room
        .rsplit_once("::")
        .map_or_else(|| "use crate::{".to_owned(), |(outer, _)| format!("use crate::{outer}::{{"));
    let inner = room.rsplit("::").next().unwrap_or_default();
    text.match_indices(&direct).any(|(at, _)| boundary(&text[at + direct.len()..]))
        || text.match_indices(&opening).any(|(at, _)| {
            let list = text[at..].split(';').next().unwrap_or_default();
            list.split(|next: char| !(next.is_alphanumeric() || next == '_')).any(|word| word == inner)
        })
}

fn is_below(source: &Source, places: &[&str]) -> bool {
    places.iter().any(|place| source.path.to_string_lossy().starts_with(place))
}

fn allowed_by(room: &str) -> Option<&'static [&'static str]> {
    ALLOWED.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed)
}

#[test]
fn a_room_names_only_rooms_that_it_may_name() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some(allowed) = allowed_by(&source.room) else {
            broken.push(format!("{} is in a room without a line in ALLOWED", source.path.display()));
            continue;
        };
        for (other, _) in ALLOWED.iter().filter(|(other, _)| *other != source.room) {
            if names(&source.text, other) && !allowed.contains(other) {
                broken.push(format!("{} names crate::{other}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_allowed_edge_is_used() {
    let sources = sources();
    let mut unused = Vec::new();
    for (room, allowed) in ALLOWED {
        for other in *allowed {
            let is_used = sources.iter().any(|source| source.room == *room && names(&source.text, other));
            if !is_used {
                unused.push(format!("{room} does not name crate::{other}: remove it from ALLOWED"));
            }
        }
    }
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}

/// A room may only name rooms with an earlier line, so no chain of names comes back to where it began.
#[test]
fn no_rooms_name_each_other_in_a_circle() {
    let mut broken = Vec::new();
    for (line, (room, allowed)) in ALLOWED.iter().enumerate() {
        for other in *allowed {
            let earlier = ALLOWED.iter().take(line).any(|(name, _)| name == other);
            if !earlier {
                broken.push(format!("{room} names {other}, which has no earlier line in ALLOWED"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
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
fn heavy_dependencies_are_of_one_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut packages = vec![("portcullis".to_owned(), root.join("Cargo.toml"))];
    for entry in fs::read_dir(root.join("crates")).expect("the crates") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        packages.push((name, path.join("Cargo.toml")));
    }
    let mut broken = Vec::new();
    for (package, manifest) in &packages {
        let text = fs::read_to_string(manifest).expect("a Cargo.toml");
        let own = text.split("\n[dependencies]").nth(1).unwrap_or_default();
        let own = own.split("\n[").next().unwrap_or_default();
        for (heavy, home) in HEAVY {
            let has = own.lines().any(|line| line.starts_with(heavy));
            if has != (package == home) {
                broken.push(format!("{package} and {heavy}: only {home} depends on it"));
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

/// The facts of a host know no network either, by whatever name.
#[test]
fn nothing_that_a_hook_runs_can_ask_a_forge() {
    let mut broken = Vec::new();
    for source in sources() {
        let is_facts = source.room == "host" && source.text.contains("api::");
        let asks = [
            "host::api",
            "forge_access",
            "commands::pr::",
            "super::pr::",
            "commands::doctor::",
            "super::doctor::",
            "crate::forge_settings",
            "crate::pull_request",
        ];
        let asks = asks.iter().any(|word| source.text.contains(word)) || names(&source.text, "host::api");
        let may_ask = is_below(&source, ASKING) || is_below(&source, STARTING);
        if is_facts || (asks && !may_ask) {
            broken.push(format!("{} can ask a forge", source.path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A decision by the name of a host would be forgotten when a host is added.
#[test]
fn what_differs_between_hosts_is_a_fact() {
    let hosts: Vec<String> = HostKind::ALL.iter().map(|host| format!("HostKind::{host:?}")).collect();
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !is_below(source, NAMING_HOSTS)) {
        for host in hosts.iter().filter(|host| source.text.contains(host.as_str())) {
            broken.push(format!("{} names {host}", source.path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_module_says_what_it_is_and_none_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for source in sources_below("src").into_iter().chain(sources_below("crates")) {
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
