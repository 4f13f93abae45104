//! Merge commits: what counts is the tree, not where the lines claim to come from.

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, SERVICE, SERVICE_PATH, SETTINGS};
use super::server::Server;
use crate::common::git::Failure;

/// Alice's clone stands in the middle of merging two harmless branches.
fn merging() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.git.run(&["checkout", "--quiet", "-b", "feature"], b"")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.git.run(&["checkout", "--quiet", "main"], b"")?;
    alice.commit("Add a note", &[("notes.txt", "nothing\n")])?;
    alice.git.run(&["merge", "--quiet", "--no-ff", "--no-commit", "feature"], b"")?;
    Ok((server, alice))
}

#[test]
fn a_clean_merge_is_accepted() -> Result<(), Failure> {
    let (_server, alice) = merging()?;
    alice.commit("Merge feature", &[])?;
    alice.push_main()?.accepted(&["3 commits", "1 object changed", "accepted"]);
    Ok(())
}

#[test]
fn an_evil_merge_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = merging()?;
    alice.commit("Merge feature", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "prod/frontend.yaml:7:9"]);
    Ok(())
}

#[test]
fn a_merge_of_a_bad_branch_is_rejected() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.git.run(&["checkout", "--quiet", "-b", "feature"], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.git.run(&["checkout", "--quiet", "main"], b"")?;
    alice.git.run(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"], b"")?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}
