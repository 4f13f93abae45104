//! `baseline`: the findings of today become waivers, and the file only shrinks.

use std::fs;

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, policy};
use super::server::Server;
use super::waivers::{fingerprint, former_fingerprint};
use super::waivers_file::{WAIVERS_PATH, entry, waivers_file};
use crate::common::git::Failure;

const OTHER_PATH: &str = "prod/other.yaml";
const OWNED: [&str; 3] = ["baseline", "--owner", "@acme/network"];

fn other() -> String {
    NODE_PORT.replace("name: frontend", "name: other")
}

/// A repository with two open ports, and a clone of it.
fn clone() -> Result<(Server, Checkout), Failure> {
    let (policy, other) = (policy(""), other());
    let files = [(POLICY_PATH, &*policy), (SERVICE_PATH, NODE_PORT), (OTHER_PATH, &*other)];
    let server = Server::holding(&files)?;
    let clone = server.checkout("alice")?;
    Ok((server, clone))
}

fn text(clone: &Checkout) -> Result<String, Failure> {
    Ok(fs::read_to_string(clone.folder.join(WAIVERS_PATH))?)
}

/// What a command prints that has to fail.
fn fails(clone: &Checkout, arguments: &[&str]) -> Result<String, Failure> {
    match clone.portcullis(arguments) {
        Ok(said) => Err(format!("it must fail: {said}").into()),
        Err(said) => Ok(said.to_string()),
    }
}

#[test]
fn the_findings_of_today_are_written_and_hold() -> Result<(), Failure> {
    let (server, alice) = clone()?;
    let said = alice
        .portcullis(&[&OWNED[..], &["--expires", "30d", "--reason", "before: the gate\n\"x\""]].concat())?;
    assert!(said.contains("2 waivers, 2 new\n  commit it: "), "{said}");
    let said = fails(&alice, &[&OWNED[..], &["--expires", "30x"]].concat())?;
    assert!(said.contains("write the last day as YYYY-MM-DD"), "{said}");
    let written = text(&alice)?;
    assert_eq!(written.matches("- check: node-port\n").count(), 2, "{written}");
    assert!(written.find("shop/frontend") < written.find("shop/other"), "{written}");
    let waiving =
        Server::holding(&[(POLICY_PATH, &policy("")), (WAIVERS_PATH, &written), (SERVICE_PATH, SERVICE)])?;
    let bob = waiving.checkout("bob")?;
    bob.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    bob.push_main()?.accepted(&["waived[node-port]", "@acme/network"]);
    drop(server);
    Ok(())
}

#[test]
fn run_again_it_changes_nothing() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    alice.portcullis(&OWNED)?;
    let first =
        text(&alice)?.replace("# Findings", "# Ours\n# Findings").replace("@acme/network", "@acme/web");
    fs::write(alice.folder.join(WAIVERS_PATH), &first)?;
    alice.portcullis(&[&OWNED[..], &["--expires", "1d", "--extend"]].concat())?;
    assert_eq!(text(&alice)?, first);
    alice.commit("Waive", &[])?;
    alice.portcullis(&OWNED)?;
    assert_eq!(text(&alice)?, first);
    Ok(())
}

#[test]
fn what_is_mended_goes_and_what_is_new_does_not_come() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    alice.portcullis(&OWNED)?;
    let third = NODE_PORT.replace("name: frontend", "name: third");
    alice.commit("Change", &[(SERVICE_PATH, SERVICE), ("prod/third.yaml", &third)])?;
    let said = fails(&alice, &["baseline", "--check"])?;
    assert!(said.contains("Service/shop/frontend: what it covers is fixed"), "{said}");
    let said = alice.portcullis(&OWNED)?;
    assert!(said.contains("removed: node-port of Service/shop/frontend"), "{said}");
    assert!(said.contains("1 blocking finding is not in it"), "{said}");
    let written = text(&alice)?;
    assert!(written.contains("shop/other") && !written.contains("frontend") && !written.contains("third"));
    alice.portcullis(&["baseline", "--check"])?;
    alice.portcullis(&[&OWNED[..], &["--extend"]].concat())?;
    assert!(text(&alice)?.contains("shop/third"));
    Ok(())
}

