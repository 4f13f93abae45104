//! Gitea's lists, each of which ends in its own way.

use serde_json::Value;

use super::pull_requests::{Pull, entry, pull_request, retargeted};
use crate::common::git::Failure;
use crate::common::replies::{GiteaList, Total};

const REVIEWS: &str = "GET /repos/acme/prod/pulls/7/reviews";
const TIMELINE: &str = "GET /repos/acme/prod/issues/7/timeline";

/// A pull request that two owners approved.
fn approved() -> Result<Pull, Failure> {
    let pull = pull_request()?;
    pull.reviews(&["bob", "carl"].map(|who| pull.review(who, "APPROVED")));
    Ok(pull)
}

fn shown(count: usize) -> Vec<Option<Value>> {
    vec![Some(entry("comment", "2026-11-01T00:00:00Z")); count]
}

/// Line comments take rows of a page and are not shown.
fn hidden(count: usize) -> Vec<Option<Value>> {
    vec![None; count]
}

/// However much is written before the target changes, approvals from before do not count for the new one.
#[test]
fn a_new_target_is_found_behind_everything() -> Result<(), Failure> {
    let pull = approved()?;
    for before in [
        shown(40),
        shown(49),
        hidden(35),
        hidden(60),
        hidden(150),
        [shown(30), hidden(700), shown(70)].concat(),
    ] {
        let count = before.len();
        pull.timeline([before.clone(), vec![Some(retargeted())]].concat());
        let ran = pull.run()?;
        assert_eq!(ran.code, Some(1), "{count}: {}", ran.text);
        pull.timeline(before);
        pull.run()?.ended(0, &["@bob approved the change"]);
    }
    Ok(())
}

/// A review says how many line comments it has, and a pending one of somebody else may have any number.
#[test]
fn many_line_comments_are_read_past() -> Result<(), Failure> {
    let pull = approved()?;
    pull.timeline([hidden(2_500), vec![Some(retargeted())]].concat());
    let mut reviews: Vec<Option<Value>> =
        ["bob", "carl"].map(|who| Some(pull.review(who, "APPROVED"))).to_vec();
    let mut long = pull.review("dave", "COMMENT");
    long["comments_count"] = 2_500.into();
    pull.review_rows([reviews.clone(), vec![Some(long)]].concat());
    pull.run()?.ended(1, &["missing-approval"]);
    reviews.push(None);
    pull.review_rows(reviews);
    pull.run()?.ended(1, &["missing-approval"]);
    Ok(())
}

/// Only what is newer than the oldest approval is read, so an old discussion costs nothing.
#[test]
fn what_is_older_than_the_approvals_is_not_read() -> Result<(), Failure> {
    let pull = approved()?;
    let old = vec![Some(entry("comment", "2026-10-01T00:00:00Z")); 6_000];
    pull.timeline([old, vec![Some(retargeted())]].concat());
    pull.run()?.ended(1, &["missing-approval"]);
    assert!(pull.forge.times(TIMELINE) < 40, "{}", pull.forge.times(TIMELINE));
    Ok(())
}

#[test]
fn a_timeline_without_an_end_is_undecided() -> Result<(), Failure> {
    let pull = approved()?;
    pull.timeline(shown(20_000));
    pull.run()?.ended(3, &["more than"]);
    Ok(())
}

/// Without an approval no one can have been misled, and nothing is asked.
#[test]
fn a_timeline_is_not_read_in_vain() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(1, &["missing-approval"]);
    assert_eq!(pull.forge.times(TIMELINE), 0);
    Ok(())
}

/// Eve, who may only read, begins a review; nobody but her sees it, and Gitea counts it.
#[test]
fn a_pending_review_of_somebody_else_changes_nothing() -> Result<(), Failure> {
    let pull = approved()?;
    let approvals = ["bob", "carl"].map(|who| Some(pull.review(who, "APPROVED")));
    for (before, after) in [(1, 0), (0, 1), (3, 2), (49, 0), (60, 0), (0, 99)] {
        pull.review_rows([vec![None; before], approvals.to_vec(), vec![None; after]].concat());
        let ran = pull.run()?;
        assert_eq!(ran.code, Some(0), "{before} {after}: {}", ran.text);
    }
    Ok(())
}

