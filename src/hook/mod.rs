//! A push, as a hook of a Git server receives it.
//!
//! In: ref updates, and the hook's environment. Out: a section for each guarded ref, and the names of the others. Never:
//! judges a push whose objects it cannot see, or a repository that hides its history.

mod accepted_tips;
mod log;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use self::accepted_tips::AcceptedTips;
use self::log::LoggedPush;
use crate::gate::{GateError, PushFacts, Session};
use crate::git::{BLOB_LIMIT, GitError, Repository};
use crate::host::{HostError, HostKind, MessageStyle, PushOrigin};
use crate::push::{EnvironmentError, HookEnvironment, PushError, RefUpdate, parse_updates};
use crate::report::{Report, Section, terminal};
use source_files::ObjectId;

/// The number of refs that one line names.
const LISTED: usize = 5;
/// The number of bytes of the hook's input that are read: a thousand refs with long names.
const INPUT_LIMIT: u64 = 4 << 20;

/// A reason why a hook cannot judge a push.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The gate cannot be set up.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The hook's input.
    #[error(transparent)]
    Push(#[from] PushError),
    /// The hook's environment.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The host does not say who pushes.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The hook's input could not be read.
    #[error("cannot read standard input: {0}")]
    Input(std::io::Error),
    /// A new tip is not readable, so the quarantine was not found.
    #[error("could not read object {0} of this push")]
    Quarantine(ObjectId),
}

/// A push, and the repository that it changes.
pub struct ReceivedPush {
    session: Session,
    accepted_tips: AcceptedTips,
    updates: Vec<RefUpdate>,
    /// The reason why the push is impossible to judge, whatever it contains.
    obstacle: Option<String>,
    git_dir: PathBuf,
    pusher: Option<String>,
    /// The style of messages that the host expects.
    pub style: MessageStyle,
}

/// The judgement of a push.
pub struct JudgedPush {
    /// One section for each guarded ref.
    pub sections: Vec<Section>,
    unguarded: Vec<String>,
}

/// Reads the input of a `pre-receive` hook.
pub fn read_updates(input: impl Read) -> Result<Vec<RefUpdate>, HookError> {
    let mut bytes = Vec::new();
    let length = input.take(INPUT_LIMIT).read_to_end(&mut bytes).map_err(HookError::Input)?;
    // Input that fills the limit may go on: judging its beginning would let the rest through.
    if u64::try_from(length).is_ok_and(|length| length == INPUT_LIMIT) {
        return Err(PushError::TooLong { limit: INPUT_LIMIT }.into());
    }
    Ok(parse_updates(&bytes)?)
}

impl ReceivedPush {
    /// Opens the repository of the hook's environment.
    pub fn open(
        updates: Vec<RefUpdate>,
        host: Option<HostKind>,
        server_policy: Option<PathBuf>,
    ) -> Result<Self, HookError> {
        let environment = HookEnvironment::read()?;
        let git_dir = absolute(&environment.git_dir);
        let quarantine = environment.quarantine.as_deref().map(absolute);
        let repository = Repository::open_for_hook(&git_dir, quarantine.as_deref(), BLOB_LIMIT)?;
        check_tips(&repository, &updates)?;
        let obstacle = find_obstacle(&environment, &repository);
        let origin = PushOrigin::read(&environment.host, host)?;
        let (style, pusher) = (origin.style, origin.pusher.clone());
        let accepted_tips = AcceptedTips::read(repository.common_dir());
        let push = PushFacts {
            updates: updates.clone(),
            host: Some(origin),
            proposal: None,
            accepted_tips: accepted_tips.tips().to_vec(),
        };
        let session = Session::open(repository, server_policy, SystemTime::now())?.of_push(push);
        Ok(Self { session, accepted_tips, updates, obstacle, git_dir, pusher, style })
    }

