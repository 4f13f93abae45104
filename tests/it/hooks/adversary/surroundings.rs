//! What surrounds the gate: the environment, the other hook, time, keys that end, the server's policy.

use std::fs;
use std::time::{Duration, SystemTime};

use git_trust::{RevocationKind, ThrowAwayKey};

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::programs::write_program;
use crate::hooks::approvals::{approve, clone_of, proposal, server, sign, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::Server;

const SETTINGS_PATH: &str = "prod/settings.yaml";
const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/main"];

fn bad_commit() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, SERVICE)])?;
    let mallory = server.checkout("mallory")?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    Ok((server, mallory))
}

/// Variables that a careless server lets its users send: none makes the gate look elsewhere or see less.
#[test]
fn variables_that_git_reads() -> Result<(), Failure> {
    let (server, mallory) = bad_commit()?;
    let elsewhere = server.folder.path().join("first/.git").display().to_string();
    for name in [
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_ATTR_SOURCE",
        "GIT_QUARANTINE_PATH",
        "GIT_PUSH_CERT_STATUS",
    ] {
        let line = format!("{name}='{elsewhere}' exec '{}' pre-receive", crate::hooks::server::PORTCULLIS);
        let quarantine = ["GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"].contains(&name);
        write_program(&server.git_dir.join("hooks/pre-receive"), &line)?;
        let told: &[&str] = if quarantine { &[] } else { &["error[node-port]"] };
        mallory.push_main()?.rejected(told);
    }
    Ok(())
}

/// Variables that the program and its libraries read: whatever they break, nothing passes.
#[test]
fn variables_that_the_program_reads() -> Result<(), Failure> {
    let (_server, mallory) = bad_commit()?;
    for (name, value) in [
        ("RAYON_NUM_THREADS", "64"),
        ("RUST_BACKTRACE", "full"),
        ("TZ", "../../etc/passwd"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("HOME", "/nonexistent"),
        ("XDG_CONFIG_HOME", "/nonexistent"),
        ("TERM", "dumb"),
        ("CLICOLOR_FORCE", "1"),
    ] {
        mallory.run_push(&PUSH, &[(name, value)])?.rejected(&["error[node-port]"]);
    }
    Ok(())
}

/// A namespace hides the refs that the policy protects.
#[test]
fn a_namespace_of_the_pushers_choice() -> Result<(), Failure> {
    let (server, mallory) = bad_commit()?;
    let line = format!("GIT_NAMESPACE=mine exec '{}' pre-receive", crate::hooks::server::PORTCULLIS);
    write_program(&server.git_dir.join("hooks/pre-receive"), &line)?;
    mallory.push_main()?.rejected(&["undecided", "GIT_NAMESPACE is set"]);
    Ok(())
}

/// The hook's output goes nowhere because it was closed before the program began.
#[test]
fn a_hook_without_output() -> Result<(), Failure> {
    let (server, mallory) = bad_commit()?;
    for closed in [">&-", "2>&-", ">&- 2>&-"] {
        server.guard("pre-receive", &format!("pre-receive {closed}"))?;
        mallory.push_main()?.rejected(&[]);
    }
    Ok(())
}

/// The hook's input is cut off, so that the bad ref at its end is never read.
#[test]
fn a_hook_whose_input_is_cut_off() -> Result<(), Failure> {
    let (server, mallory) = bad_commit()?;
    for cut in ["head -c 70", "head -c 0", "tr ' ' '\\n'"] {
        let line = format!("{cut} | '{}' pre-receive", crate::hooks::server::PORTCULLIS);
        write_program(&server.git_dir.join("hooks/pre-receive"), &line)?;
        mallory.push_main()?.rejected(&["portcullis: error"]);
    }
    Ok(())
}

/// More refs than one verdict covers, the bad one among them.
#[test]
fn more_refs_than_a_verdict_covers() -> Result<(), Failure> {
    let (_server, mallory) = bad_commit()?;
    let refs: Vec<String> = (0..1_000).map(|number| format!("HEAD~1:refs/heads/x{number:04}")).collect();
    let refs: Vec<&str> = refs.iter().map(String::as_str).chain(["HEAD:refs/heads/main"]).collect();
    mallory.push(&refs)?.rejected(&["1001 refs, more than the limit of 1000"]);
    Ok(())
}

/// Legal files in such a number that the gate is late: it rejects by the clock, or by what it finds.
#[test]
fn legal_content_that_takes_too_long() -> Result<(), Failure> {
    let (server, mallory) = bad_commit()?;
    server.guard("pre-receive", "pre-receive --deadline 1")?;
    let settings = |number: usize| {
        format!("{}  key: {}\n", SETTINGS.replace("settings", &format!("s{number}")), "x".repeat(2_000))
    };
    let documents: Vec<String> = (0..200).map(settings).collect();
    let text = documents.join("---\n");
    let paths: Vec<String> = (0..20).map(|number| format!("prod/n{number}/many.yaml")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), text.as_str())).collect();
    mallory.commit("Keep it busy", &files)?;
    let push = mallory.push_main()?;
    push.rejected(&["portcullis: "]);
    let late = push.said().contains("no verdict after 1 s");
    assert!(late || push.said().contains("error[node-port]"), "{push:?}");
    Ok(())
}

