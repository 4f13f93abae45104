//! What GitHub shows besides rules, what it refuses to show, and names that lead elsewhere.

use serde_json::{Value, json};

use super::github::{BRANCH, REPOSITORY, RULES, RULESET, WORKFLOW, good, rule, rules, statuses};
use crate::common::git::Failure;

#[test]
fn a_workflow_that_a_pull_request_edits_is_found() -> Result<(), Failure> {
    for (text, code, said) in [
        (WORKFLOW, 0, "ok: workflow: "),
        (
            "on: pull_request\nname: portcullis\n",
            1,
            "problem: workflow: `.github/workflows/gate.yml` runs as it is in the pull request",
        ),
        ("on: [pull_request_target, pull_request_review]\nname: portcullis\n", 0, "weak: workflow: "),
        ("on: push\nname: other\n", 3, "unknown: workflow: no workflow"),
        ("{name: portcullis, on: pull_request}\n", 3, "unknown: workflow: "),
    ] {
        let forge = good("")?;
        forge.change(RULES, |rules| rules[4] = statuses("portcullis", json!(15368), true))?;
        forge.workflow(".github/workflows", "gate.yml", text);
        forge.doctor(&[])?.ended(code, &[said]);
    }
    Ok(())
}

#[test]
fn owners_that_github_skips_are_told() -> Result<(), Failure> {
    let forge = good("")?;
    let path = format!("{REPOSITORY}/codeowners/errors");
    let error = json!({"line": 3, "column": 1, "kind": "Unknown owner", "message": "x", "path": ".github/CODEOWNERS"});
    forge.answer(&path, json!({"errors": [error]}));
    forge.doctor(&[])?.ended(0, &["weak: CODEOWNERS: .github/CODEOWNERS:3:1: Unknown owner (1 in all)"]);
    forge.refuse(&path, 404);
    forge.doctor(&[])?.ended(0, &["advice: CODEOWNERS: it does not exist, or its problems"]);
    Ok(())
}

/// Each question that is refused, by every status: never a yes that would not be one without the answer.
#[test]
fn no_failure_is_a_yes() -> Result<(), Failure> {
    for path in [REPOSITORY, RULES, RULESET, "/apps/github-actions"] {
        for status in [400, 401, 403, 404, 410, 422, 451] {
            let forge = good("")?;
            forge.refuse(path, status);
            forge.doctor(&["--deadline", "10"])?.ended(3, &[&format!(": {status}: ")]);
        }
    }
    for (path, body) in [
        (RULES, json!({})),
        (RULES, json!([{}])),
        (RULES, json!([rule("pull_request", Value::Null)])),
        (RULESET, json!([])),
        (RULESET, json!({"name": "x", "bypass_actors": [{}]})),
        (REPOSITORY, json!({})),
    ] {
        let forge = good("")?;
        forge.answer(path, body.clone());
        let said = forge.doctor(&["--deadline", "10"])?;
        said.ended(3, &["unexpected answer"]);
    }
    Ok(())
}

#[test]
fn the_runner_says_which_forge() -> Result<(), Failure> {
    let forge = good("")?;
    forge.in_workflow(&[])?.ended(0, &["the gate is effective"]);
    forge.in_workflow(&["GITHUB_ACTIONS"])?.ended(2, &["name it with --forge"]);
    forge.in_workflow(&["GITHUB_REPOSITORY"])?.ended(2, &["name it with --project"]);
    Ok(())
}

#[test]
fn a_forge_that_does_not_answer_is_no_forge_that_agrees() -> Result<(), Failure> {
    for status in [429, 500, 503] {
        let forge = good("")?;
        forge.refuse(RULES, status);
        forge.doctor(&["--deadline", "3"])?.ended(3, &["rules/branches/main"]);
    }
    Ok(())
}

/// Green for one branch is not green for another: the status of another branch than the default one names it.
#[test]
fn another_branch_needs_its_own_status() -> Result<(), Failure> {
    let forge = good("")?;
    let release = |path: &str| path.replace("/main", "/release");
    forge.answer(
        &release(BRANCH),
        json!({"name": "release", "protected": true, "protection": {"enabled": false}}),
    );
    forge.answer(&release(RULES), rules());
    forge.doctor(&["--branch", "release"])?.ended(1, &["problem: status: "]);
    let mut own = rules();
    own[4] = statuses("portcullis (release)", json!(99), true);
    forge.answer(&release(RULES), own);
    forge
        .doctor(&["--branch", "release"])?
        .ended(0, &["ok: status: `release` requires `portcullis (release)`"]);
    Ok(())
}

/// A branch with a slash in its name is one branch, and a name leads nowhere else.
#[test]
fn a_branch_s_name_stays_in_its_place() -> Result<(), Failure> {
    let forge = good("")?;
    for name in ["release/1", "../../user", "main?x=1", "main#"] {
        forge.doctor(&["--branch", name])?.ended(3, &["unknown: status: "]);
    }
    let asked: Vec<String> = forge.replies.known().said.iter().map(|(asked, _)| asked.clone()).collect();
    assert!(asked.contains(&"GET /repos/acme/prod/rules/branches/release%2F1".to_owned()), "{asked:?}");
    assert!(
        asked
            .iter()
            .all(|asked| asked.starts_with("GET /repos/acme/prod") || asked.starts_with("GET /apps/")),
        "{asked:?}"
    );
    Ok(())
}
