//! Whatever a file is called, however it is wrapped and whatever names it: a readable binding to cluster-admin on the
//! path of a cluster is never without a finding.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use kube_manifest::{Limits, Object, parse};
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};
use portcullis::checks::CheckSet;
use portcullis::evidence::RefEvidence;
use portcullis::pipeline::{Change, Rules, Targets, evaluate};
use portcullis::policy::{Author, KnownChecks, Layer, Policy, ProtectedRefs};
use portcullis::render::Selection;
use portcullis::verdict::{Judgement, Mode, Verdict};
use source_files::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

/// Where the file is.
const PATHS: [&str; 14] = [
    "prod/x.yaml",
    "prod/x.yml",
    "prod/x.json",
    "prod/values.yaml",
    "prod/Chart.yaml",
    "prod/Chart.lock.yaml",
    "prod/kustomization.yaml",
    "prod/templates/x.yaml",
    "prod/templates/tests/x.yaml",
    "prod/crds/x.yaml",
    "prod/helmfile.yaml",
    "prod/patches/x.yaml",
    "prod/.gitlab-ci.yml",
    "prod/chainsaw-test.yaml",
];

/// Ways to write the binding.
const BINDINGS: [&str; 8] = [
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: a\nroleRef:\n  apiGroup: \
     rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: cluster-admin\nsubjects:\n- kind: User\n  name: eve\n",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, roleRef: {apiGroup: \
     rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: User, name: eve}]}\n",
    "{\"apiVersion\": \"rbac.authorization.k8s.io/v1\", \"kind\": \"ClusterRoleBinding\", \"metadata\": {\"name\": \"a\"}, \
     \"roleRef\": {\"apiGroup\": \"rbac.authorization.k8s.io\", \"kind\": \"ClusterRole\", \"name\": \"cluster-admin\"}, \
     \"subjects\": [{\"kind\": \"User\", \"name\": \"eve\"}]}\n",
    "\"api\\x56ersion\": rbac.authorization.k8s.io/v1\n\"\\x6bind\": ClusterRoleBinding\nmetadata: {name: a}\nroleRef: \
     {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: eve}]\n",
    "? kind\n: ClusterRoleBinding\n? apiVersion\n: rbac.authorization.k8s.io/v1\nmetadata: {name: a}\nroleRef: {apiGroup: \
     rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: eve}]\n",
    "<<: &b {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding}\nmetadata: {name: a}\nroleRef: \
     {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: eve}]\n",
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: \
     {name: a}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: \
     [{kind: User, name: eve}]}\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: 'a{{b'}\nroleRef: {apiGroup: \
     rbac.authorization.k8s.io, kind: '${k:=ClusterRole}', name: cluster-admin}\nsubjects: [{kind: User, name: eve}]\n",
];

