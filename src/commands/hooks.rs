//! `pre-receive` and `update`: the hooks of a Git server.

use std::time::{Duration, Instant};

use super::deadline;
use super::error::{CommandError, Exit};
use super::output::Destination;
use crate::cli::{HookArguments, UpdateArguments};
use crate::hook::{HookError, ReceivedPush, read_updates};
use crate::push::{PushError, RefUpdate};
use crate::report::Report;

/// Judges a whole push: all refs pass together or none does.
pub(super) fn pre_receive(arguments: &HookArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    deadline::start(Duration::from_secs(arguments.deadline), deadline::OF_A_PUSH);
    judge(read_updates(std::io::stdin())?, arguments, begin)
}

/// Judges one ref.
pub(super) fn update(arguments: &UpdateArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    deadline::start(Duration::from_secs(arguments.hook.deadline), deadline::OF_A_PUSH);
    let update = RefUpdate::parse(&arguments.old_oid, &arguments.new_oid, &arguments.ref_name);
    let update = update.ok_or(HookError::Push(PushError::Line { line: 1 }))?;
    judge(vec![update], &arguments.hook, begin)
}

fn judge(updates: Vec<RefUpdate>, arguments: &HookArguments, begin: Instant) -> Result<Exit, CommandError> {
    let mut push = ReceivedPush::open(updates, arguments.host, arguments.server_policy.clone())?;
    let judged = push.judge()?;
    let destination = Destination::of_hook(arguments.format, push.style);
    destination.note(judged.notice().as_deref())?;
    let report = Report { sections: judged.sections, elapsed: begin.elapsed(), requests: 0 };
    if let Some(file) = &arguments.log {
        destination.note(push.log(file, &report).as_deref())?;
    }
    if report.sections.is_empty() {
        return Ok(Exit::Accept);
    }
    let exit = destination.write(&report)?;
    if exit == Exit::Accept {
        destination.note(push.remember_tip().as_deref())?;
    }
    Ok(exit)
}

impl From<HookError> for CommandError {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Gate(error) => error.into(),
            HookError::Git(error) => error.into(),
            HookError::Push(_) | HookError::Environment(_) | HookError::Host(_) => Self::usage(error),
            HookError::Input(_) => Self::undecided(error),
            HookError::Quarantine(_) => Self::undecided(error).with_hint(
                "the hook does not see the push's quarantine: is GIT_OBJECT_DIRECTORY passed on to portcullis?",
            ),
        }
    }
}
