//! A forge that does not answer, or answers oddly: never a yes, never a no, always why.

use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;

use super::objects::review;
use super::scene::{SETTINGS, Scene};
use crate::common::git::Failure;

/// Bob has approved what Ann changed: green, if the forge answers.
pub(crate) fn approved() -> Result<Scene, Failure> {
    let mut scene = Scene::new()?;
    let head = scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    Ok(scene)
}

pub(crate) fn reply(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

const READS: [&str; 3] =
    ["GET /repos/acme/prod/pulls/7", "GET /repos/acme/prod/pulls/7/reviews", "GET /repos/acme/prod/activity"];

#[test]
fn every_question_that_fails_leaves_it_undecided() -> Result<(), Failure> {
    for request in READS {
        for status in [400, 401, 403, 404, 410, 422, 451, 500, 503] {
            let scene = approved()?;
            scene.fake.fail(request, 99, reply(status, "not today"));
            let ran = scene.run(7, &[])?;
            // Without a word about who pushed, one approval more is asked for, which is no yes either.
            let code = if request.ends_with("activity") && matches!(status, 401 | 403 | 404) { 1 } else { 3 };
            ran.ended(code, &[]);
            assert!(code == 1 || ran.text.contains("not today"), "{request} {status}: {}", ran.text);
            assert_ne!(
                scene.status().map(|status| status.1).as_deref(),
                Some("success"),
                "{request} {status}"
            );
        }
    }
    Ok(())
}

/// The commit was green; then an approval was dismissed, and the forge answers no more.
#[test]
fn an_older_word_does_not_stand_when_nothing_can_be_told() -> Result<(), Failure> {
    for request in ["GET /repos/acme/prod/pulls/7/reviews", "GET /repos/acme/prod/activity"] {
        let scene = approved()?;
        scene.run(7, &[])?.ended(0, &[]);
        scene.fake.fail(request, 99, reply(500, "not today"));
        scene.run(7, &[])?.ended(3, &["undecided"]);
        assert_eq!(scene.status().ok_or("no status")?.1, "error");
    }
    let scene = approved()?;
    scene.run(7, &[])?.ended(0, &[]);
    let mut command = scene.command(&["--number", "7"]);
    command.env("GITHUB_SERVER_URL", "file:///nowhere");
    assert_eq!(command.output()?.status.code(), Some(3));
    assert_eq!(scene.status().ok_or("no status")?.1, "error");
    Ok(())
}

#[test]
fn odd_answers_are_no_answers() -> Result<(), Failure> {
    let odd = [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "[null]",
        "[{}]",
        "\"text\"",
        r#"{"message": "ok"}"#,
        r#"[{"state": "FINE"}]"#,
    ];
    for request in READS {
        for body in odd {
            let scene = approved()?;
            scene.fake.fail(request, 99, ResponseTemplate::new(200).set_body_raw(body, "application/json"));
            let ran = scene.run(7, &[])?;
            assert!(matches!(ran.code, Some(1 | 3)), "{request} {body}: {}", ran.text);
            assert_ne!(scene.status().map(|status| status.1).as_deref(), Some("success"), "{request} {body}");
        }
    }
    Ok(())
}

#[test]
fn what_fails_once_is_asked_again() -> Result<(), Failure> {
    let scene = approved()?;
    for request in READS {
        scene.fake.fail(request, 2, reply(502, "bad gateway"));
    }
    scene.run(7, &[])?.ended(0, &[]);
    Ok(())
}

#[test]
fn nothing_is_said_twice() -> Result<(), Failure> {
    let scene = approved()?;
    scene.fake.fail("POST /repos/acme/prod/statuses", 99, reply(502, "bad gateway"));
    scene.run(7, &[])?.ended(0, &["could not write the status", "502"]);
    let posts = scene.fake.state().asked.iter().filter(|asked| asked.starts_with("POST")).count();
    assert_eq!(posts, 1);
    Ok(())
}

#[test]
fn a_rate_limit_is_waited_for_within_the_deadline_and_told() -> Result<(), Failure> {
    let scene = approved()?;
    let soon = reply(429, "slow down").insert_header("retry-after", "1");
    scene.fake.fail("GET /repos/acme/prod/pulls/7/reviews", 1, soon);
    scene.run(7, &[])?.ended(0, &[]);
    let later = reply(403, "API rate limit exceeded").insert_header("x-ratelimit-remaining", "0");
    scene.fake.fail(
        "GET /repos/acme/prod/pulls/7/reviews",
        99,
        later.insert_header("x-ratelimit-reset", "4000000000"),
    );
    scene.run(7, &[])?.ended(3, &["rate limit is used up until 2096-10-02"]);
    Ok(())
}

#[test]
fn a_silent_forge_ends_before_the_deadline() -> Result<(), Failure> {
    let scene = approved()?;
    let slow = reply(200, "zzz").set_delay(Duration::from_secs(30));
    scene.fake.fail("GET /repos/acme/prod/pulls/7", 99, slow);
    scene.run(7, &["--deadline", "3"])?.ended(3, &["no answer within"]);
    Ok(())
}

#[test]
fn a_forge_that_is_not_there_is_told_apart() -> Result<(), Failure> {
    let scene = approved()?;
    let mut command = scene.command(&["--number", "7", "--deadline", "4"]);
    let output = command.env("GITHUB_API_URL", "http://127.0.0.1:9").output()?;
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr)?;
    assert!(said.contains("could not reach") && said.contains("the proxy in HTTPS_PROXY"), "{said}");
    Ok(())
}

