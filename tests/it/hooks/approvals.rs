//! Approvals as signed objects: given in clones of their own, pushed with plain `git push`.

use std::fmt::Write as _;

use super::checkout::{Checkout, Push};
use super::manifests::{GREEN_SETTINGS, NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::{File, Server};
use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::ssh_keys::{Envelope, SshSigner, fingerprint};

pub(super) const SETTINGS_PATH: &str = "prod/settings.yaml";
pub(super) const CODEOWNERS: &str = "/prod/ @alice @bob @mallory\n/.portcullis.yaml @alice @bob\n/.github/ @alice @bob\n/shared/ @carol @robot\n";
const PROTECTED: &str = "protected: [refs/heads/main, 'refs/heads/release/*']\n";

/// Carol has an SSH key.
fn carol() -> SshSigner {
    SshSigner::ed25519(3)
}

/// A program with one.
fn robot() -> SshSigner {
    SshSigner::ed25519(4)
}

/// Alice, Bob and Mallory own everything; every path needs some of them, and nothing asks for signed
/// commits.
pub(crate) fn trusting_policy(approvals: usize, more: &str) -> Result<String, Failure> {
    let mut people = String::new();
    for name in ["alice", "bob", "mallory"] {
        let fingerprint = person(name)?.key.fingerprint().to_string();
        let _ = writeln!(
            people,
            "- {{name: {name}, keys: ['{fingerprint}'], handles: ['@{name}', '{name}@example.com']}}"
        );
    }
    for (name, signer, more) in [("carol", carol(), ""), ("robot", robot(), ", bot: true")] {
        let fingerprint = fingerprint(&signer.blob()?);
        let _ = writeln!(people, "- {{name: {name}, keys: ['{fingerprint}'], handles: ['@{name}']{more}}}");
    }
    Ok(policy(&format!(
        "repository: acme/prod\n\
         signatures: {{keyring: ['keys/*.asc'], allowedSigners: keys/allowed_signers}}\nowners: {{approvals: {approvals}}}\n\
         people:\n{people}{PROTECTED}{more}"
    )))
}

/// Everybody's keys, as files of the repository.
pub(crate) fn key_files() -> Result<Vec<(String, String)>, Failure> {
    let signers = format!("carol {}\nrobot {}\n", carol().text()?, robot().text()?);
    let mut files = vec![("keys/allowed_signers".to_owned(), signers)];
    for name in ["alice", "bob", "mallory"] {
        let certificate = String::from_utf8(person(name)?.key.armored_certificate()?)?;
        files.push((format!("keys/{name}.asc"), certificate));
    }
    Ok(files)
}

pub(crate) fn server(approvals: usize, more: &str) -> Result<Server, Failure> {
    let (keys, policy) = (key_files()?, trusting_policy(approvals, more)?);
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([
        (POLICY_PATH, policy.as_str()),
        (".github/CODEOWNERS", CODEOWNERS),
        (SERVICE_PATH, SERVICE),
    ]);
    Server::holding(&files)
}

/// A clone in which somebody works and signs.
pub(crate) fn clone_of(server: &Server, name: &str) -> Result<Checkout, Failure> {
    let clone = server.checkout(name)?;
    clone.sign_as(name)?;
    clone.git.run(&["config", "user.name", name], b"")?;
    clone.git.run(&["config", "user.email", &format!("{name}@example.com")], b"")?;
    Ok(clone)
}

/// Mallory commits files and shows them on a branch that nobody guards.
pub(crate) fn proposal(mallory: &Checkout, files: &[(&str, &str)]) -> Result<(), Failure> {
    mallory.commit("Propose", files)?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    Ok(())
}

/// Somebody fetches the proposal, signs a statement and returns its ref.
pub(crate) fn sign(clone: &Checkout, arguments: &[&str]) -> Result<String, Failure> {
    clone.git.run(&["fetch", "--quiet", "origin"], b"")?;
    let all = [&["approve", "main", "origin/proposal"], arguments].concat();
    let said = clone.portcullis(&all)?;
    let name = said.lines().find_map(|line| line.strip_prefix("signed "));
    Ok(name.ok_or_else(|| format!("nothing was signed: {said}"))?.to_owned())
}

/// Signs and pushes.
pub(crate) fn approve(clone: &Checkout, arguments: &[&str]) -> Result<(), Failure> {
    let name = sign(clone, arguments)?;
    clone.push(&[&name])?.accepted(&["refs/heads/main with tree"]);
    Ok(())
}

/// Signs a text of one's own making and pushes it where it belongs, or where it is told to.
pub(crate) fn push_text(
    clone: &Checkout,
    name: &str,
    text: &str,
    place: Option<&str>,
) -> Result<Push, Failure> {
    let options = ["tag", "--sign", "--force", "--cleanup=verbatim", "--file=-", name, "origin/proposal"];
    clone.git.run(&options, text.as_bytes())?;
    let object = clone.git.run(&["rev-parse", &format!("refs/tags/{name}")], b"")?;
    let tree = clone.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    let belongs = format!("refs/approvals/heads/main/{tree}/{object}");
    clone.push(&[&format!("{object}:{}", place.unwrap_or(&belongs))])
}

/// What `approve` would sign.
pub(crate) fn text(clone: &Checkout) -> Result<String, Failure> {
    clone.git.run(&["fetch", "--quiet", "origin"], b"")?;
    let said = clone.portcullis(&["approve", "main", "origin/proposal", "--dry-run"])?;
    let text = said.split("would sign:\n").nth(1).ok_or("nothing would be signed")?;
    Ok(text.to_owned())
}

#[test]
fn two_owners_approve_from_their_own_clones() -> Result<(), Failure> {
    let server = server(2, "")?;
    let [alice, bob, mallory] = ["alice", "bob", "mallory"].map(|name| clone_of(&server, name));
    let (alice, bob, mallory) = (alice?, bob?, mallory?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    mallory.push_main()?.rejected(&[
        "error[missing-approval]",
        "2 more approvals",
        "portcullis approve main",
    ]);
    approve(&alice, &["--reason", "looks right"])?;
    mallory.push_main()?.rejected(&["1 more approval", "alice approves refs/heads/main"]);
    approve(&bob, &[])?;
    mallory.push_main()?.accepted(&["alice approves", "bob approves", "accepted"]);
    Ok(())
}

/// Signs a text as `git tag --sign` does with `gpg.format ssh`, and pushes it.
fn push_signed_by_ssh(clone: &Checkout, signer: &SshSigner, text: &str) -> Result<Push, Failure> {
    let commit = clone.git.run(&["rev-parse", "origin/proposal"], b"")?;
    let tree = clone.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    let tagger = "tagger Carol <carol@example.com> 1700000000 +0000";
    let payload = format!("object {commit}\ntype commit\ntag portcullis-approval\n{tagger}\n\n{text}");
    let envelope = Envelope { payload: payload.as_bytes(), namespace: "git", ..Envelope::default() };
    let object = clone.git.store("tag", format!("{payload}{}", signer.sign_as(&envelope)?).as_bytes())?;
    clone.push(&[&format!("{object}:refs/approvals/heads/main/{tree}/{object}")])
}

#[test]
fn an_ssh_key_approves_and_a_program_does_not() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[("shared/settings.yaml", SETTINGS)])?;
    let text = text(&alice)?;
    push_signed_by_ssh(&alice, &robot(), &text)?.rejected(&["was signed by robot, which is a program"]);
    push_signed_by_ssh(&alice, &SshSigner::ed25519(5), &text)?.rejected(&["not one of the allowed signers"]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    push_signed_by_ssh(&alice, &carol(), &text)?.accepted(&["carol approves"]);
    mallory.push_main()?.accepted(&["carol approves"]);
    Ok(())
}

#[test]
fn an_approval_may_come_with_the_push() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let name = sign(&alice, &[])?;
    alice.push(&[&name, "origin/proposal:refs/heads/main"])?.accepted(&["alice approves"]);
    Ok(())
}

