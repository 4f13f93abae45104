//! Files whose owners may approve their own changes by signing them, and what that must not reach.

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::hooks::approvals::{SETTINGS_PATH, clone_of, key_files, trusting_policy};
use crate::hooks::manifests::{GREEN_SETTINGS, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS};
use crate::hooks::server::{File, Server};

const DEV: &str = "dev/settings.yaml";
const OWNERS: &str =
    "/dev/ @alice @robot\n/prod/ @alice @bob\n/.portcullis.yaml @alice @bob\n/.github/ @alice\n";

fn policy(owners: &str) -> Result<String, Failure> {
    Ok(trusting_policy(1, "")?.replace("owners: {approvals: 1}", owners))
}

/// Alice and Bob own things, and the policy says which of them they may change alone.
fn server(owners: &str) -> Result<Server, Failure> {
    let (keys, policy) = (key_files()?, policy(owners)?);
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([
        (POLICY_PATH, policy.as_str()),
        (".github/CODEOWNERS", OWNERS),
        (SERVICE_PATH, SERVICE),
        ("dev/old.yaml", SETTINGS),
    ]);
    Server::holding(&files)
}

const DEV_ONLY: &str = "owners: {approvals: 1, allowAuthor: ['dev/**']}";

#[test]
fn an_owner_changes_what_the_policy_names_alone() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("Develop", &[(DEV, SETTINGS)])?;
    alice.push_main()?.accepted(&["accepted"]);
    Ok(())
}

/// Her own files that the policy does not name.
#[test]
fn an_owner_alone_in_another_folder() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("Change", &[(SETTINGS_PATH, SETTINGS), (DEV, SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "prod/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// A file that moves into the named folder: it leaves another one.
#[test]
fn a_file_that_moves_into_the_named_folder() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let alice = clone_of(&server, "alice")?;
    alice.git.run(&["mv", SERVICE_PATH, "dev/frontend.yaml"], b"")?;
    alice.commit("Move", &[])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "prod/frontend.yaml needs 1 more approval"]);
    Ok(())
}

/// Somebody who owns nothing there.
#[test]
fn an_author_who_is_no_owner() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Develop", &[(DEV, SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "dev/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// Somebody's commit of the same file, below the owner's.
#[test]
fn somebody_elses_commit_below_the_owners() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    mallory.commit("Develop", &[(DEV, GREEN_SETTINGS)])?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    alice.git.run(&["pull", "--quiet", "origin", "proposal"], b"")?;
    alice.commit("Go on", &[(DEV, SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "dev/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// An unsigned commit under the owner's name.
#[test]
fn an_unsigned_commit_in_the_owners_name() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let alice = clone_of(&server, "alice")?;
    alice.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    alice.commit("Develop", &[(DEV, SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "dev/settings.yaml"]);
    Ok(())
}

/// The second approval that the policy asks for.
#[test]
fn an_author_in_the_place_of_two_owners() -> Result<(), Failure> {
    let server = server("owners: {approvals: 2, allowAuthor: ['dev/**']}")?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("Develop", &[(DEV, SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// All files are named, and with them those that the gate trusts.
#[test]
fn a_trust_file_among_the_named_files() -> Result<(), Failure> {
    let server = server("owners: {approvals: 1, allowAuthor: ['**']}")?;
    let alice = clone_of(&server, "alice")?;
    let lines = format!("{OWNERS}/more/ @alice\n");
    alice.commit("Own more", &[(".github/CODEOWNERS", &lines)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[missing-approval]", ".github/CODEOWNERS"]);
    Ok(())
}

/// The server asks for owners, and lets no author approve.
#[test]
fn an_author_under_a_server_that_wants_somebody_else() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    server.set_floor("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nowners: {approvals: 1}\n")?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("Develop", &[(DEV, SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "dev/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// A program that owns the files signs its own change.
#[test]
fn a_program_that_owns_what_it_changes() -> Result<(), Failure> {
    let key = person("mallory")?.key.fingerprint().to_string();
    let policy = policy(DEV_ONLY)?.replace(
        &format!("- {{name: mallory, keys: ['{key}'], handles: ['@mallory', "),
        &format!("- {{name: mallory, bot: true, keys: ['{key}'], handles: ['@robot-mallory', "),
    );
    assert!(policy.contains("robot-mallory"));
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    let owners = "/dev/ @alice @robot-mallory\n/.portcullis.yaml @alice @bob\n/.github/ @alice @bob\n";
    files.extend([(POLICY_PATH, policy.as_str()), (".github/CODEOWNERS", owners)]);
    let server = Server::holding(&files)?;
    let robot = clone_of(&server, "mallory")?;
    robot.commit("Develop", &[(DEV, SETTINGS)])?;
    robot.push_main()?.rejected(&["error[missing-approval]", "dev/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// More files from now on.
#[test]
fn a_policy_that_names_more_files() -> Result<(), Failure> {
    let server = server(DEV_ONLY)?;
    let alice = clone_of(&server, "alice")?;
    let wider = policy("owners: {approvals: 1, allowAuthor: ['dev/**', 'prod/**']}")?;
    alice.commit("Trust me", &[(POLICY_PATH, &wider)])?;
    alice
        .push_main()?
        .rejected(&["error[weakened-policy]", "owners can approve their own changes of `prod/**`"]);
    Ok(())
}
