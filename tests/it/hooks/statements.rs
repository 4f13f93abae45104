//! Statements under `refs/approvals/` that come in, stay, or do not count; and overrides.

use super::approvals::{
    SETTINGS_PATH, approve, clone_of, proposal, push_text, server, sign, text, trusting_policy,
};
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE_PATH, SETTINGS, policy};
use crate::common::git::Failure;

#[test]
fn a_statement_of_another_repository_ref_policy_or_time_does_not_count() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let text = text(&alice)?;
    let name = "portcullis-approval";
    let elsewhere = text.replace("acme/prod", "acme/staging");
    push_text(&alice, name, &elsewhere, None)?
        .rejected(&["must not be pushed", "was given in repository `acme/staging`"]);
    let year = text.split("not-after: ").nth(1).and_then(|rest| rest.get(..4)).ok_or("no year")?;
    let expired = text.replace(&format!("not-after: {year}"), "not-after: 2001");
    push_text(&alice, name, &expired, None)?.rejected(&["expired at 2001-"]);
    let under_another = |line: &str| {
        let no_digest = format!("trust: sha256:{}", "0".repeat(64));
        if line.starts_with("trust: ") { no_digest + "\n" } else { format!("{line}\n") }
    };
    let other_policy: String = text.lines().map(under_another).collect();
    push_text(&alice, name, &other_policy, None)?.accepted(&["alice approves"]);
    mallory.push_main()?.rejected(&["by alice does not count", "under another policy"]);
    let release = text.replace("refs/heads/main", "refs/heads/release/1");
    let tree = alice.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    push_text(&alice, name, &release, None)?
        .rejected(&[&format!("it belongs at refs/approvals/heads/release/1/{tree}/")]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

#[test]
fn what_is_no_statement_of_anybody_does_not_come_in() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let text = text(&alice)?;
    let name = "portcullis-approval";
    push_text(&alice, name, &format!("{text}more: x\n"), None)?
        .rejected(&["not written the way portcullis writes"]);
    push_text(&alice, "v1.0", &text, None)?.rejected(&["calls itself `v1.0`"]);
    push_text(&alice, name, &text, Some("refs/approvals/mine"))?
        .rejected(&["it belongs at refs/approvals/heads/main/"]);
    alice.push(&["origin/proposal:refs/approvals/heads/main/x"])?.rejected(&["not a signed tag"]);
    alice.sign_as("retired")?;
    push_text(&alice, name, &text, None)?.rejected(&["its signature was made by key", "not in the keyring"]);
    alice.git.run(&["config", "tag.gpgSign", "false"], b"")?;
    let options = ["tag", "--annotate", "--force", "--cleanup=verbatim", "--file=-", name, "origin/proposal"];
    alice.git.run(&options, text.as_bytes())?;
    let object = alice.git.run(&["rev-parse", &format!("refs/tags/{name}")], b"")?;
    let tree = alice.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    alice
        .push(&[&format!("{object}:refs/approvals/heads/main/{tree}/{object}")])?
        .rejected(&["it is not signed"]);
    Ok(())
}

#[test]
fn statements_are_never_deleted_or_replaced() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let one = sign(&alice, &["--reason", "one"])?;
    let two = sign(&alice, &["--reason", "two"])?;
    alice.push(&[&one])?.accepted(&[]);
    alice.push(&["--force", &format!("{two}:{one}")])?.rejected(&["can only be added"]);
    alice.push(&[&format!(":{one}")])?.rejected(&["can only be added"]);
    Ok(())
}
#[test]
fn an_override_passes_with_its_reason_and_is_told_as_forced() -> Result<(), Failure> {
    let server = server(1, "override: {people: [alice]}\n")?;
    let (alice, bob, mallory) =
        (clone_of(&server, "alice")?, clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    let refused = sign(&alice, &["--override", "--reason", " "]).map_err(|failure| failure.to_string());
    assert!(refused.is_err_and(|said| said.contains("an override says why")));
    approve(&bob, &["--override", "--reason", "I may not"])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    approve(&alice, &["--override", "--reason", "incident 4711"])?;
    mallory.push_main()?.accepted(&[
        "FORCED by alice: incident 4711",
        "error[node-port]",
        "accepted: FORCED",
    ]);
    Ok(())
}

#[test]
fn an_override_is_for_one_change_and_never_for_the_rules() -> Result<(), Failure> {
    let server = server(1, "override: {people: [alice]}\n")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    approve(&alice, &["--override", "--reason", "incident 4711"])?;
    mallory.commit("One more file", &[("notes.txt", "unowned\n")])?;
    mallory.push_main()?.rejected(&["error[node-port]"]);
    let lax = trusting_policy(1, "checks: {node-port: {enforce: off}}\n")?;
    proposal(&mallory, &[(POLICY_PATH, &lax)])?;
    approve(&alice, &["--override", "--reason", "let me in"])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[weakened-policy]"]);
    push.not_told("FORCED");
    Ok(())
}

#[test]
fn a_server_policy_without_override_keeps_the_gate_shut() -> Result<(), Failure> {
    let server = server(1, "override: {people: [alice]}\n")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    server.set_floor(&policy("protected: [refs/heads/main]\n"))?;
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    let push = mallory.push_main()?;
    let digest = push.said().split("--floor ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let digest =
        digest.ok_or("the digest of the server's policy is not said")?.trim_end_matches('`').to_owned();
    approve(&alice, &["--override", "--reason", "incident"])?;
    mallory.push_main()?.rejected(&["error[node-port]", "without the server's policy", &digest]);
    approve(&alice, &["--override", "--reason", "incident", "--floor", &digest])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[node-port]"]);
    push.not_told("FORCED");
    Ok(())
}

#[test]
fn approvals_are_listed_with_why_they_count_or_not() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let nothing = alice.portcullis(&["approvals", "main", "origin/main"])?;
    assert!(nothing.contains("no approval of a change"), "{nothing}");
    approve(&alice, &["--reason", "fine"])?;
    approve(&mallory, &[])?;
    mallory.git.run(&["fetch", "--quiet", "origin", "refs/approvals/*:refs/approvals/*"], b"")?;
    let listed = mallory.portcullis(&["approvals", "main", "origin/proposal"])?;
    assert!(listed.contains("approval by alice (fine): counts for the whole change"), "{listed}");
    assert!(
        listed.contains("approval by mallory: does not count: it is by a person who took part"),
        "{listed}"
    );
    Ok(())
}
