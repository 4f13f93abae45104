//! `approvals`: the signed statements about a change, and why each counts or does not; deletes those that have expired.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use super::change::ProposedChange;
use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{ApprovalsArguments, StatementArguments};
use crate::evidence::{ApprovalFacts, ApprovalStanding};
use crate::gate::Session;
use crate::git::{BLOB_LIMIT, Repository};
use crate::git_program::GitProgram;
use crate::report::terminal;

pub(super) fn run(arguments: &ApprovalsArguments) -> Result<Exit, CommandError> {
    match (&arguments.prune, &arguments.change) {
        (Some(folder), _) => prune(folder),
        (None, Some(change)) => list(change),
        (None, None) => Err(CommandError::Argument("name the ref that would change, such as `main`".into())),
    }
}

/// Deletes what has expired: it counts for nothing, and each push reads what is there.
fn prune(folder: &Path) -> Result<Exit, CommandError> {
    let repository = Repository::discover(folder, BLOB_LIMIT)?;
    let session = Session::open(repository, None, SystemTime::now())?;
    let expired = session.expired_statements()?;
    // A ref that points to something else by now stays.
    let lines: String =
        expired.iter().flat_map(|(name, id)| ["delete ", name, " ", id.as_str(), "\n"]).collect();
    GitProgram::in_folder(folder).run_as_user(&["update-ref", "--stdin"], &lines)?;
    print(&format!("deleted {} expired statements\n", expired.len()))?;
    Ok(Exit::Accept)
}

fn list(arguments: &StatementArguments) -> Result<Exit, CommandError> {
    let change = ProposedChange::find(arguments)?;
    let section = change.session.judge_planned(&change.planned)?;
    let mut text = String::new();
    for approval in &section.approvals {
        let _ = writeln!(text, "{}", line(approval));
    }
    if section.approvals.is_empty() {
        let remote = &arguments.remote;
        let _ = writeln!(
            text,
            "no approval of a change of {} exists here\n  fetch the approvals from the server: git fetch \
             {remote} \
             'refs/approvals/*:refs/approvals/*'",
            terminal(&change.planned.ref_name)
        );
    }
    print(&text)?;
    Ok(Exit::Accept)
}

fn line(approval: &ApprovalFacts) -> String {
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
