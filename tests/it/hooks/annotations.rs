//! Annotations by which a manifest asks for its own finding to be accepted: nothing, unless the policy lets
//! them and the owners of the file have approved the push.

use super::approvals::{approve, clone_of, proposal, server};
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;

const ALLOWED: &str = "checks: {node-port: {annotation: allowed}}\n";
const UNOWNED: &str = "apps/frontend.yaml";

/// The open port with an annotation.
fn annotated(key: &str, value: &str) -> String {
    let annotations = format!("namespace: shop\n  annotations: {{{key}: {value}}}");
    NODE_PORT.replace("namespace: shop", &annotations)
}

fn allowed() -> String {
    annotated("portcullis.dev/allow-node-port", "legacy client")
}

#[test]
fn an_annotation_suppresses_nothing_by_itself() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, &allowed())])?;
    let told =
        ["error[node-port]", "error[invalid-waiver]", "the policy does not allow annotations to accept"];
    alice.push_main()?.rejected(&told);
    Ok(())
}

#[test]
fn an_allowed_annotation_waits_for_the_owners() -> Result<(), Failure> {
    let server = server(1, ALLOWED)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, &allowed())])?;
    mallory.push_main()?.rejected(&["error[node-port]", "error[missing-approval]"]);
    approve(&alice, &[])?;
    let push = mallory.push_main()?;
    push.accepted(&["waived[node-port]", "by an annotation, approved by alice: legacy client"]);
    push.not_told("invalid-waiver");
    Ok(())
}

#[test]
fn an_annotation_in_a_file_that_nobody_owns_counts_for_nothing() -> Result<(), Failure> {
    let server = server(1, ALLOWED)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let other = allowed().replace("name: frontend", "name: other");
    proposal(&mallory, &[(UNOWNED, &other)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

/// The second file is not the owners' whose approval counts for the first.
#[test]
fn an_object_that_stands_twice_needs_both_approved() -> Result<(), Failure> {
    let server = server(1, ALLOWED)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, &allowed()), (UNOWNED, &allowed())])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    mallory.commit("Say it once only", &[(SERVICE_PATH, &allowed()), (UNOWNED, NODE_PORT)])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn the_floor_has_to_allow_it_too() -> Result<(), Failure> {
    let server = server(1, ALLOWED)?;
    server.set_floor(&policy(""))?;
    let mallory = clone_of(&server, "mallory")?;
    proposal(&mallory, &[(SERVICE_PATH, &allowed())])?;
    mallory.push_main()?.rejected(&["error[node-port]", "error[invalid-waiver]"]);
    Ok(())
}

#[test]
fn without_owners_nobody_can_have_approved() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy(ALLOWED)), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, &allowed())])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn an_annotation_that_does_not_work_says_so() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy(ALLOWED)), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    for (key, value, told) in [
        ("portcullis.dev/allow-node-prot", "why", "Did you mean `portcullis.dev/allow-node-port`?"),
        ("portcullis.dev/alow-node-port", "why", "portcullis does not recognise this annotation"),
        ("portcullis.dev/allow-node-port", "''", "it gives no reason"),
        ("portcullis.dev/allow-weakened-policy", "why", "does not allow annotations to accept"),
    ] {
        alice.commit("Open a port", &[(SERVICE_PATH, &annotated(key, value))])?;
        alice.push_main()?.rejected(&["error[node-port]", "error[invalid-waiver]", told]);
    }
    let misplaced = SERVICE.replace("selector:", "portcullis.dev/allow-node-port: why\n  selector:");
    alice.commit("Misplace it", &[(SERVICE_PATH, &misplaced)])?;
    alice.push_main()?.rejected(&["error[invalid-waiver]", "it is in `spec`"]);
    Ok(())
}

#[test]
fn no_policy_lets_annotations_speak_about_the_gate() -> Result<(), Failure> {
    let wrong = policy("checks: {unsigned-commit: {annotation: allowed}}\n");
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Add a policy", &[(POLICY_PATH, &wrong)])?;
    alice.push_main()?.rejected(&["annotations of objects cannot accept findings of `unsigned-commit`"]);
    Ok(())
}

/// The owner has seen the port, and not what else comes with it now.
#[test]
fn an_approval_of_an_earlier_change_accepts_no_finding() -> Result<(), Failure> {
    let server = server(1, ALLOWED)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, &allowed())])?;
    approve(&alice, &[])?;
    mallory.commit("Add something", &[("apps/settings.yaml", SETTINGS)])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[node-port]"]);
    push.not_told("missing-approval");
    mallory.git.run(&["push", "--quiet", "--force", "origin", "HEAD:refs/heads/proposal"], b"")?;
    approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["waived[node-port]"]);
    Ok(())
}
