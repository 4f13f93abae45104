//! Approvals of a file, and the changes of trust files that they outlive.

use super::approvals::{CODEOWNERS, SETTINGS_PATH, approve, clone_of, proposal, server, trusting_policy};
use super::checkout::Push;
use super::manifests::{POLICY_PATH, SETTINGS};
use super::server::File;
use crate::common::git::Failure;
use crate::common::keys::person;

/// Alice approves what Mallory proposes; then `main` changes, and Mallory pushes the same content on top of it.
pub(super) fn pushed_after(change: &[File<'_>], removed: &[&str]) -> Result<Push, Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    for path in removed {
        alice.git.run(&["rm", "--quiet", path], b"")?;
    }
    let tip = alice.commit("Change trust files", change)?;
    alice.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/main", &tip)?;
    mallory.git.run(&["pull", "--quiet", "--rebase", "origin", "main"], b"")?;
    mallory.push_main()
}

#[test]
fn a_new_key_ends_no_approval() -> Result<(), Failure> {
    let key = String::from_utf8(person("retired")?.key.armored_certificate()?)?;
    pushed_after(&[("keys/new.asc", &key)], &[])?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn a_rule_for_secrets_or_a_workflow_ends_no_approval() -> Result<(), Failure> {
    let workflow = "on: push\njobs: {gate: {runs-on: x, steps: [{uses: acme/portcullis@v1}]}}\n";
    let files = [(".sops.yaml", "creation_rules: []\n"), (".github/workflows/gate.yml", workflow)];
    pushed_after(&files, &[])?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn other_owners_and_another_policy_end_approvals() -> Result<(), Failure> {
    let owners = format!("{CODEOWNERS}/more/ @alice\n");
    pushed_after(&[(".github/CODEOWNERS", &owners)], &[])?.rejected(&["error[missing-approval]"]);
    let policy = trusting_policy(1, "approvals: {maxAge: 7d}\n")?;
    pushed_after(&[(POLICY_PATH, &policy)], &[])?.rejected(&["error[missing-approval]"]);
    Ok(())
}
