//! Owners of every dialect who approve by signed statements, from their own clones.

use super::approvals::{approve, clone_of, key_files, proposal, trusting_policy};
use super::manifests::{POLICY_PATH, SETTINGS};
use super::server::{File, Server};
use crate::common::git::Failure;

const MISSING: &str = "error[missing-approval]";

/// Alice and then Bob approve what Mallory proposes: one is not enough, for what reason is told.
fn first_alice_then_bob(owners: &str, file: File<'_>, told: &[&str]) -> Result<(), Failure> {
    let policy = trusting_policy(1, "")?.replace("owners: {approvals: 1}", owners);
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([(POLICY_PATH, policy.as_str()), file]);
    let server = Server::holding(&files)?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    let mallory = clone_of(&server, "mallory")?;
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&[MISSING]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&[&[MISSING], told].concat());
    approve(&bob, &[])?;
    mallory.push_main()?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn a_section_of_gitlab_is_met_by_as_many_as_it_counts() -> Result<(), Failure> {
    let file = (".gitlab/CODEOWNERS", "[Prod][2] @alice @bob\n/prod/\n^[Other] @alice\n*.yaml\n");
    first_alice_then_bob("owners: {approvals: 1}", file, &["1 more approval for section [Prod]"])
}

#[test]
fn every_line_of_gitea_is_met_by_its_own_owner() -> Result<(), Failure> {
    let file = (".gitea/CODEOWNERS", "prod/.* @alice\n.*\\\\.yaml @bob\n");
    first_alice_then_bob("owners: {approvals: 1}", file, &["1 more approval by @bob", ".gitea/CODEOWNERS:2"])
}

#[test]
fn nested_owners_are_met_by_those_of_the_folder() -> Result<(), Failure> {
    let owners = "owners: {dialect: kubernetes, approvals: 1}";
    first_alice_then_bob(owners, ("prod/OWNERS", "approvers: [bob]\n"), &["by @bob", "prod/OWNERS:1"])
}

#[test]
fn all_owners_of_github_are_waited_for() -> Result<(), Failure> {
    let file = ("CODEOWNERS", "/prod/ @alice @bob\n");
    first_alice_then_bob("owners: {require: all}", file, &["1 more approval by each of @bob"])
}
