//! `approvals`: the signed statements about a change, and why each counts or does not.

use std::fmt::Write as _;

use super::change::ProposedChange;
use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::ApprovalsArguments;
use crate::evidence::{ApprovalFacts, ApprovalStanding};
use crate::report::terminal;

pub(super) fn run(arguments: &ApprovalsArguments) -> Result<Exit, CommandError> {
    let change = ProposedChange::find(&arguments.change)?;
    let section = change.session.judge_planned(&change.planned)?;
    let mut text = String::new();
    for approval in &section.approvals {
        let _ = writeln!(text, "{}", line(approval));
    }
    if section.approvals.is_empty() {
        let remote = &arguments.change.remote;
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
