//! `doctor --forge`: what makes a branch of a forge obey the gate, and who can get a change past it.
//!
//! In: what the forge says of its settings. Out: one line a topic. Never: changes a setting; or takes what the token
//! may not see for a yes.

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

use std::time::{Duration, Instant};

use super::finish;
use super::line::Line;
use crate::cli::DoctorArguments;
use crate::commands::deadline;
use crate::commands::error::{CommandError, Exit};
use crate::commands::forge_access::{AskedForge, ForgeAccess, status_name};
use crate::host::api::Enforcement;
use crate::host::{ForgeHost, Topic};
use crate::push::runner;

/// What is judged: the facts of one branch, for one status.
#[derive(Clone, Copy)]
struct Case<'a> {
    forge: ForgeHost,
    /// The name of the status.
    context: &'a str,
    facts: &'a Enforcement,
}

impl Case<'_> {
    /// What to do about a topic, and where.
    fn help(self, topic: Topic) -> &'static str {
        (self.forge.facts().settings.help)(topic)
    }
}

pub(super) fn run(arguments: &DoctorArguments) -> Result<Exit, CommandError> {
    let limit = Duration::from_secs(arguments.deadline);
    deadline::start(limit, "\n  raise `--deadline`");
    let asked = AskedForge::from(arguments);
    let access = ForgeAccess::of(asked, &runner())?;
    let forge = access.forge(asked, Instant::now() + limit.mul_f32(0.9))?;
    let facts = forge.enforcement(arguments.branch.as_deref())?;
    let beside = (facts.branch != facts.default_branch).then_some(facts.branch.as_str());
    let context = status_name(&arguments.context, beside);
    let case = Case { forge: access.host, context: &context, facts: &facts };
    finish(&lines(case), arguments.format)
}

/// Everything that can be said.
fn lines(case: Case<'_>) -> Vec<Line> {
    let hook = hook::judge(case);
    let mut lines = status::lines(case);
    lines.extend(workflow::line(case));
    lines.extend(branch::lines(case));
    lines.extend(reviews::lines(case));
    if hook.holds {
        // It sees every push and every merge.
        lines = lines.into_iter().map(|line| line.behind("the server's hook blocks it anyway")).collect();
    }
    hook.line.into_iter().chain(lines).collect()
}

/// A reason of several lines as one.
fn one_line(reason: &str) -> String {
    reason.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
