//! A waiver of one thing that is stretched over another one.

use crate::common::git::Failure;
use crate::hooks::approvals::{clone_of, key_files, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::{File, Server};
use crate::hooks::waivers_file::{WAIVERS_PATH, waivers_file};

/// What a report says that the fingerprint of a change is.
fn fingerprint(check: &str, before: &str, after: &str) -> Result<String, Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, before)])?;
    server.guard("pre-receive", "pre-receive --format json")?;
    let alice = server.checkout("alice")?;
    alice.commit("Change", &[(SERVICE_PATH, after)])?;
    let push = alice.push_main()?;
    push.rejected(&[check]);
    let of_check = push.said().split(&format!("\"check\": \"{check}\"")).nth(1).ok_or("no finding")?;
    let found = of_check.split("\"fingerprint\": \"").nth(1).and_then(|rest| rest.split('"').next());
    Ok(found.ok_or("the report has no fingerprint")?.to_owned())
}

/// A repository that waives what one change of a file brings; the change is pushed.
fn waived(check: &str, object: &str, [before, after]: [&str; 2]) -> Result<(Server, Checkout), Failure> {
    let fingerprint = fingerprint(check, before, after)?;
    let entry = format!(
        "check: {check}, object: {object}, fingerprint: '{fingerprint}', reason: moves in spring, owner: '@acme', \
         expires: 2999-01-01"
    );
    let list = waivers_file(&[entry]);
    let server =
        Server::holding(&[(POLICY_PATH, &policy("")), (WAIVERS_PATH, &list), (SERVICE_PATH, before)])?;
    let mallory = server.checkout("mallory")?;
    mallory.commit("Change", &[(SERVICE_PATH, after)])?;
    mallory.push_main()?.accepted(&["waived"]);
    Ok((server, mallory))
}

/// Port 80 is waived. The Service is closed, which nobody minds; given another port, which is harmless in a closed
/// one; and opened again.
#[test]
fn a_waived_port_that_comes_back_with_another() -> Result<(), Failure> {
    let (_server, mallory) = waived("node-port", "Service/shop/frontend", [SERVICE, NODE_PORT])?;
    let two = |service: &str| {
        service.replace("  - port: 80\n", "  - {name: web, port: 80}\n  - {name: admin, port: 9000}\n")
    };
    mallory.commit("Close", &[(SERVICE_PATH, &two(SERVICE))])?;
    mallory.push_main()?.accepted(&[]);
    mallory.commit("Open", &[(SERVICE_PATH, &two(NODE_PORT))])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

/// The same with a load balancer.
#[test]
fn a_waived_load_balancer_that_comes_back_with_another_port() -> Result<(), Failure> {
    let open = SERVICE.replace("ClusterIP", "LoadBalancer");
    let (_server, mallory) = waived("public-load-balancer", "Service/shop/frontend", [SERVICE, &open])?;
    let admin = |service: &str| service.replace("port: 80\n", "port: 9000\n");
    mallory.commit("Close", &[(SERVICE_PATH, &admin(SERVICE))])?;
    mallory.push_main()?.accepted(&[]);
    mallory.commit("Open", &[(SERVICE_PATH, &admin(&open))])?;
    mallory.push_main()?.rejected(&["error[public-load-balancer]"]);
    Ok(())
}

/// A file that the gate cannot read is waived for the time being. What else comes into it, nobody reads.
#[test]
fn more_in_a_waived_file_that_cannot_be_read() -> Result<(), Failure> {
    let many = format!("{SETTINGS}---\n{}\n", "# nothing\n---\n".repeat(10_001));
    let (_server, mallory) = waived("unparseable-manifest", SERVICE_PATH, [SERVICE, &many])?;
    mallory.commit("Open", &[(SERVICE_PATH, &many.replacen(SETTINGS, NODE_PORT, 1))])?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]"]);
    Ok(())
}

/// The same with a file that tools read differently.
#[test]
fn more_in_a_waived_file_that_tools_read_differently() -> Result<(), Failure> {
    let twice =
        |kind: &str| SERVICE.replace("  type: ClusterIP\n", &format!("  type: ClusterIP\n  type: {kind}\n"));
    let (_server, mallory) = waived("ambiguous-yaml", SERVICE_PATH, [SERVICE, &twice("ClusterIP")])?;
    mallory.commit("Open", &[(SERVICE_PATH, &twice("NodePort"))])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

/// The file's owner accepts her own finding: her signature counts as an owner's approval, and the annotation is hers.
#[test]
fn an_annotation_by_the_owner_who_signs_the_change() -> Result<(), Failure> {
    let keys = key_files()?;
    let policy = trusting_policy(1, "checks: {node-port: {annotation: allowed}}\n")?
        .replace("owners: {approvals: 1}", "owners: {approvals: 1, signerCounts: true}");
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([
        (POLICY_PATH, policy.as_str()),
        (".github/CODEOWNERS", "* @alice\n/prod/ @mallory\n"),
        (SERVICE_PATH, SERVICE),
    ]);
    let server = Server::holding(&files)?;
    let mallory = clone_of(&server, "mallory")?;
    let excused = "namespace: shop\n  annotations: {portcullis.dev/allow-node-port: mine}";
    mallory.commit("Open", &[(SERVICE_PATH, &NODE_PORT.replace("namespace: shop", excused))])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}
