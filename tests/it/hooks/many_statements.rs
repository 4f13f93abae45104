//! Statements that years of use, or a person with a key, leave behind: they lock no ref, and expired ones can go.

use std::fmt::Write as _;

use git2::ObjectType;

use super::approvals::{SETTINGS_PATH, approve, clone_of, proposal, server, sign, text};
use super::checkout::Checkout;
use super::manifests::SETTINGS;
use super::server::Server;
use crate::common::git::Failure;
use crate::common::objects::Objects;

/// A change by Mallory that Alice has not approved yet.
fn proposed() -> Result<(Server, Checkout, Checkout), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    server.guard("pre-receive", "pre-receive --deadline 10")?;
    Ok((server, alice, mallory))
}

/// Stores tags past the hook, each with a text of its own, under the refs that they belong to.
fn store(server: &Server, texts: impl Iterator<Item = (String, String)>) -> Result<Vec<String>, Failure> {
    let commit = server.tip("refs/heads/main")?;
    let objects = Objects::of(&server.git_dir)?;
    let (mut refs, mut lines) = (Vec::new(), String::new());
    for (tree, text) in texts {
        let head =
            format!("object {commit}\ntype commit\ntag approval\ntagger A <a@example.com> 1 +0000\n\n");
        let id = objects.store(ObjectType::Tag, format!("{head}{text}").as_bytes())?;
        let name = format!("refs/approvals/heads/main/{tree}/{id}");
        writeln!(lines, "create {name} {id}")?;
        refs.push(name);
    }
    server.git.run(&["update-ref", "--stdin"], lines.as_bytes())?;
    server.git.run(&["pack-refs", "--all"], b"")?;
    Ok(refs)
}

/// A statement about another tree, and that tree.
fn elsewhere(text: &str, number: usize) -> (String, String) {
    let tree = format!("{number:040x}");
    let lines = text
        .lines()
        .map(|line| if line.starts_with("tree: ") { format!("tree: {tree}\n") } else { format!("{line}\n") });
    (tree.clone(), lines.collect::<Vec<_>>().concat())
}

fn expired(text: &str, number: usize) -> (String, String) {
    let (tree, text) = elsewhere(text, number);
    let line = text.lines().find(|line| line.starts_with("not-after: ")).unwrap_or_default().to_owned();
    (tree, text.replace(&line, "not-after: 2020-01-01T00:00:00Z"))
}

#[test]
fn ten_thousand_names_lock_no_ref() -> Result<(), Failure> {
    let (server, alice, mallory) = proposed()?;
    approve(&alice, &[])?;
    let object = server.git.run(&["for-each-ref", "--format=%(objectname)", "refs/approvals"], b"")?;
    let create = |number| format!("create refs/approvals/heads/main/{number:040x}/{number:040x} {object}\n");
    let lines: Vec<String> = (1..=10_001).map(create).collect();
    server.git.run(&["update-ref", "--stdin"], lines.concat().as_bytes())?;
    server.git.run(&["pack-refs", "--all"], b"")?;
    let push = mallory.push_main()?;
    push.accepted(&["alice approves"]);
    push.not_told("portcullis did not read");
    Ok(())
}

#[test]
fn a_statement_for_this_change_counts_beside_thousands_for_others() -> Result<(), Failure> {
    let (server, alice, mallory) = proposed()?;
    let about = text(&alice)?;
    store(&server, (1..=3_000).map(|number| elsewhere(&about, number)))?;
    mallory
        .push_main()?
        .rejected(&["error[missing-approval]", "portcullis did not read 2000 of the statements"]);
    approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["alice approves", "portcullis approvals --prune"]);
    Ok(())
}

#[test]
fn expired_statements_are_pruned_and_deleted_by_push() -> Result<(), Failure> {
    let (server, alice, mallory) = proposed()?;
    let about = text(&alice)?;
    let refs = store(&server, (1..=1_500).map(|number| expired(&about, number)))?;
    approve(&alice, &[])?;
    let push = mallory.push_main()?;
    push.accepted(&["alice approves"]);
    push.not_told("portcullis did not read");
    let first = refs.first().ok_or("no statement")?;
    mallory.push(&[&format!(":{first}")])?.accepted(&["has expired and counts for nothing"]);
    let folder = server.git_dir.display().to_string();
    let said = alice.portcullis(&["approvals", "--prune", &folder])?;
    assert_eq!(said, "deleted 1499 expired statements\n");
    let left = server.git.run(&["for-each-ref", "--format=%(refname)", "refs/approvals"], b"")?;
    assert_eq!(left.lines().count(), 1, "{left}");
    Ok(())
}

/// Mallory has a key and owns something, so her statements are genuine.
#[test]
fn one_person_cannot_crowd_out_the_others() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed()?;
    let mut refs = Vec::new();
    for number in 0..51 {
        refs.push(sign(&mallory, &["--reason", &number.to_string()])?);
    }
    let all: Vec<&str> = refs.iter().map(String::as_str).collect();
    let told = "mallory would have more than 50 statements about one change";
    mallory.push(&all)?.rejected(&["error[forbidden-ref]", told]);
    mallory.push(&all[..50])?.accepted(&[]);
    mallory.push(&all[50..])?.rejected(&["error[forbidden-ref]", told]);
    approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["alice approves"]);
    Ok(())
}
