//! Accepted findings: exactly what was accepted, and only as long.

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, policy};
use super::server::Server;
use crate::common::git::Failure;

/// The Service with two ports on every node.
fn two_ports() -> String {
    NODE_PORT.replace("  - port: 80\n", "  - {name: web, port: 80}\n  - {name: admin, port: 9000}\n")
}

/// The fingerprint of the open port, as the report for programs gives it.
pub(super) fn fingerprint() -> Result<String, Failure> {
    quoted("fingerprint")
}

/// The one that version 0.1 gave it.
pub(super) fn former_fingerprint() -> Result<String, Failure> {
    quoted("formerFingerprint")
}

fn quoted(key: &str) -> Result<String, Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.guard("pre-receive", "pre-receive --format json")?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = alice.push_main()?;
    push.rejected(&["\"check\": \"node-port\""]);
    let found = push.said().split(&format!("\"{key}\": \"")).nth(1).and_then(|rest| rest.split('"').next());
    Ok(found.ok_or("the report has no fingerprint")?.to_owned())
}

/// A waiver of the open port.
pub(super) fn waiver(expires: &str) -> Result<String, Failure> {
    let fingerprint = fingerprint()?;
    Ok(format!(
        "waivers:\n- {{check: node-port, object: Service/shop/frontend, fingerprint: '{fingerprint}', \
         reason: moves in spring, owner: '@acme/network', expires: {expires}}}\n"
    ))
}

fn server(expires: &str) -> Result<(Server, Checkout), Failure> {
    let policy = policy(&waiver(expires)?);
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn what_is_waived_passes_and_is_told() -> Result<(), Failure> {
    let (_server, alice) = server("2999-01-01")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&["[node-port]", "until 2999-01-01 by @acme/network: moves in spring"]);
    Ok(())
}

#[test]
fn anything_worse_fires_again() -> Result<(), Failure> {
    let (_server, alice) = server("2999-01-01")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Open another", &[(SERVICE_PATH, &two_ports())])?;
    alice.push_main()?.rejected(&["error[node-port]", "another port"]);
    Ok(())
}

#[test]
fn a_waiver_of_one_object_covers_no_other() -> Result<(), Failure> {
    let (_server, alice) = server("2999-01-01")?;
    alice.commit(
        "Open a port",
        &[("prod/other.yaml", &NODE_PORT.replace("name: frontend", "name: backend"))],
    )?;
    alice.push_main()?.rejected(&["error[node-port]", "shop/backend"]);
    Ok(())
}

#[test]
fn an_expired_waiver_does_not_count() -> Result<(), Failure> {
    let (_server, alice) = server("2024-12-31")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}
