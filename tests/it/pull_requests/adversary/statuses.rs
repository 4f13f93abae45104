//! A status, a comment or a note that says what is not so, or not any more.

use std::fs;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::common::git::Failure;
use crate::common::programs::write_program;
use crate::hosts::gitlab::pull_requests::{merge_request, note};
use crate::pull_requests::approvals::RED;
use crate::pull_requests::failures::{approved, reply};
use crate::pull_requests::fake::State;
use crate::pull_requests::issued::guarded;
use crate::pull_requests::objects::{comment, review};
use crate::pull_requests::scene::{Ran, SERVICE, Scene};

fn dismiss(state: &mut State) {
    state.reviews.values_mut().flatten().for_each(|review| review["state"] = "DISMISSED".into());
}

/// The newest status `portcullis` of a commit, as a ruleset of main reads it.
fn required(scene: &Scene, commit: &str) -> Option<String> {
    let state = scene.fake.state();
    let named = |(of, status): &&(String, Value)| of == commit && status["context"] == "portcullis";
    state.statuses.iter().rev().find(named).map(|(_, status)| status["state"].to_string())
}

/// The same commit is proposed to a branch that has the change already: the status of a commit is that of all its
/// pull requests.
#[test]
fn the_same_commit_into_another_branch() -> Result<(), Failure> {
    let mut scene = Scene::new()?;
    scene.commit("scratch", &["main"], &[("settings.yaml", RED)])?;
    let red = scene.tip("scratch")?;
    let head = scene.commit("change", &[&red], &[("settings.yaml", RED), ("note.txt", "text")])?;
    scene.open(8, "change")?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&8) {
        pull["base"]["ref"] = "scratch".into();
    }
    scene.git.set_ref("refs/heads/owned", &red)?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    for login in ["bob", "carl"] {
        scene.review(8, login, "APPROVED", &head);
    }
    scene.run(8, &[])?.ended(0, &[]);
    assert_eq!(required(&scene, &head).as_deref(), Some("\"failure\""), "green for another branch");
    Ok(())
}

/// The approval is dismissed, and the run for that cannot read the reviews: somebody wrote ten thousand of them.
#[test]
fn a_green_status_outlives_a_run_that_fails() -> Result<(), Failure> {
    for request in ["pulls/7/reviews", "activity", "issues/7/events"] {
        let scene = approved()?;
        scene.run(7, &[])?.ended(0, &[]);
        let head = scene.tip("change")?;
        scene.fake.fail(&format!("GET /repos/acme/prod/{request}"), 99, reply(500, "not today"));
        scene.run(7, &["--deadline", "20"])?.ended(3, &["not today"]);
        assert_eq!(required(&scene, &head).as_deref(), Some("\"error\""), "{request}");
    }
    Ok(())
}

/// The approval is dismissed, and the run for that never ends: fetching takes longer than it may.
#[test]
fn a_green_status_outlives_a_run_without_end() -> Result<(), Failure> {
    let scene = approved()?;
    scene.run(7, &[])?.ended(0, &[]);
    let head = scene.tip("change")?;
    let (programs, temporary) = (scene.path("programs"), scene.path("temporary"));
    fs::create_dir(&temporary)?;
    let git = "case \"$*\" in *fetch*) sleep 60 ;; esac\nPATH=${PATH#*:} exec git \"$@\"";
    write_program(&programs.join("git"), git)?;
    let path = format!("{}:{}", programs.display(), std::env::var("PATH")?);
    let mut command = scene.command(&["--number", "7", "--deadline", "4"]);
    let ran = Ran::of(&command.env("PATH", path).env("TMPDIR", &temporary).output()?);
    ran.ended(3, &["no verdict after"]);
    assert_eq!(required(&scene, &head).as_deref(), Some("\"error\""), "{}", ran.text);
    assert_eq!(fs::read_dir(temporary)?.count(), 0, "the repository is left behind");
    Ok(())
}

/// The approval is dismissed between the last question and the status.
#[test]
fn a_dismissal_while_the_status_is_written() -> Result<(), Failure> {
    let scene = approved()?;
    let head = scene.tip("change")?;
    let written = "POST /repos/acme/prod/statuses".to_owned();
    scene.fake.state().meanwhile = Some((written, Box::new(dismiss)));
    scene.run(7, &[])?.ended(3, &["changed while it was judged"]);
    assert_eq!(required(&scene, &head).as_deref(), Some("\"error\""));
    Ok(())
}

