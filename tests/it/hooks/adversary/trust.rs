//! Trust files that change in a way that does not look like a change.

use std::collections::BTreeSet;

use codeowners::Dialect;
use portcullis::host::HostKind;

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::hooks::approvals::{approve, clone_of, proposal, server, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::Server;

const OWNERS: &str = ".github/CODEOWNERS";

/// A server as the approvals have it, and Mallory's clone.
fn guarded() -> Result<(Server, Checkout), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    Ok((server, mallory))
}

/// Mallory proposes new bytes for a file, and Alice approves them without looking.
fn approved(path: &str, bytes: &[u8]) -> Result<(Server, Checkout), Failure> {
    let (server, mallory) = guarded()?;
    let alice = clone_of(&server, "alice")?;
    mallory.write(path, bytes)?;
    proposal(&mallory, &[])?;
    approve(&alice, &[])?;
    Ok((server, mallory))
}

/// The policy becomes a folder of the same name.
#[test]
fn a_policy_that_becomes_a_folder() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    mallory.git.run(&["rm", "--quiet", POLICY_PATH], b"")?;
    mallory.commit("Make it a folder", &[(".portcullis.yaml/policy.yaml", &policy("profile: audit\n"))])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", ".portcullis.yaml, the policy", "is deleted"]);
    Ok(())
}

/// The policy becomes a submodule: there is no file that could be read, and none that was changed.
#[test]
fn a_policy_that_becomes_a_submodule() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    let commit = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.commit_entry("160000", &commit, POLICY_PATH.as_bytes())?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "symbolic link or a submodule"]);
    Ok(())
}

/// The policy is renamed in case only, which nobody sees on a file system that does not care.
#[test]
fn a_policy_in_capital_letters() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    mallory.git.run(&["mv", POLICY_PATH, ".Portcullis.yaml"], b"")?;
    mallory.commit("Rename", &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", ".portcullis.yaml, the policy", "is deleted"]);
    Ok(())
}

/// An owner approves a policy in another encoding: the next push could not be judged by it.
#[test]
fn an_approved_policy_in_utf_16() -> Result<(), Failure> {
    let text: Vec<u8> = trusting_policy(1, "")?.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_server, mallory) = approved(POLICY_PATH, &[&[0xff, 0xfe][..], &text].concat())?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "would be invalid"]);
    Ok(())
}

/// A policy with a key twice: a reader of the diff believes the first, a parser might believe the last.
#[test]
fn an_approved_policy_with_a_key_twice() -> Result<(), Failure> {
    let rule = "checks: {node-port: {enforce: deny}}\n";
    let text = format!("{}{rule}{}", trusting_policy(1, "")?, rule.replace("deny", "off"));
    let (_server, mallory) = approved(POLICY_PATH, text.as_bytes())?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "would be invalid"]);
    Ok(())
}

/// A second document behind the policy.
#[test]
fn an_approved_policy_with_a_second_document() -> Result<(), Failure> {
    let text = format!("{}---\n{}", trusting_policy(1, "")?, policy("profile: audit\n"));
    let (_server, mallory) = approved(POLICY_PATH, text.as_bytes())?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "would be invalid"]);
    Ok(())
}

/// An owner approves an owners file that is a submodule.
#[test]
fn approved_owners_that_become_a_submodule() -> Result<(), Failure> {
    let (server, mallory) = guarded()?;
    let alice = clone_of(&server, "alice")?;
    let commit = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.commit_entry("160000", &commit, OWNERS.as_bytes())?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "symbolic link or a submodule"]);
    Ok(())
}

/// The owners become a folder, and those of another host take over.
#[test]
fn owners_that_become_a_folder() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    mallory.git.run(&["rm", "--quiet", OWNERS], b"")?;
    mallory.commit("Make it a folder", &[(".github/CODEOWNERS/all", "* @mallory\n")])?;
    mallory.push_main()?.rejected(&[
        "error[weakened-policy]",
        ".github/CODEOWNERS, a CODEOWNERS file",
        "is deleted",
    ]);
    Ok(())
}

