//! Properties over random input: reading never panics, and what is computed the short way is what is
//! computed the long way.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::path::Path;

use kube_manifest::{Limits, parse};
use portcullis::finding::{CheckId, Fingerprint, Severity};
use portcullis::git::{Ancestry, Repository};
use portcullis::policy::{WaivedFinding, WaiverTerm, WaiversFile};
use proptest::collection::{btree_map, vec};
use proptest::prelude::{ProptestConfig, Strategy, prop_oneof, proptest};
use source_files::ObjectId;

use crate::common::git::Git;

/// Pieces that YAML treats in a special way, so that random text reaches the odd corners.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "a",
            "kind",
            "items",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "\n---\n",
            "...",
            "|",
            "|+\n",
            ">-\n",
            "&a ",
            "*a",
            "<<: ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\"",
            "'",
            "\\",
            "!",
            "!!binary ",
            "%YAML 1.1\n",
            "#",
            "\t",
            "\r",
            "\u{2028}",
            "\u{feff}",
            "0x",
            "1e9",
            "yes",
            "~",
            "?",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}".prop_map(|text| text),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reading_a_manifest_never_panics(text in yamlish()) {
        let manifest = parse(text.into_bytes(), &Limits::default());
        for object in &manifest.objects {
            let _ = object.position(&object.root);
        }
    }

    #[test]
    fn reading_any_bytes_never_panics(bytes in vec(proptest::num::u8::ANY, 0..200)) {
        let _ = parse(bytes, &Limits::default());
    }
}

/// The beginning of a waivers file, from nothing at all to half an entry.
fn beginnings() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "",
        "apiVersion: portcullis.dev/v1\nkind: GateWaivers\n",
        "apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers:\n- check: node-port\n  ",
        "apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers: [{check: node-port, object: Service/a/b, \
         fingerprint: 5f1c, owner: o, reason: r, expires: 2999-01-01, ",
    ])
}

/// Whether nothing but space and comments stands before the end of the entry: it is as it was begun.
fn closes_the_entry(rest: &str) -> bool {
    let mut rest = rest.trim_start();
    while let Some(comment) = rest.strip_prefix('#') {
        rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest.starts_with('}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_waivers_never_panic_and_never_waive(begin in beginnings(), rest in yamlish()) {
        let text = format!("{begin}{rest}");
        let file = WaiversFile::parse("waivers", text.as_bytes(), &[CheckId::new("node-port")]);
        let finding = WaivedFinding {
            check: CheckId::new("node-port"),
            cluster: "default".to_owned(),
            object: "Service/a/b".to_owned(),
            severity: Severity::High,
            fingerprints: vec![Fingerprint::quoted("5f1c")],
        };
        let today = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
        let term = WaiverTerm::of(today, None);
        let waived = file.waivers.iter().any(|waiver| waiver.covers(&finding, term));
        assert!(!waived || closes_the_entry(&rest), "{text}");
    }
}

/// A tree as `git fast-import` takes it: folders of one or two levels, names that sort oddly.
fn files() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = proptest::sample::select(vec!["a", "a.b", "a-b", "ab", "b"]);
    let path = vec(name, 1..4).prop_map(|names| names.join("/"));
    btree_map(path, "[xyz]", 0..8).prop_map(|files| files.into_iter().collect())
}

/// A path cannot be a file and a folder at once.
fn without_clashes(files: &[(String, String)]) -> Vec<(String, String)> {
    let clashes = |path: &str| files.iter().any(|(other, _)| other.starts_with(&format!("{path}/")));
    files.iter().filter(|(path, _)| !clashes(path)).cloned().collect()
}

fn tree(git: &Git, files: &[(String, String)]) -> ObjectId {
    git.run(&["read-tree", "--empty"], b"").expect("an empty index");
    for (path, content) in without_clashes(files) {
        let blob = git.run(&["hash-object", "-w", "--stdin"], content.as_bytes()).expect("a blob");
        let entry = format!("100644,{blob},{path}");
        git.run(&["update-index", "--add", "--cacheinfo", &entry], b"").expect("an entry");
    }
    ObjectId::parse(&git.run(&["write-tree"], b"").expect("a tree")).expect("an id")
}

fn open(folder: &Path) -> Repository {
    Repository::open_for_hook(folder, None, 1 << 20).expect("a repository")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reading_only_what_differs_gives_the_whole_tree(before in files(), after in files()) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let git_dir = folder.path().join("repository.git");
        let git = Git::init_bare(&git_dir).expect("a repository");
        let (old, new) = (tree(&git, &before), tree(&git, &after));
        let repository = open(&git_dir);
        let known = repository.snapshot(&old).expect("the old tree");
        let beside = repository.snapshot_beside((&old, &known), &new).expect("the new tree");
        let whole = repository.snapshot(&new).expect("the new tree");
        assert_eq!(beside.files, whole.files);
    }
}

/// Commits by their parents, which come before them in the list, and their dates.
fn histories() -> impl Strategy<Value = Vec<(Vec<usize>, u32)>> {
    vec((vec(proptest::num::usize::ANY, 0..4), 0_u32..2_000_000_000), 2..40)
}

/// Stores the commits of a history in order.
fn commits(git: &Git, history: &[(Vec<usize>, u32)]) -> Vec<String> {
    let tree = git.run(&["write-tree"], b"").expect("an empty tree");
    let mut ids: Vec<String> = Vec::new();
    for (number, (parents, seconds)) in history.iter().enumerate() {
        let chosen = parents.iter().filter_map(|parent| ids.get(parent.checked_rem(number)?));
        let parents = chosen.map(|id| format!("parent {id}\n")).collect::<Vec<_>>().concat();
        let who = format!("A <a@example.com> {seconds} +0000");
        let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{number}\n");
        ids.push(git.store("commit", text.as_bytes()).expect("a commit"));
    }
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn new_commits_are_those_that_git_lists(
        history in histories(),
        pairs in vec((proptest::num::usize::ANY, proptest::num::usize::ANY), 6),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let git_dir = folder.path().join("repository.git");
        let git = Git::init_bare(&git_dir).expect("a repository");
        let ids = commits(&git, &history);
        let repository = open(&git_dir);
        for (old, new) in pairs {
            let (old, new) = (&ids[old % ids.len()], &ids[new % ids.len()]);
            let id = |text: &str| ObjectId::parse(text).expect("an id");
            let walked = repository.history(Some(&id(old)), &id(new)).expect("a history");
            let mut found: Vec<_> = walked.commits.iter().map(ToString::to_string).collect();
            // `rev-list new --not old` goes by dates and lists too much if they contradict the parents.
            let reached = |tip: &str| git.run(&["rev-list", tip], b"").expect("a list");
            let (known, all) = (reached(old), reached(new));
            let is_new = |id: &&str| known.lines().all(|known| known != *id);
            let mut listed: Vec<_> = all.lines().filter(is_new).map(str::to_owned).collect();
            found.sort();
            listed.sort();
            assert_eq!(found, listed);
            let kept = git.output(&["merge-base", "--is-ancestor", old, new], b"").expect("an answer");
            assert_eq!(walked.ancestry == Ancestry::Ancestor, kept.status.success());
        }
    }
}
