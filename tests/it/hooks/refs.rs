//! What a push may do to branches.

use super::checkout::Checkout;
use super::manifests::{GREEN_SETTINGS, NODE_PORT, SERVICE, SERVICE_PATH, SETTINGS};
use super::server::Server;
use crate::common::git::Failure;

fn server() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn a_clean_fast_forward_is_accepted() -> Result<(), Failure> {
    let (server, alice) = server()?;
    let commit = alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["portcullis: main", "1 commit", "accepted"]);
    assert_eq!(server.tip("refs/heads/main")?, commit);
    Ok(())
}

#[test]
fn a_bad_fast_forward_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "prod/frontend.yaml:7:9", "was ClusterIP"]);
    Ok(())
}

#[test]
fn a_change_that_is_taken_back_in_the_same_push_is_none() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.commit("Close it again", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&["2 commits", "0 objects changed"]);
    Ok(())
}

#[test]
fn a_new_clean_branch_is_accepted() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push(&["HEAD:refs/heads/feature"])?.accepted(&["portcullis: feature"]);
    Ok(())
}

#[test]
fn a_new_bad_branch_is_rejected_where_no_policy_says_which_are_guarded() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/feature"])?.rejected(&["portcullis: feature", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_rewind_is_rejected() -> Result<(), Failure> {
    let (server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    let second = server.tip("refs/heads/main")?;
    alice.push(&["--force", "HEAD~1:refs/heads/main"])?.rejected(&["error[history-rewrite]", "branch main"]);
    assert_eq!(server.tip("refs/heads/main")?, second);
    Ok(())
}

#[test]
fn unrelated_history_in_place_of_main_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["checkout", "--quiet", "--orphan", "other"], b"")?;
    alice.commit("Begin anew", &[])?;
    alice.push(&["--force", "HEAD:refs/heads/main"])?.rejected(&["error[history-rewrite]"]);
    Ok(())
}

#[test]
fn main_cannot_be_deleted() -> Result<(), Failure> {
    let (server, alice) = server()?;
    server.git.run(&["config", "receive.denyDeleteCurrent", "ignore"], b"")?;
    alice
        .push(&[":refs/heads/main"])?
        .rejected(&["error[protected-ref-deletion]", "branch main would be deleted"]);
    Ok(())
}

#[test]
fn one_bad_ref_rejects_all_refs_of_the_push() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    let good = alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let good = format!("{good}:refs/heads/good");
    alice.push(&["HEAD:refs/heads/main", &good])?.rejected(&[
        "portcullis: main",
        "error[node-port]",
        "portcullis: good",
        "rejected: 1 error",
    ]);
    Ok(())
}

#[test]
fn atomic_pushes_are_judged_alike() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push(&["--atomic", "HEAD:refs/heads/main", "HEAD:refs/heads/feature"])?.accepted(&["accepted"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice
        .push(&["--atomic", "HEAD:refs/heads/main", "HEAD~1:refs/heads/other"])?
        .rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn push_options_neither_help_nor_hurt() -> Result<(), Failure> {
    let (server, alice) = server()?;
    server.git.run(&["config", "receive.advertisePushOptions", "true"], b"")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push(&["--push-option=ci.skip", "HEAD:refs/heads/main"])?.accepted(&[]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice
        .push(&["--push-option=portcullis.skip=node-port", "HEAD:refs/heads/main"])?
        .rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn two_refs_are_two_sections_of_one_report() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Change them", &[("prod/settings.yaml", GREEN_SETTINGS)])?;
    alice
        .push(&["HEAD:refs/heads/main", "HEAD:refs/heads/copy"])?
        .accepted(&["portcullis: main", "portcullis: copy"]);
    Ok(())
}