/// The owners' file is renamed in case only.
#[test]
fn owners_in_small_letters() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    mallory.git.run(&["mv", OWNERS, ".github/codeowners"], b"")?;
    mallory.commit("Rename", &[])?;
    mallory.push_main()?.rejected(&[
        "error[weakened-policy]",
        ".github/CODEOWNERS, a CODEOWNERS file",
        "is deleted",
    ]);
    Ok(())
}

/// The owners of the host that the repository may move to next.
#[test]
fn owners_for_another_host() -> Result<(), Failure> {
    for path in [".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS", "docs/CODEOWNERS"] {
        let (_server, mallory) = guarded()?;
        mallory.commit("Own all", &[(path, "* @mallory\n")])?;
        mallory.push_main()?.rejected(&["error[weakened-policy]", path]);
    }
    Ok(())
}

/// A line of its own makes the owners' file nobody's; afterwards nobody could change it back, and nobody
/// has to approve this change, either.
#[test]
fn owners_who_disown_their_own_file() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    let disowned =
        "/prod/ @alice @bob @mallory\n/.portcullis.yaml @alice @bob\n/.github/ @alice\n/.github/CODEOWNERS\n";
    proposal(&mallory, &[(OWNERS, disowned)])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "no one would own .github/CODEOWNERS"]);
    approve(&mallory, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "took part"]);
    Ok(())
}

/// A certificate becomes a folder with another one inside, and a link to it.
#[test]
fn a_key_that_becomes_a_folder_or_a_link() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    let key = String::from_utf8(person("expired")?.key.armored_certificate()?)?;
    mallory.git.run(&["rm", "--quiet", "keys/bob.asc"], b"")?;
    mallory.commit("Make it a folder", &[("keys/bob.asc/mine.asc", &key)])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "keys/bob.asc, a keyring", "is deleted"]);
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    let target = mallory.git.store("blob", b"../elsewhere.asc")?;
    mallory.commit_entry("120000", &target, b"keys/carol.asc")?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "keys/carol.asc"]);
    Ok(())
}

/// A file that looks like a key of the keyring to a person, in a folder that the pattern does not reach: it
/// comes in, and is no key.
#[test]
fn a_key_beside_the_keyring() -> Result<(), Failure> {
    let signatures = "signatures: {require: trusted, keyring: ['keys/*.asc']}\n";
    let certificate =
        |name: &str| Ok::<_, Failure>(String::from_utf8(person(name)?.key.armored_certificate()?)?);
    let server =
        Server::holding(&[(POLICY_PATH, &policy(signatures)), ("keys/alice.asc", &certificate("alice")?)])?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    alice.commit("Not a key", &[("keys/more/mallory.asc", &certificate("mallory")?)])?;
    alice.push_main()?.accepted(&[]);
    mallory.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    mallory.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[untrusted-signature]"]);
    Ok(())
}

/// Rules for encryption and workflows that run the gate, in places where none were.
#[test]
fn new_rules_in_a_folder_of_their_own() -> Result<(), Failure> {
    for (path, text) in [
        ("prod/secrets/.sops.yaml", "creation_rules: []\n"),
        (".github/workflows/second.yaml", "run: portcullis check --policy lax.yaml\n"),
        (".gitlab-ci.yml", "script: portcullis check\n"),
    ] {
        let (_server, mallory) = guarded()?;
        mallory.commit("Add rules", &[(path, text)])?;
        mallory.push_main()?.rejected(&["error[weakened-policy]", path]);
    }
    Ok(())
}

