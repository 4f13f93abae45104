//! The policies of `policies/examples`: each can be used, and does what its first lines say.

use std::fs;

use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH};
use super::server::{PORTCULLIS, Server};
use crate::common::documents::project;
use crate::common::git::Failure;

const ADMIN: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: deployer}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
    subjects: [{kind: ServiceAccount, name: deployer, namespace: ci}]\n";

fn example(name: &str) -> Result<String, Failure> {
    Ok(fs::read_to_string(project("policies/examples").join(name))?)
}

#[test]
fn every_example_can_be_used() -> Result<(), Failure> {
    let mut count = 0;
    for entry in fs::read_dir(project("policies/examples"))? {
        let path = entry?.path();
        let is_servers = path.file_name().is_some_and(|name| name == "server.yaml");
        let server: &[&str] = if is_servers { &["--server"] } else { &[] };
        let mut command = std::process::Command::new(PORTCULLIS);
        let output = command.args(["policy", "show"]).args(server).arg(&path).output()?;
        assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
        count += 1;
    }
    assert!(count >= 6, "{count} examples");
    Ok(())
}

#[test]
fn staging_may_do_what_production_may_not() -> Result<(), Failure> {
    let policy = example("staging-and-production.yaml")?;
    let server = Server::holding(&[(POLICY_PATH, &policy)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Staging", &[("clusters/staging/service.yaml", NODE_PORT)])?;
    alice.push_main()?.accepted(&["warning[node-port]"]);
    alice.commit("Production", &[("clusters/prod/service.yaml", NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "of cluster prod"]);
    Ok(())
}

#[test]
fn repositories_without_a_policy_move_in_under_the_server() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.set_floor(&example("server.yaml")?)?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&["[node-port]"]);
    alice.commit("Bind", &[("prod/admin.yaml", ADMIN)])?;
    alice.push_main()?.rejected(&["error[cluster-admin-binding]"]);
    Ok(())
}