/// Files beside it, each of which makes it something else than a plain manifest.
const COMPANIONS: [(&str, &str); 7] = [
    ("tools/kustomization.yaml", "configMapGenerator:\n- name: a\n  files: [../PATH]\n"),
    ("tools/patch/kustomization.yaml", "patches:\n- path: ../../PATH\n"),
    ("tools/own/kustomization.yaml", "transformers: [../../PATH]\ngenerators: [../../PATH]\n"),
    ("tools/charts/kustomization.yaml", "helmCharts:\n- {name: a, valuesFile: ../../PATH}\n"),
    ("prod/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
    ("prod/kuttl-test.yaml", "apiVersion: kuttl.dev/v1beta1\nkind: TestSuite\n"),
    ("Chart.yaml", "apiVersion: v2\nname: root\nversion: 1.0.0\n"),
];

/// Judges a push that brings the binding in the wrapping that the bytes describe.
pub fn binding_is_found(bytes: &[u8]) {
    let [path, binding, companions, encoding, rest @ ..] = bytes else { return };
    let path = PATHS[usize::from(*path) % PATHS.len()];
    let (before, after) = around(rest);
    let text = format!("{before}{}{after}", BINDINGS[usize::from(*binding) % BINDINGS.len()]);
    let content = encoded(&text, *encoding);
    if !holds_the_binding(&content) {
        return;
    }
    let mut files = BTreeMap::from([(path.to_owned(), content)]);
    for (bit, (name, text)) in COMPANIONS.iter().enumerate() {
        if companions & (1 << bit) != 0 && *name != path {
            files.insert((*name).to_owned(), text.replace("PATH", path).into_bytes());
        }
    }
    let judgement = judge(files);
    assert!(
        judgement.verdict != Verdict::Accept && has_word(&judgement),
        "{path}: {text:?} {:?}",
        judgement.findings
    );
}

fn has_word(judgement: &Judgement) -> bool {
    !judgement.findings.is_empty() || !judgement.undecided.is_empty()
}

/// What comes before and after it: documents of their own, or not.
fn around(rest: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(rest).into_owned();
    match text.split_once('\u{1}') {
        Some((before, after)) => (format!("{before}\n---\n"), format!("---\n{after}")),
        None if text.is_empty() => (String::new(), String::new()),
        None => (String::new(), text),
    }
}

fn encoded(text: &str, encoding: u8) -> Vec<u8> {
    match encoding % 4 {
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        2 => [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        3 => text.replace('\n', "\r\n").into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}

fn holds_the_binding(content: &[u8]) -> bool {
    let manifest = parse(content.to_vec(), &Limits::default());
    let is_it = |object: &Object| {
        &*object.kind == "ClusterRoleBinding"
            && object.group() == "rbac.authorization.k8s.io"
            && object.root.text_at(&["roleRef", "name"]) == Some("cluster-admin")
            && object.at(&["subjects"]).is_some_and(|subjects| !subjects.items().is_empty())
    };
    manifest.objects.iter().chain(manifest.kustomize.iter().flatten()).any(is_it)
}

fn judge(contents: BTreeMap<String, Vec<u8>>) -> Judgement {
    let mut files = BTreeMap::new();
    let mut blobs = BTreeMap::new();
    for (number, (path, content)) in contents.into_iter().enumerate() {
        let id = ObjectId::parse(&format!("{:040x}", number + 1)).expect("forty digits");
        files.insert(RepoPath::new(&path), TreeFile { id: id.clone(), mode: FileMode::Regular });
        blobs.insert(id, content);
    }
    let (old, new) = (Snapshot::empty(), Snapshot { files });
    let evidence = RefEvidence::none();
    let blobs = Blobs(blobs);
    let change =
        Change { old: &old, new: &new, blobs: &blobs, evidence: &evidence, mode: Mode::BeforeCommit };
    let rules = Rules { checks: &CHECKS, targets: &TARGETS, policy: &POLICY };
    evaluate(&change, &rules, NaiveDate::default())
}

static CHECKS: LazyLock<CheckSet> = LazyLock::new(CheckSet::built_in);

static TARGETS: LazyLock<Targets> = LazyLock::new(|| {
    let prod = ClusterName::new("prod");
    let include = ["**/*.{yaml,yml,json}".to_owned()];
    let clusters = [(prod.clone(), vec!["prod/**".to_owned()])];
    let selection = Selection::new(&include, &[], &clusters).expect("patterns");
    let cluster = ClusterTarget {
        name: prod,
        versions: vec![KubernetesVersion::NEWEST],
        cloud: Cloud::default(),
        definitions: None,
    };
    Targets { selection, clusters: vec![cluster], image_kinds: Vec::new() }
});

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: baseline\n";
    let layer = Layer::parse(
        "policy",
        text.as_bytes(),
        &KnownChecks::new(CHECKS.ids(), Vec::new()),
        Author::Repository,
    )
    .expect("a policy");
    let protected = vec![ProtectedRefs::by(&layer)];
    Policy::of(vec![Arc::new(layer)], protected, BTreeMap::new())
});

struct Blobs(BTreeMap<ObjectId, Vec<u8>>);

impl BlobSource for Blobs {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(Reader(self))
    }
}

struct Reader<'a>(&'a Blobs);

impl BlobReader for Reader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        self.0.0.get(id).cloned().ok_or_else(|| BlobError::Missing(id.clone()))
    }
}
