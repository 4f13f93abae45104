//! `approvals`: the signed statements about a change, and why each counts or does not; deletes those that have expired.

use std::fmt::Write as _;
use std::path::Path;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{ApprovalsArguments, StatementArguments};
use crate::evidence::{ApprovalFacts, ApprovalStanding};
use crate::report::terminal;
use crate::statements::{ServerChange, delete_expired};

pub(super) fn run(arguments: &ApprovalsArguments) -> Result<Exit, CommandError> {
    match (&arguments.prune, &arguments.change) {
        (Some(folder), _) => prune(folder),
        (None, Some(change)) => list(change),
        (None, None) => Err(CommandError::usage("name the ref that would change, such as `main`")),
    }
}

fn prune(folder: &Path) -> Result<Exit, CommandError> {
    let count = delete_expired(folder)?;
    print(&format!("deleted {count} expired statements\n"))?;
    Ok(Exit::Accept)
}

fn list(arguments: &StatementArguments) -> Result<Exit, CommandError> {
    let change = ServerChange::find(&arguments.into())?;
    let section = change.judge()?;
    let mut text = String::new();
    for approval in &section.approvals {
        let _ = writeln!(text, "{}", describe(approval));
    }
    if section.approvals.is_empty() {
        let _ = writeln!(
            text,
            "no approval of a change of {} exists here\n  fetch the approvals from the server: git fetch {} \
             'refs/approvals/*:refs/approvals/*'",
            terminal(change.ref_name()),
            arguments.remote
        );
    }
    print(&text)?;
    Ok(Exit::Accept)
}

fn describe(approval: &ApprovalFacts) -> String {
    let who = approval.approver.as_ref().map_or("an unknown signer", |approver| approver.name.as_str());
    let what = approval.purpose.map_or("statement", |purpose| purpose.as_str());
    let standing = match &approval.standing {
        ApprovalStanding::WholeChange => "counts for the whole change".to_owned(),
        ApprovalStanding::UnchangedPaths => {
            "is for another change; counts for paths whose content it approved".to_owned()
        }
        ApprovalStanding::None(reason) => format!("does not count: it {}", reason.trim_start_matches("it ")),
    };
    let reason = if approval.reason.is_empty() { String::new() } else { format!(" ({})", approval.reason) };
    terminal(&format!("{} {what} by {who}{reason}: {standing}", approval.object.short())).into_owned()
}