/// On GitLab a commit has statuses of several pipelines: an old one says what the new one has to say.
#[test]
fn an_older_pipeline_says_the_same() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    merge.run()?.ended(1, &["missing-approval"]);
    let said = format!("POST /projects/acme%2Fprod/statuses/{}", merge.head);
    let red = merge.forge.said(&said).ok_or("no status")?;
    let status =
        |state: &Value, text: &Value| json!({"name": "portcullis", "status": state, "description": text});
    let statuses = format!("/repository/commits/{}/statuses", merge.head);
    merge.answer(
        &statuses,
        json!([status(&red["state"], &red["description"]), status(&json!("success"), &json!("fine"))]),
    );
    merge.forge.known().said.clear();
    merge.run()?.ended(1, &["missing-approval"]);
    assert!(merge.status().is_some(), "the newer status stays green");
    Ok(())
}

/// GitLab's merge trains put two requests together, and nothing judges what they make together.
#[test]
fn a_merge_train_that_nobody_judges() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    merge.answer(
        "",
        json!({"id": 1, "path_with_namespace": "acme/prod", "default_branch": "main", "merge_method": "merge",
        "merge_trains_enabled": true}),
    );
    merge.run()?.ended(1, &["if main moves, this is not judged again"]);
    Ok(())
}

/// Somebody's account is called like the app of the gate, and their comment begins like the gate's.
#[test]
fn a_person_who_is_called_like_the_app() -> Result<(), Failure> {
    let scene = approved()?;
    scene.fake.state().comments.push(comment(1, "github-actions", "<!-- portcullis -->\nmy own words"));
    scene.run(7, &["--comment", "always"])?.ended(0, &[]);
    let body = scene.fake.state().comments[0]["body"].to_string();
    assert!(body.contains("my own words"), "somebody's comment is left alone");
    Ok(())
}

/// A comment that begins like the gate's, by an account that is gone.
#[test]
fn a_comment_by_an_account_that_is_gone() -> Result<(), Failure> {
    let scene = approved()?;
    let mut gone = comment(1, "ghost", "<!-- portcullis -->\nlast words");
    gone["user"] = Value::Null;
    scene.fake.state().comments.push(gone);
    scene.run(7, &["--comment", "always"])?.ended(0, &[]);
    let body = scene.fake.state().comments[0]["body"].to_string();
    assert!(body.contains("last words"), "a vanished account's comment is left alone");
    Ok(())
}

/// Everybody may write reviews: a hundred long ones, so that the forge's reply is too large to be read.
#[test]
fn reviews_that_are_as_long_as_they_may_be() -> Result<(), Failure> {
    let scene = approved()?;
    let head = scene.tip("change")?;
    let mut flood = review(2, "eve", "User", "COMMENTED", &head);
    flood["body"] = "\u{1f600}".repeat(65_536).into();
    let mut reviews = vec![flood; 99];
    reviews.insert(0, review(1, "bob", "User", "APPROVED", &head));
    let page = ResponseTemplate::new(200).set_body_json(Value::Array(reviews));
    let request = "GET /repos/acme/prod/pulls/7/reviews";
    let end = ResponseTemplate::new(200).set_body_json(json!([]));
    scene.fake.fail(&format!("{request}?per_page=100&page=2"), 99, end);
    scene.fake.fail(request, 99, page);
    scene.run(7, &[])?.ended(0, &["@bob approved the change"]);
    assert_eq!(required(&scene, &head).as_deref(), Some("\"success\""), "all of them are read");
    Ok(())
}

/// GitLab writes notes in words of its own; a person writes the same words.
#[test]
fn a_person_s_note_in_gitlab_s_words() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    merge.approved_by(&["bob"]);
    merge.answer("/merge_requests/7/notes", json!([note("bob", false, "approved this merge request", 5)]));
    merge.run()?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// A review is dismissed while a change that is rejected for something else is judged: a statement of it would
/// count on the server for days.
#[test]
fn a_statement_of_a_dismissed_review() -> Result<(), Failure> {
    let (mut scene, head) = guarded("[Gate]")?;
    let exposed = scene.commit("change", &[&head], &[("web.yaml", SERVICE)])?;
    scene.pushed("change", &head, &exposed, "ann");
    scene.show(7, "change")?;
    scene.review(7, "dora", "APPROVED", &exposed);
    let asked = "GET /repos/acme/prod/pulls/7/reviews".to_owned();
    scene.fake.state().meanwhile = Some((asked, Box::new(dismiss)));
    crate::pull_requests::issued::run(&scene, &[])?.ended(3, &["changed while it was judged"]);
    let stated = scene.git.run(&["for-each-ref", "refs/approvals/"], b"")?;
    assert_eq!(stated, "", "nothing is stated");
    Ok(())
}
