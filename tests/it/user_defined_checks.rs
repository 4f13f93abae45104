//! A check that is not built in: registered in a set, named by a policy, and judged like all others.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};
use portcullis::checks::{Check, CheckSet, Default, Family, Meta, PartialDocuments, Run};
use portcullis::evidence::RefEvidence;
use portcullis::finding::{CheckId, Finding};
use portcullis::pipeline::{Change, Rules, Targets, evaluate};
use portcullis::policy::{Author, KnownChecks, Layer, Policy, ProtectedRefs};
use portcullis::render::Selection;
use portcullis::verdict::{Judgement, Mode, Verdict};
use source_files::{BlobError, BlobReader, BlobSource, FileMode, ObjectId, RepoPath, Snapshot, TreeFile};

use crate::common::git::Failure;

static META: Meta = Meta {
    id: CheckId::new("team-label"),
    title: "An object without the label of a team",
    needs: &[],
    partial: PartialDocuments::Judge,
    family: Family::Schema,
    why: "Without the label no team is called when the object fails.",
    docs: "## What it does\n\nReports objects without `metadata.labels.team`.\n",
};

fn team_label() -> Check {
    let run = Run::Object(Arc::new(|change, _context, findings| {
        let Some(placed) = change.object() else { return };
        if placed.object.at(&["metadata", "labels", "team"]).is_none() {
            let message = format!("{} has no label `team`", placed.id.title());
            findings.push(Finding::about(META.id, change, message).help("add the label `team`"));
        }
    }));
    Check { meta: &META, default: Default::Warn, run }
}

/// One file, whose content is the same whatever the id.
struct OneFile(&'static str);

impl BlobSource for OneFile {
    fn reader(&self) -> Box<dyn BlobReader + '_> {
        Box::new(Reader(self.0))
    }
}

struct Reader(&'static str);

impl BlobReader for Reader {
    fn read(&mut self, _id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        Ok(self.0.as_bytes().to_vec())
    }
}

fn judge(text: &'static str, checks: &CheckSet) -> Result<Judgement, Failure> {
    let policy = b"apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks: {team-label: {enforce: deny}}\n";
    let layer =
        Layer::parse("policy", policy, &KnownChecks::new(checks.ids(), Vec::new()), Author::Repository)?;
    let protected = vec![ProtectedRefs::by(&layer)];
    let policy = Policy::of(vec![Arc::new(layer)], protected, BTreeMap::new());
    let cluster = ClusterTarget {
        name: ClusterName::fallback(),
        versions: vec![KubernetesVersion::NEWEST],
        cloud: Cloud::default(),
        definitions: None,
    };
    let selection = Selection::new(&["**".to_owned()], &[], &[])?;
    let targets = Targets { selection, clusters: vec![cluster], image_kinds: Vec::new() };
    let id = ObjectId::parse(&"1".repeat(40)).ok_or("no id")?;
    let files = BTreeMap::from([(RepoPath::new("a.yaml"), TreeFile { id, mode: FileMode::Regular })]);
    let (old, new) = (Snapshot::empty(), Snapshot { files });
    let (evidence, blobs) = (RefEvidence::none(), OneFile(text));
    let change =
        Change { old: &old, new: &new, blobs: &blobs, evidence: &evidence, mode: Mode::BeforeCommit };
    Ok(evaluate(&change, &Rules { checks, targets: &targets, policy: &policy }, NaiveDate::default()))
}

#[test]
fn a_check_of_a_user_is_judged_like_all_others() -> Result<(), Failure> {
    let checks = CheckSet::built_in().with(team_label())?;
    let without = judge("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", &checks)?;
    assert_eq!(without.verdict, Verdict::Reject);
    let found: Vec<&str> = without.findings.iter().map(|judged| judged.finding.check.as_str()).collect();
    assert_eq!(found, ["team-label"]);
    let with = judge("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {team: a}}\n", &checks)?;
    assert_eq!(with.verdict, Verdict::Accept);
    Ok(())
}

#[test]
fn an_id_is_given_once_and_a_policy_names_only_what_is_registered() -> Result<(), Failure> {
    let checks = CheckSet::built_in().with(team_label())?;
    assert!(checks.with(team_label()).is_err());
    assert!(judge("", &CheckSet::built_in()).is_err());
    Ok(())
}

#[test]
fn a_check_that_could_not_look_at_everything_rejects_with_its_reason() -> Result<(), Failure> {
    let run = Run::Push(Arc::new(|_context, findings| findings.undecided("the rules took too long")));
    let late = Check { meta: &META, default: Default::Warn, run };
    let judgement =
        judge("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", &CheckSet::built_in().with(late)?)?;
    assert_eq!(judgement.verdict, Verdict::Undecided);
    assert_eq!(judgement.undecided, ["team-label: the rules took too long"]);
    Ok(())
}
