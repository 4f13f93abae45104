//! What the forge is told.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::objects::{comment, review_comment};
use super::scene::{SERVICE, Scene};
use crate::common::git::Failure;

const QUIET: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";

fn exposing() -> Result<(Scene, String), Failure> {
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET)])?;
    scene.commit("change", &["main"], &[("web.yaml", SERVICE)])?;
    let head = scene.open(7, "change")?;
    Ok((scene, head))
}

#[test]
fn a_pull_request_from_a_fork_keeps_its_verdict_without_a_status() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    let refused = ResponseTemplate::new(403)
        .set_body_json(json!({"message": "Resource not accessible by integration"}));
    for request in ["POST /repos", "PATCH /repos"] {
        scene.fake.fail(request, 99, refused.clone());
    }
    let said = ["public-load-balancer", "could not write the status", "could not write the comment"];
    scene.run(7, &["--comment", "always", "--annotations"])?.ended(1, &said);
    Ok(())
}

#[test]
fn a_dry_run_tells_nothing() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    scene
        .run(7, &["--dry-run", "--comment", "always", "--annotations"])?
        .ended(1, &["nothing is sent to the forge"]);
    assert!(scene.fake.state().asked.iter().all(|asked| asked.starts_with("GET ")));
    Ok(())
}

#[test]
fn one_comment_is_written_over() -> Result<(), Failure> {
    let (mut scene, head) = exposing()?;
    scene.run(7, &["--comment", "findings"])?.ended(1, &[]);
    let text = |scene: &Scene| {
        scene.fake.state().comments.last().map(|comment| comment["body"].to_string()).unwrap_or_default()
    };
    assert!(text(&scene).contains("portcullis: rejected"), "{}", text(&scene));
    let mended =
        scene.commit("change", &[&head], &[("web.yaml", &SERVICE.replace("LoadBalancer", "ClusterIP"))])?;
    scene.pushed("change", &head, &mended, "ann");
    scene.show(7, "change")?;
    scene.run(7, &["--comment", "findings"])?.ended(0, &[]);
    assert!(text(&scene).contains("portcullis: accepted"), "{}", text(&scene));
    assert_eq!(scene.fake.state().comments.len(), 1);
    Ok(())
}

#[test]
fn where_nothing_was_found_no_comment_begins() -> Result<(), Failure> {
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET)])?;
    scene.commit("change", &["main"], &[("note.txt", "text")])?;
    scene.open(7, "change")?;
    scene.run(7, &["--comment", "findings"])?.ended(0, &[]);
    assert!(scene.fake.state().comments.is_empty());
    Ok(())
}

/// Somebody writes a comment that begins like the gate's: it is left alone.
#[test]
fn another_s_comment_is_not_written_over() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    for number in 1..5 {
        scene.fake.state().comments.push(comment(number, "eve", "<!-- portcullis -->\nall is well"));
    }
    scene.run(7, &["--comment", "always"])?.ended(1, &[]);
    let state = scene.fake.state();
    assert_eq!(state.comments.len(), 5);
    assert!(state.comments.iter().take(4).all(|comment| comment["body"].to_string().contains("all is well")));
    Ok(())
}

#[test]
fn notes_beside_lines_come_in_batches_of_fifty() -> Result<(), Failure> {
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET)])?;
    let service = |number: usize| SERVICE.replace("name: web", &format!("name: web-{number}"));
    let files: Vec<(String, String)> =
        (0..120).map(|number| (format!("{number:03}.yaml"), service(number))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    scene.commit("change", &["main"], &files)?;
    scene.open(7, "change")?;
    scene.run(7, &["--annotations"])?.ended(1, &[]);
    let state = scene.fake.state();
    let counts: Vec<usize> = state
        .check_runs
        .iter()
        .map(|run| run["output"]["annotations"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 120);
    assert!(counts.iter().all(|count| *count <= 50) && counts.len() == 3, "{counts:?}");
    assert!(state.check_runs.iter().all(|run| run["conclusion"] != "success"));
    Ok(())
}

#[test]
fn certain_remedies_are_proposed_once() -> Result<(), Failure> {
    let cluster_ip = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  type: ClusterIP\n  ports:\n  - port: 80\n";
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET), ("web.yaml", cluster_ip)])?;
    scene.commit("change", &["main"], &[("web.yaml", &cluster_ip.replace("ClusterIP", "LoadBalancer"))])?;
    scene.open(7, "change")?;
    scene.run(7, &["--suggestions"])?.ended(1, &[]);
    let proposed = scene.fake.state().proposed.clone();
    assert_eq!(proposed.len(), 1);
    assert_eq!((proposed[0]["path"].as_str(), proposed[0]["line"].as_u64()), (Some("web.yaml"), Some(7)));
    assert!(
        proposed[0]["body"].to_string().contains("```suggestion\\n  type: ClusterIP\\n```"),
        "{}",
        proposed[0]
    );
    scene.fake.state().review_comments.push(review_comment(&proposed[0]["body"]));
    scene.run(7, &["--suggestions"])?.ended(1, &[]);
    assert_eq!(scene.fake.state().proposed.len(), 1);
    Ok(())
}

