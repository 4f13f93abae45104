//! Servers whose HEAD points to no branch that anybody pushes to.

use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, policy};
use super::server::Server;
use crate::common::git::Failure;

const LAX: &str = "checks: {node-port: {enforce: warn}}\n";

#[test]
fn trust_files_stay_shut_where_head_points_to_a_branch_that_is_not_there() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    server.git.run(&["symbolic-ref", "HEAD", "refs/heads/master"], b"")?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    let advice = "HEAD points to refs/heads/master, which does not exist";
    alice.push_main()?.rejected(&["error[weakened-policy]", advice, "git symbolic-ref HEAD"]);
    alice.push(&["HEAD:refs/heads/master"])?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

#[test]
fn every_branch_is_judged_where_head_is_no_branch() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    let main = server.tip("refs/heads/main")?;
    server.git.run(&["update-ref", "--no-deref", "HEAD", &main], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["portcullis: main", "error[node-port]"]);
    Ok(())
}
