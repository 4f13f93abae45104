//! The token is sent elsewhere, or told.

use std::fs;

use wiremock::ResponseTemplate;

use crate::common::git::Failure;
use crate::common::replies::Replies;
use crate::pull_requests::approvals::changed;
use crate::pull_requests::failures::approved;
use crate::pull_requests::scene::{Ran, Scene};

/// Everything that would tell it: itself, and as git sends it.
const TOLD: [&str; 2] = ["a-token", "eC1hY2Nlc3MtdG9rZW46YS10b2tlbg"];

/// Another host, which keeps what it is asked and with which token.
fn elsewhere() -> Result<Replies, Failure> {
    Replies::start()
}

fn asked_with_token(other: &Replies) -> usize {
    other.known().tokens.len()
}

/// The job, with the forge's git over HTTP.
fn over_http(scene: &Scene) -> Result<Ran, Failure> {
    let mut command = scene.command(&["--number", "7", "--deadline", "20"]);
    Ok(Ran::of(&command.env("GITHUB_SERVER_URL", scene.fake.address()).output()?))
}

/// The forge's git leads to another host, and git follows with the token in its hand.
#[test]
fn a_fetch_that_is_led_to_another_host() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    let other = elsewhere()?;
    let there = format!("{}/acme/prod.git/info/refs?service=git-upload-pack", other.address());
    scene.fake.fail("GET /acme/prod.git", 99, ResponseTemplate::new(302).insert_header("location", there));
    over_http(&scene)?.ended(3, &["fetch --quiet"]);
    assert_eq!(other.known().said.len(), 0, "no redirect is followed");
    Ok(())
}

/// The user's own settings send git to another host: the token is the forge's.
#[test]
fn settings_that_send_git_to_another_host() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    let other = elsewhere()?;
    fs::write(
        scene.path(".gitconfig"),
        format!("[url \"{}/\"]\ninsteadOf = {}/\n", other.address(), scene.fake.address()),
    )?;
    over_http(&scene)?.ended(3, &["fetch --quiet"]);
    assert!(!other.known().said.is_empty());
    assert_eq!(asked_with_token(&other), 0, "the other host is asked without the token");
    Ok(())
}

/// The API leads to another host.
#[test]
fn an_answer_that_leads_to_another_host() -> Result<(), Failure> {
    for request in [
        "GET /repos/acme/prod/pulls/7",
        "GET /repos/acme/prod/pulls/7/reviews",
        "POST /repos/acme/prod/statuses",
    ] {
        let scene = approved()?;
        let other = elsewhere()?;
        for status in [301, 302, 307, 308] {
            let there =
                ResponseTemplate::new(status).insert_header("location", format!("{}/x", other.address()));
            scene.fake.fail(request, 1, there);
            let ran = scene.run(7, &[])?;
            assert!(request.starts_with("POST") || ran.code == Some(3), "{}", ran.text);
        }
        assert_eq!(other.known().said.len(), 0, "no redirect is followed");
    }
    Ok(())
}

/// Whatever fails, and whatever git is told to trace, nothing that is printed tells the token.
#[test]
fn errors_that_tell_the_token() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    let mut command = scene.command(&["--number", "7", "--deadline", "20"]);
    command.env("GITHUB_SERVER_URL", scene.fake.address()).env("GIT_TRACE", "1").env("GIT_TRACE_CURL", "1");
    let traced = Ran::of(&command.env("GIT_CURL_VERBOSE", "1").env("GIT_TRACE_REDACT", "0").output()?);
    for ran in [over_http(&scene)?, traced] {
        ran.ended(3, &["fetch --quiet"]);
        assert!(TOLD.iter().all(|told| !ran.text.contains(told)), "{}", ran.text);
    }
    Ok(())
}

/// A workflow asks a Gitea elsewhere from GitHub's runner: GitHub's token is not for it, and the other way round.
#[test]
fn a_token_for_another_forge() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    for (runner, forge) in [("GITHUB_ACTIONS", "gitea"), ("GITEA_ACTIONS", "github"), ("GITLAB_CI", "gitea")]
    {
        let other = elsewhere()?;
        let mut command = scene.command(&[
            "--number",
            "7",
            "--forge",
            forge,
            "--api",
            &other.address(),
            "--project",
            "acme/prod",
        ]);
        let output = command.env_remove("GITHUB_ACTIONS").env(runner, "true").output()?;
        assert_eq!(output.status.code(), Some(3));
        assert!(!other.known().said.is_empty());
        assert_eq!(asked_with_token(&other), 0, "another forge is asked without the runner's token");
    }
    Ok(())
}

/// The address of the forge has a token in it, and addresses are told.
#[test]
fn an_address_with_a_token_in_it() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    for name in ["GITHUB_API_URL", "GITHUB_SERVER_URL"] {
        let mut command = scene.command(&["--number", "7", "--deadline", "10"]);
        let ran = Ran::of(&command.env(name, "https://x:a-token@127.0.0.1:9/api/v3").output()?);
        ran.ended(2, &["the address contains credentials before `@`"]);
        assert!(TOLD.iter().all(|told| !ran.text.contains(told)), "{}", ran.text);
    }
    Ok(())
}
