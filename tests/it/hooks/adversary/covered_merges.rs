//! Signed merges that vouch for what they bring, and what they must not vouch for.

use crate::common::git::Failure;
use crate::hooks::approvals::{SETTINGS_PATH, approve, clone_of, trusting_policy};
use crate::hooks::covered_merges::{branch, merge, server, unsigned};
use crate::hooks::manifests::{POLICY_PATH, SETTINGS};

const NOTES: (&str, &str) = ("notes.txt", "no one owns this\n");

/// Unsigned commits without a merge.
#[test]
fn unsigned_commits_that_nobody_merged() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    unsigned(&alice, "Work", NOTES)?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// An unsigned merge of unsigned commits.
#[test]
fn an_unsigned_merge() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", NOTES)?;
    alice.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    merge(&alice, &["work"])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// The unsigned side comes first: she signs that she took `main` into somebody's branch, not the branch.
#[test]
fn a_merge_with_its_parents_the_wrong_way_round() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", NOTES)?;
    alice.commit("Mine", &[("mine.txt", "mine\n")])?;
    alice.git.run(&["switch", "--quiet", "work"], b"")?;
    merge(&alice, &["main"])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// A merge of two branches at once.
#[test]
fn a_merge_with_three_parents() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", NOTES)?;
    branch(&alice, "more", ("more.txt", "more\n"))?;
    merge(&alice, &["work", "more"])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// An unsigned commit behind the merge.
#[test]
fn an_unsigned_commit_on_top_of_the_merge() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", NOTES)?;
    merge(&alice, &["work"])?;
    unsigned(&alice, "More", ("more.txt", "more\n"))?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// The commit that is on both sides was there before the merge.
#[test]
fn an_unsigned_commit_on_both_sides() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let alice = clone_of(&server, "alice")?;
    unsigned(&alice, "Both", NOTES)?;
    alice.git.run(&["switch", "--quiet", "--create", "work"], b"")?;
    unsigned(&alice, "Work", ("more.txt", "more\n"))?;
    alice.git.run(&["switch", "--quiet", "main"], b"")?;
    merge(&alice, &["work"])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]", "1 commit needs no signature"]);
    Ok(())
}

/// A program signs the merge.
#[test]
fn a_merge_by_a_program() -> Result<(), Failure> {
    let server = server(("handles: ['@mallory', ", "bot: true, handles: ['@mallory', "))?;
    let mallory = clone_of(&server, "mallory")?;
    branch(&mallory, "work", NOTES)?;
    merge(&mallory, &["work"])?;
    mallory.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// She who merged approves, and may have made what she merged.
#[test]
fn the_merger_who_approves() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    branch(&alice, "work", (SETTINGS_PATH, SETTINGS))?;
    merge(&alice, &["work"])?;
    approve(&bob, &[])?;
    approve(&alice, &[])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "by alice does not count", "took part"]);
    Ok(())
}

/// The host names a pusher who is a person: it still does not say who made the commits.
#[test]
fn a_pusher_who_proves_nothing_of_a_merge() -> Result<(), Failure> {
    let server = server(("", ""))?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    branch(&alice, "work", (SETTINGS_PATH, SETTINGS))?;
    merge(&alice, &["work"])?;
    approve(&bob, &[])?;
    let gitea = [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "alice")];
    let push = alice.run_push(&["push", "origin", "HEAD:refs/heads/main"], &gitea)?;
    push.rejected(&["error[missing-approval]", "bob approves", "one more approval is required"]);
    Ok(())
}

/// The owner's signature on the merge as an approval of what it brings.
#[test]
fn the_signature_of_a_merge_as_an_approval() -> Result<(), Failure> {
    let server = server(("owners: {approvals: 1}", "owners: {approvals: 1, signerCounts: true}"))?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", (SETTINGS_PATH, SETTINGS))?;
    merge(&alice, &["work"])?;
    alice.push_main()?.rejected(&["error[missing-approval]", "prod/settings.yaml"]);
    Ok(())
}

/// The repository lets merges vouch, and the server's policy does not.
#[test]
fn a_merge_under_a_server_that_wants_every_signature() -> Result<(), Failure> {
    let server = server(("", ""))?;
    server.set_floor("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {require: trusted}\n")?;
    let alice = clone_of(&server, "alice")?;
    branch(&alice, "work", NOTES)?;
    merge(&alice, &["work"])?;
    alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// A policy that lets merges vouch from now on.
#[test]
fn a_policy_by_which_merges_vouch() -> Result<(), Failure> {
    let server = server((", merges: covered", ""))?;
    let alice = clone_of(&server, "alice")?;
    let policy = trusting_policy(1, "")?;
    let policy = policy.replace("signatures: {", "signatures: {require: trusted, merges: covered, ");
    alice.commit("Let merges vouch", &[(POLICY_PATH, &policy)])?;
    alice
        .push_main()?
        .rejected(&["error[weakened-policy]", "commits need no signature if a person merges them"]);
    Ok(())
}
