//! GitHub: rulesets and the older branch protection.

use serde_json::{Value, json};

use crate::asked::Forge;
use crate::common::git::Failure;

pub(crate) const REPOSITORY: &str = "/repos/acme/prod";
const RULES: &str = "/repos/acme/prod/rules/branches/main";
const RULESET: &str = "/repos/acme/prod/rulesets/7";
const BRANCH: &str = "/repos/acme/prod/branches/main";
const PROTECTION: &str = "/repos/acme/prod/branches/main/protection";
const WORKFLOW: &str =
    "on:\n  pull_request_target:\njobs:\n  gate:\n    steps: [{uses: acme/portcullis@0}]\n";

/// A rule of ruleset 7.
fn rule(kind: &str, parameters: Value) -> Value {
    let mut rule = json!({"type": kind, "ruleset_id": 7, "ruleset_source_type": "Repository", "ruleset_source": "acme/prod"});
    if !parameters.is_null() {
        rule["parameters"] = parameters;
    }
    rule
}

fn statuses(context: &str, app: Value, strict: bool) -> Value {
    let mut check = json!({"context": context});
    if !app.is_null() {
        check["integration_id"] = app;
    }
    rule(
        "required_status_checks",
        json!({"required_status_checks": [check], "strict_required_status_checks_policy": strict,
               "do_not_enforce_on_create": false}),
    )
}

fn rules() -> Value {
    let reviews = json!({"dismiss_stale_reviews_on_push": true, "require_code_owner_review": true, "require_last_push_approval": true,
                         "required_approving_review_count": 1, "required_review_thread_resolution": false});
    json!([
        rule("deletion", Value::Null),
        rule("non_fast_forward", Value::Null),
        rule("required_signatures", Value::Null),
        rule("pull_request", reviews),
        statuses("portcullis", json!(99), true),
        rule("commit_message_pattern", json!({"operator": "contains", "pattern": "x"})),
    ])
}

/// A repository whose ruleset leaves nothing open.
pub(crate) fn good(base: &'static str) -> Result<Forge, Failure> {
    let forge = Forge::new("github", base)?;
    forge.answer(REPOSITORY, json!({"full_name": "acme/prod", "default_branch": "main"}));
    forge.answer(RULES, rules());
    forge.answer(
        RULESET,
        json!({"id": 7, "name": "main", "source": "acme/prod", "enforcement": "active", "bypass_actors": []}),
    );
    forge.answer(BRANCH, json!({"name": "main", "protected": true, "protection": {"enabled": false}}));
    forge.answer(&format!("{REPOSITORY}/codeowners/errors"), json!({"errors": []}));
    forge.answer("/apps/github-actions", json!({"id": 15368, "slug": "github-actions"}));
    forge.workflow(".github/workflows", "gate.yml", WORKFLOW);
    Ok(forge)
}

#[test]
fn good_rules_hold() -> Result<(), Failure> {
    let forge = good("")?;
    let said = forge.doctor(&[])?;
    said.ended(
        0,
        &["ok: status: `main` requires `portcullis`: ruleset `main`", "the gate holds (0 to look after)"],
    );
    assert!(!said.text.contains("unknown"), "{}", said.text);
    let asked = forge.replies.known().said.len();
    assert!(asked <= 9, "{asked} requests");
    forge.doctor(&["--branch", "main"])?.ended(0, &[]);
    Ok(())
}

#[test]
fn json_says_the_same() -> Result<(), Failure> {
    let forge = good("")?;
    let read = |text: &str| -> Result<Value, Failure> { Ok(serde_json::from_str(text)?) };
    assert_eq!(read(&forge.doctor(&["--format", "json"])?.text)?["holds"], json!(true));
    forge.change(RULESET, |ruleset| ruleset["bypass_actors"] = Value::Null)?;
    let unknown = read(&forge.doctor(&["--format", "json"])?.ended(3, &[]).text)?;
    assert_eq!(unknown["holds"], Value::Null);
    forge.answer(RULES, json!([]));
    let open = read(&forge.doctor(&["--format", "json"])?.ended(1, &[]).text)?;
    assert_eq!(open["holds"], json!(false));
    let lines = open["lines"].as_array().ok_or("no lines")?;
    assert!(lines.iter().any(|line| line["topic"] == "status" && line["standing"] == "problem"));
    Ok(())
}

type Change = fn(&mut Value);

fn remove(rules: &mut Value, kind: &str) {
    if let Some(rules) = rules.as_array_mut() {
        rules.retain(|rule| rule["type"] != kind);
    }
}