/// A cut list, another host, a circle, a page without end.
#[test]
fn pages_lead_nowhere_else() -> Result<(), Failure> {
    let scene = approved()?;
    for link in [
        "<https://evil.example/steal?page=2>; rel=\"next\"",
        "<http://127.0.0.1/x?per_page=100>; rel=\"next\"",
        "<nonsense>; rel=\"next\"",
    ] {
        let page =
            ResponseTemplate::new(200).set_body_raw("[]", "application/json").insert_header("link", link);
        scene.fake.fail("GET /repos/acme/prod/pulls/7/reviews", 99, page);
        let ran = scene.run(7, &[])?;
        assert!(matches!(ran.code, Some(1 | 3)), "{link}: {}", ran.text);
        scene.fake.state().faults.clear();
    }
    assert!(scene.fake.state().asked.iter().all(|asked| !asked.contains("steal")));
    Ok(())
}

#[test]
fn a_reply_without_end_is_not_read_to_its_end() -> Result<(), Failure> {
    let scene = approved()?;
    let huge = format!("[\"{}\"]", "x".repeat(9 << 20));
    scene.fake.fail(
        "GET /repos/acme/prod/pulls/7/reviews",
        99,
        ResponseTemplate::new(200).set_body_raw(huge, "application/json"),
    );
    scene.run(7, &["--deadline", "10"])?.ended(3, &[]);
    Ok(())
}

#[test]
fn a_pull_request_that_changes_meanwhile_is_undecided() -> Result<(), Failure> {
    let scene = approved()?;
    let asked = "GET /repos/acme/prod/pulls/7/reviews".to_owned();
    scene.fake.state().meanwhile = Some((
        asked,
        Box::new(|state| {
            let review = state.reviews.get(&7).and_then(|reviews| reviews.first()).cloned();
            let mut review = review.unwrap_or_default();
            review["state"] = "DISMISSED".into();
            state.reviews.insert(7, vec![review]);
        }),
    ));
    scene.run(7, &[])?.ended(3, &["changed while it was judged"]);
    assert_eq!(scene.status().ok_or("no status")?.1, "error");
    Ok(())
}

#[test]
fn the_objects_have_to_be_those_of_the_answer() -> Result<(), Failure> {
    let scene = approved()?;
    let other = scene.tip("main")?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
        pull["head"]["sha"] = other.as_str().into();
    }
    scene.run(7, &[])?.ended(3, &["changed while it was judged"]);
    Ok(())
}

