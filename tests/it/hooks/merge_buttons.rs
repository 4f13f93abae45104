//! What Gitea's merge button pushes: commits that Gitea makes in the name of the person who presses it.

use super::approvals::{SETTINGS_PATH, approve, clone_of, proposal, server};
use super::checkout::Checkout;
use super::manifests::SETTINGS;
use super::server::Server;
use crate::common::git::Failure;

const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/main"];

/// What Gitea exports when somebody merges pull request 7.
fn pressed_by(account: &str) -> [(&str, &str); 5] {
    [
        ("GITEA_REPO_NAME", "prod"),
        ("GITEA_PUSHER_NAME", account),
        ("GITEA_PUSH_TRIGGER", "pr-merge-to-base"),
        ("GITEA_PR_INDEX", "7"),
        ("GITEA_DEPLOY_KEY_ID", "0"),
    ]
}

/// Mallory's signed proposal, which Alice approves; and the host's own clone, whose commits Alice would make.
fn approved_proposal() -> Result<(Server, Checkout), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let head = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    server.force("refs/pull/7/head", &head)?;
    approve(&alice, &[])?;
    let host = server.checkout("host")?;
    for (name, value) in
        [("user.name", "alice"), ("user.email", "alice@example.com"), ("commit.gpgSign", "false")]
    {
        host.git.run(&["config", name, value], b"")?;
    }
    host.git.run(&["fetch", "--quiet", "origin", "refs/pull/7/head:proposed"], b"")?;
    Ok((server, host))
}

