//! GitLab: the project's settings, protected branches, approval settings.

use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::enforcement::asked::Forge;

const PROJECT: &str = "/projects/acme%2Fprod";
const BRANCHES: &str = "/projects/acme%2Fprod/protected_branches";
const APPROVALS: &str = "/projects/acme%2Fprod/approvals";
const RULE: &str = "/projects/acme%2Fprod/push_rule";

fn good() -> Result<Forge, Failure> {
    let forge = Forge::new("gitlab", "/api/v4")?;
    forge.answer(
        PROJECT,
        json!({"id": 1, "path_with_namespace": "acme/prod", "default_branch": "main",
        "only_allow_merge_if_pipeline_succeeds": true, "allow_merge_on_skipped_pipeline": false,
        "ci_config_path": "gate.yml@acme/pipelines", "merge_method": "ff", "merge_trains_enabled": false}),
    );
    let nobody = json!([{"id": 1, "access_level": 0, "access_level_description": "No one", "user_id": null, "group_id": null}]);
    forge.answer(
        BRANCHES,
        json!([{"id": 1, "name": "ma*", "push_access_levels": nobody, "merge_access_levels": [],
        "allow_force_push": false, "code_owner_approval_required": true}]),
    );
    forge.answer(APPROVALS, json!({"approvals_before_merge": 1, "reset_approvals_on_push": true, "merge_requests_author_approval": false,
        "merge_requests_disable_committers_approval": true, "disable_overriding_approvers_per_merge_request": true}));
    forge.answer(RULE, json!({"id": 1, "reject_unsigned_commits": true}));
    Ok(forge)
}

#[test]
fn good_settings_hold() -> Result<(), Failure> {
    let said = good()?.doctor(&[])?;
    said.ended(
        0,
        &["ok: status: `main` requires a pipeline that succeeds", "ok: direct pushes: ", "(0 to review)"],
    );
    Ok(())
}

type Change = fn(&mut Value);

#[test]
fn each_hole_is_found() -> Result<(), Failure> {
    let holes: [(&str, Change, i32, &str); 17] = [
        (
            PROJECT,
            |project| project["only_allow_merge_if_pipeline_succeeds"] = json!(false),
            1,
            "problem: status: ",
        ),
        (
            PROJECT,
            |project| project["only_allow_merge_if_pipeline_succeeds"] = Value::Null,
            3,
            "unknown: status: ",
        ),
        (PROJECT, |project| project["allow_merge_on_skipped_pipeline"] = json!(true), 1, "[skip ci]"),
        (PROJECT, |project| project["ci_config_path"] = json!(""), 1, "problem: workflow: "),
        (PROJECT, |project| project["ci_config_path"] = Value::Null, 1, "problem: workflow: "),
        (PROJECT, |project| project["merge_method"] = json!("merge"), 1, "problem: freshness: "),
        (PROJECT, |project| project["merge_method"] = Value::Null, 3, "unknown: freshness: "),
        (
            PROJECT,
            |project| {
                project["merge_trains_enabled"] = json!(true);
                project["merge_trains_skip_train_allowed"] = json!(true);
            },
            1,
            "weak: merge train: ",
        ),
        (PROJECT, |project| project["merge_trains_enabled"] = json!(true), 1, "problem: freshness: "),
        (BRANCHES, |branches| branches[0]["name"] = json!("release/*"), 1, "problem: direct pushes: "),
        (
            BRANCHES,
            |branches| {
                branches[0]["push_access_levels"][0] =
                    json!({"access_level": 40, "access_level_description": "Maintainers\u{1b}[31m"});
            },
            0,
            "weak: direct pushes: these can push changes to `main` that the gate never checked: Maintainers\\u{1b}",
        ),
        (
            BRANCHES,
            |branches| {
                branches[0]["push_access_levels"][0] =
                    json!({"access_level": 30, "access_level_description": "Developers"});
            },
            1,
            "problem: direct pushes: ",
        ),
        (BRANCHES, |branches| branches[0]["allow_force_push"] = json!(true), 1, "problem: force pushes: "),
        (
            BRANCHES,
            |branches| branches[0]["code_owner_approval_required"] = json!(false),
            0,
            "advice: code owners: ",
        ),
        (
            APPROVALS,
            |settings| settings["reset_approvals_on_push"] = json!(false),
            0,
            "advice: reviews on push: ",
        ),
        (
            APPROVALS,
            |settings| settings["merge_requests_author_approval"] = json!(true),
            0,
            "advice: authors' approval: ",
        ),
        (RULE, |rule| *rule = Value::Null, 0, "advice: signatures: "),
    ];
    for (path, change, code, said) in holes {
        let forge = good()?;
        forge.change(path, change)?;
        forge.doctor(&[])?.ended(code, &[said]);
    }
    Ok(())
}

#[test]
fn what_a_token_may_not_see_is_unknown() -> Result<(), Failure> {
    for status in [401, 403, 404] {
        let forge = good()?;
        forge.refuse(BRANCHES, status);
        forge
            .doctor(&[])?
            .ended(3, &["unknown: direct pushes: ", "unknown: force pushes: ", "the role Maintainer"]);
        let forge = good()?;
        forge.refuse(APPROVALS, status);
        forge.refuse(RULE, status);
        forge.doctor(&[])?.ended(0, &["advice: reviews: could not determine", "advice: signatures: "]);
        let forge = good()?;
        forge.refuse(PROJECT, status);
        forge.doctor(&[])?.ended(3, &[]);
    }
    Ok(())
}
