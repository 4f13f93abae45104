//! One person who looks like two, or like nobody.

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::hooks::approvals::{approve, clone_of, key_files, proposal, server, sign, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS};
use crate::hooks::server::{File, Server};

const SETTINGS_PATH: &str = "prod/settings.yaml";
const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/main"];
const OWNERS: &str = "/prod/ @alice alice@example.com @bob\n";

/// A server with one more person, who is a program.
fn with_robot() -> Result<Server, Failure> {
    let key = person("mallory")?.key.fingerprint().to_string();
    let policy = trusting_policy(1, "")?;
    let robot = format!("- {{name: mallory, keys: ['{key}'], handles: ['@mallory', 'mallory@example.com']}}");
    assert!(policy.contains(&robot));
    let policy = policy.replace(&robot, &robot.replace("handles:", "bot: true, handles:"));
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([(POLICY_PATH, policy.as_str()), (".github/CODEOWNERS", OWNERS), (SERVICE_PATH, SERVICE)]);
    Server::holding(&files)
}

/// Somebody's commit, unsigned and under another name.
fn unsigned(clone: &Checkout, name: &str, email: &str) -> Result<(), Failure> {
    clone.write(SETTINGS_PATH, SETTINGS.as_bytes())?;
    clone.git.run(&["add", "--all"], b"")?;
    let (name, email) = (format!("user.name={name}"), format!("user.email={email}"));
    let identity = ["-c", &name, "-c", &email, "-c", "commit.gpgSign=false"];
    clone.git.run(&[&identity[..], &["commit", "--quiet", "-m", "Propose"]].concat(), b"")?;
    clone.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    Ok(())
}

/// Alice writes her own name with a Cyrillic letter, so that nobody takes the author for her.
#[test]
fn an_author_who_only_looks_like_the_approver() -> Result<(), Failure> {
    let server = server(1, "")?;
    let alice = clone_of(&server, "alice")?;
    unsigned(&alice, "\u{430}lice", "\u{430}lice@example.com")?;
    approve(&alice, &[])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "one more approval is required"]);
    Ok(())
}

/// Alice has a program push her unsigned commit: the host names a pusher who is somebody, and nobody who
/// could have read the change.
#[test]
fn a_program_that_pushes_for_the_approver() -> Result<(), Failure> {
    let server = with_robot()?;
    let alice = clone_of(&server, "alice")?;
    unsigned(&alice, "Nobody", "nobody@example.com")?;
    approve(&alice, &[])?;
    let gitea = [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "mallory")];
    alice.run_push(&PUSH, &gitea)?.rejected(&["error[missing-approval]", "one more approval is required"]);
    Ok(())
}

/// A program's statement.
#[test]
fn a_program_that_approves() -> Result<(), Failure> {
    let server = with_robot()?;
    let (alice, robot) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&alice, &[(SETTINGS_PATH, SETTINGS)])?;
    let refused = sign(&robot, &[]).map_err(|failure| failure.to_string());
    assert!(refused.is_err_and(|said| said.contains("is a program")));
    alice.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

/// Two accounts of one owner stand in the same line: she is one person all the same.
#[test]
fn one_owner_with_two_accounts() -> Result<(), Failure> {
    let server = server(2, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let lines = "/prod/ @alice alice@example.com\n";
    let tip = alice.commit("Two accounts", &[(".github/CODEOWNERS", lines)])?;
    alice.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/main", &tip)?;
    mallory.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["needs 1 more approval"]);
    Ok(())
}

/// The pusher's account in other letters than the policy's: it shuts her out all the same.
#[test]
fn an_account_in_capital_letters() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &[])?;
    let gitea = [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "ALICE")];
    mallory.run_push(&PUSH, &gitea)?.rejected(&["by alice does not count", "took part"]);
    Ok(())
}

/// Another host's variables, as a pusher could send them over SSH, name somebody else as the pusher. The
/// administrator said which host it is.
#[test]
fn the_variables_of_another_host() -> Result<(), Failure> {
    let server = server(1, "")?;
    server.guard("pre-receive", "pre-receive --host git")?;
    let alice = clone_of(&server, "alice")?;
    unsigned(&alice, "Nobody", "nobody@example.com")?;
    approve(&alice, &[])?;
    let gitea = [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "bob")];
    alice.run_push(&PUSH, &gitea)?.rejected(&["error[missing-approval]", "one more approval is required"]);
    Ok(())
}

/// A host's account behind the forge's own address: the author of a commit made on its pages.
#[test]
fn an_author_by_the_address_of_a_forge() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    mallory.write(SETTINGS_PATH, SETTINGS.as_bytes())?;
    mallory.git.run(&["add", "--all"], b"")?;
    let author = "--author=A <7+Alice@users.noreply.github.com>";
    mallory.git.run(&["commit", "--quiet", author, "-m", "Propose"], b"")?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["by alice does not count", "took part"]);
    Ok(())
}

/// Somebody signs most of the commits, and one in the middle is nobody's.
#[test]
fn one_unsigned_commit_among_signed_ones() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    unsigned(&alice, "Nobody", "nobody@example.com")?;
    mallory.git.run(&["pull", "--quiet", "origin", "proposal"], b"")?;
    mallory.git.run(&["commit", "--quiet", "--allow-empty", "-m", "Signed"], b"")?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "one more approval is required"]);
    Ok(())
}

/// One key for two people: Alice's key is Bob's as well from now on.
#[test]
fn one_key_of_two_people() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let policy = trusting_policy(1, "")?;
    let [one, other] =
        ["mallory", "bob"].map(|name| person(name).map(|person| person.key.fingerprint().to_string()));
    let shared = policy.replace(&one?, &other?);
    proposal(&mallory, &[(POLICY_PATH, &shared)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "would be invalid"]);
    Ok(())
}

/// The key of somebody who is in the keyring and not among the people.
#[test]
fn a_key_without_a_person() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let key = person("bob")?.key.fingerprint().to_string();
    let policy = trusting_policy(1, "")?;
    let without: String = policy.split_inclusive('\n').filter(|line| !line.contains(&key)).collect();
    let tip = alice.commit("Bob leaves", &[(POLICY_PATH, &without)])?;
    alice.push(&["HEAD:refs/heads/past"])?.accepted(&[]);
    server.force("refs/heads/main", &tip)?;
    mallory.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let refused = sign(&clone_of(&server, "bob")?, &[]).map_err(|failure| failure.to_string());
    assert!(
        refused.is_err_and(|said| said.contains("does not belong to a person in `people` of the policy"))
    );
    Ok(())
}
