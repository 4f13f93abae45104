//! `init`: writes a policy for this repository.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::InitArguments;
use crate::install::FirstPolicy;
use crate::policy::POLICY_PATH;

pub(super) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    let policy = FirstPolicy::draft(&arguments.repo)?;
    policy.write()?;
    print(&format!(
        "wrote {}\n  try it on the past: portcullis replay HEAD --policy {POLICY_PATH}\n  then commit and push it \
         to the protected branch\n",
        policy.path.display()
    ))?;
    Ok(Exit::Accept)
}
