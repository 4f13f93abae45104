//! Who signed what is pushed.

use super::checkout::Checkout;
use super::manifests::{GREEN_SETTINGS, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::push_file::{ObjectEntry, Signing};
use crate::common::raw_commit::{self, CommitText};

/// A server that trusts Alice's key.
fn server() -> Result<(Server, Checkout), Failure> {
    let policy = policy("signatures: {require: trusted, keyring: ['keys/*.asc']}\n");
    let key = String::from_utf8(person("alice")?.key.armored_certificate()?)?;
    let server =
        Server::holding(&[(POLICY_PATH, &policy), ("keys/alice.asc", &key), (SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn an_unsigned_commit_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

#[test]
fn a_commit_that_a_stranger_signed_is_rejected() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.sign_as("mallory")?;
    mallory.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[untrusted-signature]"]);
    Ok(())
}

#[test]
fn a_commit_that_a_trusted_key_signed_is_accepted() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.sign_as("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["1 commit", "accepted"]);
    Ok(())
}

#[test]
fn an_unsigned_commit_below_a_signed_one_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    let unsigned = alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.sign_as("alice")?;
    alice.commit("Change them", &[("prod/settings.yaml", GREEN_SETTINGS)])?;
    let short = unsigned.get(..7).ok_or("the commit has no id")?;
    alice.push_main()?.rejected(&["error[unsigned-commit]", short]);
    Ok(())
}

#[test]
fn an_unsigned_commit_on_a_merged_branch_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.git.run(&["checkout", "--quiet", "-b", "feature"], b"")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.git.run(&["checkout", "--quiet", "main"], b"")?;
    alice.sign_as("alice")?;
    alice.git.run(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"], b"")?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// Pushes a commit whose signature is made as the entry says.
fn push_signed_as(signing: Signing, told: &[&str]) -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    let tree = alice.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let parent = alice.git.run(&["rev-parse", "HEAD~1"], b"")?;
    let text = CommitText { tree: &tree, parent: Some(&parent), message: "Add settings\n" };
    let entry = ObjectEntry { signed_by: Some(signing), ..ObjectEntry::default() };
    let commit = alice.git.store("commit", &raw_commit::commit(&text, entry)?)?;
    alice.push(&[&format!("{commit}:refs/heads/main")])?.rejected(told);
    Ok(())
}

#[test]
fn a_signature_in_the_message_is_none() -> Result<(), Failure> {
    push_signed_as(Signing::Message, &["error[unsigned-commit]"])
}

#[test]
fn the_signature_of_another_commit_is_none() -> Result<(), Failure> {
    push_signed_as(Signing::Stolen, &["error[untrusted-signature]"])
}

#[test]
fn an_unsigned_tag_of_a_signed_commit_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.sign_as("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    alice.git.run(&["tag", "--annotate", "--no-sign", "-m", "One", "v1"], b"")?;
    alice.push(&["refs/tags/v1"])?.rejected(&["error[unsigned-commit]", "tag"]);
    alice.git.run(&["tag", "--sign", "-m", "Two", "v2"], b"")?;
    alice.push(&["refs/tags/v2"])?.accepted(&[]);
    Ok(())
}
