//! `init`: writes a policy for this repository.

use std::fmt::Write as _;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::InitArguments;
use crate::install::FirstPolicy;
use crate::policy::POLICY_PATH;

pub(super) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    let policy = FirstPolicy::draft(&arguments.repo, arguments.owner.as_deref())?;
    let mut text = String::new();
    for path in policy.write()? {
        let _ = writeln!(text, "wrote {}", path.display());
    }
    let _ = write!(
        text,
        "  try it on the past: portcullis replay HEAD --policy {POLICY_PATH}\n  then commit and push it to the protected \
         branch\n"
    );
    if policy.has_owners() {
        let _ = writeln!(
            text,
            "  the next change of these files needs the approval of their owners: list their keys under `people:` first, or \
             review on a forge"
        );
    } else {
        let _ = writeln!(
            text,
            "  no file names owners, so only the server could accept the next change of the policy: run `portcullis init \
             --owner @team`, or add CODEOWNERS in the same push"
        );
    }
    print(&text)?;
    Ok(Exit::Accept)
}
