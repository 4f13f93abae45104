//! Single rooms: reading manifests, validating objects, finding owners. `cargo bench --bench rooms`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

#[expect(dead_code, reason = "only the generated manifests are used here")]
mod repository;

use codeowners::{Dialect, OwnersFile};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use kube_manifest::{Limits, parse};
use kube_model::{ClusterName, KubernetesVersion, ObjectRef};
use kube_schema::{Outcome, SchemaStore};
use portcullis::render::{Listing, Role};
use portcullis::world::Placed;
use source_files::RepoPath;

fn main() {
    divan::main();
}

fn stream(manifests: usize) -> String {
    let documents: Vec<String> = (0..manifests).map(repository::manifest).collect();
    documents.join("---\n")
}

/// Bytes a second of one core, spans and scalars resolved.
#[divan::bench(args = [1, 100, 1000])]
fn read_manifests(bencher: Bencher<'_, '_>, manifests: usize) {
    let text = stream(manifests);
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(manifests))
        .with_inputs(|| text.clone().into_bytes())
        .bench_values(|bytes| parse(bytes, &Limits::default()));
}

fn placed(manifests: usize) -> Vec<Placed> {
    let manifest = parse(stream(manifests).into_bytes(), &Limits::default());
    let cluster = ClusterName::fallback();
    let place = |object| {
        let object = std::sync::Arc::new(object);
        let id = ObjectRef::of(&object, &cluster);
        let (role, listing, path) = (Role::Complete, Listing::Unlisted, RepoPath::new("a.yaml"));
        Placed { role, listing, path, id, object, unit: None }
    };
    manifest.objects.into_iter().map(place).collect()
}

/// Objects a second of one core, schemas compiled.
#[divan::bench(args = [1000])]
fn validate_objects(bencher: Bencher<'_, '_>, manifests: usize) {
    let (objects, store) = (placed(manifests), SchemaStore::new());
    let valid = |placed: &&Placed| {
        store.validate(&placed.candidate(), &[KubernetesVersion::NEWEST]) == Outcome::Valid
    };
    assert_eq!(objects.iter().filter(valid).count(), manifests, "the generated manifests are valid");
    bencher.counter(ItemsCount::new(manifests)).bench(|| objects.iter().filter(valid).count());
}

/// The first Deployment of a process: embedded schemas inflated, the closure of one kind compiled.
#[divan::bench]
fn compile_one_kind(bencher: Bencher<'_, '_>) {
    let objects = placed(1);
    bencher.bench(|| {
        let judge =
            |placed: &Placed| SchemaStore::new().validate(&placed.candidate(), &[KubernetesVersion::NEWEST]);
        objects.iter().map(judge).collect::<Vec<_>>()
    });
}

const RULES: usize = 5_000;
const PATHS: usize = 10_000;

/// 5,000 rules and 10,000 paths, as a large repository has them.
fn ownership(dialect: Dialect, kind: &str) -> (OwnersFile, Vec<RepoPath>) {
    let line = |number: usize| match (dialect, kind) {
        (Dialect::Gitea, "usual") => format!("apps/team-{number}/.* @acme/team-{number}\n"),
        (_, "usual") => format!("/apps/team-{number}/ @acme/team-{number}\n"),
        (_, _) => format!("*.x{number} @acme/team-{number}\n"),
    };
    let text: String = (0..RULES).map(line).collect();
    let owners = OwnersFile::parse(dialect, &[(RepoPath::new("CODEOWNERS"), text.into_bytes())]);
    assert_eq!(owners.problems(), []);
    let path = |number| RepoPath::new(&format!("apps/team-{}/prod/deployment.x{number}", number % RULES));
    (owners, (0..PATHS).map(path).collect())
}

/// Owners of 10,000 paths by 5,000 rules, one core.
#[divan::bench(args = [
    (Dialect::Github, "usual"), (Dialect::Github, "extensions"),    (Dialect::Gitlab, "usual"), (Dialect::Gitlab, "extensions"), (Dialect::Gitea, "usual"),
])]
fn match_owners(bencher: Bencher<'_, '_>, (dialect, kind): (Dialect, &str)) {
    let (owners, paths) = ownership(dialect, kind);
    let owned = || paths.iter().filter(|path| !owners.requirements(path).is_empty()).count();
    assert_eq!(
        owned(),
        match kind {
            "usual" => PATHS,
            _ => RULES,
        }
    );
    bencher.counter(ItemsCount::new(PATHS)).bench(owned);
}

/// Parsing 5,000 rules, expressions compiled.
#[divan::bench(args = [Dialect::Github, Dialect::Gitlab, Dialect::Gitea])]
fn parse_owners(bencher: Bencher<'_, '_>, dialect: Dialect) {
    bencher.counter(ItemsCount::new(RULES)).bench(|| ownership(dialect, "usual").0);
}

/// 1,000 paths against rules of which every one has to be tried and nearly matches: the time grows with
/// the rules and not faster.
#[divan::bench(args = [50, 500])]
fn match_hostile_owners(bencher: Bencher<'_, '_>, rules: usize) {
    let line = |number: usize| format!("/*/**/a*/*/**/*a*a*a*a*{number}*b @acme/team\n");
    let text: String = (0..rules).map(line).collect();
    let owners = OwnersFile::parse(Dialect::Github, &[(RepoPath::new("CODEOWNERS"), text.into_bytes())]);
    let path = |number: usize| RepoPath::new(&format!("a/a/a/a/a/{}{number}", "a".repeat(40)));
    let paths: Vec<RepoPath> = (0..1_000).map(path).collect();
    let owned = || paths.iter().filter(|path| !owners.requirements(path).is_empty()).count();
    assert_eq!(owned(), 0);
    bencher.counter(ItemsCount::new(rules * 1_000)).bench(owned);
}
