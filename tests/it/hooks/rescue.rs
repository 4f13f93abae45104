//! `rescue` on the server: the way back from a state in which no push passes.

use std::fs;
use std::process::{Command, Output};

use super::approvals::{approve, clone_of, proposal, server, trusting_policy};
use super::manifests::{POLICY_PATH, SERVICE};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;

/// Runs `rescue` as an administrator would, in the server's repository.
fn rescue(server: &Server, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Output, Failure> {
    let mut command = Command::new(PORTCULLIS);
    for name in ["CI", "GITHUB_ACTIONS", "GITLAB_CI"] {
        command.env_remove(name);
    }
    command.arg("rescue").arg("--repo").arg(&server.git_dir).args(arguments);
    Ok(command.envs(environment.iter().copied()).output()?)
}

fn refused(output: &Output, told: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(told), "{told:?} is missing: {said}");
}

/// A server whose policy became unusable behind the gate's back.
fn broken() -> Result<Server, Failure> {
    let server = server(1, "")?;
    server.guard("pre-receive", "--version")?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("Break it", &[(POLICY_PATH, "kind: [\n")])?;
    alice.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    alice.commit("Add a file", &[("notes.txt", "notes\n")])?;
    alice.push_main()?.rejected(&[]);
    Ok(server)
}

#[test]
fn trust_files_are_put_back_and_the_next_push_passes() -> Result<(), Failure> {
    let server = broken()?;
    let output = rescue(&server, &["--reason", "the policy was cut off", "--restore", "main~1"], &[])?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(".portcullis.yaml is put in place"), "{said}");
    let bob = clone_of(&server, "bob")?;
    let other = SERVICE.replace("name: frontend\n", "name: another\n");
    proposal(&bob, &[("prod/another.yaml", &other)])?;
    let mallory = clone_of(&server, "mallory")?;
    approve(&mallory, &[])?;
    bob.push_main()?.accepted(&["`portcullis rescue` on the server", "the policy was cut off"]);
    Ok(())
}

#[test]
fn one_file_is_put_in_place() -> Result<(), Failure> {
    let server = broken()?;
    let source = server.folder.path().join("policy.yaml");
    fs::write(&source, trusting_policy(1, "")?)?;
    let file = format!("{POLICY_PATH}={}", source.display());
    let output = rescue(&server, &["--reason", "why", "--file", &file], &[])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let records = server.git.run(&["for-each-ref", "--format=%(refname)", "refs/portcullis/"], b"")?;
    assert!(records.starts_with("refs/portcullis/rescues/"), "{records}");
    Ok(())
}

#[test]
fn what_leaves_no_way_for_a_push_is_refused() -> Result<(), Failure> {
    let server = broken()?;
    let source = server.folder.path().join("policy.yaml");
    fs::write(&source, trusting_policy(9, "")?)?;
    let file = format!("{POLICY_PATH}={}", source.display());
    let arguments = ["--reason", "why", "--file", &file];
    refused(&rescue(&server, &arguments, &[])?, "no push could pass after the rescue");
    fs::write(&source, "kind: [\n")?;
    refused(&rescue(&server, &arguments, &[])?, "the policy could not be used after the rescue");
    Ok(())
}

#[test]
fn nothing_but_trust_files_changes() -> Result<(), Failure> {
    let server = server(1, "")?;
    let source = server.folder.path().join("service.yaml");
    fs::write(&source, SERVICE)?;
    let file = format!("prod/more.yaml={}", source.display());
    refused(
        &rescue(&server, &["--reason", "why", "--file", &file], &[])?,
        "prod/more.yaml is not a trust file",
    );
    refused(&rescue(&server, &["--reason", "why"], &[])?, "nothing would change");
    Ok(())
}

#[test]
fn a_hook_a_job_a_clone_and_a_mirror_are_refused() -> Result<(), Failure> {
    let server = broken()?;
    let arguments = ["--reason", "why", "--restore", "main~1"];
    for name in ["GIT_QUARANTINE_PATH", "GIT_DIR", "CI"] {
        refused(&rescue(&server, &arguments, &[(name, "1")])?, "this is a hook or a CI job");
    }
    server.git.run(&["config", "remote.origin.url", "https://git.example.com/prod.git"], b"")?;
    refused(&rescue(&server, &arguments, &[])?, "this repository has a remote");
    refused(&rescue(&server, &["--reason", " ", "--restore", "main~1"], &[])?, "remote");
    Ok(())
}

#[test]
fn a_record_of_a_rescue_cannot_be_pushed() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.push(&["HEAD:refs/portcullis/rescues/1"])?.rejected(&["error[forbidden-ref]", "its own records"]);
    Ok(())
}
