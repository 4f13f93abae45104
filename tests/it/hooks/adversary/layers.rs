//! One policy of several that apply to a push loosens another: a release branch's own, or the repository's
//! that of the server.

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::ssh_keys::{SshSigner, fingerprint};
use crate::hooks::approvals::{clone_of, key_files, proposal, push_text, text, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::{File, Server};
use crate::hooks::trusted_keys;

const RELEASE: &str = "HEAD:refs/heads/release/1";
const PROTECTED: &str = "protected: [refs/heads/main, 'refs/heads/release/*']\n";

/// A release branch with a policy of its own, from the time before it was protected; Mallory's clone is there.
fn release(files: &[(&str, &str)], own: &str) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(files)?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Its own policy", &[(POLICY_PATH, own)])?;
    mallory.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/past")?)?;
    Ok((server, mallory))
}

/// The branch's own policy reads no manifests, so that there would be nothing to judge by the governing one.
#[test]
fn a_release_branch_that_reads_no_manifests() -> Result<(), Failure> {
    let files = [(POLICY_PATH, &*policy(PROTECTED)), (SERVICE_PATH, SERVICE)];
    for own in ["manifests: {include: ['nothing/**']}\n", "manifests: {exclude: ['**']}\n"] {
        let (_server, mallory) = release(&files, &policy(&format!("{PROTECTED}{own}")))?;
        mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
        mallory.push(&[RELEASE])?.rejected(&["error[node-port]"]);
    }
    Ok(())
}

/// The branch's own policy gives the files to a cluster for which the governing one has an exception.
#[test]
fn a_release_branch_that_calls_its_cluster_a_sandbox() -> Result<(), Failure> {
    let rules = "checks: {node-port: {enforce: deny, scopes: [{clusters: [sandbox], enforce: off}]}}\n";
    let governing = policy(&format!("{PROTECTED}{rules}"));
    let own = format!("{governing}clusters: [{{name: sandbox, paths: ['**']}}]\n");
    let (_server, mallory) = release(&[(POLICY_PATH, &governing), (SERVICE_PATH, SERVICE)], &own)?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push(&[RELEASE])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// The branch's own policy reads CODEOWNERS as another host does, for which the line matches nothing.
#[test]
fn a_release_branch_that_reads_owners_in_another_dialect() -> Result<(), Failure> {
    let governing = trusting_policy(1, "")?;
    let own = governing.replace("owners: {", "owners: {dialect: gitea, ");
    assert_ne!(own, governing);
    let key = String::from_utf8(person("mallory")?.key.armored_certificate()?)?;
    let files =
        [(POLICY_PATH, &*governing), ("keys/mallory.asc", &key), ("CODEOWNERS", "/prod/ @alice @bob\n")];
    let (_server, mallory) = release(&files, &own)?;
    mallory.commit("Change what is owned", &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push(&[RELEASE])?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// The server wants trusted signatures and says nothing of forges; the repository lets a forge's key sign.
#[test]
fn a_repository_that_lets_the_forge_sign() -> Result<(), Failure> {
    let forge = SshSigner::ed25519(7);
    let rules = format!(", forge: {{keys: ['{}'], allow: merges}}", fingerprint(&forge.blob()?));
    let (server, alice) = trusted_keys::server(&rules, "", &[])?;
    server.set_floor(&policy("signatures: {require: trusted}\n"))?;
    alice.git.run(&["checkout", "--quiet", "-b", "feature"], b"")?;
    trusted_keys::commit(&alice, &SshSigner::ed25519(1))?;
    alice.git.run(&["checkout", "--quiet", "main"], b"")?;
    alice.git.run(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"], b"")?;
    trusted_keys::sign_head(&alice, &forge, "git")?;
    alice
        .push_main()?
        .rejected(&["error[untrusted-signature]", "does not identify the author of the change"]);
    Ok(())
}

/// The server wants owners' approval, and the repository has owners and no policy: whatever changes its owners
/// is not the first of its kind.
#[test]
fn owners_that_change_where_only_the_server_has_a_policy() -> Result<(), Failure> {
    for path in ["docs/CODEOWNERS", "CODEOWNERS"] {
        let server = Server::holding(&[("docs/CODEOWNERS", "/prod/ @alice\n"), (SERVICE_PATH, SERVICE)])?;
        server.set_floor(&policy("owners: {approvals: 1}\n"))?;
        let mallory = clone_of(&server, "mallory")?;
        mallory.commit("Change what is owned", &[("prod/settings.yaml", SETTINGS)])?;
        mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
        mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
        mallory.commit("Own nothing", &[(path, "/other/ @alice\n")])?;
        mallory.push_main()?.rejected(&["error[weakened-policy]", path]);
    }
    Ok(())
}

/// The server knows people and wants owners' approval, and the repository has no policy. Mallory's is the first, which
/// nobody approves, and lets her state the reviews of others.
#[test]
fn a_first_policy_that_names_who_states_reviews() -> Result<(), Failure> {
    // The keys are the repository's.
    let floor = trusting_policy(1, "")?
        .replace("signatures: {keyring: ['keys/*.asc'], allowedSigners: keys/allowed_signers}\n", "");
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([("CODEOWNERS", "/prod/ @alice @bob\n"), (SERVICE_PATH, SERVICE)]);
    let server = Server::holding(&files)?;
    server.set_floor(&floor)?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("First", &[(POLICY_PATH, &trusting_policy(1, "approvals: {issuers: [mallory]}\n")?)])?;
    mallory.push_main()?.accepted(&[]);
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    let refused = mallory.push_main()?;
    refused.rejected(&["error[missing-approval]"]);
    let said: String =
        refused.said().replace("remote:", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let floor = said.split("--floor ").nth(1).ok_or("no digest of the server's policy")?;
    let floor: String =
        floor.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == ':').collect();
    let text = text(&mallory)?.replace("floor: none", &format!("floor: {floor}"));
    let text =
        format!("{}reviewer: @alice\n", text.replace("portcullis approval v1", "portcullis review v1"));
    push_text(&mallory, "portcullis-review", &text, None)?.rejected(&["not among the policy's"]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}
