//! A change is judged, and what does not change is no finding.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use portcullis::checks::CheckSet;
use portcullis::evidence::RefEvidence;
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};
use portcullis::pipeline::{Change, Rules, Targets, evaluate};
use portcullis::policy::{Author, KnownChecks, Layer, Policy, ProtectedRefs};
use portcullis::render::Selection;
use source_files::{
    BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile,
};
use portcullis::verdict::{Judgement, Mode};

/// The line between the file before and the file after; without it, the file is new.
const ARROW: &str = "\n=>\n";

/// Judges the change that a text describes, and the one that leaves its result alone.
pub fn ends(text: &str) {
    let (before, after) = text.split_once(ARROW).unwrap_or(("", text));
    judge(before, after);
    let judgement = judge(after, after);
    assert!(judgement.findings.is_empty(), "nothing changed: {:?}", judgement.findings);
}

fn judge(before: &str, after: &str) -> Judgement {
    let files = Files([before.as_bytes().to_vec(), after.as_bytes().to_vec()]);
    let evidence = RefEvidence::none();
    let (old, new) =
        (files.snapshot(before, '0'), files.snapshot(after, if before == after { '0' } else { '1' }));
    let change =
        Change { old: &old, new: &new, blobs: &files, evidence: &evidence, mode: Mode::BeforeCommit };
    let rules = Rules { checks: &CHECKS, targets: &TARGETS, policy: &POLICY };
    evaluate(&change, &rules, NaiveDate::default())
}

static CHECKS: LazyLock<CheckSet> = LazyLock::new(CheckSet::built_in);

static TARGETS: LazyLock<Targets> = LazyLock::new(|| {
    let selection = Selection::new(&["**".to_owned()], &[], &[]).expect("a pattern");
    let versions = vec![KubernetesVersion::OLDEST, KubernetesVersion::NEWEST];
    let cluster =
        ClusterTarget { name: ClusterName::fallback(), versions, cloud: Cloud::default(), definitions: None };
    Targets { selection, clusters: vec![cluster], image_kinds: Vec::new() }
});

/// Every check runs under it.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: strict\n";
    let layer = Layer::parse("policy", text.as_bytes(), &KnownChecks::new(CHECKS.ids(), Vec::new()), Author::Repository).expect("a policy");
    let protected = vec![ProtectedRefs::by(&layer)];
    Policy::of(vec![Arc::new(layer)], protected, BTreeMap::new())
});

/// The two revisions of the one file.
struct Files([Vec<u8>; 2]);

impl Files {
    fn snapshot(&self, text: &str, digit: char) -> Snapshot {
        if text.is_empty() {
            return Snapshot::empty();
        }
        let id = ObjectId::parse(&digit.to_string().repeat(40)).expect("forty digits");
        let file = TreeFile { id, mode: FileMode::Regular };
        Snapshot { files: BTreeMap::from([(RepoPath::new("app/all.yaml"), file)]) }
    }
}

impl BlobSource for Files {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(Reader(self))
    }
}

struct Reader<'a>(&'a Files);

impl BlobReader for Reader<'_> {
    fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let [before, after] = &self.0.0;
        Ok(if id.as_str().starts_with('0') { before.clone() } else { after.clone() })
    }
}
