//! Merges that a person signs, of branches whose commits are not signed.

use super::approvals::{SETTINGS_PATH, approve, clone_of, key_files, trusting_policy};
use super::checkout::Checkout;
use super::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS};
use super::server::{File, Server};
use crate::common::git::Failure;

/// Alice, Bob and Mallory own `prod/`; every commit needs a signature, or a person's merge.
pub(super) fn server(change: (&str, &str)) -> Result<Server, Failure> {
    let policy = trusting_policy(1, "")?;
    let policy = policy.replace("signatures: {", "signatures: {require: trusted, merges: covered, ");
    assert!(policy.contains(change.0), "{}", change.0);
    let policy = policy.replace(change.0, change.1);
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    let owners = "/prod/ @alice @bob @mallory\n/.portcullis.yaml @alice @bob\n/.github/ @alice @bob\n";
    files.extend([(POLICY_PATH, policy.as_str()), (".github/CODEOWNERS", owners), (SERVICE_PATH, SERVICE)]);
    Server::holding(&files)
}

/// The branch of a colleague without a key.
pub(super) fn branch(clone: &Checkout, name: &str, file: File<'_>) -> Result<(), Failure> {
    clone.git.run(&["switch", "--quiet", "--create", name, "origin/main"], b"")?;
    unsigned(clone, "Work", file)?;
    clone.git.run(&["switch", "--quiet", "main"], b"")?;
    Ok(())
}

pub(super) fn unsigned(clone: &Checkout, message: &str, (path, text): File<'_>) -> Result<(), Failure> {
    clone.write(path, text.as_bytes())?;
    clone.git.run(&["add", "--all"], b"")?;
    let identity =
        ["-c", "user.name=carl", "-c", "user.email=carl@example.com", "-c", "commit.gpgSign=false"];
    clone.git.run(&[&identity[..], &["commit", "--quiet", "--message", message]].concat(), b"")?;
    Ok(())
}

/// Merges branches as the person of the clone does, and shows the result.
pub(super) fn merge(clone: &Checkout, arguments: &[&str]) -> Result<(), Failure> {
    clone.git.run(&[&["merge", "--quiet", "--no-ff", "--message", "Merge"], arguments].concat(), b"")?;
    clone.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    Ok(())
}

#[test]
fn a_signed_merge_brings_unsigned_commits() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", ("notes.txt", "no one owns this\n"))?;
    merge(&alice, &["work"])?;
    let push = alice.push_main()?;
    push.accepted(&["1 commit needs no signature, because the signed merge of a person vouches"]);
    push.not_told("unsigned-commit");
    Ok(())
}

#[test]
fn a_merge_with_owners_needs_one_approval_more() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let [alice, bob, mallory] = ["alice", "bob", "mallory"].map(|name| clone_of(&server, name));
    let (alice, bob, mallory) = (alice?, bob?, mallory?);
    branch(&alice, "work", (SETTINGS_PATH, SETTINGS))?;
    merge(&alice, &["work"])?;
    approve(&bob, &[])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    approve(&mallory, &[])?;
    alice.push_main()?.accepted(&["bob approves", "mallory approves"]);
    Ok(())
}

/// A merge of a merge of a colleague: everything is on the second parent's side.
#[test]
fn a_branch_with_merges_of_its_own() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "inner", ("inner.txt", "inner\n"))?;
    branch(&alice, "work", ("notes.txt", "notes\n"))?;
    alice.git.run(&["switch", "--quiet", "work"], b"")?;
    let unsigned =
        ["-c", "commit.gpgSign=false", "merge", "--quiet", "--no-ff", "--message", "Inner", "inner"];
    alice.git.run(&unsigned, b"")?;
    alice.git.run(&["switch", "--quiet", "main"], b"")?;
    merge(&alice, &["work"])?;
    alice.push_main()?.accepted(&["3 commits need no signature"]);
    Ok(())
}

/// A colleague's key has expired since the work was done.
#[test]
fn a_merge_brings_commits_of_an_expired_key() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    alice.git.run(&["switch", "--quiet", "--create", "work"], b"")?;
    alice.sign_as("expired")?;
    alice.commit("Work", &[("notes.txt", "no one owns this\n")])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]"]);
    alice.sign_as("alice")?;
    alice.git.run(&["switch", "--quiet", "main"], b"")?;
    merge(&alice, &["work"])?;
    let push = alice.push_main()?;
    push.accepted(&["1 commit needs no signature"]);
    push.not_told("untrusted-signature");
    Ok(())
}
