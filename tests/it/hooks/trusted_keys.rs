//! SSH keys, the terms on which keys count, and whose they are.

use super::approvals::{CODEOWNERS, approve, clone_of, key_files, trusting_policy};
use super::checkout::Checkout;
use super::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::ssh_keys::{Envelope, SshSigner, fingerprint};

const SIGNERS: &str = "keys/allowed_signers";
const REQUIRED: &str = "require: trusted, keyring: ['keys/*.asc']";

/// A server that trusts an SSH key, with more under `signatures:` and more files.
pub(crate) fn server(
    signatures: &str,
    more: &str,
    files: &[(&str, &str)],
) -> Result<(Server, Checkout), Failure> {
    let policy =
        policy(&format!("signatures: {{require: trusted, allowedSigners: {SIGNERS}{signatures}}}\n{more}"));
    let (alice, forge) = (SshSigner::ed25519(1).text()?, SshSigner::ed25519(7).text()?);
    let signers = format!("alice@example.com {alice}\nforge {forge}\n");
    let own = [(POLICY_PATH, policy.as_str()), (SIGNERS, signers.as_str()), (SERVICE_PATH, SERVICE)];
    let server = Server::holding(&[own.as_slice(), files].concat())?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

/// Signs HEAD's commit anew, as `ssh-keygen -Y sign` would for git.
pub(crate) fn sign_head(alice: &Checkout, signer: &SshSigner, namespace: &str) -> Result<(), Failure> {
    let unsigned = alice.git.run(&["cat-file", "commit", "HEAD"], b"")? + "\n";
    let envelope = Envelope { payload: unsigned.as_bytes(), namespace, ..Envelope::default() };
    let signature = signer.sign_as(&envelope)?;
    let (headers, message) = unsigned.split_once("\n\n").ok_or("no message")?;
    let folded = signature.trim_end().replace('\n', "\n ");
    let signed = format!("{headers}\ngpgsig {folded}\n\n{message}");
    let commit = alice.git.store("commit", signed.as_bytes())?;
    alice.git.run(&["reset", "--quiet", "--soft", &commit], b"").map(drop)
}

pub(crate) fn commit(alice: &Checkout, signer: &SshSigner) -> Result<(), Failure> {
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    sign_head(alice, signer, "git")
}

#[test]
fn an_allowed_ssh_key_signs() -> Result<(), Failure> {
    let (_server, alice) = server("", "", &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.accepted(&["1 commit", "accepted"]);
    Ok(())
}

#[test]
fn another_ssh_key_and_another_purpose_do_not() -> Result<(), Failure> {
    let (_server, alice) = server("", "", &[])?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    sign_head(&alice, &SshSigner::ed25519(1), "file")?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "was made for `file`, not for git"]);
    let (_server, mallory) = server("", "", &[])?;
    commit(&mallory, &SshSigner::ed25519(2))?;
    mallory.push_main()?.rejected(&["error[untrusted-signature]", "not one of the allowed signers"]);
    Ok(())
}

#[test]
fn a_key_that_joins_in_the_same_push_does_not_count() -> Result<(), Failure> {
    let (_server, mallory) = server("", "", &[])?;
    let own = SshSigner::ed25519(2);
    let signers = format!("mallory@example.com {}\n", own.text()?);
    mallory.commit("Trust me", &[(SIGNERS, &signers), ("prod/settings.yaml", SETTINGS)])?;
    sign_head(&mallory, &own, "git")?;
    mallory.push_main()?.rejected(&["error[untrusted-signature]", "not one of the allowed signers"]);
    Ok(())
}

