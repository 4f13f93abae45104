//! Gitea and Forgejo: the protection that is in force.

use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::enforcement::asked::Forge;

const BRANCH: &str = "/repos/acme/prod/branches/main";
const PROTECTION: &str = "/repos/acme/prod/branch_protections/ma%2A";

fn good() -> Result<Forge, Failure> {
    let forge = Forge::new("gitea", "/api/v1")?;
    forge.answer("/repos/acme/prod", json!({"default_branch": "main"}));
    forge.answer(
        BRANCH,
        json!({"name": "main", "protected": true, "effective_branch_protection_name": "ma*"}),
    );
    forge.answer(PROTECTION, json!({"rule_name": "ma*", "enable_push": false, "enable_push_whitelist": false,
        "push_whitelist_usernames": [], "push_whitelist_teams": [], "push_whitelist_deploy_keys": false, "enable_force_push": false,
        "enable_status_check": true, "status_check_contexts": ["portcullis"], "required_approvals": 1,
        "block_on_rejected_reviews": true, "block_on_outdated_branch": true, "dismiss_stale_approvals": true,
        "require_signed_commits": true, "protected_file_patterns": ".gitea/workflows/**", "unprotected_file_patterns": "", "block_admin_merge_override": true}));
    forge.workflow(".gitea/workflows", "gate.yaml", "on: pull_request_target\nname: portcullis\n");
    Ok(forge)
}

#[test]
fn good_settings_hold_as_far_as_a_status_can() -> Result<(), Failure> {
    let said = good()?.doctor(&[])?;
    said.ended(
        0,
        &[
            "ok: status: ",
            "weak: source of the status: ",
            "ok: bypass: ",
            "ok: workflow: `.gitea/workflows/gate.yaml`",
        ],
    );
    Ok(())
}

type Change = fn(&mut Value);

#[test]
fn each_hole_is_found() -> Result<(), Failure> {
    let holes: [(Change, i32, &str); 14] = [
        (
            |protection| protection["unprotected_file_patterns"] = json!("*.yaml"),
            1,
            "problem: unprotected files: ",
        ),
        (
            |protection| protection["protected_file_patterns"] = json!("docs/**"),
            0,
            "advice: workflow files: ",
        ),
        (|protection| protection["enable_status_check"] = json!(false), 1, "problem: status: "),
        (|protection| protection["status_check_contexts"] = json!(["port*"]), 1, "(it requires `port*`)"),
        (|protection| protection["status_check_contexts"] = Value::Null, 1, "problem: status: "),
        (|protection| protection["block_on_outdated_branch"] = json!(false), 1, "problem: freshness: "),
        (|protection| protection["enable_push"] = json!(true), 1, "problem: direct pushes: "),
        (
            |protection| {
                protection["enable_push"] = json!(true);
                protection["enable_push_whitelist"] = json!(true);
                protection["push_whitelist_usernames"] = json!(["ann\nok: all is well"]);
            },
            0,
            "weak: direct pushes: these can push changes to `main` that the gate never checked: ann\\u{a}ok",
        ),
        (|protection| protection["enable_force_push"] = json!(true), 1, "problem: force pushes: "),
        (
            |protection| protection["block_admin_merge_override"] = json!(false),
            0,
            "weak: bypass: these can merge or push changes the gate rejected",
        ),
        (|protection| protection["block_admin_merge_override"] = Value::Null, 0, "weak: bypass: "),
        (
            |protection| protection["block_on_rejected_reviews"] = json!(false),
            0,
            "advice: rejecting reviews: ",
        ),
        (|protection| protection["dismiss_stale_approvals"] = json!(false), 0, "advice: reviews on push: "),
        (|protection| protection["required_approvals"] = json!(0), 0, "advice: reviews: "),
    ];
    for (change, code, said) in holes {
        let forge = good()?;
        forge.change(PROTECTION, change)?;
        forge.doctor(&[])?.ended(code, &[said]);
    }
    Ok(())
}

#[test]
fn a_branch_without_protection_is_open() -> Result<(), Failure> {
    let forge = good()?;
    forge.answer(BRANCH, json!({"name": "main", "protected": false, "effective_branch_protection_name": ""}));
    forge
        .doctor(&[])?
        .ended(1, &["problem: status: ", "problem: direct pushes: ", "problem: force pushes: "]);
    Ok(())
}

#[test]
fn what_a_token_may_not_see_is_unknown() -> Result<(), Failure> {
    let forge = good()?;
    forge.answer(BRANCH, json!({"name": "main", "protected": true, "effective_branch_protection_name": ""}));
    forge.doctor(&[])?.ended(3, &["unknown: status: ", "administrator"]);
    for status in [401, 403, 404] {
        for path in [BRANCH, PROTECTION] {
            let forge = good()?;
            forge.refuse(path, status);
            forge.doctor(&[])?.ended(3, &["unknown: status: ", "administrator"]);
        }
        let forge = good()?;
        forge.refuse("/repos/acme/prod/contents/.gitea/workflows/gate.yaml", status);
        forge.doctor(&[])?.ended(3, &[]);
    }
    Ok(())
}

/// Administrators may merge in spite of a red status; they push no more than others.
#[test]
fn administrators_go_around_statuses_alone() -> Result<(), Failure> {
    let forge = good()?;
    forge.change(PROTECTION, |protection| protection["block_admin_merge_override"] = json!(false))?;
    forge
        .doctor(&[])?
        .ended(0, &["weak: bypass: ", "ok: direct pushes: ", "ok: force pushes: ", "ok: deletion: "]);
    Ok(())
}
