//! Settings of git that protect what the gate does not judge.
//!
//! In: the configuration that git itself reads for a server's repository. Out: lines. Never: changes it.

use std::path::Path;

use super::error::SelfTestError;
use crate::git_program::{GitProgram, Outcome};
use crate::report::DoctorLine;

/// Settings that should be on, and the purpose of each.
const ON: [(&str, &str); 3] = [
    ("receive.fsckObjects", "git refuses malformed objects before any hook runs, on every ref"),
    ("receive.denyDeletes", "no push can delete a ref, not even an unprotected one"),
    ("receive.denyNonFastForwards", "no push can rewrite history, not even on an unprotected ref"),
];
/// The folder of signed statements.
const STATEMENTS: &str = "refs/approvals/";

pub(super) fn examine(repository: &Path) -> Result<Vec<DoctorLine>, SelfTestError> {
    let switches = ON.iter().map(|(name, purpose)| judge_switch(repository, name, purpose));
    switches.chain([judge_shallow_update(repository), judge_hidden_refs(repository)]).collect()
}

fn judge_switch(repository: &Path, name: &'static str, purpose: &str) -> Result<DoctorLine, SelfTestError> {
    if is_on(repository, name)? {
        return Ok(DoctorLine::ok(name, "true"));
    }
    Ok(DoctorLine::advice(name, format!("not set: with it, {purpose}"), format!("git config {name} true")))
}

fn judge_shallow_update(repository: &Path) -> Result<DoctorLine, SelfTestError> {
    let name = "receive.shallowUpdate";
    if !is_on(repository, name)? {
        return Ok(DoctorLine::ok(name, "false"));
    }
    let text = "true: a push from a shallow clone can make the repository shallow, and then the gate cannot judge \
         anything";
    Ok(DoctorLine::advice(name, text, format!("git config --unset {name}")))
}

/// Reads a switch. If `receive.fsckObjects` is not set, git uses `transfer.fsckObjects`.
fn is_on(repository: &Path, name: &str) -> Result<bool, SelfTestError> {
    let general = name.replace("receive.fsck", "transfer.fsck");
    for name in [name, &general] {
        let answer = GitProgram::in_folder(repository).attempt(&["config", "--type=bool", "--get", name])?;
        if answer.outcome == Outcome::Succeeded {
            return Ok(answer.output == "true");
        }
    }
    Ok(false)
}

fn judge_hidden_refs(repository: &Path) -> Result<DoctorLine, SelfTestError> {
    let topic = "transfer.hideRefs";
    let pattern = ["config", "--get-regexp", "^(transfer|receive|uploadpack)[.]hiderefs$"];
    let answer = GitProgram::in_folder(repository).attempt(&pattern)?;
    let values = answer.output.lines().filter_map(|line| line.split_once(' '));
    let hides = |value: &str| STATEMENTS.starts_with(value.trim_start_matches('^'));
    match values.filter(|(_, value)| !value.starts_with('!')).find(|(_, value)| hides(value)) {
        Some((name, value)) => Ok(DoctorLine::advice(
            topic,
            format!("{name} = {value} hides {STATEMENTS}: approvals cannot be pushed or fetched"),
            format!("git config --unset-all {name}"),
        )),
        None => Ok(DoctorLine::ok(topic, "approvals can be pushed and fetched")),
    }
}
