//! A release tool, whose account of the host may create tags that it does not sign.

use crate::common::git::Failure;
use crate::hooks::checkout::{Checkout, Push};
use crate::hooks::lanes::{SOURCE, SOURCE_PATH, program, push_ref_as, server};
use crate::hooks::server::Server;

const TAG: &str = "refs/tags/v1.0.0";

fn scene() -> Result<(Server, Checkout), Failure> {
    let server = server("release-tool.yaml", &[])?;
    let release = program(&server, "release", None)?;
    Ok((server, release))
}

fn tag(clone: &Checkout, arguments: &[&str]) -> Result<(), Failure> {
    clone.git.run(&[&["tag", "--annotate", "--message", "Release"], arguments].concat(), b"")?;
    Ok(())
}

fn push(clone: &Checkout, refspec: &str) -> Result<Push, Failure> {
    push_ref_as(clone, "release-bot", refspec)
}

/// A tag on a commit that never passed the gate.
#[test]
fn a_release_of_something_else() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    release.commit("Evil", &[(SOURCE_PATH, &SOURCE.replace("acme", "evil"))])?;
    tag(&release, &["v1.0.0"])?;
    push(&release, TAG)?.rejected(&["error[unsigned-commit]", "its commit is not on the governing branch"]);
    Ok(())
}

/// The tag of another account.
#[test]
fn a_release_by_another_account() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    tag(&release, &["v1.0.0"])?;
    push_ref_as(&release, "mallory", TAG)?.rejected(&["error[unsigned-commit]", "account mallory took part"]);
    Ok(())
}

/// A release that moves to a newer commit.
#[test]
fn a_release_that_moves() -> Result<(), Failure> {
    let (server, release) = scene()?;
    tag(&release, &["v1.0.0"])?;
    push(&release, TAG)?.accepted(&[]);
    let alice = program(&server, "alice", Some("alice"))?;
    alice.commit("Go on", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.8.1"))])?;
    alice.push_main()?.accepted(&[]);
    release.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    tag(&release, &["--force", "v1.0.0"])?;
    push(&release, TAG)?.rejected(&["error[history-rewrite]", "refs/tags/v1.0.0 exists already"]);
    Ok(())
}

/// A tag with a name that the entry does not list.
#[test]
fn a_tag_that_is_no_release() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    tag(&release, &["production"])?;
    push(&release, "refs/tags/production")?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// An old release under the name of a new one.
#[test]
fn a_release_under_another_name() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    tag(&release, &["v0.9.0"])?;
    let push = push(&release, "refs/tags/v0.9.0:refs/tags/v1.0.0")?;
    push.rejected(&["error[malformed-commit]", "calls itself `v0.9.0`"]);
    Ok(())
}

/// A tag that a key signed which is no one's.
#[test]
fn a_release_signed_by_somebody_else() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    release.sign_as("expired")?;
    release.git.run(&["config", "tag.gpgSign", "false"], b"")?;
    tag(&release, &["v0"])?;
    release.git.run(&["tag", "--sign", "--message", "Release", "v1.0.0"], b"")?;
    push(&release, TAG)?
        .rejected(&["error[untrusted-signature]", "is signed by a key that is not one of Release"]);
    Ok(())
}

/// A tag of a tag, whose inner name no one looks at.
#[test]
fn a_release_of_a_release() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    tag(&release, &["inner"])?;
    tag(&release, &["v1.0.0", "inner"])?;
    push(&release, TAG)?.rejected(&["error[unsigned-commit]", "it is a tag of a tag"]);
    Ok(())
}

/// A server that knows no accounts.
#[test]
fn a_release_without_an_account() -> Result<(), Failure> {
    let (server, release) = scene()?;
    server.guard("pre-receive", "pre-receive --host git")?;
    tag(&release, &["v1.0.0"])?;
    push(&release, TAG)?.rejected(&["error[unsigned-commit]", "does not name the account of a `git push`"]);
    Ok(())
}

/// The account of the release tool pushes commits.
#[test]
fn a_release_tool_that_commits() -> Result<(), Failure> {
    let (_server, release) = scene()?;
    release.commit("Go on", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    push(&release, "HEAD:refs/heads/main")?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}
