//! The server's own policy, which a repository can tighten and never loosen or waive.

use std::fs;

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use super::waivers::waiver;
use crate::common::git::Failure;

const LAX: &str = "checks: {node-port: {enforce: off}}\n";

fn server(repository_policy: &str, floor: &str) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(POLICY_PATH, repository_policy), (SERVICE_PATH, SERVICE)])?;
    server.set_floor(floor)?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn the_floor_denies_what_the_repository_lets_pass() -> Result<(), Failure> {
    let (server, alice) = server(&policy(LAX), &policy(""))?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    server.set_floor(&policy(LAX))?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

#[test]
fn the_repository_denies_what_the_floor_lets_pass() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""), &policy(LAX))?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_waiver_of_the_repository_does_not_waive_the_floor() -> Result<(), Failure> {
    let (server, alice) = server(&policy(&waiver("2999-01-01")?), &policy(""))?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    server.guard("pre-receive", "pre-receive")?;
    alice.push_main()?.accepted(&["until 2999-01-01"]);
    Ok(())
}

#[test]
fn the_floor_protects_more_refs() -> Result<(), Failure> {
    let floor = policy("protected: ['refs/heads/release/*']\n");
    let (_server, alice) = server(&policy("protected: [refs/heads/main]\n"), &floor)?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/feature"])?.accepted(&[]);
    alice.push(&["HEAD:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_floor_that_is_not_there_rejects() -> Result<(), Failure> {
    let (server, alice) = server(&policy(LAX), &policy(""))?;
    fs::remove_file(server.folder.path().join("server-policy.yaml"))?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["portcullis: error: could not read the policy", "server-policy.yaml"]);
    Ok(())
}

#[test]
fn a_floor_that_makes_no_sense_rejects() -> Result<(), Failure> {
    let (server, alice) = server(&policy(""), &policy(""))?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    server.set_floor(&policy("checks: {node-prot: {enforce: deny}}\n"))?;
    alice.push_main()?.rejected(&["portcullis: error", "server-policy.yaml:3", "no check `node-prot`"]);
    server.set_floor("")?;
    alice.push_main()?.rejected(&["portcullis: error", "server-policy.yaml"]);
    server.set_floor("- [\n")?;
    alice.push_main()?.rejected(&["portcullis: error", "server-policy.yaml"]);
    Ok(())
}

#[test]
fn the_floor_accepts_exactly_the_trust_file_that_it_names() -> Result<(), Failure> {
    let (server, alice) = server(&policy(""), &policy(""))?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    alice.push_main()?.rejected(&["error[weakened-policy]"]);
    let blob = alice.git.run(&["rev-parse", &format!("HEAD:{POLICY_PATH}")], b"")?;
    let accepted = policy(&format!("acceptedTrustFiles: {{{POLICY_PATH}: '{blob}'}}\n"));
    server.set_floor(&accepted)?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Weaken more", &[(POLICY_PATH, &policy("profile: audit\n"))])?;
    alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

#[test]
fn a_repository_cannot_accept_its_own_trust_files() -> Result<(), Failure> {
    let blob = Server::unborn("scratch.git")?.git.store("blob", policy(LAX).as_bytes())?;
    let own = policy(&format!("acceptedTrustFiles: {{{POLICY_PATH}: '{blob}'}}\n"));
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Accept my own", &[(POLICY_PATH, &own)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "a repository cannot accept its own"]);
    Ok(())
}

/// The server says which profile judges a repository that has no policy of its own.
#[test]
fn a_repository_without_a_policy_is_judged_by_the_profile_of_the_server() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.set_floor(&policy("profile: audit\n"))?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    server.set_floor(&policy("profile: audit\nunmanaged: audit\n"))?;
    alice.push_main()?.accepted(&["[node-port]"]);
    alice.commit("Policy", &[(POLICY_PATH, &policy("unmanaged: audit\n"))])?;
    alice.push_main()?.rejected(&["`unmanaged` counts in the server's policy only"]);
    Ok(())
}
