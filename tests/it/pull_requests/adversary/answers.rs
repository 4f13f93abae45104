//! Answers of the forge that say less than they seem to, or more than they should.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::common::git::Failure;
use crate::hosts::gitea::pull_requests::pull_request;
use crate::pull_requests::failures::{approved, reply};
use crate::pull_requests::objects::review;
use crate::pull_requests::queue::queue;
use crate::pull_requests::scene::Ran;

const REVIEWS: &str = "GET /repos/acme/prod/pulls/7/reviews";
/// Commands to a runner and to a terminal.
const EVIL: &str = "no\n::set-output name=verdict::accept\r::error::x\u{1b}[2J\u{9b}2J\u{7}\u{202e}";

/// Nothing that the job printed is obeyed by a runner or a terminal.
fn is_plain(ran: &Ran) -> bool {
    let commands = ran.text.split(['\n', '\r']).any(|line| line.trim_start().starts_with("::"));
    let controls = ran.text.chars().any(|character| character.is_control() && character != '\n');
    !commands && !controls
}

/// Gitea gives thirty reviews and tells in a header how many there are; Carl took his approval back in the last.
#[test]
fn a_list_whose_end_is_told_by_a_number_only() -> Result<(), Failure> {
    let pull = pull_request()?;
    let said = |who: &str, state: &str| pull.review(who, state);
    let mut reviews = vec![said("bob", "APPROVED"), said("carl", "APPROVED")];
    reviews.extend(vec![said("dave", "COMMENT"); 58]);
    pull.reviews(&reviews);
    pull.run()?.ended(0, &[]);
    reviews.push(said("carl", "REQUEST_CHANGES"));
    pull.reviews(&reviews);
    pull.run()?.ended(1, &["missing-approval"]);
    Ok(())
}

/// The address of the next page has a comma in it, which also parts one link from the next.
#[test]
fn a_link_with_a_comma() -> Result<(), Failure> {
    let scene = approved()?;
    let head = scene.tip("change")?;
    let later = ResponseTemplate::new(200).set_body_json(json!([review(
        2,
        "bob",
        "User",
        "CHANGES_REQUESTED",
        &head
    )]));
    scene.fake.fail("GET /repos/acme/prod/pulls/7/reviews?after=a,b", 99, later);
    let link = format!(
        "<{}/x?before=a,b>; rel=\"prev\", <{}/x?after=a,b>; rel=\"next\"",
        scene.fake.address(),
        scene.fake.address()
    );
    let first =
        ResponseTemplate::new(200).set_body_json(json!([review(1, "bob", "User", "APPROVED", &head)]));
    scene.fake.fail(REVIEWS, 1, first.insert_header("link", link));
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// The forge asks to wait until the end of time.
#[test]
fn a_pause_longer_than_time() -> Result<(), Failure> {
    for seconds in ["18446744073709551615", "9223372036854775807", "-1", "1e99"] {
        let scene = approved()?;
        scene.fake.fail(REVIEWS, 99, reply(429, "slow down").insert_header("retry-after", seconds));
        scene.run(7, &["--deadline", "10"])?.ended(3, &["the forge's rate limit is used up"]);
    }
    Ok(())
}

/// A limit that is lifted at an instant that no clock knows.
#[test]
fn a_limit_until_an_odd_instant() -> Result<(), Failure> {
    for instant in ["9223372036854775807", "-9223372036854775808", "8210266876799", "0"] {
        let scene = approved()?;
        let limited = reply(403, "limit").insert_header("x-ratelimit-remaining", "0");
        scene.fake.fail(REVIEWS, 99, limited.insert_header("x-ratelimit-reset", instant));
        scene.run(7, &["--deadline", "10"])?.ended(3, &["the forge's rate limit is used up"]);
    }
    Ok(())
}

/// The forge's own words about an error are commands.
#[test]
fn an_error_message_that_is_a_command() -> Result<(), Failure> {
    for status in [400, 403, 404, 500] {
        let scene = approved()?;
        scene.fake.fail(REVIEWS, 99, reply(status, EVIL));
        let ran = scene.run(7, &["--deadline", "10"])?;
        ran.ended(3, &["pulls/7/reviews"]);
        assert!(is_plain(&ran), "{:?}", ran.text);
    }
    Ok(())
}

/// A word in an answer that has no meaning, and is told as it stands.
#[test]
fn an_unknown_word_that_is_a_command() -> Result<(), Failure> {
    let scene = approved()?;
    let mut odd = review(1, "bob", "User", "APPROVED", &scene.tip("change")?);
    odd["state"] = EVIL.into();
    scene.fake.state().reviews.insert(7, vec![odd]);
    let ran = scene.run(7, &[])?;
    ran.ended(3, &["unexpected answer"]);
    assert!(is_plain(&ran), "{:?}", ran.text);
    Ok(())
}

/// The same from the merge queue, which is asked in another language.
#[test]
fn a_queue_s_error_that_is_a_command() -> Result<(), Failure> {
    let queue = queue(("a.txt", "text"), ("b.txt", "text"))?;
    let answer = json!({"data": {"repository": null}, "errors": [{"message": EVIL}]});
    queue.scene.fake.fail("POST /graphql", 9, ResponseTemplate::new(200).set_body_json(answer));
    let ran = queue.run(&queue.merged[1])?;
    ran.ended(3, &["POST /graphql: unexpected answer"]);
    assert!(is_plain(&ran), "{:?}", ran.text);
    Ok(())
}

/// A status that cannot be written, and why, in a report that is otherwise green.
#[test]
fn a_refusal_to_write_that_is_a_command() -> Result<(), Failure> {
    let scene = approved()?;
    scene.fake.fail("POST /repos/acme/prod/statuses", 9, reply(422, EVIL));
    let ran = scene.run(7, &[])?;
    assert!(is_plain(&ran), "{:?}", ran.text);
    assert!(ran.text.contains("could not write the status"));
    Ok(())
}

/// The answer is about another pull request.
#[test]
fn an_answer_about_another_pull_request() -> Result<(), Failure> {
    let scene = approved()?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
        pull["number"] = 8.into();
    }
    scene.run(7, &[])?.ended(3, &["it is for pull request 8"]);
    Ok(())
}