#[test]
fn an_openpgp_key_that_joins_in_the_same_push_does_not_count() -> Result<(), Failure> {
    let policy = policy(&format!("signatures: {{{REQUIRED}}}\n"));
    let key = String::from_utf8(person("alice")?.key.armored_certificate()?)?;
    let server =
        Server::holding(&[(POLICY_PATH, &policy), ("keys/alice.asc", &key), (SERVICE_PATH, SERVICE)])?;
    let mallory = server.checkout("mallory")?;
    mallory.sign_as("mallory")?;
    let own = String::from_utf8(person("mallory")?.key.armored_certificate()?)?;
    mallory.commit("Trust me", &[("keys/mallory.asc", &own), ("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[untrusted-signature]", "which is not in the keyring"]);
    Ok(())
}

#[test]
fn a_revocation_list_that_is_missing_or_broken_leaves_nobody_trusted() -> Result<(), Failure> {
    let revoked = ", revokedKeys: [keys/revoked]";
    let (_server, alice) = server(revoked, "", &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["could not be checked", "keys/revoked", "does not exist"]);
    let (_server, alice) = server(revoked, "", &[("keys/revoked", "SSHKRL\n\0cut off")])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["could not be checked", "keys/revoked", "it is damaged"]);
    let (_server, alice) = server(revoked, "", &[("keys/revoked", "# nobody\n")])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.accepted(&[]);
    let (_server, alice) = server(revoked, "", &[("keys/revoked", &SshSigner::ed25519(1).text()?)])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["which has been revoked"]);
    Ok(())
}

