//! `doctor`: proves that the installed hook does its work, and says what else to look after; or asks a forge what
//! makes its branches obey the gate.
//!
//! In: a repository, here or on a forge. Out: one line a topic. Never: changes the repository; takes a configuration for a proof
//! where a push can be tried.

mod configuration;
mod forge;
mod hook;
mod line;
mod proof;
mod replica;
mod rules;
mod stage;
mod storage;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{CommandError, Exit};
use super::output::{colour, print};
use crate::cli::{DoctorArguments, LineFormat};
use crate::gate::{Governing, Session};
use crate::git::{BLOB_LIMIT, Head, Repository};
use hook::{Event, Hook};
use kube_model::ClusterName;
use line::Line;
use replica::Original;
use source_files::{RepoPath, Snapshot};
use stage::Stage;

/// What everyone would deny.
const BAD: &str = include_str!("doctor/bad.yaml");
/// What no one would.
const GOOD: &str = include_str!("doctor/good.yaml");
/// The file that the doctor adds, in a clone that goes away.
const FILE: &str = "portcullis-doctor.yaml";

pub(super) fn run(arguments: &DoctorArguments) -> Result<Exit, CommandError> {
    match arguments.forge {
        Some(_) => forge::run(arguments),
        None => server(arguments),
    }
}

/// The hook of a repository here.
fn server(arguments: &DoctorArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let hook = Hook::find(&arguments.repo, arguments.hook.as_deref())?;
    let floor = hook.option("--server-policy").map(PathBuf::from);
    let head = HeadFacts::of(&repository)?;
    let session = Session::open(repository, floor, SystemTime::now())?;
    let governing = session.policy(None);
    let mut lines = vec![hook.line(&arguments.repo)];
    lines.extend(prove(&arguments.repo, &session, governing.as_ref().ok(), &head, &hook)?);
    lines.extend(storage::lines(&session.repository, &arguments.repo)?);
    if hook.event != Event::PreCommit {
        lines.extend(configuration::lines(&arguments.repo)?);
    }
    match &governing {
        Ok(governing) => lines.extend(rules::lines(&session, governing, hook.host())),
        Err(error) => lines.push(Line::problem(
            "policy",
            error.to_string(),
            "every push is rejected until this is fixed",
        )),
    }
    finish(&lines, arguments.format)
}

fn finish(lines: &[Line], format: LineFormat) -> Result<Exit, CommandError> {
    print(&match format {
        LineFormat::Human => line::human(lines, colour()),
        LineFormat::Json => line::json(lines),
    })?;
    Ok(match line::holds(lines) {
        Some(true) => Exit::Accept,
        Some(false) => Exit::Reject,
        None => Exit::Undecided,
    })
}

/// Sends both changes through the hook.
fn prove(
    folder: &Path,
    session: &Session,
    governing: Option<&Governing>,
    head: &HeadFacts,
    hook: &Hook,
) -> Result<Vec<Line>, CommandError> {
    let common_dir = session.repository.common_dir();
    let original = Original { folder, common_dir, branch: &head.branch, tip: head.tip.as_deref() };
    let stage = Stage::build(&original, hook)?;
    let path = governing
        .map_or_else(|| FILE.to_owned(), |governing| judged_path(governing, session.governing_snapshot()));
    let bad = stage.attempt(&path, BAD)?;
    let good = stage.attempt(&path, GOOD)?;
    Ok(vec![proof::bad(&bad, hook), proof::good(&good, hook), proof::time(&good, hook)])
}

/// If the policy looks for manifests: beside one of a cluster that it names, which it may guard more than
/// the rest, or at the root, or beside any.
fn judged_path(governing: &Governing, snapshot: &Snapshot) -> String {
    let selection = &governing.targets.selection;
    let manifests = snapshot.files.keys().filter(|path| selection.starts_at(path));
    let beside = manifests.filter_map(|path| Some(format!("{}/{FILE}", path.as_str().rsplit_once('/')?.0)));
    let beside: Vec<RepoPath> = beside.map(|path| RepoPath::new(&path)).collect();
    let named = |path: &&RepoPath| !selection.clusters_of(path).contains(&ClusterName::fallback());
    let root = RepoPath::new(FILE);
    let mut places = beside.iter().filter(named).chain([&root]).chain(&beside);
    places.find(|path| selection.starts_at(path)).unwrap_or(&root).to_string()
}

/// Where HEAD points.
#[derive(Debug)]
struct HeadFacts {
    /// A branch, or what represents a detached HEAD.
    branch: String,
    tip: Option<String>,
}

impl HeadFacts {
    fn of(repository: &Repository) -> Result<Self, CommandError> {
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
