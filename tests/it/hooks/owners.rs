//! CODEOWNERS, where the owner who signed every commit counts as an approval.

use super::checkout::Checkout;
use super::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;
use crate::common::keys::person;

const CODEOWNERS: &str = "/prod/ @alice\n/infra/ @bob\n/.github/ @alice\n/.portcullis.yaml @alice\n";

/// A policy that knows Alice by her key and asks for one owner of every path.
fn owners_policy() -> Result<String, Failure> {
    let fingerprint = person("alice")?.key.fingerprint().to_string();
    Ok(policy(&format!(
        "signatures: {{require: trusted, keyring: ['keys/*.asc']}}\n\
         owners: {{approvals: 1, signerCounts: true}}\n\
         people:\n- {{name: Alice, keys: ['{fingerprint}'], handles: ['@alice']}}\n"
    )))
}

fn server() -> Result<(Server, Checkout), Failure> {
    let [alice_key, mallory_key] = ["alice", "mallory"].map(certificate);
    let server = Server::holding(&[
        (POLICY_PATH, &owners_policy()?),
        ("keys/alice.asc", &alice_key?),
        ("keys/mallory.asc", &mallory_key?),
        (".github/CODEOWNERS", CODEOWNERS),
        (SERVICE_PATH, SERVICE),
    ])?;
    let checkout = server.checkout("alice")?;
    checkout.sign_as("alice")?;
    Ok((server, checkout))
}

/// A server whose `infra/settings.yaml` is Bob's, and a checkout in which Alice signs.
fn server_with_bobs_settings() -> Result<(Server, Checkout), Failure> {
    let server = server()?.0;
    let bob = server.checkout("bob")?;
    server.guard("pre-receive", "--version")?;
    bob.commit("Add settings", &[("infra/settings.yaml", SETTINGS)])?;
    bob.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    bob.sign_as("alice")?;
    Ok((server, bob))
}

fn certificate(name: &str) -> Result<String, Failure> {
    Ok(String::from_utf8(person(name)?.key.armored_certificate()?)?)
}

#[test]
fn an_owner_who_signed_every_commit_has_approved() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn somebody_elses_path_needs_somebody_else() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Add settings", &[("infra/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "infra/settings.yaml", "@bob"]);
    Ok(())
}

#[test]
fn a_key_that_maps_to_nobody_counts_for_nobody() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.sign_as("mallory")?;
    mallory.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "prod/settings.yaml"]);
    Ok(())
}

#[test]
fn one_commit_by_somebody_else_spoils_the_owners_signature() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.sign_as("mallory")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.sign_as("alice")?;
    alice.commit("Add a note", &[("prod/note.txt", "nothing\n")])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "prod/settings.yaml"]);
    Ok(())
}

#[test]
fn a_file_moved_out_of_somebody_elses_folder_needs_them() -> Result<(), Failure> {
    let (_server, bob) = server_with_bobs_settings()?;
    bob.git.run(&["mv", "infra/settings.yaml", "prod/settings.yaml"], b"")?;
    bob.commit("Move them", &[])?;
    bob.push_main()?.rejected(&["error[missing-approval]", "infra/settings.yaml", "@bob"]);
    Ok(())
}

#[test]
fn a_file_that_only_becomes_executable_needs_its_owner() -> Result<(), Failure> {
    let (_server, bob) = server_with_bobs_settings()?;
    bob.git.run(&["update-index", "--chmod=+x", "infra/settings.yaml"], b"")?;
    bob.git.run(&["commit", "-m", "Let it run"], b"")?;
    bob.push_main()?.rejected(&["error[missing-approval]", "infra/settings.yaml", "@bob"]);
    Ok(())
}

#[test]
fn a_trust_file_is_never_approved_by_its_signer() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Own more", &[(".github/CODEOWNERS", &format!("{CODEOWNERS}/infra/ @alice\n"))])?;
    let told = ["error[weakened-policy]", "error[missing-approval]", ".github/CODEOWNERS"];
    alice.push_main()?.rejected(&told);
    Ok(())
}

#[test]
fn an_owners_file_that_goes_with_what_it_would_allow_allows_nothing() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    alice.commit("Own more", &[(".github/CODEOWNERS", &format!("{CODEOWNERS}/infra/ @alice\n"))])?;
    alice.commit("Add settings", &[("infra/settings.yaml", SETTINGS)])?;
    let told = ["error[weakened-policy]", "error[missing-approval]", "infra/settings.yaml", "@bob"];
    alice.push_main()?.rejected(&told);
    Ok(())
}