    /// Judges every update.
    pub fn judge(&mut self) -> Result<JudgedPush, HookError> {
        self.remember_state();
        let mut judged = JudgedPush { sections: Vec::new(), unguarded: Vec::new() };
        for update in &self.updates {
            match &self.obstacle {
                Some(reason) => {
                    judged.sections.push(Section::undecided(&update.ref_name, reason.clone()));
                }
                None => match self.session.judge(update)? {
                    Some(section) => judged.sections.push(section),
                    None => judged.unguarded.push(update.ref_name.clone()),
                },
            }
        }
        Ok(judged)
    }

    /// Remembers the state that the gate found, if it has none yet: it is what the first pushes are judged by.
    fn remember_state(&mut self) {
        if self.accepted_tips.tips().is_empty()
            && let Some(tip) = self.session.usable_governing_tip().cloned()
        {
            // The push is judged all the same; the next one tries again.
            let _ = self.accepted_tips.add(&tip);
        }
    }

    /// Appends a line about the push to the operator's record. Returns a notice if that fails; the verdict holds.
    pub fn log(&self, file: &Path, report: &Report) -> Option<String> {
        let push = LoggedPush {
            git_dir: &self.git_dir,
            updates: &self.updates,
            pusher: self.pusher.as_deref(),
            now: SystemTime::now().into(),
        };
        let error = log::append(file, &push, report).err()?;
        Some(format!("portcullis: could not write the server's record of this push: {error}"))
    }

    /// Remembers the tip that the governing branch gets by an accepted push: should its trust files become unusable,
    /// this is what a repair is judged by. Returns a notice if the tip cannot be remembered.
    pub fn remember_tip(&mut self) -> Option<String> {
        let tip = self.session.resulting_governing_tip()?.clone();
        let error = self.accepted_tips.add(&tip).err()?;
        Some(format!(
            "portcullis: could not record the accepted commit, so later damage to trust files cannot be repaired by \
             push: {error}"
        ))
    }
}

impl JudgedPush {
    /// Names the refs that no one guards, on one line: no one must take silence for a verdict.
    pub fn notice(&self) -> Option<String> {
        let refs = &self.unguarded;
        let names: Vec<_> = refs.iter().take(LISTED).map(|name| terminal(name)).collect();
        let names = names.join(", ");
        match refs.len() {
            0 => None,
            1 => Some(format!("portcullis: not judged, because the policy does not protect it: {names}")),
            more if more <= LISTED => {
                Some(format!("portcullis: not judged, because the policy does not protect them: {names}"))
            }
            more => Some(format!(
                "portcullis: not judged, because the policy does not protect them: {names} and {} more",
                more - LISTED
            )),
        }
    }
}

/// Makes sure that every object is readable that the push names. Otherwise the quarantine was not found.
fn check_tips(repository: &Repository, updates: &[RefUpdate]) -> Result<(), HookError> {
    for update in updates {
        let id = &update.new_oid;
        match repository.read(id) {
            Ok(_) | Err(GitError::TooLarge { .. }) => {}
            Err(_) if id.is_zero() => {}
            Err(_) => return Err(HookError::Quarantine(id.clone())),
        }
    }
    Ok(())
}

/// Finds the reason why a push is impossible to judge, whatever it contains.
fn find_obstacle(environment: &HookEnvironment, repository: &Repository) -> Option<String> {
    let common_dir = repository.common_dir();
    if environment.namespace.is_some() {
        Some("GIT_NAMESPACE is set: no policy covers refs in namespaces".into())
    } else if environment.shallow_file.is_some() {
        Some(
            "the push comes from a shallow clone and would make the server's repository shallow: run `git \
            fetch --unshallow`"
                .into(),
        )
    } else if common_dir.join("shallow").exists() {
        Some("the server's repository is shallow, so history cannot be judged: run `git fetch --unshallow` in it".into())
    } else if common_dir.join("info/grafts").exists() {
        Some("the server's repository has grafts, which hide history: remove `info/grafts`".into())
    } else {
        None
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
