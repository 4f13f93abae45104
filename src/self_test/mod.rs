//! The doctor's own pushes through the installed hook, and problems of the installation.
//!
//! In: a repository here, and the hook if git does not know it. Out: one line a topic. Never: changes the repository, or
//! takes a configuration for a proof if a push can be tried.

mod configuration;
mod error;
mod guarded_refs;
mod hook;
mod proof;
mod record;
mod replica;
mod rules;
mod stage;
mod storage;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::gate::{GateError, Governing, Session};
use crate::git::{BLOB_LIMIT, Head, Repository};
use crate::report::DoctorLine;
pub use error::SelfTestError;
pub use guarded_refs::{GuardedRefs, ShadowRef, ShortPattern};
use hook::{Event, Hook};
use kube_model::ClusterName;
use replica::Original;
use source_files::{RepoPath, Snapshot};
use stage::Stage;

/// A change that every policy should reject.
const BAD: &str = include_str!("bad.yaml");
/// A change that no policy should reject.
const GOOD: &str = include_str!("good.yaml");
/// The file that the doctor adds, in a clone that goes away.
const FILE: &str = "portcullis-doctor.yaml";

/// A test of the gate that is installed for a repository.
pub struct SelfTest<'a> {
    folder: &'a Path,
    hook: Hook,
    session: Session,
    head: HeadFacts,
}

impl<'a> SelfTest<'a> {
    /// Prepares the test of the hook that git would run, or of a named one.
    pub fn prepare(folder: &'a Path, named: Option<&Path>) -> Result<Self, SelfTestError> {
        let repository = Repository::discover(folder, BLOB_LIMIT)?;
        let hook = Hook::find(folder, named)?;
        let floor = hook.option("--server-policy").map(PathBuf::from);
        let head = HeadFacts::read(&repository)?;
        let session = Session::open(repository, floor, SystemTime::now())?;
        Ok(Self { folder, hook, session, head })
    }

    /// Tests the hook, and examines everything around it.
    pub fn run(&self) -> Result<Vec<DoctorLine>, SelfTestError> {
        let governing = self.session.policy(None);
        let mut lines = vec![self.hook.examine(self.folder)];
        lines.extend(self.prove(governing.as_ref().ok())?);
        lines.extend(record::examine(&self.hook));
        lines.extend(storage::examine(&self.session.repository, self.folder)?);
        if self.hook.event != Event::PreCommit {
            lines.extend(configuration::examine(self.folder)?);
        }
        lines.extend(self.examine_rules(&governing));
        Ok(lines)
    }

    /// Sends a bad and a good change through the hook.
    fn prove(&self, governing: Option<&Governing>) -> Result<Vec<DoctorLine>, SelfTestError> {
        let original = Original {
            folder: self.folder,
            common_dir: self.session.repository.common_dir(),
            branch: &self.head.branch,
            tip: self.head.tip.as_deref(),
        };
        let stage = Stage::build(&original, &self.hook)?;
        let path = governing.map_or_else(
            || FILE.to_owned(),
            |governing| choose_path(governing, self.session.governing_snapshot()),
        );
        let bad = stage.attempt(&path, BAD)?;
        let good = stage.attempt(&path, GOOD)?;
        Ok(vec![
            proof::judge_bad(&bad, &self.hook),
            proof::judge_good(&good, &self.hook),
            proof::judge_time(&good, &self.hook),
        ])
    }

    fn examine_rules(&self, governing: &Result<Governing, GateError>) -> Vec<DoctorLine> {
        match governing {
            Ok(governing) => rules::examine(&self.session, governing, self.hook.host()),
            Err(error) => {
                let help = "every push is rejected until this is fixed";
                vec![DoctorLine::problem("policy", error.to_string(), help)]
            }
        }
    }
}

/// Chooses a path at which the policy looks for manifests: beside one of a cluster that it names, which it may guard
/// more than the rest; otherwise at the root, or beside any manifest.
fn choose_path(governing: &Governing, snapshot: &Snapshot) -> String {
    let selection = &governing.targets.selection;
    let root = RepoPath::new(FILE);
    let (mut of_clusters, mut others) = (Vec::new(), Vec::new());
    for manifest in snapshot.files.keys().filter(|path| selection.starts_at(path)) {
        let Some((folder, _)) = manifest.as_str().rsplit_once('/') else { continue };
        let beside = RepoPath::new(&format!("{folder}/{FILE}"));
        let is_of_cluster = !selection.clusters_of(&beside).contains(&ClusterName::fallback());
        if is_of_cluster { of_clusters.push(beside) } else { others.push(beside) }
    }
    let mut places = of_clusters.iter().chain([&root]).chain(&others);
    places.find(|path| selection.starts_at(path)).unwrap_or(&root).to_string()
}

/// The branch or commit that HEAD names.
#[derive(Debug)]
struct HeadFacts {
    /// A branch, or what represents a detached HEAD.
    branch: String,
    tip: Option<String>,
}

impl HeadFacts {
    fn read(repository: &Repository) -> Result<Self, SelfTestError> {
        Ok(match repository.head()? {
            Head::Branch(branch) => {
                let tip = repository.tip(&branch)?.map(|tip| tip.as_str().to_owned());
                Self { branch, tip }
            }
            Head::Detached(id) => {
                Self { branch: "refs/heads/portcullis-doctor".into(), tip: Some(id.as_str().to_owned()) }
            }
        })
    }
}