#[test]
fn the_committer_has_to_be_who_signed() -> Result<(), Failure> {
    let key = fingerprint(&SshSigner::ed25519(1).blob()?);
    let people =
        |handles: &str| format!("people: [{{name: Alice, keys: ['{key}'], handles: [{handles}]}}]\n");
    let rule = ", committer: signer";
    let (_server, alice) = server(rule, &people("'Alice@Example.com'"), &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.accepted(&[]);
    let (_server, alice) = server(rule, &people("'alice@example.org'"), &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["it is Alice's, whose addresses do not include `alice@example.com`"]);
    let (_server, alice) = server(rule, "", &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["does not belong to a person in `people:` of the policy"]);
    Ok(())
}

#[test]
fn a_forges_key_signs_merges_only_and_only_if_the_policy_says_so() -> Result<(), Failure> {
    let key = fingerprint(&SshSigner::ed25519(1).blob()?);
    for (allow, told) in
        [("never", "does not identify the author of the change"), ("merges", "counts for merge commits only")]
    {
        let forge = format!(", forge: {{keys: ['{key}'], allow: {allow}}}");
        let (_server, alice) = server(&forge, "", &[])?;
        commit(&alice, &SshSigner::ed25519(1))?;
        alice.push_main()?.rejected(&["error[untrusted-signature]", told]);
    }
    Ok(())
}

#[test]
fn a_forges_merge_counts_where_the_policy_says_so_and_as_nobodys() -> Result<(), Failure> {
    let forge = SshSigner::ed25519(7);
    let key = fingerprint(&forge.blob()?);
    for (allow, accepted) in [("merges", true), ("never", false)] {
        let rules = format!(", forge: {{keys: ['{key}'], allow: {allow}}}");
        let (_server, alice) = server(&rules, "", &[])?;
        alice.git.run(&["checkout", "--quiet", "-b", "feature"], b"")?;
        commit(&alice, &SshSigner::ed25519(1))?;
        alice.git.run(&["checkout", "--quiet", "main"], b"")?;
        alice.git.run(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"], b"")?;
        sign_head(&alice, &forge, "git")?;
        let push = alice.push_main()?;
        if accepted {
            push.accepted(&["2 commits"]);
        } else {
            push.rejected(&["error[untrusted-signature]", "does not identify the author of the change"]);
        }
    }
    Ok(())
}

#[test]
fn a_key_counts_on_the_days_that_the_policy_says() -> Result<(), Failure> {
    let key = fingerprint(&SshSigner::ed25519(1).blob()?);
    let dated = |dates: &str| format!("people: [{{name: Alice, keys: [{{key: '{key}', {dates}}}]}}]\n");
    let (_server, alice) = server("", &dated("validUntil: 2024-01-01"), &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["which counted until 2024-01-02 00:00 UTC"]);
    let (_server, alice) = server("", &dated("validFrom: 2024-01-01"), &[])?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

#[test]
fn an_old_commit_is_not_received() -> Result<(), Failure> {
    let (_server, alice) = server(", maxSignatureAge: 1h", "", &[])?;
    alice.write("prod/settings.yaml", SETTINGS.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    let tree = alice.git.run(&["write-tree"], b"")?;
    let parent = alice.git.run(&["rev-parse", "HEAD"], b"")?;
    let who = "Alice <alice@example.com> 1700000000 +0000";
    let text = format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nAdd settings\n");
    let commit = alice.git.store("commit", text.as_bytes())?;
    alice.git.run(&["reset", "--quiet", "--soft", &commit], b"")?;
    sign_head(&alice, &SshSigner::ed25519(1), "git")?;
    alice.push_main()?.rejected(&["was made on 2023-11-14, longer ago than the 1 hour"]);
    Ok(())
}

#[test]
fn a_line_that_is_not_understood_leaves_nobody_trusted() -> Result<(), Failure> {
    let signers = format!("alice@example.com valid-befor=\"20200101\" {}\n", SshSigner::ed25519(1).text()?);
    let policy = policy(&format!("signatures: {{require: trusted, allowedSigners: {SIGNERS}}}\n"));
    let server = Server::holding(&[(POLICY_PATH, &policy), (SIGNERS, &signers), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["keys/allowed_signers:1:19", "did you mean `valid-before`?"]);
    Ok(())
}

#[test]
fn the_servers_keys_replace_those_of_the_repository() -> Result<(), Failure> {
    let (server, alice) = server("", "", &[])?;
    std::fs::write(
        server.folder.path().join("allowed_signers"),
        format!("bob {}\n", SshSigner::ed25519(3).text()?),
    )?;
    server.set_floor(&policy("signatures: {require: trusted, allowedSigners: allowed_signers}\n"))?;
    commit(&alice, &SshSigner::ed25519(1))?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "not one of the allowed signers"]);
    Ok(())
}

/// A server on which Carol's SSH key has expired, and her clone with a commit that she signs with it.
fn carol_renews(signers: &str, more: &[(&str, &str)]) -> Result<(Server, Checkout), Failure> {
    let carol = SshSigner::ed25519(3);
    let policy = trusting_policy(1, "")?.replace("signatures: {", "signatures: {require: trusted, ");
    let owners = format!("{CODEOWNERS}/keys/ @alice @bob @carol\n");
    let mut files = key_files()?;
    files.retain(|(path, _)| path != SIGNERS);
    files.push((SIGNERS.to_owned(), format!("carol valid-before=\"20200101Z\" {}\n", carol.text()?)));
    let mut held: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    held.extend([(POLICY_PATH, &*policy), (".github/CODEOWNERS", &*owners), (SERVICE_PATH, SERVICE)]);
    let server = Server::holding(&held)?;
    let clone = server.checkout("carol")?;
    clone.git.run(&["config", "user.name", "carol"], b"")?;
    clone.git.run(&["config", "user.email", "carol@example.com"], b"")?;
    clone.commit("Renew", &[&[(SIGNERS, signers)], more].concat())?;
    sign_head(&clone, &carol, "git")?;
    clone.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    Ok((server, clone))
}

#[test]
fn the_holder_of_an_expired_key_brings_the_extended_one() -> Result<(), Failure> {
    let renewed = format!("carol {}\n", SshSigner::ed25519(3).text()?);
    let (server, clone) = carol_renews(&renewed, &[])?;
    let push = clone.push_main()?;
    push.rejected(&["error[weakened-policy]", "may sign"]);
    push.not_told("untrusted-signature");
    approve(&clone_of(&server, "bob")?, &[])?;
    clone.push_main()?.accepted(&["bob approves"]);
    Ok(())
}

/// Beside the key nothing else may come, and no key that was not there.
#[test]
fn an_expired_key_brings_nothing_else() -> Result<(), Failure> {
    let renewed = format!("carol {}\n", SshSigner::ed25519(3).text()?);
    let (server, clone) = carol_renews(&renewed, &[("prod/settings.yaml", SETTINGS)])?;
    approve(&clone_of(&server, "bob")?, &[])?;
    clone.push_main()?.rejected(&["error[untrusted-signature]"]);
    let (server, clone) = carol_renews(&renewed, &[])?;
    sign_head(&clone, &SshSigner::ed25519(5), "git")?;
    clone
        .commit("Another key", &[(SIGNERS, &format!("{renewed}eve {}\n", SshSigner::ed25519(5).text()?))])?;
    sign_head(&clone, &SshSigner::ed25519(5), "git")?;
    clone.push(&["--force", "HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&clone_of(&server, "bob")?, &[])?;
    clone.push_main()?.rejected(&["error[untrusted-signature]"]);
    Ok(())
}