#[test]
fn the_author_does_not_approve_their_own_change() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&mallory, &[])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "by mallory does not count", "took part"]);
    Ok(())
}

#[test]
fn a_co_author_does_not_approve_either() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let message = "Propose\n\nCo-authored-by: A. Lice <Alice@Example.com>";
    mallory.commit(message, &[(SETTINGS_PATH, SETTINGS)])?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["by alice does not count", "took part"]);
    Ok(())
}

#[test]
fn whoever_only_committed_it_does_not_approve_it() -> Result<(), Failure> {
    let server = server(1, "")?;
    let alice = clone_of(&server, "alice")?;
    alice.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    alice.write(SETTINGS_PATH, SETTINGS.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    alice.git.run(&["commit", "--quiet", "--author=Nobody <nobody@example.com>", "-m", "Propose"], b"")?;
    alice.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    alice.push_main()?.rejected(&["by alice does not count", "took part"]);
    Ok(())
}

#[test]
fn one_person_with_two_statements_is_one_person() -> Result<(), Failure> {
    let server = server(2, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &["--reason", "one"])?;
    approve(&alice, &["--reason", "two"])?;
    mallory.push_main()?.rejected(&["needs 1 more approval"]);
    Ok(())
}

#[test]
fn an_approval_dies_with_a_changed_line_and_survives_another_message() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    mallory.commit("Change it after the approval", &[(SETTINGS_PATH, GREEN_SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", SETTINGS_PATH]);
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    mallory.git.run(&["commit", "--quiet", "--amend", "-m", "Other words"], b"")?;
    mallory.push_main()?.accepted(&["alice approves"]);
    Ok(())
}

#[test]
fn an_approval_holds_for_its_own_paths_when_others_change() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, bob, mallory) =
        (clone_of(&server, "alice")?, clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    // Bob moves main: the approved tree is not what would result any more.
    bob.commit("Say more", &[("notes.txt", "unowned\n")])?;
    bob.push_main()?.accepted(&[]);
    mallory.git.run(&["pull", "--quiet", "--rebase", "origin", "main"], b"")?;
    mallory.commit("Add another", &[("prod/other.txt", "x\n")])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[missing-approval]: prod/other.txt needs 1 more approval"]);
    push.not_told(SETTINGS_PATH);
    Ok(())
}

#[test]
fn a_finding_passes_once_enough_of_the_named_approve_exactly_this_change() -> Result<(), Failure> {
    let rule = "checks: {node-port: {enforce: approve, approvers: ['@alice', '@bob'], count: 2}}\n";
    let server = server(1, rule)?;
    let (alice, bob, mallory) =
        (clone_of(&server, "alice")?, clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push_main()?.rejected(&[
        "needs approval[node-port]",
        "2 of @alice, @bob must approve",
        "no one yet",
    ]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["needs approval[node-port]", "approved by alice"]);
    approve(&bob, &[])?;
    mallory.commit("One more file", &[("notes.txt", "unowned\n")])?;
    let push = mallory.push_main()?;
    push.rejected(&["needs approval[node-port]", "approved by no one yet"]);
    push.not_told("error[missing-approval]");
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    mallory.push_main()?.accepted(&["approved[node-port]", "approved by alice, bob"]);
    Ok(())
}

/// Where nobody proves who made a change, an owner could write another name into the author line.
#[test]
fn a_change_that_nobody_signed_needs_one_approval_more() -> Result<(), Failure> {
    let rule = "checks: {node-port: {enforce: approve, approvers: ['@alice', '@bob']}}\n";
    let server = server(1, rule)?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    alice.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    let identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"];
    alice.git.run(&[&identity[..], &["commit", "--quiet", "-m", "Propose"]].concat(), b"")?;
    alice.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    let told = ["needs 1 more approval", "needs approval[node-port]", "one more approval is required"];
    alice.push_main()?.rejected(&told);
    approve(&bob, &[])?;
    alice.push_main()?.accepted(&["alice approves", "bob approves"]);
    Ok(())
}

/// A mistyped branch and a change that is there already are not signed.
#[test]
fn what_changes_nothing_is_not_approved() -> Result<(), Failure> {
    let server = server(1, "")?;
    let alice = clone_of(&server, "alice")?;
    let refused =
        alice.portcullis(&["approve", "nosuch", "HEAD"]).expect_err("signed for no branch").to_string();
    assert!(refused.contains("has no refs/heads/nosuch"), "{refused}");
    // A branch that the change creates, and that the policy protects, can be approved.
    alice.commit("Release", &[(SETTINGS_PATH, SETTINGS)])?;
    alice.portcullis(&["approve", "release/1", "HEAD"])?;
    alice.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    let refused = alice.portcullis(&["approve", "main", "HEAD"]).expect_err("signed for nothing").to_string();
    assert!(refused.contains("there is nothing to approve"), "{refused}");
    Ok(())
}
