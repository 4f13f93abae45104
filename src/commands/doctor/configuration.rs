//! Settings of git that are behind the gate.
//!
//! In: the configuration that git itself reads for a server's repository. Out: lines. Never: changes it.

use std::path::Path;

use super::line::Line;
use crate::commands::error::CommandError;
use crate::git_program::{GitProgram, Outcome};

/// Settings that should be on, and what each is for.
const ON: [(&str, &str); 3] = [
    ("receive.fsckObjects", "git refuses malformed objects before any hook runs, on every ref"),
    ("receive.denyDeletes", "no push can delete a ref, not even an unprotected one"),
    ("receive.denyNonFastForwards", "no push can rewrite history, not even on an unprotected ref"),
];
/// Where signed statements are.
const STATEMENTS: &str = "refs/approvals/";

pub(super) fn lines(repository: &Path) -> Result<Vec<Line>, CommandError> {
    let switches = ON.iter().map(|(name, purpose)| on(repository, name, purpose));
    switches.chain([shallow_update(repository), hidden(repository)]).collect()
}

fn on(repository: &Path, name: &'static str, purpose: &str) -> Result<Line, CommandError> {
    if switch(repository, name)? {
        return Ok(Line::ok(name, "true"));
    }
    Ok(Line::advice(name, format!("not set: with it, {purpose}"), format!("git config {name} true")))
}

fn shallow_update(repository: &Path) -> Result<Line, CommandError> {
    let name = "receive.shallowUpdate";
    if !switch(repository, name)? {
        return Ok(Line::ok(name, "false"));
    }
    let text = "true: a push from a shallow clone can make the repository shallow, and then the gate cannot judge \
         anything";
    Ok(Line::advice(name, text, format!("git config --unset {name}")))
}

/// `receive.fsckObjects` is `transfer.fsckObjects` where it is not set.
fn switch(repository: &Path, name: &str) -> Result<bool, CommandError> {
    let general = name.replace("receive.fsck", "transfer.fsck");
    for name in [name, &general] {
        let answer = GitProgram::in_folder(repository).attempt(&["config", "--type=bool", "--get", name])?;
        if answer.outcome == Outcome::Succeeded {
            return Ok(answer.output == "true");
        }
    }
    Ok(false)
}

fn hidden(repository: &Path) -> Result<Line, CommandError> {
    let topic = "transfer.hideRefs";
    let pattern = ["config", "--get-regexp", "^(transfer|receive|uploadpack)[.]hiderefs$"];
    let answer = GitProgram::in_folder(repository).attempt(&pattern)?;
    let values = answer.output.lines().filter_map(|line| line.split_once(' '));
    let hides = |value: &str| STATEMENTS.starts_with(value.trim_start_matches('^'));
    match values.filter(|(_, value)| !value.starts_with('!')).find(|(_, value)| hides(value)) {
        Some((name, value)) => Ok(Line::advice(
            topic,
            format!("{name} = {value} hides {STATEMENTS}: approvals cannot be pushed or fetched"),
            format!("git config --unset-all {name}"),
        )),
        None => Ok(Line::ok(topic, "approvals can be pushed and fetched")),
    }
}
