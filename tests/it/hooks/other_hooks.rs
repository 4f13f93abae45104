//! The hooks beside `pre-receive`: `update` judges ref by ref, `pre-commit` what is staged.

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;
use crate::common::programs::write_program;

#[test]
fn update_rejects_a_bad_ref_and_lets_a_good_one_pass() -> Result<(), Failure> {
    let server = Server::unborn("repository.git")?;
    let alice = server.checkout("alice")?;
    alice.commit("Begin", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&[]);
    server.guard("update", "update \"$@\"")?;
    let begin = server.tip("refs/heads/main")?;
    let good = alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = alice.push(&["HEAD:refs/heads/main", &format!("{good}:refs/heads/feature")])?;
    push.rejected_in_part(&["portcullis: main", "error[node-port]", "portcullis: feature", "accepted"]);
    assert_eq!(server.tip("refs/heads/main")?, begin);
    assert_eq!(server.tip("refs/heads/feature")?, good);
    Ok(())
}

/// A clone in which `git commit` asks portcullis.
fn guarded_clone() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    write_program(&alice.folder.join(".git/hooks/pre-commit"), &format!("exec '{PORTCULLIS}' pre-commit"))?;
    Ok((server, alice))
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn pre_commit_judges_the_index_and_not_the_work_tree() -> Result<(), Failure> {
    let (_server, alice) = guarded_clone()?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    alice.git.run(&["add", SERVICE_PATH], b"")?;
    alice.write(SERVICE_PATH, SERVICE.as_bytes())?;
    let head = alice.git.run(&["rev-parse", "HEAD"], b"")?;
    let output = alice.git.output(&["commit", "-m", "Looks harmless"], b"")?;
    assert!(!output.status.success() && said(&output).contains("error[node-port]"), "{}", said(&output));
    assert_eq!(alice.git.run(&["rev-parse", "HEAD"], b"")?, head);
    Ok(())
}

#[test]
fn pre_commit_lets_a_bad_work_tree_alone() -> Result<(), Failure> {
    let (_server, alice) = guarded_clone()?;
    alice.write("prod/settings.yaml", SETTINGS.as_bytes())?;
    alice.git.run(&["add", "prod/settings.yaml"], b"")?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    let output = alice.git.output(&["commit", "-m", "Add settings"], b"")?;
    assert!(output.status.success() && said(&output).contains("not evaluated here"), "{}", said(&output));
    Ok(())
}

/// `git commit PATH` and `git commit --all` record another index than the one of the repository.
#[test]
fn pre_commit_judges_the_index_that_is_committed() -> Result<(), Failure> {
    let (_server, alice) = guarded_clone()?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    for arguments in [["commit", "-m", "Path", SERVICE_PATH], ["commit", "--all", "-m", "All"]] {
        let output = alice.git.output(&arguments, b"")?;
        assert!(!output.status.success() && said(&output).contains("error[node-port]"), "{}", said(&output));
    }
    Ok(())
}

/// A mistake in the policy is found before it is a commit, and one that is a commit already can be corrected.
#[test]
fn pre_commit_judges_the_staged_policy_and_never_locks_the_clone() -> Result<(), Failure> {
    let (_server, alice) = guarded_clone()?;
    let commit = |text: &str, options: &[&str]| -> Result<std::process::Output, Failure> {
        alice.write(POLICY_PATH, text.as_bytes())?;
        alice.git.run(&["add", POLICY_PATH], b"")?;
        alice.git.output(&[&["commit", "-m", "Policy"], options].concat(), b"")
    };
    let misspelt = policy("profle: baseline\n");
    let output = commit(&misspelt, &[])?;
    assert!(!output.status.success() && said(&output).contains("profle"), "{}", said(&output));
    let output = commit(&misspelt, &["--no-verify"])?;
    assert!(output.status.success(), "{}", said(&output));
    let output = commit(&format!("{misspelt}# more\n"), &[])?;
    assert!(!output.status.success() && said(&output).contains("stage it"), "{}", said(&output));
    let output = commit(&policy("profile: baseline\n"), &[])?;
    assert!(output.status.success(), "{}", said(&output));
    Ok(())
}
