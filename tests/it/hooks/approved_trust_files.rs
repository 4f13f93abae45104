//! Trust files that change as their owners approve.

use super::approvals::{CODEOWNERS, approve, clone_of, proposal, server, trusting_policy};
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE_PATH};
use crate::common::git::Failure;
use crate::common::keys::person;

#[test]
fn owners_let_a_weaker_policy_in_and_everybody_is_told() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let lax = trusting_policy(1, "checks: {node-port: {enforce: off}}\n")?;
    proposal(&mallory, &[(POLICY_PATH, &lax)])?;
    mallory.push_main()?.rejected(&[
        "error[weakened-policy]",
        "weaker: `node-port` becomes `off` instead of `deny`",
        "1 more of @alice, @bob must approve (.github/CODEOWNERS:2)",
        "portcullis approve main",
    ]);
    approve(&mallory, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "took part"]);
    approve(&alice, &[])?;
    let told = "changes with the approval of alice: from now on `node-port` becomes `off`";
    mallory.push_main()?.accepted(&[told]);
    Ok(())
}

#[test]
fn a_stricter_policy_needs_its_owners_too() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Ask for more", &[(POLICY_PATH, &trusting_policy(2, "")?)])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "no rule becomes weaker"]);
    Ok(())
}

#[test]
fn owners_of_before_and_after_have_to_agree_on_the_owners() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, bob, mallory) =
        (clone_of(&server, "alice")?, clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    let path = ".github/CODEOWNERS";
    let handed_over = CODEOWNERS.replace("/.github/ @alice @bob", "/.github/ @bob");
    proposal(&mallory, &[(path, &handed_over)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&[
        "error[weakened-policy]",
        ".github/CODEOWNERS is owned by @bob, not by @alice @bob",
        "1 more of @bob must approve (.github/CODEOWNERS:3, after this change)",
    ]);
    approve(&bob, &[])?;
    mallory.push_main()?.accepted(&["with the approval of alice, bob"]);
    Ok(())
}

#[test]
fn a_trust_file_that_nobody_owns_does_not_change() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let key = String::from_utf8(person("expired")?.key.armored_certificate()?)?;
    proposal(&mallory, &[("keys/mine.asc", &key)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "keys/mine.asc", "no one can approve it"]);
    Ok(())
}

#[test]
fn an_approval_of_another_change_is_none_of_a_trust_file() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let lax = trusting_policy(1, "checks: {node-port: {enforce: off}}\n")?;
    proposal(&mallory, &[(POLICY_PATH, &lax)])?;
    approve(&alice, &[])?;
    mallory.commit("And the port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}