#[test]
fn what_cannot_be_judged_here_is_kept_and_told() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    let used = entry("2999-01-01")?;
    let entries = [
        used.clone(),
        used.replace("shop/frontend", "shop/elsewhere"),
        used.replace("node-port", "image-downgrade"),
        used.replace("object:", "cluster: other, object:"),
    ];
    alice.write(WAIVERS_PATH, waivers_file(&entries).as_bytes())?;
    let said = alice.portcullis(&OWNED)?;
    for told in [
        "kept: node-port of Service/shop/elsewhere (line 5): its object does not exist here",
        "kept: image-downgrade of Service/shop/frontend (line 6): only a change shows",
        "kept: node-port of Service/shop/frontend (line 7): its object does not exist here",
        "4 waivers, 0 new",
        "1 blocking finding is not in it",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let said = alice.portcullis(&[&OWNED[..], &["--drop-absent"]].concat())?;
    assert!(said.contains("removed: node-port of Service/shop/elsewhere"), "{said}");
    assert_eq!(text(&alice)?.matches("- check:").count(), 2);
    Ok(())
}

#[test]
fn a_pipeline_is_told_of_expired_and_broken_entries() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    alice.portcullis(&["baseline", "--check"])?;
    let other = entry("2999-01-01")?.replace("shop/frontend", "shop/other").replace("node-port", "node-prot");
    alice.write(WAIVERS_PATH, waivers_file(&[entry("2024-12-31")?, other]).as_bytes())?;
    let said = fails(&alice, &["baseline", "--check"])?;
    assert!(said.contains("node-port of Service/shop/frontend expired on 2024-12-31"), "{said}");
    assert!(said.contains("there is no check `node-prot`; did you mean `node-port`?"), "{said}");
    assert!(said.contains("2 waivers, 2 to review"), "{said}");
    let before = text(&alice)?;
    let said = fails(&alice, &OWNED)?;
    assert!(said.contains("correct it first"), "{said}");
    assert_eq!(text(&alice)?, before);
    Ok(())
}

#[test]
fn somebody_has_to_answer_for_new_entries() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    let said = fails(&alice, &["baseline"])?;
    assert!(said.contains("--owner"), "{said}");
    assert!(!alice.folder.join(WAIVERS_PATH).exists());
    alice.commit("Own it", &[("CODEOWNERS", "/prod/ @acme/web @bob\n")])?;
    alice.portcullis(&["baseline"])?;
    assert_eq!(text(&alice)?.matches("owner: \"@acme/web @bob\"").count(), 2);
    Ok(())
}

#[test]
fn new_entries_end_no_later_than_the_policy_allows() -> Result<(), Failure> {
    let (_server, alice) = clone()?;
    alice.commit("Limit", &[(POLICY_PATH, &policy("waiversMaxAge: 10d\n"))])?;
    let said = fails(&alice, &[&OWNED[..], &["--expires", "11d"]].concat())?;
    assert!(said.contains("entries cannot expire on"), "{said}");
    alice.portcullis(&OWNED)?;
    alice.portcullis(&["baseline", "--check"])?;
    Ok(())
}

#[test]
fn entries_of_version_0_1_count_and_are_migrated() -> Result<(), Failure> {
    let (now, then) = (fingerprint()?, former_fingerprint()?);
    assert_ne!(now, then);
    let former = waivers_file(&[entry("2999-01-01")?.replace(&now, &then)]);
    let files = [(POLICY_PATH, &*policy("")), (WAIVERS_PATH, &former), (SERVICE_PATH, SERVICE)];
    let server = Server::holding(&files)?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&["waived[node-port]"]);
    alice.portcullis(&OWNED)?;
    assert!(text(&alice)?.contains(&then), "only `--migrate` rewrites");
    alice.portcullis(&[&OWNED[..], &["--migrate"]].concat())?;
    assert!(text(&alice)?.contains(&now) && !text(&alice)?.contains(&then), "{}", text(&alice)?);
    let said = alice.portcullis(&["baseline", "--check"])?;
    assert!(said.contains("1 waiver, 0 to review"), "{said}");
    Ok(())
}
