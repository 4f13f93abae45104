//! GitHub's older branch protection.

use serde_json::{Value, json};

use super::asked::Forge;
use super::github::{BRANCH, Change, PROTECTION, RULES, good};
use crate::common::git::Failure;

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
