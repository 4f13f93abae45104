//! Repositories of formats that libgit2 does not know: `git cat-file` reads them.

use std::fs;
use std::io::Write as _;

use super::approvals::{approve, key_files, proposal, trusting_policy};
use super::checkout::Checkout;
use super::manifests::{
    GREEN_SETTINGS, NODE_PORT, POLICY_PATH, SECRET_READER_BINDING, SERVICE, SERVICE_PATH, SETTINGS, policy,
};
use super::server::{File, PORTCULLIS, Server};
use crate::common::git::{Failure, Git};
use crate::common::keys::person;
use crate::common::programs::write_program;

/// A server and a clone made with more arguments for `git init`, the Service on `main`; `None` where the
/// installed git does not know them.
fn server(name: &str, arguments: &[&str]) -> Result<Option<(Server, Checkout)>, Failure> {
    let server = Server::unborn("other.git")?;
    let git_dir = server.folder.path().join(name);
    fs::create_dir(&git_dir)?;
    let git = Git::at(&git_dir);
    let init = [&["init", "--quiet", "--bare", "--initial-branch=main"], arguments].concat();
    if !git.output(&[init.as_slice(), &["."]].concat(), b"")?.status.success() {
        return Ok(None);
    }
    let server = Server { git, git_dir, folder: server.folder };
    let folder = server.folder.path().join("alice");
    fs::create_dir(&folder)?;
    let git = Git::at(&folder);
    git.run(&[&["init", "--quiet", "--initial-branch=main"], arguments, &["."]].concat(), b"")?;
    git.run(&["remote", "add", "origin", &format!("file://{}", server.git_dir.display())], b"")?;
    let alice = Checkout::at(&server, folder)?;
    alice.commit("Begin", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    Ok(Some((server, alice)))
}

const SHA_256: [&str; 1] = ["--object-format=sha256"];

fn judges(alice: &Checkout) -> Result<(), Failure> {
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["1 object changed", "`git cat-file` reads it", "accepted"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "was ClusterIP"]);
    Ok(())
}