#[test]
fn each_hole_in_the_rules_is_found() -> Result<(), Failure> {
    let holes: [(Change, i32, &str); 15] = [
        (|rules| remove(rules, "required_status_checks"), 1, "problem: status: "),
        (|rules| rules[4] = statuses("other", json!(99), true), 1, "(it requires `other`)"),
        (|rules| rules[4] = statuses("Portcullis", json!(99), true), 1, "problem: status: "),
        (|rules| rules[4] = statuses("portcullis", Value::Null, true), 1, "problem: source of the status: "),
        (|rules| rules[4] = statuses("portcullis", json!(15368), true), 0, "weak: source of the status: "),
        (|rules| rules[4] = statuses("portcullis", json!(99), false), 1, "problem: freshness: "),
        (|rules| remove(rules, "non_fast_forward"), 1, "problem: force pushes: "),
        (|rules| remove(rules, "deletion"), 0, "weak: deletion: "),
        (|rules| remove(rules, "pull_request"), 0, "weak: direct pushes: "),
        (|rules| remove(rules, "required_signatures"), 0, "advice: signatures: "),
        (
            |rules| rules[3]["parameters"]["dismiss_stale_reviews_on_push"] = json!(false),
            0,
            "advice: reviews on push: ",
        ),
        (
            |rules| rules[3]["parameters"]["require_last_push_approval"] = json!(false),
            0,
            "advice: last push: ",
        ),
        (
            |rules| rules[3]["parameters"]["require_code_owner_review"] = json!(false),
            0,
            "advice: code owners: ",
        ),
        (
            |rules| rules[3]["parameters"]["required_approving_review_count"] = json!(0),
            0,
            "advice: reviews: ",
        ),
        (|rules| rules[4]["parameters"]["do_not_enforce_on_create"] = json!(true), 0, "weak: creation: "),
    ];
    for (change, code, said) in holes {
        let forge = good("")?;
        forge.change(RULES, change)?;
        forge.doctor(&[])?.ended(code, &[said, "help: "]);
    }
    Ok(())
}

#[test]
fn a_merge_queue_judges_again() -> Result<(), Failure> {
    let forge = good("")?;
    forge.change(RULES, |rules| {
        rules[4] = statuses("portcullis", json!(99), false);
        rules[5] = rule("merge_queue", json!({"merge_method": "MERGE"}));
    })?;
    forge.doctor(&[])?.ended(0, &["ok: freshness: a merge queue"]);
    Ok(())
}

#[test]
fn a_required_workflow_is_the_ruleset_s_own() -> Result<(), Failure> {
    let forge = good("")?;
    forge.change(RULES, |rules| {
        let workflow = json!({"path": ".github/workflows/portcullis.yml", "repository_id": 1});
        rules[5] = rule("workflows", json!({"workflows": [workflow]}));
        rules[4] = statuses("portcullis", Value::Null, true);
    })?;
    forge.doctor(&[])?.ended(0, &["ok: source of the status: the workflow runs as the ruleset has it"]);
    Ok(())
}

