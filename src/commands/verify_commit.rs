//! `verify-commit`: the signers of commits, and why each signature counts or does not.

use std::fmt::Write as _;
use std::time::SystemTime;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::VerifyCommitArguments;
use crate::evidence::Evidence;
use crate::gate::{Session, VerifiedCommit};
use crate::git::{BLOB_LIMIT, Repository};
use crate::report::terminal;
use git_trust::{KeyFingerprint, SignatureStatus};
use source_files::ObjectId;

pub(super) fn run(arguments: &VerifyCommitArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let mut commits = Vec::new();
    for revision in &arguments.revisions {
        commits.extend(find_commits(&repository, revision)?);
    }
    let governing = repository.revision(&arguments.governing)?;
    let session = Session::at(repository, governing, arguments.server_policy.clone(), SystemTime::now())?;
    let mut text = String::new();
    let mut exit = Exit::Accept;
    for commit in session.verify(&commits)? {
        let (line, counts) = describe(&commit);
        text.push_str(&line);
        if counts == Counts::No {
            exit = Exit::Reject;
        }
    }
    print(&text)?;
    Ok(exit)
}

/// Finds the commits of a range, or the one commit or annotated tag of a revision.
fn find_commits(repository: &Repository, revision: &str) -> Result<Vec<ObjectId>, CommandError> {
    match revision.split_once("..") {
        None => Ok(vec![repository.object_named(revision)?]),
        Some((from, to)) => {
            let (from, to) = (repository.revision(from)?, repository.revision(to)?);
            Ok(repository.history(Some(&from), &to)?.commits)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Yes,
    No,
}

fn describe(commit: &VerifiedCommit) -> (String, Counts) {
    let facts = &commit.facts;
    let id = facts.id.short();
    if let Some(problem) = facts.malformed.first() {
        return (format!("{id} does not count: it is malformed: {}\n", terminal(problem)), Counts::No);
    }
    match &facts.signature {
        Evidence::Known(SignatureStatus::Trusted { key, principals }) => {
            (format!("{id} counts: {}\n", describe_signer(commit, key, principals)), Counts::Yes)
        }
        Evidence::Known(SignatureStatus::Forge { key }) => {
            (format!("{id} counts: a merge that the forge made with its own key {key}\n"), Counts::Yes)
        }
        Evidence::Known(SignatureStatus::Unsigned) => {
            (format!("{id} does not count: it is not signed\n"), Counts::No)
        }
        Evidence::Known(SignatureStatus::Untrusted { reason, advice, .. }) => {
            let mut text = format!("{id} does not count: its signature {}\n", terminal(reason));
            let _ = writeln!(text, "  help: {}", terminal(advice));
            (text, Counts::No)
        }
        Evidence::Unavailable(reason) => (
            format!("{id} does not count: its signature could not be checked: {}\n", terminal(reason)),
            Counts::No,
        ),
        Evidence::NotEvaluatedHere => (format!("{id} does not count: it was not evaluated\n"), Counts::No),
    }
}

fn describe_signer(commit: &VerifiedCommit, key: &KeyFingerprint, principals: &[String]) -> String {
    let certified = if principals.is_empty() {
        String::new()
    } else {
        format!(", certified for {}", principals.join(", "))
    };
    let who = commit.person.as_deref().unwrap_or("a person who is not in `people:` of the policy");
    terminal(&format!("signed by {who} with key {key}{certified}")).into_owned()
}