#[test]
fn a_sha_256_repository_is_judged() -> Result<(), Failure> {
    let (_server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    judges(&alice)
}

/// git quotes such a path in the variables of the quarantine.
#[test]
fn a_sha_256_repository_at_a_path_with_a_colon_is_judged() -> Result<(), Failure> {
    let (_server, alice) = server("team:shop.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    judges(&alice)
}

#[test]
fn a_repository_with_a_table_of_refs_is_judged() -> Result<(), Failure> {
    if let Some((_server, alice)) = server("reftable.git", &["--ref-format=reftable"])? {
        return judges(&alice);
    }
    writeln!(std::io::stderr(), "skipped: the installed git knows no reftable (2.45 does)")?;
    Ok(())
}

#[test]
fn signatures_of_a_sha_256_repository_are_verified() -> Result<(), Failure> {
    let (_server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    let key = String::from_utf8(person("alice")?.key.armored_certificate()?)?;
    let demanding = policy("signatures: {require: trusted, keyring: ['keys/*.asc']}\n");
    alice.commit("Ask for signatures", &[(POLICY_PATH, &demanding), ("keys/alice.asc", &key)])?;
    alice.push_main()?.accepted(&["first trust files"]);
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    alice.sign_as("alice")?;
    alice.git.run(&["commit", "--quiet", "--amend", "--no-edit"], b"")?;
    alice.push_main()?.accepted(&["accepted"]);
    alice.sign_as("mallory")?;
    alice.commit("Say more", &[("notes.txt", "x\n")])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "not in the keyring"]);
    Ok(())
}

#[test]
fn refs_of_a_sha_256_repository_are_followed() -> Result<(), Failure> {
    let (server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    server.git.run(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/alias"])?.rejected(&["portcullis: main", "error[node-port]"]);
    let bad = alice.git.run(&["rev-parse", "HEAD"], b"")?;
    let good = alice.git.run(&["rev-parse", "HEAD~1"], b"")?;
    alice.git.run(&["replace", &bad, &good], b"")?;
    alice.push(&["refs/replace/*:refs/replace/*"])?.rejected(&["error[forbidden-ref]"]);
    alice.push(&["HEAD:refs/tags/v1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// A replace ref that stands on the server already shows git the good commit.
#[test]
fn a_replace_ref_hides_nothing_from_the_child() -> Result<(), Failure> {
    let (server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    let good = alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    let bad = alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    server.guard("pre-receive", "--version")?;
    alice.push(&["HEAD:refs/heads/parked"])?.accepted(&[]);
    server.git.run(&["replace", &bad, &good], b"")?;
    server.guard("pre-receive", "pre-receive")?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_partial_clone_as_a_server_is_undecided_about_what_it_lacks_and_fetches_nothing() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.git.run(&["config", "uploadpack.allowFilter", "true"], b"")?;
    let folder = server.folder.path().join("partial.git");
    let url = format!("file://{}", server.git_dir.display());
    let target = folder.display().to_string();
    server.git.run(&["clone", "--quiet", "--bare", "--filter=blob:none", &url, &target], b"")?;
    let partial = Git::at(&folder);
    partial.run(&["config", "core.repositoryFormatVersion", "1"], b"")?;
    partial.run(&["config", "extensions.partialClone", "origin"], b"")?;
    write_program(&folder.join("hooks/pre-receive"), &format!("exec '{PORTCULLIS}' pre-receive"))?;
    let alice = server.checkout("alice")?;
    alice.commit("Give a role", &[("prod/role.yaml", SECRET_READER_BINDING)])?;
    let pushed = alice.git.output(&["push", &target, "HEAD:refs/heads/main"], b"")?;
    let said = String::from_utf8(pushed.stderr)?;
    assert!(!pushed.status.success() && said.contains("undecided") && said.contains("missing"), "{said}");
    assert!(said.contains("`git cat-file` reads it"), "{said}");
    Ok(())
}

#[test]
fn without_git_on_the_path_such_a_repository_is_refused_with_the_reason() -> Result<(), Failure> {
    let (server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    write_program(
        &server.git_dir.join("hooks/pre-receive"),
        &format!("PATH=/nowhere exec '{PORTCULLIS}' pre-receive"),
    )?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&[
        "portcullis: error",
        "could not start the git program",
        "install a version of git",
    ]);
    Ok(())
}

#[test]
fn a_staged_change_of_a_sha_256_repository_is_judged() -> Result<(), Failure> {
    let (_server, alice) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    let said = alice.portcullis(&["pre-commit"]).map_err(|failure| failure.to_string());
    assert!(said.is_err_and(|said| said.contains("error[node-port]")));
    let owners = alice.portcullis(&["objects", &format!("HEAD:{SERVICE_PATH}")])?;
    assert!(owners.contains("ClusterIP"), "{owners}");
    Ok(())
}

/// Statements of a SHA-256 repository: sixty-four digits in every line of them.
#[test]
fn approvals_of_a_sha_256_repository_count_for_what_was_approved() -> Result<(), Failure> {
    let (server, mallory) = server("sha256.git", &SHA_256)?.ok_or("git knows no SHA-256")?;
    let (keys, policy) = (key_files()?, trusting_policy(1, "")?);
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([(POLICY_PATH, policy.as_str()), ("CODEOWNERS", "/prod/ @alice @mallory\n")]);
    mallory.commit("Ask for approvals", &files)?;
    mallory.push_main()?.accepted(&["first trust files"]);
    mallory.sign_as("mallory")?;
    mallory.git.run(&["config", "user.name", "mallory"], b"")?;
    mallory.git.run(&["config", "user.email", "mallory@example.com"], b"")?;
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    let folder = server.folder.path().join("owner");
    fs::create_dir(&folder)?;
    let git = Git::at(&folder);
    git.run(&[&["init", "--quiet"], SHA_256.as_slice(), &["."]].concat(), b"")?;
    git.run(&["remote", "add", "origin", &format!("file://{}", server.git_dir.display())], b"")?;
    let alice = Checkout::at(&server, folder)?;
    alice.sign_as("alice")?;
    approve(&alice, &[])?;
    mallory.commit("Change it after the approval", &[("prod/settings.yaml", GREEN_SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    mallory.push(&["HEAD~1:refs/heads/main"])?.accepted(&["alice approves", "`git cat-file` reads it"]);
    Ok(())
}
