//! Tags, from which GitOps tools deploy as they do from branches.

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, SERVICE, SERVICE_PATH, SETTINGS};
use super::server::Server;
use crate::common::git::Failure;

fn server() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

fn bad_commit(alice: &Checkout) -> Result<(), Failure> {
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)]).map(drop)
}

#[test]
fn a_lightweight_tag_is_judged() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.push(&["HEAD:refs/tags/v1"])?.accepted(&["refs/tags/v1"]);
    bad_commit(&alice)?;
    alice.push(&["HEAD:refs/tags/v2"])?.rejected(&["refs/tags/v2", "error[node-port]"]);
    Ok(())
}

#[test]
fn an_annotated_tag_is_judged_by_what_it_leads_to() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["tag", "--annotate", "-m", "One", "v1"], b"")?;
    alice.push(&["refs/tags/v1"])?.accepted(&["refs/tags/v1"]);
    bad_commit(&alice)?;
    alice.git.run(&["tag", "--annotate", "-m", "Two", "v2"], b"")?;
    alice.push(&["refs/tags/v2"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_tag_of_a_tag_is_judged_by_what_it_leads_to() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["tag", "--annotate", "-m", "Inner", "inner"], b"")?;
    alice.git.run(&["tag", "--annotate", "-m", "Outer", "outer", "inner"], b"")?;
    alice.push(&["refs/tags/outer"])?.accepted(&["refs/tags/outer"]);
    bad_commit(&alice)?;
    alice.git.run(&["tag", "--annotate", "-m", "Inner", "inner2"], b"")?;
    alice.git.run(&["tag", "--annotate", "-m", "Outer", "outer2", "inner2"], b"")?;
    alice.push(&["refs/tags/outer2"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_tag_under_a_name_that_is_not_its_own_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["tag", "--annotate", "-m", "One", "v1"], b"")?;
    alice.push(&["refs/tags/v1:refs/tags/v9"])?.rejected(&["error[malformed-commit]", "calls itself `v1`"]);
    Ok(())
}

#[test]
fn a_tag_of_a_tree_is_refused() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["tag", "--annotate", "-m", "Tree", "tree", "HEAD^{tree}"], b"")?;
    let reason = "it would point to a tree or a file, not to a commit";
    alice.push(&["refs/tags/tree"])?.rejected(&["error[forbidden-ref]", reason]);
    alice.push(&["HEAD^{tree}:refs/tags/bare"])?.rejected(&["error[forbidden-ref]", reason]);
    Ok(())
}

#[test]
fn a_long_chain_of_tags_is_refused() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["tag", "--annotate", "-m", "Link", "t0"], b"")?;
    for number in 0..12 {
        let (name, target) = (format!("t{}", number + 1), format!("t{number}"));
        alice.git.run(&["tag", "--annotate", "-m", "Link", &name, &target], b"")?;
    }
    alice.push(&["refs/tags/t12"])?.rejected(&["undecided: more than 8 tags of tags"]);
    Ok(())
}

#[test]
fn a_tag_cannot_move() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.push(&["HEAD:refs/tags/v1"])?.accepted(&[]);
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push(&["--force", "HEAD:refs/tags/v1"])?.rejected(&["error[history-rewrite]", "tag v1"]);
    Ok(())
}

#[test]
fn a_tag_cannot_be_deleted() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.push(&["HEAD:refs/tags/v1"])?.accepted(&[]);
    alice.push(&[":refs/tags/v1"])?.rejected(&["error[protected-ref-deletion]", "tag v1 would be deleted"]);
    Ok(())
}
