//! `init`: the policy that it writes is one under which the next change can be made.

use std::fs;

use super::manifests::{NODE_PORT, SERVICE};
use super::server::{File, Server};
use crate::common::git::Failure;

/// A clone of a guarded server without a policy, after `init`.
fn written(
    files: &[File<'_>],
    arguments: &[&str],
) -> Result<(Server, super::checkout::Checkout, String), Failure> {
    let server = Server::holding(files)?;
    let alice = server.checkout("alice")?;
    let said = alice.portcullis(&[&["init"], arguments].concat())?;
    Ok((server, alice, said))
}

#[test]
fn the_policy_of_init_passes_and_so_does_the_next_change() -> Result<(), Failure> {
    let files = [("clusters/prod/service.yaml", SERVICE), ("clusters/staging/service.yaml", SERVICE)];
    let (_server, alice, said) = written(&files, &["--owner", "@acme/platform"])?;
    assert!(said.contains(".portcullis.yaml") && said.contains("CODEOWNERS"), "{said}");
    let policy = fs::read_to_string(alice.folder.join(".portcullis.yaml"))?;
    assert!(policy.contains("- {name: \"prod\", paths: [\"clusters/prod/**\"]}"), "{policy}");
    alice.commit("First policy", &[])?;
    alice.push_main()?.accepted(&["adds the first trust files"]);
    alice.commit("Note", &[("notes.txt", "notes\n")])?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Open a port", &[("clusters/prod/service.yaml", NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "of cluster prod"]);
    Ok(())
}

/// A repository with owners gets no second file of them, and a policy that the gate itself accepts.
#[test]
fn a_repository_with_owners_keeps_them() -> Result<(), Failure> {
    let files = [("prod/service.yaml", SERVICE), (".github/CODEOWNERS", "* @acme/platform\n")];
    let (_server, alice, said) = written(&files, &[])?;
    assert!(!said.contains("no file names owners"), "{said}");
    alice.commit("First policy", &[])?;
    alice.push_main()?.accepted(&[]);
    fs::remove_file(alice.folder.join(".portcullis.yaml"))?;
    let refused = alice.portcullis(&["init", "--owner", "@bob"]).expect_err("owners twice").to_string();
    assert!(refused.contains("has a file of owners already"), "{refused}");
    Ok(())
}
