//! Pushes that would change what they are judged by.

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;
use crate::common::keys::person;

const LAX: &str = "checks: {node-port: {enforce: warn}}\n";

fn server(policy: &str) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(POLICY_PATH, policy), (SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn the_first_policy_is_accepted_with_a_notice() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Add a policy", &[(POLICY_PATH, &policy(""))])?;
    alice.push_main()?.accepted(&["this change adds the first trust files"]);
    alice.commit("Weaken it", &[(POLICY_PATH, &policy(LAX))])?;
    alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

#[test]
fn the_first_policy_does_not_judge_its_own_push() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Add a policy", &[(POLICY_PATH, &policy(LAX)), (SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_first_policy_that_cannot_be_used_is_rejected() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    let wrong = policy("checks: {node-prot: {enforce: deny}}\n");
    alice.commit("Add a policy", &[(POLICY_PATH, &wrong)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "there is no check `node-prot`", "node-port"]);
    Ok(())
}

#[test]
fn a_policy_weakened_with_the_violation_that_it_would_allow() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]", "acceptedTrustFiles"]);
    Ok(())
}

#[test]
fn a_policy_weakened_first_and_the_violation_in_the_next_push() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    alice.push_main()?.rejected(&["error[weakened-policy]"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_policy_weakened_on_a_branch_first() -> Result<(), Failure> {
    let (_server, alice) = server(&policy("protected: [refs/heads/main]\n"))?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    alice.push(&["HEAD:refs/heads/lax"])?.accepted(&[]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_laxer_policy_of_a_release_branch_loosens_nothing() -> Result<(), Failure> {
    let (server, alice) = server(&policy("protected: [refs/heads/main, 'refs/heads/release/*']\n"))?;
    alice.commit("Weaken", &[(POLICY_PATH, &policy(LAX))])?;
    alice.push(&["HEAD:refs/heads/unguarded"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/unguarded")?)?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_stricter_policy_of_a_release_branch_adds() -> Result<(), Failure> {
    let lax = policy(
        "protected: [refs/heads/main, 'refs/heads/release/*']\nchecks: {node-port: {enforce: warn}}\n",
    );
    let (server, alice) = server(&lax)?;
    alice.commit("Tighten", &[(POLICY_PATH, &policy(""))])?;
    alice.push(&["HEAD:refs/heads/unguarded"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/unguarded")?)?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_deleted_policy_is_a_weakened_one() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    alice.git.run(&["rm", "--quiet", POLICY_PATH], b"")?;
    alice.commit("Begin anew", &[])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", ".portcullis.yaml, the policy", "is deleted"]);
    Ok(())
}

#[test]
fn a_policy_that_becomes_a_symbolic_link_is_a_weakened_one() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    let target = alice.git.store("blob", b"lax.yaml")?;
    alice.commit_entry("120000", &target, POLICY_PATH.as_bytes())?;
    alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

/// The blob stays the one that the governing ref has, and even leads somewhere.
#[test]
fn a_trust_file_that_becomes_a_link_of_the_same_blob_is_a_weakened_policy() -> Result<(), Failure> {
    let owners = "nobody";
    let files = [(POLICY_PATH, &*policy("")), ("CODEOWNERS", owners), (owners, ""), (SERVICE_PATH, SERVICE)];
    let server = Server::holding(&files)?;
    let alice = server.checkout("alice")?;
    let blob = alice.git.store("blob", owners.as_bytes())?;
    alice.commit_entry("120000", &blob, b"CODEOWNERS")?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "CODEOWNERS", "symbolic link"]);
    Ok(())
}

#[test]
fn an_owners_file_at_another_place_is_a_weakened_policy() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    alice.commit("Shadow", &[(".github/CODEOWNERS", "* @mallory\n")])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", ".github/CODEOWNERS"]);
    Ok(())
}

#[test]
fn a_keyring_that_grows_with_the_commit_that_it_would_trust() -> Result<(), Failure> {
    let signatures = policy("signatures: {require: trusted, keyring: ['keys/*.asc']}\n");
    let certificate = |name| Ok::<_, Failure>(String::from_utf8(person(name)?.key.armored_certificate()?)?);
    let server = Server::holding(&[(POLICY_PATH, &signatures), ("keys/alice.asc", &certificate("alice")?)])?;
    let mallory = server.checkout("mallory")?;
    mallory.sign_as("mallory")?;
    mallory.commit("Trust me", &[("keys/mallory.asc", &certificate("mallory")?)])?;
    mallory.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    let told = ["error[weakened-policy]", "keys/mallory.asc", "error[untrusted-signature]"];
    mallory.push_main()?.rejected(&told);
    Ok(())
}

#[test]
fn a_waiver_cannot_come_with_what_it_waives() -> Result<(), Failure> {
    let (_server, alice) = server(&policy(""))?;
    let waiver = "{check: node-port, object: Service/shop/frontend, fingerprint: '*', reason: r, owner: o, \
                  expires: 2999-01-01}";
    alice.commit(
        "Waive",
        &[(POLICY_PATH, &policy(&format!("waivers: [{waiver}]\n"))), (SERVICE_PATH, NODE_PORT)],
    )?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}

/// Whoever mends a policy that nobody can use is told that theirs is not the broken one, and who lets it in.
#[test]
fn the_mended_policy_is_not_taken_for_the_broken_one() -> Result<(), Failure> {
    let (_server, alice) = server(&policy("nonsense: 1\n"))?;
    alice.commit("Mend the policy", &[(POLICY_PATH, &policy(""))])?;
    alice.push_main()?.rejected(&[
        "unknown field `nonsense`",
        "this is the existing policy on the governing ref",
        "must run `portcullis rescue`",
    ]);
    Ok(())
}
