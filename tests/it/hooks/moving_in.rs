//! An existing repository comes behind the gate.

use std::process::{Command, Output};

use super::manifests::{NODE_PORT, SERVICE_PATH};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;

fn import(server: &Server, source: &str, environment: &[(&str, &str)]) -> Result<Output, Failure> {
    let mut command = Command::new(PORTCULLIS);
    for name in ["CI", "GITHUB_ACTIONS", "GITLAB_CI"] {
        command.env_remove(name);
    }
    command.args(["import", source, "--repo"]).arg(&server.git_dir).envs(environment.iter().copied());
    Ok(command.output()?)
}

fn refused(output: &Output, told: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(told), "{told:?} is missing: {said}");
}

/// A repository with a past that the gate would reject, and an empty gated server.
fn past() -> Result<(Server, Server), Failure> {
    let old = Server::named("old.git", &[(SERVICE_PATH, NODE_PORT)])?;
    old.git.set_ref("refs/tags/v1", &old.tip("main")?)?;
    let new = Server::unborn("new.git")?;
    new.guard("pre-receive", "pre-receive")?;
    Ok((old, new))
}

#[test]
fn what_was_there_before_is_taken_as_it_is() -> Result<(), Failure> {
    let (old, new) = past()?;
    let clone = old.checkout("clone")?;
    let url = format!("file://{}", new.git_dir.display());
    clone.git.run(&["remote", "set-url", "origin", &url], b"")?;
    let said =
        clone.git.run(&["push", "origin", "main"], b"").expect_err("a first push was accepted").to_string();
    assert!(said.contains("error[node-port]") && said.contains("portcullis import SOURCE"), "{said}");

    let output = import(&new, &old.git_dir.display().to_string(), &[])?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.starts_with("imported 1 branch and 1 tag\n"), "{said}");
    let record = new.git.run(&["for-each-ref", "--format=%(objectname)", "refs/portcullis/imports/"], b"")?;
    assert_eq!(record, old.tip("main")?);

    let alice = new.checkout("alice")?;
    alice.commit("Note", &[("notes.txt", "notes\n")])?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Another port", &[("prod/other.yaml", &NODE_PORT.replace("frontend", "other"))])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

/// What passed the gate is not replaced by what did not.
#[test]
fn a_ref_that_exists_is_not_touched() -> Result<(), Failure> {
    let (old, new) = past()?;
    let source = old.git_dir.display().to_string();
    assert!(import(&new, &source, &[])?.status.success());
    let before = new.tip("main")?;
    let clone = old.checkout("clone")?;
    old.guard("pre-receive", "--version")?;
    clone.commit("More", &[("prod/other.yaml", &NODE_PORT.replace("frontend", "other"))])?;
    clone.push_main()?.accepted(&[]);
    refused(&import(&new, &source, &[])?, "refs/heads/main exists on this server already");
    assert_eq!(new.tip("main")?, before);
    Ok(())
}

#[test]
fn a_hook_a_clone_and_an_empty_repository_import_nothing() -> Result<(), Failure> {
    let (old, new) = past()?;
    let source = old.git_dir.display().to_string();
    for name in ["GIT_DIR", "GIT_QUARANTINE_PATH", "CI"] {
        refused(&import(&new, &source, &[(name, "1")])?, "this is a hook or a CI job");
    }
    let empty = Server::unborn("empty.git")?;
    refused(&import(&new, &empty.git_dir.display().to_string(), &[])?, "has no branch");
    new.git.run(&["config", "remote.origin.url", "https://git.example.com/prod.git"], b"")?;
    refused(&import(&new, &source, &[])?, "this repository has a remote");
    Ok(())
}

/// HEAD of the server follows the branch of the repository that comes.
#[test]
fn another_main_branch_becomes_that_of_the_server() -> Result<(), Failure> {
    let (old, new) = past()?;
    let tip = old.tip("main")?;
    old.git.set_ref("refs/heads/production", &tip)?;
    old.git.run(&["symbolic-ref", "HEAD", "refs/heads/production"], b"")?;
    old.git.run(&["update-ref", "-d", "refs/heads/main"], b"")?;
    let output = import(&new, &old.git_dir.display().to_string(), &[])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(new.git.run(&["symbolic-ref", "HEAD"], b"")?, "refs/heads/production");
    assert!(String::from_utf8_lossy(&output.stdout).contains("refs/heads/production is at"));
    Ok(())
}
