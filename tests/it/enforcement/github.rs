//! GitHub: rulesets and the older branch protection.

use serde_json::{Value, json};

use super::asked::Forge;
use crate::common::git::Failure;

pub(crate) const REPOSITORY: &str = "/repos/acme/prod";
pub(crate) const RULES: &str = "/repos/acme/prod/rules/branches/main";
pub(crate) const RULESET: &str = "/repos/acme/prod/rulesets/7";
pub(crate) const BRANCH: &str = "/repos/acme/prod/branches/main";
pub(crate) const PROTECTION: &str = "/repos/acme/prod/branches/main/protection";
pub(crate) const WORKFLOW: &str =
    "on:\n  pull_request_target:\njobs:\n  gate:\n    steps: [{uses: acme/portcullis@0}]\n";

/// A rule of ruleset 7.
pub(crate) fn rule(kind: &str, parameters: Value) -> Value {
    let mut rule = json!({"type": kind, "ruleset_id": 7, "ruleset_source_type": "Repository", "ruleset_source": "acme/prod"});
    if !parameters.is_null() {
        rule["parameters"] = parameters;
    }
    rule
}

pub(crate) fn statuses(context: &str, app: Value, strict: bool) -> Value {
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

pub(crate) fn rules() -> Value {
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
        &["ok: status: `main` requires `portcullis`: ruleset `main`", "the gate is effective (0 to review)"],
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

pub(crate) type Change = fn(&mut Value);

pub(crate) fn remove(rules: &mut Value, kind: &str) {
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
    forge.doctor(&[])?.ended(0, &["ok: source of the status: the workflow runs as the ruleset defines it"]);
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
            "everyone with write access",
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
        forge.doctor(&[])?.ended(code, &["bypass: these can merge or push changes the gate rejected", said]);
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
            &[
                "unknown: bypass: ",
                "administration: write",
                "could not determine whether the gate is effective",
            ],
        );
    }
    let forge = good("")?;
    forge.refuse(RULESET, 404);
    forge.doctor(&[])?.ended(3, &["unknown: bypass: "]);
    Ok(())
}
