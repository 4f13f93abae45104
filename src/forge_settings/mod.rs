//! The settings with which a forge makes a branch obey the gate.
//!
//! In: the forge and the name of the gate's status. Out: one line a topic: who can get a change past the gate. Never:
//! changes a setting, or takes a setting that the token cannot see for a good one.

mod around_hook;
mod branch;
mod guard;
mod hold;
mod hook;
mod remedy;
mod reviews;
mod status;
#[cfg(test)]
mod tests;
mod triggers;
mod workflow;

use std::time::Instant;

use crate::host::api::{AskedForge, Enforcement, ForgeAccess};
use crate::host::{ForgeAccessError, ForgeError, ForgeHost, Runner, Topic};
use crate::report::{DoctorLine, ReportContext};

/// The settings of one branch.
pub struct ForgeSettings {
    host: ForgeHost,
    /// The name of the gate's status.
    status: String,
    facts: Enforcement,
}

/// An error that hides the settings.
#[derive(Debug, thiserror::Error)]
pub enum ForgeSettingsError {
    /// No forge can be asked.
    #[error(transparent)]
    Access(#[from] ForgeAccessError),
    /// The forge does not answer.
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

/// A branch of a forge, and the status that it should require.
pub struct AskedBranch<'a> {
    /// The forge.
    pub forge: AskedForge<'a>,
    /// The branch; `None` means the default branch.
    pub branch: Option<&'a str>,
    /// The context of the status.
    pub context: &'a ReportContext,
}

impl ForgeSettings {
    /// Asks the forge, until a deadline.
    pub fn ask(
        asked: &AskedBranch<'_>,
        runner: &Runner,
        deadline: Instant,
    ) -> Result<Self, ForgeSettingsError> {
        let access = ForgeAccess::find(asked.forge, runner)?;
        let facts = access.open(deadline)?.enforcement(asked.branch)?;
        let other_branch = (facts.branch != facts.default_branch).then_some(facts.branch.as_str());
        let status = asked.context.status_name(other_branch);
        Ok(Self { host: access.host, status, facts })
    }

    /// Examines every topic.
    pub fn examine(&self) -> Vec<DoctorLine> {
        let hook = hook::examine(self);
        let mut lines = status::examine(self);
        lines.extend(workflow::examine(self));
        lines.extend(branch::examine(self));
        lines.extend(around_hook::examine(self));
        lines.extend(reviews::examine(self));
        if hook.blocks {
            // It sees every push and every merge.
            lines = lines.into_iter().map(|line| line.behind("the server's hook blocks it anyway")).collect();
        }
        hook.line.into_iter().chain(lines).collect()
    }

    /// The next step about a topic, in the words of the forge's pages.
    fn help(&self, topic: Topic) -> &'static str {
        (self.host.facts().settings.help)(topic)
    }
}

/// Joins the lines of a reason.
fn one_line(reason: &str) -> String {
    reason.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