#[test]
fn whether_it_grows_stale_is_told() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    let stale = "if main moves, this is not judged again";
    scene.run(7, &[])?.ended(1, &[stale]);
    let strict = json!({"type": "required_status_checks", "ruleset_source_type": "Repository", "ruleset_source": "acme/prod", "ruleset_id": 1,
        "parameters": {"required_status_checks": [{"context": "portcullis", "integration_id": 15368}],
                       "strict_required_status_checks_policy": true}});
    let queue = json!({"type": "merge_queue", "ruleset_source_type": "Repository", "ruleset_source": "acme/prod", "ruleset_id": 1,
        "parameters": {"check_response_timeout_minutes": 60, "grouping_strategy": "HEADGREEN", "max_entries_to_build": 5,
                       "max_entries_to_merge": 5, "merge_method": "MERGE", "min_entries_to_merge": 1,
                       "min_entries_to_merge_wait_minutes": 5}});
    for rule in [strict, queue] {
        scene.fake.state().rules = vec![rule];
        let ran = scene.run(7, &[])?;
        assert!(!ran.text.contains("moves"), "{}", ran.text);
    }
    Ok(())
}

#[test]
fn few_questions_are_asked_and_counted() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    let ran = scene.run(7, &[])?;
    let asked = scene.fake.state().asked.len();
    ran.ended(1, &[&format!("{asked} requests")]);
    assert!(asked <= 6, "{asked}");
    Ok(())
}

#[test]
fn the_runner_s_files_are_written() -> Result<(), Failure> {
    let (scene, _) = exposing()?;
    let [summary, outputs, sarif] = ["summary", "outputs", "sarif"].map(|name| scene.path(name));
    let mut command = scene.command(&["--number", "7", "--also", &format!("sarif={}", sarif.display())]);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs);
    assert_eq!(command.output()?.status.code(), Some(1));
    assert!(std::fs::read_to_string(summary)?.contains("public-load-balancer"));
    assert!(std::fs::read_to_string(outputs)?.contains("verdict=reject\n"));
    assert!(std::fs::read_to_string(sarif)?.contains("public-load-balancer"));
    Ok(())
}

/// Somebody merged past the gate. Nothing is left to merge, and what stands there stays red.
#[test]
fn the_status_of_a_merged_pull_request_stays() -> Result<(), Failure> {
    let (scene, head) = exposing()?;
    scene.run(7, &["--comment", "always"])?.ended(1, &["public-load-balancer"]);
    scene.git.set_ref("refs/heads/main", &head)?;
    {
        let mut state = scene.fake.state();
        let pull = state.pulls.get_mut(&7).ok_or("no pull request")?;
        pull["state"] = json!("closed");
        pull["merged"] = json!(true);
    }
    scene.run(7, &["--comment", "always"])?.ended(0, &["the pull request is merged, so its status"]);
    let state = scene.fake.state();
    assert_eq!((state.statuses.len(), state.comments.len()), (1, 1));
    assert!(state.statuses.iter().all(|(_, status)| status["state"] == "failure"));
    assert!(
        state.comments.iter().all(|comment| comment["body"].to_string().contains("public-load-balancer"))
    );
    Ok(())
}