/// Carl takes his approval back on a later page, after reviews that are not shown.
#[test]
fn every_page_of_reviews_is_read() -> Result<(), Failure> {
    let pull = approved()?;
    let approvals = ["bob", "carl"].map(|who| Some(pull.review(who, "APPROVED")));
    for (between, most) in [(29, 50), (48, 50), (120, 50), (30, 7)] {
        for row in [None, Some(pull.review("dave", "COMMENT"))] {
            let back = Some(pull.review("carl", "REQUEST_CHANGES"));
            let rows = [approvals.to_vec(), vec![row; between], vec![back]].concat();
            pull.forge.list(REVIEWS, GiteaList { rows, total: Total::Rows, most, below: None, whole: false });
            pull.forge.answer("GET /settings/api", serde_json::json!({"max_response_items": most}));
            let ran = pull.run()?;
            assert_eq!(ran.code, Some(1), "{between} {most}: {}", ran.text);
        }
    }
    Ok(())
}

/// The number of reviews and the longest page are what proves the end.
#[test]
fn a_list_of_reviews_without_a_known_end_is_undecided() -> Result<(), Failure> {
    let pull = approved()?;
    let approvals = ["bob", "carl"].map(|who| Some(pull.review(who, "APPROVED")));
    pull.forge.list(
        REVIEWS,
        GiteaList { rows: approvals.to_vec(), total: Total::Absent, most: 50, below: None, whole: false },
    );
    pull.run()?.ended(3, &["how many entries"]);
    pull.review_rows([vec![None], approvals.to_vec()].concat());
    for reply in [serde_json::json!({}), serde_json::json!({"max_response_items": 0})] {
        pull.forge.answer("GET /settings/api", reply);
        pull.run()?.ended(3, &["/settings/api"]);
    }
    pull.forge.refuse("GET /settings/api", 403);
    pull.run()?.ended(3, &["/settings/api"]);
    pull.review_rows(vec![None; 9_000]);
    pull.forge.known().refusals.clear();
    pull.forge.answer("GET /settings/api", serde_json::json!({"max_response_items": 50}));
    pull.run()?.ended(3, &["more than"]);
    Ok(())
}

/// A commit with many statuses: Gitea gives 30 of them unless it is asked for more.
#[test]
fn a_status_is_not_written_again_where_there_are_many() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(1, &[]);
    let path = format!("POST /repos/acme/prod/statuses/{}", pull.head);
    let written = pull.forge.said(&path).ok_or("no status")?;
    let status = |context: &str, of: &Value| serde_json::json!({"context": context, "status": of["state"], "description": of["description"]});
    let mut statuses: Vec<Value> = (0..60).map(|number| status(&format!("ci/{number}"), &written)).collect();
    statuses.push(status("portcullis", &written));
    pull.statuses(&statuses);
    let before = pull.forge.times(&path);
    pull.run()?.ended(1, &[]);
    assert_eq!(pull.forge.times(&path), before);
    statuses.pop();
    pull.statuses(&statuses);
    pull.run()?.ended(1, &[]);
    assert_eq!(pull.forge.times(&path), before + 1);
    Ok(())
}

/// Older versions and Forgejo do not say how many statuses there are, and answer `null` or an empty object for none.
#[test]
fn a_status_is_written_where_their_number_is_not_told() -> Result<(), Failure> {
    for answer in [Value::Null, serde_json::json!({}), serde_json::json!({"statuses": null})] {
        let pull = pull_request()?;
        pull.forge.known_answer(&format!("GET /repos/acme/prod/commits/{}/status", pull.head), answer);
        let ran = pull.run()?;
        ran.ended(1, &[]);
        assert!(!ran.text.contains("could not write the status"), "{}", ran.text);
        assert_eq!(pull.forge.times(&format!("POST /repos/acme/prod/statuses/{}", pull.head)), 1);
    }
    Ok(())
}