/// Every file in which some host looks for workflows or owners: the list is the gate's own, so that a new host is tried
/// too.
#[test]
fn a_file_that_any_host_would_go_by() -> Result<(), Failure> {
    let (_server, mallory) = guarded()?;
    for (path, text) in files_that_hosts_go_by() {
        mallory.commit("Add rules", &[(&path, text)])?;
        mallory.push_main()?.rejected(&["error[weakened-policy]", &path]);
        mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    }
    Ok(())
}

fn files_that_hosts_go_by() -> BTreeSet<(String, &'static str)> {
    let facts = || HostKind::ALL.iter().map(|host| host.facts());
    let folders = facts().flat_map(|facts| facts.workflows.folders).map(|folder| format!("{folder}gate.yml"));
    let files = facts().flat_map(|facts| facts.workflows.files).map(|file| (*file).to_owned());
    let workflows = folders.chain(files).map(|path| (path, "run: portcullis check\n"));
    let owners = facts().filter_map(|facts| facts.owners).flat_map(Dialect::places);
    workflows.chain(owners.map(|place| ((*place).to_owned(), "* @mallory\n"))).collect()
}

/// The workflow that runs the gate loses the word that gives it away.
#[test]
fn a_workflow_that_runs_the_gate_no_more() -> Result<(), Failure> {
    let workflow = ".github/workflows/gate.yaml";
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (workflow, "run: portcullis check\n")])?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Run nothing", &[(workflow, "run: 'true'\n")])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", workflow]);
    Ok(())
}

/// The workflow names the gate's action in capital letters, which are the same to the forge.
#[test]
fn a_workflow_that_names_the_gate_in_capital_letters() -> Result<(), Failure> {
    let workflow = ".github/workflows/gate.yaml";
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (workflow, "uses: Acme/Portcullis@v1\n")])?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Run nothing", &[(workflow, "run: 'true'\n")])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", workflow]);
    Ok(())
}

/// A release branch has a stricter policy of its own, and "catches up" with the laxer one of `main`.
#[test]
fn a_release_branch_that_catches_up_with_a_laxer_policy() -> Result<(), Failure> {
    let protected = "protected: [refs/heads/main, 'refs/heads/release/*']\n";
    let lax = policy(&format!("{protected}checks: {{node-port: {{enforce: warn}}}}\n"));
    let server = Server::holding(&[(POLICY_PATH, &lax)])?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Be strict", &[(POLICY_PATH, &policy(protected))])?;
    mallory.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/past")?)?;
    mallory.commit("Catch up", &[(POLICY_PATH, &lax)])?;
    let release = "HEAD:refs/heads/release/1";
    mallory
        .push(&[release])?
        .rejected(&["error[weakened-policy]", "weaker: `node-port` becomes `warn` instead of `deny`"]);
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push(&[release])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// The other way round, and a branch without a policy of its own, stay possible without anybody's approval.
#[test]
fn a_release_branch_that_catches_up_with_a_stricter_policy_is_let_in() -> Result<(), Failure> {
    let protected = "protected: [refs/heads/main, 'refs/heads/release/*']\n";
    let server = Server::holding(&[(POLICY_PATH, &policy(protected))])?;
    let mallory = clone_of(&server, "mallory")?;
    let lax = policy(&format!("{protected}checks: {{node-port: {{enforce: warn}}}}\n"));
    mallory.commit("Be lax", &[(POLICY_PATH, &lax)])?;
    mallory.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/past")?)?;
    mallory.commit("Catch up", &[(POLICY_PATH, &policy(protected))])?;
    mallory.push(&["HEAD:refs/heads/release/1"])?.accepted(&[]);
    Ok(())
}

/// A release tag that carries another policy for whoever deploys from it.
#[test]
fn a_tag_with_a_policy_of_its_own() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy(""))])?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Weaken", &[(POLICY_PATH, &policy("profile: audit\n"))])?;
    mallory.git.run(&["tag", "--no-sign", "v1"], b"")?;
    mallory.push(&["refs/tags/v1"])?.rejected(&["error[weakened-policy]"]);
    Ok(())
}
