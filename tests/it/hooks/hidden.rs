//! Ways around the gate: what is bad comes in where nobody looks, in pieces, or under another name.

use super::checkout::Checkout;
use super::manifests::{
    NODE_PORT, POLICY_PATH, SECRET_READER, SECRET_READER_BINDING, SERVICE, SERVICE_PATH, SETTINGS, policy,
};
use super::server::Server;
use crate::common::git::Failure;

/// A server that guards what the list says.
fn guarding(refs: &str) -> Result<(Server, Checkout), Failure> {
    let policy = policy(&format!("protected: [{refs}]\n"));
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

/// The same, where `main` was bad once and is mended. Returns the bad commit, too.
fn mended(refs: &str) -> Result<(Server, Checkout, String), Failure> {
    let server = Server::unborn("repository.git")?;
    let alice = server.checkout("alice")?;
    let policy = policy(&format!("protected: [{refs}]\n"));
    let bad = alice.commit("Begin badly", &[(POLICY_PATH, &policy), (SERVICE_PATH, NODE_PORT)])?;
    alice.commit("Mend", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    Ok((server, alice, bad))
}

#[test]
fn a_ref_that_is_not_protected_passes_unjudged() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = alice.push(&["HEAD:refs/heads/feature"])?;
    push.accepted(&[]);
    push.not_told("node-port");
    Ok(())
}

#[test]
fn a_commit_that_was_parked_on_an_unprotected_branch() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/parked"])?.accepted(&[]);
    alice.push_main()?.rejected(&["portcullis: main", "1 commit", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_commit_that_was_parked_on_an_unprotected_tag() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/tags/parked"])?.accepted(&[]);
    alice.push_main()?.rejected(&["portcullis: main", "1 commit", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_commit_that_is_parked_in_the_same_push() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/parked", "HEAD:refs/heads/main"])?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn an_alias_of_main_is_judged_as_main() -> Result<(), Failure> {
    let (server, alice) = guarding("refs/heads/main")?;
    server.git.run(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/alias"])?.rejected(&["portcullis: main", "error[node-port]"]);
    alice.push(&[":refs/heads/alias"])?.rejected(&["error[protected-ref-deletion]"]);
    Ok(())
}

#[test]
fn a_new_release_branch_on_an_old_bad_commit() -> Result<(), Failure> {
    let (_server, alice, bad) = mended("refs/heads/main, 'refs/heads/release/*'")?;
    let push = alice.push(&[&format!("{bad}:refs/heads/release/1.0")])?;
    push.rejected(&["portcullis: release/1.0", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_new_tag_on_an_old_bad_commit() -> Result<(), Failure> {
    let (_server, alice, bad) = mended("refs/heads/main, 'refs/tags/*'")?;
    let push = alice.push(&[&format!("{bad}:refs/tags/v1.0")])?;
    push.rejected(&["refs/tags/v1.0", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_revert_to_an_old_bad_commit() -> Result<(), Failure> {
    let (_server, alice, _bad) = mended("refs/heads/main")?;
    alice.git.run(&["revert", "--no-edit", "HEAD"], b"")?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_role_and_its_binding_in_two_files_and_two_commits() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Add a role", &[("a/role.yaml", SECRET_READER)])?;
    alice.commit("Bind it", &[("z/binding.yaml", SECRET_READER_BINDING)])?;
    alice.push_main()?.rejected(&["2 commits", "error[rbac-escalation]", "ServiceAccount ci/deployer"]);
    Ok(())
}

#[test]
fn a_role_first_and_its_binding_in_the_next_push() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Add a role", &[("a/role.yaml", SECRET_READER)])?;
    alice.push_main()?.accepted(&[]);
    alice.commit("Bind it", &[("z/binding.yaml", SECRET_READER_BINDING)])?;
    alice.push_main()?.rejected(&["error[rbac-escalation]"]);
    Ok(())
}

#[test]
fn a_move_that_opens_a_port_is_an_update() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.git.run(&["rm", "--quiet", SERVICE_PATH], b"")?;
    alice.commit("Move", &[("other/list.json", &as_list())])?;
    alice.push_main()?.rejected(&["error[node-port]", "other/list.json", "was ClusterIP"]);
    Ok(())
}

/// The Service with a port on every node inside a `List` in JSON.
fn as_list() -> String {
    let service = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"frontend","namespace":"shop"},"spec":{"type":"NodePort","ports":[{"port":80}],"selector":{"app":"frontend"}}}"#;
    format!(r#"{{"apiVersion":"v1","kind":"List","items":[{service}]}}"#)
}

#[test]
fn replace_refs_are_refused() -> Result<(), Failure> {
    let (server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let main = server.tip("refs/heads/main")?;
    alice
        .push(&[&format!("HEAD:refs/replace/{main}")])?
        .rejected(&["error[forbidden-ref]", "show one object in place of another"]);
    Ok(())
}

/// What git shows in place of the commit is not what is deployed.
#[test]
fn replace_refs_that_stand_on_the_server_hide_nothing() -> Result<(), Failure> {
    let (server, alice) = guarding("refs/heads/main")?;
    let bad = alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/parked"])?.accepted(&[]);
    let main = server.tip("refs/heads/main")?;
    server.force(&format!("refs/replace/{bad}"), &main)?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn refs_of_namespaces_are_refused() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice
        .push(&["HEAD:refs/namespaces/x/refs/heads/main"])?
        .rejected(&["error[forbidden-ref]", "namespaces"]);
    let push = alice.push(&["--receive-pack=git --namespace=x receive-pack", "HEAD:refs/heads/main"])?;
    push.rejected(&["undecided", "GIT_NAMESPACE is set"]);
    Ok(())
}

#[test]
fn approvals_cannot_be_forged() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    alice.push(&["HEAD:refs/approvals/main/1"])?.rejected(&["error[forbidden-ref]", "not a signed tag"]);
    Ok(())
}

#[test]
fn what_a_pushed_file_says_of_the_gate_silences_nothing() -> Result<(), Failure> {
    let (_server, alice) = guarding("refs/heads/main")?;
    let annotated = NODE_PORT.replace(
        "metadata:\n",
        "# portcullis: ignore node-port\nmetadata:\n  annotations: {portcullis.dev/allow: node-port}\n",
    );
    alice.commit("Open a port [skip ci] [skip portcullis]", &[(SERVICE_PATH, &annotated)])?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}