/// With the `update` hook each ref is judged alone: the statement of the push's own author comes in, and
/// helps nobody.
#[test]
fn the_update_hook_and_ones_own_statement() -> Result<(), Failure> {
    let server = server(1, "")?;
    fs::remove_file(server.git_dir.join("hooks/pre-receive"))?;
    server.guard("update", "update \"$@\"")?;
    let mallory = clone_of(&server, "mallory")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let name = sign(&mallory, &[])?;
    let push = mallory.push(&[&name, "HEAD:refs/heads/main"])?;
    push.rejected_in_part(&["error[missing-approval]", "mallory approves refs/heads/main"]);
    mallory.push_main()?.rejected(&["error[missing-approval]", "by mallory does not count", "took part"]);
    Ok(())
}

/// With the `update` hook a push of two refs cannot weaken the policy by the first for the second.
#[test]
fn the_update_hook_and_a_policy_for_the_next_ref() -> Result<(), Failure> {
    let server = server(1, "")?;
    fs::remove_file(server.git_dir.join("hooks/pre-receive"))?;
    server.guard("update", "update \"$@\"")?;
    let mallory = clone_of(&server, "mallory")?;
    let weaker = mallory.commit("Weaken", &[(POLICY_PATH, &trusting_policy(1, "profile: audit\n")?)])?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = mallory.push(&[&format!("{weaker}:refs/heads/main"), "HEAD:refs/heads/release/1"])?;
    push.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}

/// Alice's key expires after she has approved and before the change is pushed.
#[test]
fn an_approver_whose_key_expires_meanwhile() -> Result<(), Failure> {
    let born = SystemTime::now() - Duration::from_hours(48);
    let key =
        ThrowAwayKey::generate("alice <alice@example.com>", born, Some(Duration::from_secs(48 * 3600 + 6)))?;
    let server = server(1, "")?;
    key.save(&server.folder.path().join("keys"), "alice")?;
    let mallory = clone_of(&server, "mallory")?;
    let fingerprint = person("alice")?.key.fingerprint().to_string();
    let with_key = trusting_policy(1, "")?.replace(&fingerprint, &key.fingerprint().to_string());
    let certificate = String::from_utf8(key.armored_certificate()?)?;
    let tip = mallory.commit("A new key", &[(POLICY_PATH, &with_key), ("keys/alice.asc", &certificate)])?;
    mallory.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/main", &tip)?;
    let alice = clone_of(&server, "alice")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    let expires = born + Duration::from_secs(48 * 3600 + 7);
    std::thread::sleep(expires.duration_since(SystemTime::now()).unwrap_or_default());
    mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// Alice's key is revoked on the server after she has approved and before the change is pushed.
#[test]
fn an_approver_whose_key_is_revoked_meanwhile() -> Result<(), Failure> {
    let server = server(1, "")?;
    let alices = server.folder.path().join("alice.asc");
    fs::write(&alices, person("alice")?.key.armored_certificate()?)?;
    server.set_floor(&policy("signatures: {keyring: [alice.asc, mallory.asc]}\n"))?;
    fs::write(server.folder.path().join("mallory.asc"), person("mallory")?.key.armored_certificate()?)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let digest = |said: &str| {
        let after = said.split("--floor ").nth(1).and_then(|rest| rest.split_whitespace().next());
        after.map(|digest| digest.trim_end_matches('`').to_owned())
    };
    let digest = digest(mallory.push_main()?.said()).ok_or("no digest is said")?;
    approve(&alice, &["--floor", &digest])?;
    let revoked = person("alice")?.key.revoke(RevocationKind::Retired, SystemTime::now())?;
    fs::write(&alices, revoked.armored_certificate()?)?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    fs::write(&alices, person("alice")?.key.armored_certificate()?)?;
    mallory.push_main()?.accepted(&["alice approves"]);
    Ok(())
}

/// The repository lists Mallory among its people; the server's list has only Alice.
#[test]
fn a_person_whom_the_server_does_not_know() -> Result<(), Failure> {
    let server = server(1, "")?;
    let key = person("alice")?.key.fingerprint().to_string();
    server
        .set_floor(&policy(&format!("people: [{{name: alice, keys: ['{key}'], handles: ['@alice']}}]\n")))?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    proposal(&alice, &[(SETTINGS_PATH, SETTINGS)])?;
    let name = sign(&bob, &[])?;
    bob.push(&[&name])?.rejected(&["must not be pushed", "does not belong to a person"]);
    alice.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

/// The first policy of a repository leaves out the files that the server's policy is about.
#[test]
fn a_first_policy_that_reads_no_manifests() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let rules = "manifests: {include: ['**/*.yaml']}\nchecks: {node-port: {enforce: deny}}\n";
    server.set_floor(&policy(rules))?;
    let mallory = server.checkout("mallory")?;
    let blind = policy("manifests: {include: ['nothing/**'], exclude: ['**']}\n");
    mallory.commit("The first policy", &[(POLICY_PATH, &blind)])?;
    mallory.push_main()?.accepted(&["first trust files"]);
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push_main()?.rejected(&["error[node-port]", "server policy"]);
    Ok(())
}
