//! A unit that a change does not affect gives the same objects before and after it: whatever differs was looked at.

#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "the test makes its own trees")]

use std::collections::{BTreeMap, BTreeSet};

use kustomize::{LoadRestrictor, RenderOptions, Renderer, SnapshotTree, canonical};
use portcullis::render::{ChangedUnits, Layout, LayoutInput, Reaches, Selection, UnitsInput};
use source_files::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// Edits by default; `PORTCULLIS_EDITS` sets another number.
const EDITS: usize = 250;
/// Folders of a tree.
const FOLDERS: [&str; 8] = ["a", "b", "c", "d", "a/e", "b/f", "base", "base/g"];
/// The names under which kustomize finds a kustomization.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

#[test]
fn what_a_change_does_not_affect_gives_the_same() {
    let edits = std::env::var("PORTCULLIS_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(EDITS);
    let seed = std::env::var("PORTCULLIS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut random = Random(seed);
    let mut blobs = Blobs::default();
    let (mut differing, mut unaffected) = (0, 0);
    let mut old = grow(&mut random, &mut blobs);
    for edit in 0..edits {
        if edit % 20 == 19 {
            old = grow(&mut random, &mut blobs);
        }
        let mut new = old.clone();
        for _ in 0..=random.below(2) {
            change(&mut new, &mut random, &mut blobs);
        }
        let affected = find_affected(&old, &new, &blobs);
        for folder in FOLDERS {
            let same = render(folder, &old, &blobs) == render(folder, &new, &blobs);
            let included = is_included(folder, &old, &blobs) || is_included(folder, &new, &blobs);
            if !same && !included {
                differing += 1;
                let looked_at = affected.contains(folder);
                assert!(looked_at, "edit {edit}: `{folder}` differs: {}", describe(&old, &new, &blobs));
            }
            if !affected.contains(folder) {
                unaffected += 1;
            }
        }
        old = new;
    }
    assert!(differing > edits / 10, "only {differing} units differ: the edits say nothing");
    assert!(unaffected > edits, "only {unaffected} units are left out: nothing is incremental");
}

/// The folders of the units that are looked at.
fn find_affected(old: &Snapshot, new: &Snapshot, blobs: &Blobs) -> BTreeSet<String> {
    let selection = Selection::new(&["**".to_owned()], &[], &[]).expect("patterns");
    let reaches = Reaches::read([old, new].into_iter(), blobs);
    let mut reader = blobs.reader();
    let old_layout =
        Layout::of(&LayoutInput { snapshot: old, selection: &selection, reaches: &reaches }, &mut *reader);
    let new_layout =
        Layout::of(&LayoutInput { snapshot: new, selection: &selection, reaches: &reaches }, &mut *reader);
    let units = ChangedUnits::render(&UnitsInput {
        old,
        new,
        old_layout: &old_layout,
        new_layout: &new_layout,
        selection: &selection,
        blobs,
    });
    units.units.iter().map(|unit| unit.folder.as_str().to_owned()).collect()
}

/// The paths that an edit touches, and every kustomization.
fn describe(old: &Snapshot, new: &Snapshot, blobs: &Blobs) -> String {
    let mut text = format!("{:?}", Snapshot::changed_paths(old, new));
    for (path, file) in old.files.iter().chain(&new.files) {
        if NAMES.iter().any(|name| path.is_named(name)) || file.mode == FileMode::Symlink {
            let shown = format!("\n# {path}\n{}", String::from_utf8_lossy(&blobs.0[&file.id]));
            text.push_str(&shown);
        }
    }
    text
}

/// What a folder gives, as text.
fn render(folder: &str, snapshot: &Snapshot, blobs: &Blobs) -> Option<String> {
    let tree = SnapshotTree::new(snapshot, blobs.reader());
    let options = RenderOptions { restrictor: LoadRestrictor::None, ..RenderOptions::default() };
    let rendering = Renderer::new(&tree).render(&RepoPath::new(folder), options).ok()?;
    let objects: Vec<_> = rendering.objects.iter().map(|object| canonical(&object.node)).collect();
    Some(format!("{objects:?}"))
}

/// Whether the kustomization of another folder names a folder, or the folder's own is a component.
fn is_included(folder: &str, snapshot: &Snapshot, blobs: &Blobs) -> bool {
    snapshot.files.iter().any(|(path, file)| {
        let text = String::from_utf8_lossy(&blobs.0[&file.id]);
        let is_kustomization = NAMES.iter().any(|name| path.is_named(name));
        is_kustomization
            && (text.contains(&format!("/{folder}]"))
                || text.contains(&format!("/{folder},"))
                || (path.parent() == folder && text.contains("Component")))
    })
}

fn grow(random: &mut Random, blobs: &mut Blobs) -> Snapshot {
    let mut snapshot = Snapshot::empty();
    for folder in FOLDERS {
        for name in ["one.yaml", "more.yaml", "data.txt"] {
            put(&mut snapshot, blobs, &format!("{folder}/{name}"), &manifest(folder, random));
        }
        put(&mut snapshot, blobs, &format!("{folder}/two.yaml"), &manifest("two", random));
        if random.below(8) > 0 {
            let text = kustomization(folder, random);
            put(&mut snapshot, blobs, &format!("{folder}/{}", NAMES[random.below(3)]), &text);
        }
    }
    snapshot
}

/// One edit of a tree.
fn change(snapshot: &mut Snapshot, random: &mut Random, blobs: &mut Blobs) {
    let folder = FOLDERS[random.below(FOLDERS.len())];
    let name = ["one.yaml", "two.yaml", "data.txt", "more.yaml"][random.below(4)];
    match random.below(14) {
        0..=7 => put(snapshot, blobs, &format!("{folder}/{name}"), &manifest(folder, random)),
        8 => drop(snapshot.files.remove(&RepoPath::new(&format!("{folder}/{name}")))),
        9 | 10 => {
            let text = kustomization(folder, random);
            put(snapshot, blobs, &format!("{folder}/{}", NAMES[random.below(3)]), &text);
        }
        11 => {
            let name = NAMES[random.below(3)];
            drop(snapshot.files.remove(&RepoPath::new(&format!("{folder}/{name}"))));
        }
        12 => {
            // A folder in the place of a file.
            snapshot.files.remove(&RepoPath::new(&format!("{folder}/two.yaml")));
            put(snapshot, blobs, &format!("{folder}/two.yaml/inner.yaml"), &manifest("two", random));
        }
        _ => {
            let target = ["one.yaml", "../base/one.yaml", "../base", "nothing"][random.below(4)];
            let path = format!("{folder}/more.yaml");
            put(snapshot, blobs, &path, target);
            if let Some(file) = snapshot.files.get_mut(&RepoPath::new(&path)) {
                file.mode = FileMode::Symlink;
            }
        }
    }
}

fn put(snapshot: &mut Snapshot, blobs: &mut Blobs, path: &str, text: &str) {
    let below = format!("{path}/");
    snapshot.files.retain(|known, _| !known.as_str().starts_with(&below));
    let mut above = path;
    while let Some((folder, _)) = above.rsplit_once('/') {
        snapshot.files.remove(&RepoPath::new(folder));
        above = folder;
    }
    let id = blobs.add(text);
    snapshot.files.insert(RepoPath::new(path), TreeFile { id, mode: FileMode::Regular });
}

fn manifest(name: &str, random: &mut Random) -> String {
    let value = random.below(1_000);
    let name = name.replace('/', "-");
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: \"{value}\"}}\n")
}

fn kustomization(folder: &str, random: &mut Random) -> String {
    let up = "../".repeat(folder.split('/').count());
    let other = FOLDERS[random.below(FOLDERS.len())];
    let header = match random.below(12) {
        0 => "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
        _ => "",
    };
    let resources = match random.below(6) {
        0 => format!("[{up}{other}]"),
        1 => format!("[one.yaml, {up}{other}]"),
        2 => format!("[one.yaml, {up}{other}/two.yaml]"),
        3 => "[two.yaml]".to_owned(),
        4 => "[more.yaml]".to_owned(),
        _ => "[one.yaml]".to_owned(),
    };
    let step = match random.below(12) {
        0 => format!("components: [{up}{other}]"),
        1 => "patches: [{path: more.yaml}]".to_owned(),
        2 => "configMapGenerator: [{name: made, files: [data.txt]}]".to_owned(),
        3 => format!("patches: [{{target: {{kind: ConfigMap}}, path: {up}{other}/more.yaml}}]"),
        4 => "transformers: [more.yaml]".to_owned(),
        _ => "namePrefix: x-".to_owned(),
    };
    format!("{header}resources: {resources}\n{step}\n")
}

/// Blobs by id.
#[derive(Default)]
struct Blobs(BTreeMap<ObjectId, Vec<u8>>);

impl Blobs {
    fn add(&mut self, text: &str) -> ObjectId {
        let known = self.0.iter().find(|(_, bytes)| bytes.as_slice() == text.as_bytes());
        if let Some((id, _)) = known {
            return id.clone();
        }
        let id = ObjectId::parse(&format!("{:040x}", self.0.len() + 1)).expect("an id");
        self.0.insert(id.clone(), text.as_bytes().to_vec());
        id
    }
}

impl BlobSource for Blobs {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(BlobsReader(self))
    }
}

struct BlobsReader<'a>(&'a Blobs);

impl BlobReader for BlobsReader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        self.0.0.get(id).cloned().ok_or_else(|| BlobError::Missing(id.clone()))
    }
}

/// A small generator of numbers (xorshift), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or_default()
    }
}