#[test]
fn names_lead_nowhere_else() -> Result<(), Failure> {
    for name in ["x y", "a:b", "-x", "a..b", "x*", "a\\b", "", "a~1", "a\nb"] {
        let scene = approved()?;
        if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
            pull["base"]["ref"] = name.into();
        }
        let ran = scene.run(7, &[])?;
        assert!(matches!(ran.code, Some(1..=3)), "{name:?}: {}", ran.text);
        assert_ne!(scene.status().map(|status| status.1).as_deref(), Some("success"), "{name:?}");
    }
    Ok(())
}

#[test]
fn settings_that_say_too_little_are_told() -> Result<(), Failure> {
    let scene = approved()?;
    for (unset, said) in
        [("GITHUB_ACTIONS", "--forge"), ("GITHUB_REPOSITORY", "--project"), ("GITHUB_EVENT_PATH", "--number")]
    {
        let output = scene.command(&[]).env_remove(unset).output()?;
        assert_eq!(output.status.code(), Some(2), "{unset}");
        assert!(String::from_utf8(output.stderr)?.contains(said), "{unset}");
    }
    let output = scene.command(&["--number", "7"]).env("GITHUB_REPOSITORY", "acme/../x").output()?;
    assert_eq!(output.status.code(), Some(2));
    scene.job("push", &json!({"ref": "refs/heads/main"}), &[])?.ended(2, &["`push` has no pull request"]);
    Ok(())
}

#[test]
fn a_proxy_is_gone_through() -> Result<(), Failure> {
    let scene = approved()?;
    let mut command = scene.command(&["--number", "7"]);
    command.env("GITHUB_API_URL", "http://forge.invalid").env("http_proxy", scene.fake.address());
    let output = command.output()?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(scene.status().ok_or("no status")?.1, "success");
    Ok(())
}

#[test]
fn certificates_that_are_none_are_told() -> Result<(), Failure> {
    let scene = approved()?;
    for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let file = scene.path("ca.pem");
        std::fs::write(&file, text)?;
        let ran = scene.run(7, &["--ca", &file.display().to_string()])?;
        assert!(matches!(ran.code, Some(2 | 3)), "{text}: {}", ran.text);
        assert!(scene.status().is_none());
    }
    scene.run(7, &["--ca", "absent.pem"])?.ended(2, &["absent.pem: no certificates"]);
    Ok(())
}

const LISTED: &str = "GET /repos/acme/prod/pulls/7/reviews";

/// A proxy drops the links between pages; Bob took his approval back on the second of two full ones.
#[test]
fn a_full_page_without_a_link() -> Result<(), Failure> {
    let scene = approved()?;
    let head = scene.tip("change")?;
    let full: Vec<_> = (0..100).map(|number| review(number, "bob", "User", "APPROVED", &head)).collect();
    let later = ResponseTemplate::new(200).set_body_json(json!([review(
        200,
        "bob",
        "User",
        "CHANGES_REQUESTED",
        &head
    )]));
    scene.fake.fail(&format!("{LISTED}?per_page=100&page=2"), 99, later);
    scene.fake.fail(LISTED, 99, ResponseTemplate::new(200).set_body_json(json!(full)));
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    Ok(())
}

/// GitLab names the number of the next page beside the link, and a proxy drops the link.
#[test]
fn a_number_of_the_next_page_without_a_link() -> Result<(), Failure> {
    let scene = approved()?;
    let head = scene.tip("change")?;
    let one = |number: u64, state: &str| {
        ResponseTemplate::new(200).set_body_json(json!([review(number, "bob", "User", state, &head)]))
    };
    scene.fake.fail(
        &format!("{LISTED}?per_page=100&page=2"),
        99,
        one(2, "CHANGES_REQUESTED").insert_header("x-next-page", ""),
    );
    scene.fake.fail(LISTED, 99, one(1, "APPROVED").insert_header("x-next-page", "2"));
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    Ok(())
}
