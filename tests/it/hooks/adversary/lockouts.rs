//! Approved slips after which no push could pass: each is refused, and an honest push passes afterwards.

use std::fmt::Write as _;

use crate::common::git::Failure;
use crate::hooks::approvals::{CODEOWNERS, approve, clone_of, key_files, proposal, server, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH};
use crate::hooks::server::{File, Server};

const OWNERS_PATH: &str = ".github/CODEOWNERS";

/// Mallory proposes files, Alice and Bob approve, and the gate refuses all the same.
fn refused_though_approved(files: &[File<'_>], told: &[&str]) -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    proposal(&mallory, files)?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    approve(&alice, &[])?;
    approve(&bob, &[])?;
    let told: Vec<&str> = ["error[weakened-policy]"].into_iter().chain(told.iter().copied()).collect();
    mallory.push_main()?.rejected(&told);
    honest_push_passes(&alice, &bob)
}

fn honest_push_passes(alice: &Checkout, bob: &Checkout) -> Result<(), Failure> {
    alice.push(&[":refs/heads/proposal"])?.accepted(&[]);
    let harmless = SERVICE.replace("name: frontend\n", "name: another\n");
    proposal(alice, &[("prod/another.yaml", &harmless)])?;
    approve(bob, &[])?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

/// An owner approves a key file that was cut off in a download: no signature could be checked any more.
#[test]
fn a_damaged_key_is_refused() -> Result<(), Failure> {
    let damaged = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbroken\n-----END PGP PUBLIC KEY BLOCK-----\n";
    refused_though_approved(
        &[("keys/carol.asc", damaged)],
        &["keys/carol.asc", "no signature could be checked"],
    )
}

/// The name of the allowed signers is misspelt in the policy, and the owners approve.
#[test]
fn a_list_of_signers_that_does_not_exist_is_refused() -> Result<(), Failure> {
    let policy = trusting_policy(1, "")?.replace("keys/allowed_signers", "keys/alowed_signers");
    refused_though_approved(
        &[(POLICY_PATH, &policy)],
        &[POLICY_PATH, "keys/alowed_signers", "does not exist"],
    )
}

/// The policy names a list of revoked keys that "comes next".
#[test]
fn a_list_of_revocations_that_comes_later_is_refused() -> Result<(), Failure> {
    let policy = trusting_policy(1, "")?
        .replace("keyring: ['keys/*.asc'],", "keyring: ['keys/*.asc'], revokedKeys: [keys/revoked],");
    refused_though_approved(&[(POLICY_PATH, &policy)], &[POLICY_PATH, "keys/revoked", "does not exist"])
}

/// The pattern of the keyring matches no file any more, so the owners have no keys.
#[test]
fn a_keyring_that_matches_no_file_is_refused() -> Result<(), Failure> {
    let policy = trusting_policy(1, "")?.replace("keys/*.asc", "key/*.asc");
    refused_though_approved(&[(POLICY_PATH, &policy)], &[POLICY_PATH, "with a key that can sign"])
}

/// A line of CODEOWNERS is written as GitHub ignores it.
#[test]
fn a_line_of_owners_that_cannot_be_read_is_refused() -> Result<(), Failure> {
    let owners = format!("{CODEOWNERS}/docs/ alice and friends\n");
    refused_though_approved(&[(OWNERS_PATH, &owners)], &[OWNERS_PATH])
}

/// The policy gets an owner who is no person of the policy: its next change could not be approved.
#[test]
fn owners_who_are_not_people_of_the_policy_are_refused() -> Result<(), Failure> {
    let owners = format!("{CODEOWNERS}/.portcullis.yaml @ghost\n");
    refused_though_approved(
        &[(OWNERS_PATH, &owners)],
        &[OWNERS_PATH, "no one could approve the next change of .portcullis.yaml", "@ghost"],
    )
}

/// More approvals are required than there are owners.
#[test]
fn more_approvals_than_there_are_owners_are_refused() -> Result<(), Failure> {
    refused_though_approved(
        &[(POLICY_PATH, &trusting_policy(9, "")?)],
        &[POLICY_PATH, "no one could approve the next change of .portcullis.yaml"],
    )
}

/// Patterns that parse and are too large to be used: every later push would fail, also the one that removes them.
#[test]
fn patterns_that_only_the_next_push_would_compile_are_refused() -> Result<(), Failure> {
    let mut patterns = String::new();
    for number in 0..400 {
        let _ = writeln!(patterns, "  - 'x{number}{}'", "?".repeat(500));
    }
    let policy = trusting_policy(1, &format!("manifests:\n  exclude:\n{patterns}"))?;
    refused_though_approved(&[(POLICY_PATH, &policy)], &[POLICY_PATH])
}

/// The first policy asks for owners, and the CODEOWNERS that is there has a line that GitHub ignores.
#[test]
fn a_first_policy_over_owners_that_cannot_be_read_is_refused() -> Result<(), Failure> {
    let owners = format!("{CODEOWNERS}/docs/ alice and friends\n");
    let mut files = vec![(OWNERS_PATH.to_owned(), owners), (SERVICE_PATH.to_owned(), SERVICE.to_owned())];
    files.extend(key_files()?);
    let held: Vec<File<'_>> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let server = Server::holding(&held)?;
    let alice = clone_of(&server, "alice")?;
    let policy = trusting_policy(1, "")?;
    alice.commit("First policy", &[(POLICY_PATH, &policy)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "`alice` is not an owner", "CODEOWNERS:5"]);
    alice.commit("Correct the owners", &[(OWNERS_PATH, CODEOWNERS)])?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

/// The first policy asks for owners, and no file names any.
#[test]
fn a_first_policy_without_the_owners_that_it_asks_for_is_refused() -> Result<(), Failure> {
    let mut files = vec![(SERVICE_PATH.to_owned(), SERVICE.to_owned())];
    files.extend(key_files()?);
    let held: Vec<File<'_>> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let server = Server::holding(&held)?;
    let alice = clone_of(&server, "alice")?;
    alice.commit("First policy", &[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "no file names any"]);
    Ok(())
}

/// The line of the policy goes from CODEOWNERS: no one could approve its next change.
#[test]
fn a_policy_that_loses_its_owners_is_refused() -> Result<(), Failure> {
    let owners = CODEOWNERS.replace("/.portcullis.yaml @alice @bob\n", "");
    refused_though_approved(&[(OWNERS_PATH, &owners)], &[OWNERS_PATH, "no one would own .portcullis.yaml"])
}

/// The line of CODEOWNERS itself goes: the people in it could never change again.
#[test]
fn a_file_of_owners_that_loses_its_owners_is_refused() -> Result<(), Failure> {
    let owners = CODEOWNERS.replace("/.github/ @alice @bob\n", "");
    refused_though_approved(&[(OWNERS_PATH, &owners)], &[OWNERS_PATH, "no one would own .github/CODEOWNERS"])
}

/// The owners of CODEOWNERS become people that the policy does not know.
#[test]
fn a_file_of_owners_whose_owners_are_not_people_is_refused() -> Result<(), Failure> {
    let owners = CODEOWNERS.replace("/.github/ @alice @bob\n", "/.github/ @ghost\n");
    refused_though_approved(
        &[(OWNERS_PATH, &owners)],
        &[OWNERS_PATH, "no one could approve the next change of .github/CODEOWNERS"],
    )
}

/// Honest: CODEOWNERS moves to another folder, where its line names the new place.
#[test]
fn a_file_of_owners_that_moves_with_its_line_is_accepted() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    let both = format!("{CODEOWNERS}/CODEOWNERS @alice @bob\n");
    proposal(&mallory, &[(OWNERS_PATH, &both)])?;
    approve(&alice, &[])?;
    approve(&bob, &[])?;
    mallory.push_main()?.accepted(&[]);
    mallory.git.run(&["mv", OWNERS_PATH, "CODEOWNERS"], b"")?;
    proposal(&mallory, &[("CODEOWNERS", &both.replace("/.github/ @alice @bob\n", ""))])?;
    approve(&alice, &[])?;
    approve(&bob, &[])?;
    mallory.push_main()?.accepted(&[]);
    alice.git.run(&["pull", "--quiet", "--rebase", "origin", "main"], b"")?;
    honest_push_passes(&alice, &bob)
}

/// CODEOWNERS moves to a place that no line covers: the next change of its people could not be approved.
#[test]
fn a_file_of_owners_that_moves_to_a_place_without_owners_is_refused() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.git.run(&["mv", OWNERS_PATH, "CODEOWNERS"], b"")?;
    proposal(&mallory, &[("CODEOWNERS", CODEOWNERS)])?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    approve(&alice, &[])?;
    approve(&bob, &[])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "no one would own CODEOWNERS"]);
    honest_push_passes(&alice, &bob)
}

/// Under a policy that only reports, or that does not look at its own files, the policy gets a mistake in its spelling.
#[test]
fn a_policy_that_only_reports_cannot_be_broken() -> Result<(), Failure> {
    for lax in ["profile: audit\n", "checks: {weakened-policy: {enforce: off}}\n"] {
        let policy = crate::hooks::manifests::policy(lax);
        let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
        let alice = server.checkout("alice")?;
        alice.commit("Misspell", &[(POLICY_PATH, &policy.replace("kind:", "knid:"))])?;
        alice.push_main()?.rejected(&["error[weakened-policy]", "would be invalid"]);
        alice.commit("Correct", &[(POLICY_PATH, &policy)])?;
        alice.push_main()?.accepted(&[]);
    }
    Ok(())
}
