//! `pre-receive` and `update`: the hooks of a Git server.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::deadline;
use super::error::{CommandError, Exit};
use super::output::Destination;
use crate::cli::{HookArguments, UpdateArguments};
use crate::gate::{PushFacts, Session};
use crate::git::{BLOB_LIMIT, GitError, Repository};
use crate::host::PushOrigin;
use crate::push::{HookEnvironment, PushError, RefUpdate, parse_updates};
use crate::report::{Report, Section, terminal};
use source_files::ObjectId;

/// How many refs one line names.
const LISTED: usize = 5;
/// How much of the hook's input is read: a thousand refs with long names.
const INPUT_LIMIT: u64 = 4 << 20;

/// Judges a whole push: all refs pass together or none does.
pub(super) fn pre_receive(arguments: &HookArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    deadline::start(Duration::from_secs(arguments.deadline), deadline::OF_A_PUSH);
    let mut input = Vec::new();
    let length = std::io::stdin().take(INPUT_LIMIT).read_to_end(&mut input).map_err(CommandError::Input)?;
    // Input that fills the limit may go on: judging its beginning would let the rest through.
    if u64::try_from(length).is_ok_and(|length| length == INPUT_LIMIT) {
        return Err(PushError::TooLong { limit: INPUT_LIMIT }.into());
    }
    judge(&parse_updates(&input)?, arguments, begin)
}

/// Judges one ref.
pub(super) fn update(arguments: &UpdateArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    deadline::start(Duration::from_secs(arguments.hook.deadline), deadline::OF_A_PUSH);
    let update = RefUpdate::parse(&arguments.old_oid, &arguments.new_oid, &arguments.ref_name);
    judge(&[update.ok_or(PushError::Line { line: 1 })?], &arguments.hook, begin)
}

fn judge(updates: &[RefUpdate], arguments: &HookArguments, begin: Instant) -> Result<Exit, CommandError> {
    let environment = HookEnvironment::read()?;
    let git_dir = absolute(&environment.git_dir);
    let quarantine = environment.quarantine.as_deref().map(absolute);
    let repository = Repository::open_for_hook(&git_dir, quarantine.as_deref(), BLOB_LIMIT)?;
    check_tips(&repository, updates)?;
    let obstacle = obstacle(&environment, &repository);
    let host = PushOrigin::read(&environment.host, arguments.host)?;
    let push = PushFacts { updates: updates.to_vec(), host: Some(host.clone()), proposal: None };
    let session =
        Session::open(repository, arguments.server_policy.clone(), SystemTime::now())?.of_push(push);
    let (mut sections, mut unguarded) = (Vec::new(), Vec::new());
    for update in updates {
        match &obstacle {
            Some(reason) => sections.push(Section::undecided(&update.ref_name, reason.clone())),
            None => match session.judge(update)? {
                Some(section) => sections.push(section),
                None => unguarded.push(update.ref_name.as_str()),
            },
        }
    }
    let destination = Destination::of_hook(arguments.format, host.style);
    destination.note(not_judged(&unguarded).as_deref())?;
    if sections.is_empty() {
        return Ok(Exit::Accept);
    }
    let report = Report { sections, elapsed: begin.elapsed(), requests: 0 };
    destination.write(&report)
}

/// One line about the refs that no one guards: no one must take silence for a verdict.
fn not_judged(refs: &[&str]) -> Option<String> {
    let named: Vec<_> = refs.iter().take(LISTED).map(|name| terminal(name)).collect();
    let named = named.join(", ");
    match refs.len() {
        0 => None,
        1 => Some(format!("portcullis: not judged, because the policy does not protect it: {named}")),
        more if more <= LISTED => {
            Some(format!("portcullis: not judged, because the policy does not protect them: {named}"))
        }
        more => Some(format!(
            "portcullis: not judged, because the policy does not protect them: {named} and {} more",
            more - LISTED
        )),
    }
}

/// Every object that the push names must be there, or the quarantine was not found.
fn check_tips(repository: &Repository, updates: &[RefUpdate]) -> Result<(), CommandError> {
    let unreadable = |id: &&ObjectId| match repository.read(id) {
        Ok(_) | Err(GitError::TooLarge { .. }) => false,
        Err(_) => !id.is_zero(),
    };
    match updates.iter().map(|update| &update.new_oid).find(unreadable) {
        Some(id) => Err(CommandError::Quarantine(id.clone())),
        None => Ok(()),
    }
}

/// What makes a push impossible to judge, whatever it holds.
fn obstacle(environment: &HookEnvironment, repository: &Repository) -> Option<String> {
    let has = |name: &str| repository.common_dir().join(name).exists();
    if environment.namespace.is_some() {
        Some("GIT_NAMESPACE is set: no policy covers refs in namespaces".into())
    } else if environment.shallow_file.is_some() {
        Some(
            "the push comes from a shallow clone and would make the server's repository shallow: run `git \
            fetch --unshallow`"
                .into(),
        )
    } else if has("shallow") {
        Some("the server's repository is shallow, so history cannot be judged: run `git fetch --unshallow` in it".into())
    } else if has("info/grafts") {
        Some("the server's repository has grafts, which hide history: remove `info/grafts`".into())
    } else {
        None
    }
}

fn absolute(path: &Path) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
