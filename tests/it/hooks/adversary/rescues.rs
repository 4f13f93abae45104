//! `rescue` on the server: it puts trust files back where no push passes, and does nothing else.

use std::fs;
use std::process::{Command, Output};

use crate::common::git::Failure;
use crate::hooks::approvals::{approve, clone_of, proposal, server, trusting_policy};
use crate::hooks::manifests::{POLICY_PATH, SERVICE};
use crate::hooks::server::{PORTCULLIS, Server};

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

/// A rescue puts a policy in place that asks for more approvals than there are owners, or that cannot be read.
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

/// A rescue brings a Service, or changes nothing and leaves a record only.
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

/// A rescue runs in a hook, in a CI job, or in a mirror, where a pusher may start it; or it gives no reason.
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

/// A push writes the record of a rescue that never was.
#[test]
fn a_record_of_a_rescue_cannot_be_pushed() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.push(&["HEAD:refs/portcullis/rescues/1"])?.rejected(&["error[forbidden-ref]", "its own records"]);
    Ok(())
}

/// A rescue puts a file into git's own folder, or out of the repository.
#[test]
fn a_path_that_leads_elsewhere_is_refused() -> Result<(), Failure> {
    let server = broken()?;
    let source = server.folder.path().join("policy.yaml");
    fs::write(&source, trusting_policy(1, "")?)?;
    for path in ["../policy.yaml", "/etc/portcullis/policy.yaml", ".git/config", "a/../../b", ""] {
        let file = format!("{path}={}", source.display());
        let output = rescue(&server, &["--reason", "why", "--file", &file], &[])?;
        assert!(!output.status.success(), "{path} was put in place");
    }
    let records = server.git.run(&["for-each-ref", "refs/portcullis/"], b"")?;
    assert_eq!(records, "", "a refused rescue left a record");
    Ok(())
}

/// A rescue restores the trust files of a commit whose policy cannot be read either.
#[test]
fn a_commit_that_is_no_better_is_refused() -> Result<(), Failure> {
    let server = broken()?;
    refused(
        &rescue(&server, &["--reason", "why", "--restore", "main"], &[])?,
        "the policy could not be used",
    );
    refused(&rescue(&server, &["--reason", "why", "--restore", "nowhere"], &[])?, "nowhere");
    Ok(())
}

/// A rescue runs in the working clone of a person.
#[test]
fn a_rescue_in_a_clone_is_refused() -> Result<(), Failure> {
    let server = broken()?;
    let alice = server.checkout("clone")?;
    let said = alice.portcullis(&["rescue", "--reason", "why", "--restore", "main~1"]);
    let refused = said.expect_err("a rescue in a clone was accepted").to_string();
    assert!(refused.contains("hook or a CI job") || refused.contains("clone"), "{refused}");
    Ok(())
}