/// Makes what the button of each style makes.
fn press(host: &Checkout, style: &str) -> Result<(), Failure> {
    let git = |arguments: &[&str]| host.git.run(arguments, b"");
    match style {
        "merge" => git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request 'x' (#7)", "proposed"])?,
        "squash" => {
            git(&["merge", "--quiet", "--squash", "proposed"])?;
            git(&["commit", "--quiet", "--author=mallory <mallory@example.com>", "-m", "x (#7)"])?
        }
        "rebase" => git(&["cherry-pick", "proposed"])?,
        "rebase-merge" => {
            git(&["checkout", "--quiet", "-b", "rebased"])?;
            git(&["cherry-pick", "proposed"])?;
            git(&["checkout", "--quiet", "main"])?;
            git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request 'x' (#7)", "rebased"])?
        }
        _ => git(&["merge", "--quiet", "--ff-only", "proposed"])?,
    };
    Ok(())
}

const STYLES: [&str; 5] = ["merge", "squash", "rebase", "rebase-merge", "fast-forward"];

/// Whoever presses the button keeps their approval, and commits of the host need no signature to prove who made the change.
#[test]
fn pressing_the_button_adds_nothing_to_a_change() -> Result<(), Failure> {
    for style in STYLES {
        for account in ["alice", "bob", "carol"] {
            let (_server, host) = approved_proposal()?;
            press(&host, style)?;
            host.run_push(&PUSH, &pressed_by(account))?.accepted(&["alice approves"]);
        }
    }
    Ok(())
}

/// The host commits what the proposal is not: whoever typed it in takes part.
#[test]
fn what_merging_does_not_give_was_made_by_somebody() -> Result<(), Failure> {
    for style in STYLES {
        let (server, host) = approved_proposal()?;
        press(&host, style)?;
        host.commit("More", &[("prod/more.yaml", &SETTINGS.replace("settings", "more"))])?;
        host.run_push(&PUSH, &pressed_by("alice"))?.rejected(&["error[missing-approval]"]);
        // A tree that Alice did approve, by commits that no proposal explains.
        server.force("refs/pull/7/head", &server.tip("refs/heads/main")?)?;
        host.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
        if style == "squash" {
            host.run_push(&PUSH, &pressed_by("alice"))?.rejected(&["by alice does not count", "took part"]);
        }
    }
    Ok(())
}

/// A push by hand is no merge button, whatever its commits look like.
#[test]
fn a_merge_by_hand_is_made_by_the_person_who_merges() -> Result<(), Failure> {
    let (_server, host) = approved_proposal()?;
    press(&host, "merge")?;
    let [repository, pusher, ..] = pressed_by("alice");
    host.run_push(&PUSH, &[repository, pusher])?.rejected(&["by alice does not count", "took part"]);
    Ok(())
}

/// An unsigned proposal may be Alice's own under another name: one more approval, however it is merged.
#[test]
fn the_button_proves_nothing_about_unsigned_commits() -> Result<(), Failure> {
    for style in STYLES {
        let server = server(1, "")?;
        let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
        mallory.git.run(&["config", "commit.gpgSign", "false"], b"")?;
        proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
        let head = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
        server.force("refs/pull/7/head", &head)?;
        approve(&alice, &[])?;
        let host = server.checkout("host")?;
        host.git.run(&["fetch", "--quiet", "origin", "refs/pull/7/head:proposed"], b"")?;
        press(&host, style)?;
        host.run_push(&PUSH, &pressed_by("carol"))?.rejected(&["one more approval is required"]);
    }
    Ok(())
}

/// The commit that the host made vanishes with the refusal; the newest commit of the pull request stays.
#[test]
fn the_advice_names_a_commit_that_exists() -> Result<(), Failure> {
    for style in STYLES {
        let server = server(1, "")?;
        let mallory = clone_of(&server, "mallory")?;
        proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
        let head = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
        server.force("refs/pull/7/head", &head)?;
        let host = server.checkout("host")?;
        host.git.run(&["fetch", "--quiet", "origin", "refs/pull/7/head:proposed"], b"")?;
        press(&host, style)?;
        let made = host.git.run(&["rev-parse", "HEAD"], b"")?;
        let said = host.run_push(&PUSH, &pressed_by("alice"))?;
        let made = format!("portcullis approve main {made}");
        let advice = format!("portcullis approve main {head}");
        said.rejected(&["the newest commit of the pull request", &advice, "portcullis pr --issue-approvals"]);
        assert!(made == advice || !format!("{said:?}").contains(&made), "{style}: {said:?}");
    }
    Ok(())
}

/// Gitea names the owner of the repository as the pusher of a deploy key.
#[test]
fn a_deploy_key_proves_nothing() -> Result<(), Failure> {
    let server = server(1, "")?;
    let bob = clone_of(&server, "bob")?;
    bob.git.run(&["config", "commit.gpgSign", "false"], b"")?;
    bob.git.run(&["config", "user.name", "mallory"], b"")?;
    bob.git.run(&["config", "user.email", "mallory@example.com"], b"")?;
    proposal(&bob, &[(SETTINGS_PATH, SETTINGS)])?;
    bob.git.run(&["config", "user.name", "bob"], b"")?;
    bob.git.run(&["config", "user.email", "bob@example.com"], b"")?;
    approve(&bob, &[])?;
    let pushed = |name, value| [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "alice"), (name, value)];
    for program in [pushed("GITEA_DEPLOY_KEY_ID", "7"), pushed("GITEA_ACTIONS_TASK_ID", "7")] {
        bob.run_push(&PUSH, &program)?.rejected(&["one more approval is required"]);
    }
    bob.run_push(&PUSH, &pushed("GITEA_DEPLOY_KEY_ID", "0"))?.accepted(&["bob approves"]);
    Ok(())
}

/// GitLab says `web` of a merge and of an edit alike. A merge adds nothing; an edit is made by the person who edits.
#[test]
fn a_merge_of_gitlab_is_told_from_an_edit_by_its_content() -> Result<(), Failure> {
    let web = [
        ("GL_ID", "user-4"),
        ("GL_USERNAME", "alice"),
        ("GL_REPOSITORY", "project-7"),
        ("GL_PROTOCOL", "web"),
    ];
    let (_server, host) = approved_proposal()?;
    press(&host, "merge")?;
    host.run_push(&PUSH, &web)?.accepted(&["alice approves"]);
    // The same tree in one commit may be an edit of Alice's.
    let (_server, host) = approved_proposal()?;
    press(&host, "squash")?;
    host.run_push(&PUSH, &web)?.rejected(&["by alice does not count", "took part"]);
    // A conflict that Alice resolved in the editor.
    let (_server, host) = approved_proposal()?;
    host.git.run(&["merge", "--quiet", "--no-ff", "--no-commit", "proposed"], b"")?;
    host.commit("Merge", &[("prod/more.yaml", &SETTINGS.replace("settings", "more"))])?;
    host.run_push(&PUSH, &web)?.rejected(&["error[missing-approval]"]);
    Ok(())
}