#[test]
fn whoever_bypasses_is_named() -> Result<(), Failure> {
    for (actor, code, said) in [
        (
            json!({"actor_type": "OrganizationAdmin", "actor_id": 1, "bypass_mode": "always"}),
            0,
            "owners of the organisation",
        ),
        (
            json!({"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "pull_request"}),
            0,
            "(by pull requests)",
        ),
        (
            json!({"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": "always"}),
            1,
            "everybody who may write",
        ),
        (
            json!({"actor_type": "Team", "actor_id": 12, "bypass_mode": "exempt"}),
            0,
            "the team 12 (without being asked)",
        ),
        (
            json!({"actor_type": "DeployKey", "actor_id": null, "bypass_mode": "always"}),
            0,
            "every deploy key",
        ),
        (json!({"actor_type": "Some\u{1b}[31mthing", "actor_id": 3}), 0, "Some\\u{1b}[31mthing 3"),
    ] {
        let forge = good("")?;
        forge.change(RULESET, |ruleset| ruleset["bypass_actors"] = json!([actor]))?;
        forge.doctor(&[])?.ended(code, &["bypass: these merge what the gate rejected", said]);
    }
    Ok(())
}

#[test]
fn a_list_of_actors_that_is_not_shown_is_not_empty() -> Result<(), Failure> {
    for hide in [
        |ruleset: &mut Value| ruleset["bypass_actors"] = Value::Null,
        |ruleset: &mut Value| {
            ruleset.as_object_mut().map(|fields| fields.remove("bypass_actors")).unwrap_or_default();
        },
    ] {
        let forge = good("")?;
        forge.change(RULESET, hide)?;
        forge.doctor(&[])?.ended(
            3,
            &["unknown: bypass: ", "administration: write", "it cannot be told whether the gate holds"],
        );
    }
    let forge = good("")?;
    forge.refuse(RULESET, 404);
    forge.doctor(&[])?.ended(3, &["unknown: bypass: "]);
    Ok(())
}

fn protection() -> Value {
    let on = json!({"enabled": true, "url": "https://api.github.com/x"});
    let off = json!({"enabled": false});
    json!({"required_status_checks": {"strict": true, "contexts": ["portcullis"], "checks": [{"context": "portcullis", "app_id": 99}]},
           "enforce_admins": on, "required_signatures": on, "allow_force_pushes": off, "allow_deletions": off,
           "required_pull_request_reviews": {"dismiss_stale_reviews": true, "require_code_owner_reviews": true,
               "require_last_push_approval": true, "required_approving_review_count": 1}})
}

fn classic() -> Result<Forge, Failure> {
    let forge = good("")?;
    forge.answer(RULES, json!([]));
    forge.answer(PROTECTION, protection());
    Ok(forge)
}

#[test]
fn the_older_protection_counts_as_well() -> Result<(), Failure> {
    classic()?.doctor(&[])?.ended(0, &["requires `portcullis`: the branch protection"]);
    let holes: [(Change, i32, &str); 9] = [
        (|protection| protection["required_status_checks"] = Value::Null, 1, "problem: status: "),
        (
            |protection| protection["required_status_checks"]["checks"][0]["app_id"] = Value::Null,
            1,
            "problem: source",
        ),
        (
            |protection| protection["required_status_checks"]["checks"][0]["app_id"] = json!(-1),
            1,
            "problem: source",
        ),
        (|protection| protection["required_status_checks"]["strict"] = json!(false), 1, "problem: freshness"),
        (
            |protection| protection["enforce_admins"]["enabled"] = json!(false),
            0,
            "administrators of the repository",
        ),
        (|protection| protection["allow_force_pushes"]["enabled"] = json!(true), 1, "problem: force pushes"),
        (|protection| protection["allow_deletions"]["enabled"] = json!(true), 0, "weak: deletion"),
        (|protection| protection["required_pull_request_reviews"] = Value::Null, 0, "weak: direct pushes"),
        (
            |protection| {
                protection["required_pull_request_reviews"]["bypass_pull_request_allowances"] =
                    json!({"users": [{"login": "ann"}], "teams": [], "apps": []});
            },
            0,
            "advice: reviews' bypass",
        ),
    ];
    for (change, code, said) in holes {
        let forge = classic()?;
        forge.change(PROTECTION, change)?;
        forge.doctor(&[])?.ended(code, &[said]);
    }
    Ok(())
}

/// A token that is no administrator's is refused the protection whether there is one or not.
#[test]
fn a_protection_that_is_hidden_may_be_there() -> Result<(), Failure> {
    for status in [403, 404] {
        let forge = classic()?;
        forge.refuse(PROTECTION, status);
        let summary = json!({"enabled": true, "required_status_checks": {"contexts": ["portcullis"], "checks": [{"context": "portcullis", "app_id": 99}]}});
        forge.answer(BRANCH, json!({"name": "main", "protected": true, "protection": summary}));
        forge.doctor(&[])?.ended(
            3,
            &["ok: status: ", "unknown: bypass: ", "unknown: force pushes: ", "administration: read"],
        );
        forge.answer(BRANCH, json!({"name": "main", "protected": true}));
        forge.doctor(&[])?.ended(3, &["unknown: status: "]);
        forge.answer(BRANCH, json!({"name": "main", "protected": false, "protection": {"enabled": false}}));
        forge.doctor(&[])?.ended(1, &["problem: status: "]);
        forge.refuse(BRANCH, status);
        forge.doctor(&[])?.ended(3, &["unknown: status: "]);
    }
    Ok(())
}

#[test]
fn a_workflow_that_a_pull_request_edits_is_found() -> Result<(), Failure> {
    for (text, code, said) in [
        (WORKFLOW, 0, "ok: workflow: "),
        (
            "on: pull_request\nname: portcullis\n",
            1,
            "problem: workflow: `.github/workflows/gate.yml` runs as the pull request",
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
    forge.doctor(&[])?.ended(0, &["advice: CODEOWNERS: there is none, or it cannot be told"]);
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
        said.ended(3, &["the answer cannot be used"]);
    }
    Ok(())
}

#[test]
fn the_runner_says_which_forge() -> Result<(), Failure> {
    let forge = good("")?;
    forge.in_workflow(&[])?.ended(0, &["the gate holds"]);
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
