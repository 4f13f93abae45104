//! The environments that hosts give to their hooks.

use super::approvals::{approve, clone_of, proposal, server};
use super::manifests::SETTINGS;
use crate::common::git::Failure;

const GITLAB: [(&str, &str); 4] =
    [("GL_ID", "user-4"), ("GL_USERNAME", "alice"), ("GL_REPOSITORY", "project-7"), ("GL_PROTOCOL", "ssh")];
/// GitHub Enterprise Server, where Alice merges Mallory's pull request.
const MERGED_BY_ALICE: [(&str, &str); 4] = [
    ("GITHUB_REPO_NAME", "acme/prod"),
    ("GITHUB_USER_LOGIN", "alice"),
    ("GITHUB_VIA", "pull request merge button"),
    ("GITHUB_PULL_REQUEST_AUTHOR_LOGIN", "mallory"),
];
const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/main"];

#[test]
fn the_pusher_does_not_approve_what_they_push() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    approve(&alice, &[])?;
    mallory.run_push(&PUSH, &GITLAB)?.rejected(&["by alice does not count", "took part"]);
    let by_mallory =
        GITLAB.map(|(name, value)| (name, if name == "GL_USERNAME" { "mallory" } else { value }));
    mallory.run_push(&PUSH, &by_mallory)?.accepted(&["alice approves"]);
    Ok(())
}

/// A merge button is pressed on what others made, so that it shuts nobody out; it proves nothing either: she who
/// presses it may have made the change under another's account.
#[test]
fn who_presses_the_merge_button_approves_but_proves_nothing() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    mallory.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    approve(&alice, &[])?;
    mallory.run_push(&PUSH, &MERGED_BY_ALICE)?.rejected(&["alice approves", "one more approval is required"]);
    approve(&clone_of(&server, "bob")?, &[])?;
    mallory.run_push(&PUSH, &MERGED_BY_ALICE)?.accepted(&["alice approves", "bob approves"]);
    Ok(())
}

#[test]
fn signed_commits_that_the_approver_merges_need_nobody_else() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    approve(&alice, &[])?;
    let pushed_by_alice = [MERGED_BY_ALICE[0], MERGED_BY_ALICE[1]];
    mallory.run_push(&PUSH, &pushed_by_alice)?.rejected(&["by alice does not count", "took part"]);
    mallory.run_push(&PUSH, &MERGED_BY_ALICE)?.accepted(&["alice approves"]);
    Ok(())
}

/// GitLab says `web` of a merge button and of an edit alike, and so does GitHub of a queue: neither proves who made
/// what comes.
#[test]
fn a_page_of_the_host_proves_nothing() -> Result<(), Failure> {
    let in_the_web = GITLAB.map(|(name, value)| (name, if name == "GL_PROTOCOL" { "web" } else { value }));
    let by_carol =
        in_the_web.map(|(name, value)| (name, if name == "GL_USERNAME" { "carol" } else { value }));
    let queue = [
        MERGED_BY_ALICE[0],
        ("GITHUB_USER_LOGIN", "carol"),
        ("GITHUB_VIA", "merge queue"),
        MERGED_BY_ALICE[3],
    ];
    for environment in [by_carol, queue] {
        let server = server(1, "")?;
        let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
        mallory.git.run(&["config", "commit.gpgSign", "false"], b"")?;
        proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
        approve(&alice, &[])?;
        mallory.run_push(&PUSH, &environment)?.rejected(&["alice approves", "one more approval is required"]);
    }
    Ok(())
}

#[test]
fn a_host_without_one_of_its_variables_is_not_believed() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Say more", &[("notes.txt", "unowned\n")])?;
    let without_user = [GITLAB[0], GITLAB[2], GITLAB[3]];
    mallory.run_push(&PUSH, &without_user)?.rejected(&["GL_USERNAME is not set", "gitlab exports"]);
    let both = [GITLAB.as_slice(), &[("GITEA_REPO_NAME", "prod")]].concat();
    mallory.run_push(&PUSH, &both)?.rejected(&["of gitlab and of gitea are both set", "--host"]);
    server.guard("pre-receive", "pre-receive --host git")?;
    mallory.run_push(&PUSH, &both)?.accepted(&[]);
    Ok(())
}

#[test]
fn gitlab_shows_marked_lines_in_its_pages() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Propose", &[("prod/settings.yaml", SETTINGS)])?;
    let web = GITLAB.map(|(name, value)| (name, if name == "GL_PROTOCOL" { "web" } else { value }));
    let push = mallory.run_push(&PUSH, &web)?;
    push.rejected(&["GL-HOOK-ERR: error[missing-approval]", "GL-HOOK-ERR: rejected:"]);
    Ok(())
}
