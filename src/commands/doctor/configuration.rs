//! Settings of git that stand behind the gate.
//!
//! In: the configuration that git itself reads for a server's repository. Out: lines. Never: changes it.

use std::path::Path;

use super::line::Line;
use crate::commands::error::CommandError;
use crate::commands::git_program::{Outcome, attempt};

/// Settings that should be on, and what each is for.
const ON: [(&str, &str); 3] = [
    ("receive.fsckObjects", "malformed objects are refused before any hook, on every ref"),
    ("receive.denyDeletes", "no ref is deleted by push, not even one that the policy does not protect"),
    ("receive.denyNonFastForwards", "no history is rewritten by push, not even on an unprotected ref"),
];
/// Where signed statements are.
const STATEMENTS: &str = "refs/approvals/";

pub(super) fn lines(repository: &Path) -> Result<Vec<Line>, CommandError> {
    let mut lines = Vec::new();
    for (name, purpose) in ON {
        lines.push(match switch(repository, name)? {
            true => Line::ok(name, "true"),
            false => {
                Line::advice(name, format!("not set: with it, {purpose}"), format!("git config {name} true"))
            }
        });
    }
    lines.push(match switch(repository, "receive.shallowUpdate")? {
        true => Line::advice(
            "receive.shallowUpdate",
            "true: a push from a shallow clone can make the repository shallow, and nothing can be judged then",
            "git config --unset receive.shallowUpdate",
        ),
        false => Line::ok("receive.shallowUpdate", "false"),
    });
    lines.push(hidden(repository)?);
    Ok(lines)
}

/// `receive.fsckObjects` is `transfer.fsckObjects` where it is not set.
fn switch(repository: &Path, name: &str) -> Result<bool, CommandError> {
    let general = name.replace("receive.fsck", "transfer.fsck");
    for name in [name, &general] {
        let answer = attempt(repository, &[], &["config", "--type=bool", "--get", name], "")?;
        if answer.outcome == Outcome::Succeeded {
            return Ok(answer.output == "true");
        }
    }
    Ok(false)
}

fn hidden(repository: &Path) -> Result<Line, CommandError> {
    let topic = "transfer.hideRefs";
    let pattern = ["config", "--get-regexp", "^(transfer|receive|uploadpack)[.]hiderefs$"];
    let answer = attempt(repository, &[], &pattern, "")?;
    let values = answer.output.lines().filter_map(|line| line.split_once(' '));
    let hides = |value: &str| STATEMENTS.starts_with(value.trim_start_matches('^'));
    match values.filter(|(_, value)| !value.starts_with('!')).find(|(_, value)| hides(value)) {
        Some((name, value)) => Ok(Line::advice(
            topic,
            format!("{name} = {value} hides {STATEMENTS}: nobody can push or fetch approvals"),
            format!("git config --unset-all {name}"),
        )),
        None => Ok(Line::ok(topic, "approvals can be pushed and fetched")),
    }
}
