//! Gitea and Forgejo: the rules that are in force.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::common::replies::{GiteaList, Total};
use crate::enforcement::asked::Forge;

const BRANCH: &str = "/repos/acme/prod/branches/main";
const RULE: &str = "/repos/acme/prod/branch_protections/ma%2A";
const TAGS: &str = "/repos/acme/prod/tag_protections";
const BRANCHES: &str = "/repos/acme/prod/branches";
const POLICY: &str = "/repos/acme/prod/contents/.portcullis.yaml";
const POLICY_TEXT: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";

/// A rule with every field that Gitea has, and no hole.
fn rule() -> Value {
    json!({"branch_name": "", "rule_name": "ma*", "priority": 1, "enable_push": false, "enable_push_whitelist": false,
        "push_whitelist_usernames": [], "push_whitelist_teams": [], "push_whitelist_deploy_keys": false,
        "enable_force_push": false, "enable_force_push_allowlist": false, "force_push_allowlist_usernames": [],
        "force_push_allowlist_teams": [], "force_push_allowlist_deploy_keys": false, "enable_merge_whitelist": false,
        "merge_whitelist_usernames": [], "merge_whitelist_teams": [], "enable_bypass_allowlist": false,
        "bypass_allowlist_usernames": [], "bypass_allowlist_teams": [], "enable_status_check": true,
        "status_check_contexts": ["portcullis"], "required_approvals": 1, "enable_approvals_whitelist": false,
        "approvals_whitelist_username": [], "approvals_whitelist_teams": [], "block_on_rejected_reviews": true,
        "block_on_official_review_requests": true, "block_on_outdated_branch": true, "dismiss_stale_approvals": true,
        "ignore_stale_approvals": false, "require_signed_commits": true,
        "protected_file_patterns": ".gitea/workflows/**", "unprotected_file_patterns": "",
        "block_admin_merge_override": true, "created_at": "2026-11-01T00:00:00Z", "updated_at": "2026-11-01T00:00:00Z"})
}

fn good() -> Result<Forge, Failure> {
    let forge = Forge::new("gitea", "/api/v1")?;
    forge.answer("/repos/acme/prod", json!({"default_branch": "main"}));
    forge.answer(
        BRANCH,
        json!({"name": "main", "protected": true, "effective_branch_protection_name": "ma*"}),
    );
    forge.answer(RULE, rule());
    forge.workflow(".gitea/workflows", "gate.yaml", "on: pull_request_target\nname: portcullis\n");
    policy(&forge, POLICY_TEXT);
    tags(&forge, &json!([{"id": 1, "name_pattern": "*", "whitelist_usernames": [], "whitelist_teams": []}]));
    branches(&forge, &[("main", true), ("change", false)]);
    Ok(forge)
}

fn policy(forge: &Forge, text: &str) {
    let packed = base64::engine::general_purpose::STANDARD.encode(text);
    forge.answer(POLICY, json!({"type": "file", "encoding": "base64", "content": packed}));
}

fn tags(forge: &Forge, rules: &Value) {
    forge.answer(TAGS, rules.clone());
}

fn branches(forge: &Forge, branches: &[(&str, bool)]) {
    let entries: Vec<Value> =
        branches.iter().map(|(name, protected)| json!({"name": name, "protected": protected})).collect();
    forge.replies.list(&format!("GET /api/v1{BRANCHES}"), GiteaList::shown(&entries, Total::Rows));
}

#[test]
fn good_settings_hold_as_far_as_a_status_can() -> Result<(), Failure> {
    let said = good()?.doctor(&[])?;
    said.ended(
        0,
        &[
            "ok: status: ",
            "weak: source of the status: ",
            "ok: freshness: ",
            "ok: bypass: ",
            "ok: direct pushes: ",
            "ok: force pushes: ",
            "ok: deletion: ",
            "ok: signatures: ",
            "ok: tags: ",
            "ok: other branches: ",
            "ok: workflow: `.gitea/workflows/gate.yaml`",
            "ok: reviews: ",
            "ok: reviews on push: ",
        ],
    );
    Ok(())
}

/// Changed fields of the rule, the exit code, what is said, and what is not said.
type Row = (Value, i32, &'static [&'static str], &'static [&'static str]);

/// Each row merges its fields into a rule without a hole.
fn check(rows: &[Row]) -> Result<(), Failure> {
    for (fields, code, said, not_said) in rows {
        let forge = good()?;
        forge.change(RULE, |rule| {
            if let (Some(rule), Some(fields)) = (rule.as_object_mut(), fields.as_object()) {
                rule.extend(fields.clone());
            }
        })?;
        let answer = forge.doctor(&[])?;
        answer.ended(*code, said);
        for words in *not_said {
            assert!(!answer.text.contains(words), "{fields} must not say {words:?}:\n{}", answer.text);
        }
    }
    Ok(())
}

/// Contexts are patterns, and none at all means every status that exists.
#[test]
fn statuses() -> Result<(), Failure> {
    check(&[
        (json!({"enable_status_check": false}), 1, &["problem: status: "], &["it requires"]),
        (json!({"enable_status_check": false, "status_check_contexts": []}), 1, &["problem: status: "], &[]),
        (json!({"status_check_contexts": ["portcullis", "build"]}), 0, &["ok: status: "], &[]),
        (
            json!({"status_check_contexts": ["build"]}),
            1,
            &["problem: status: ", "(it requires `build`)"],
            &[],
        ),
        (json!({"status_check_contexts": ["Portcullis"]}), 1, &["problem: status: "], &[]),
        (
            json!({"status_check_contexts": ["portcullis*"]}),
            0,
            &["weak: status: ", "by a pattern"],
            &["problem"],
        ),
        (json!({"status_check_contexts": ["*"]}), 0, &["weak: status: ", "by a pattern"], &["problem"]),
        (json!({"status_check_contexts": ["port?ullis"]}), 0, &["weak: status: "], &["problem"]),
        (json!({"status_check_contexts": ["{portcullis,build}"]}), 0, &["weak: status: "], &["problem"]),
        (json!({"status_check_contexts": ["port*", "portcullis"]}), 0, &["ok: status: "], &["weak: status"]),
        (json!({"status_check_contexts": ["portcullis (*)"]}), 1, &["problem: status: "], &[]),
        (json!({"status_check_contexts": ["["]}), 1, &["problem: status: "], &[]),
        (
            json!({"status_check_contexts": []}),
            0,
            &["weak: status: ", "every status that exists"],
            &["problem"],
        ),
        (
            json!({"status_check_contexts": null}),
            0,
            &["weak: status: ", "every status that exists"],
            &["problem"],
        ),
    ])
}

/// Whoever bypasses a rule merges past everything that it demands of a merge, and pushes no more than others.
#[test]
fn bypasses() -> Result<(), Failure> {
    const PUSHES: &[&str] = &["weak: direct", "weak: force", "weak: deletion", "or push"];
    check(&[
        (
            json!({"block_admin_merge_override": false}),
            0,
            &["weak: bypass: these can merge", "administrators", "weak: freshness: ", "ok: direct pushes: "],
            PUSHES,
        ),
        (json!({"block_admin_merge_override": null}), 0, &["weak: bypass: ", "weak: freshness: "], PUSHES),
        (json!({"block_admin_merge_override": null, "apply_to_admins": true}), 0, &["ok: bypass: "], PUSHES),
        (
            json!({"enable_bypass_allowlist": true, "bypass_allowlist_usernames": ["dave"]}),
            0,
            &["weak: bypass: ", ": dave", "weak: freshness: "],
            PUSHES,
        ),
        (
            json!({"enable_bypass_allowlist": true, "bypass_allowlist_teams": ["release"]}),
            0,
            &["weak: bypass: ", "the team release"],
            PUSHES,
        ),
        (
            json!({"enable_bypass_allowlist": true, "bypass_allowlist_usernames": ["dave\nok: all is well"],
                   "block_admin_merge_override": false}),
            0,
            &["weak: bypass: ", "administrators of the repository, dave\\u{a}ok"],
            PUSHES,
        ),
        (json!({"enable_bypass_allowlist": true}), 0, &["ok: bypass: ", "ok: freshness: "], PUSHES),
        (
            json!({"enable_bypass_allowlist": false, "bypass_allowlist_usernames": ["dave"],
                   "bypass_allowlist_teams": ["release"]}),
            0,
            &["ok: bypass: "],
            &["dave", "release"],
        ),
        (json!({"block_on_outdated_branch": false}), 1, &["problem: freshness: "], &[]),
        (
            json!({"block_on_outdated_branch": false, "block_admin_merge_override": false}),
            1,
            &["problem: freshness: "],
            &[],
        ),
    ])
}

#[test]
fn pushes() -> Result<(), Failure> {
    const LISTED: &str =
        "weak: direct pushes: these can push changes to `main` that the gate never checked: ";
    check(&[
        (json!({"enable_push": true}), 1, &["problem: direct pushes: "], &[]),
        (json!({"enable_push": false, "enable_push_whitelist": true}), 0, &["ok: direct pushes: "], &[]),
        (
            json!({"enable_push": true, "enable_push_whitelist": true, "push_whitelist_usernames": ["ann\nok: all"]}),
            0,
            &[LISTED, "ann\\u{a}ok"],
            &["problem"],
        ),
        (
            json!({"enable_push": true, "enable_push_whitelist": true, "push_whitelist_teams": ["release"]}),
            0,
            &[LISTED, "the team release"],
            &["problem"],
        ),
        (
            json!({"enable_push": true, "enable_push_whitelist": true, "push_whitelist_deploy_keys": true}),
            0,
            &[LISTED, "every deploy key"],
            &["problem"],
        ),
        (
            json!({"enable_push": true, "enable_push_whitelist": true}),
            0,
            &["ok: direct pushes: "],
            &["problem"],
        ),
        (
            json!({"enable_push": false, "push_whitelist_usernames": ["ann"], "push_whitelist_deploy_keys": true}),
            0,
            &["ok: direct pushes: "],
            &["ann"],
        ),
    ])
}

/// A force push needs the right to push, too.
#[test]
fn force_pushes() -> Result<(), Failure> {
    const LISTED: &str = "weak: force pushes: these can reset the branch";
    check(&[
        (json!({"enable_force_push": true}), 0, &["ok: force pushes: "], &["problem"]),
        (json!({"enable_force_push": true, "enable_push": true}), 1, &["problem: force pushes: "], &[]),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_push_whitelist": true,
                   "push_whitelist_usernames": ["dave"]}),
            0,
            &[LISTED, ": dave"],
            &["problem"],
        ),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_push_whitelist": true,
                   "push_whitelist_usernames": ["dave"], "enable_force_push_allowlist": true,
                   "force_push_allowlist_usernames": ["carol"]}),
            0,
            &["ok: force pushes: "],
            &["carol"],
        ),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_force_push_allowlist": true,
                   "force_push_allowlist_usernames": ["carol"]}),
            1,
            &[LISTED, ": carol", "problem: direct pushes: "],
            &["problem: force"],
        ),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_push_whitelist": true,
                   "push_whitelist_teams": ["release"], "enable_force_push_allowlist": true,
                   "force_push_allowlist_usernames": ["carol"]}),
            0,
            &[LISTED, ": carol"],
            &[],
        ),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_force_push_allowlist": true,
                   "force_push_allowlist_teams": ["release"], "force_push_allowlist_deploy_keys": true}),
            1,
            &[LISTED, "the team release, every deploy key"],
            &["problem: force"],
        ),
        (
            json!({"enable_force_push": true, "enable_push": true, "enable_force_push_allowlist": true}),
            1,
            &["ok: force pushes: "],
            &["problem: force"],
        ),
        (
            json!({"enable_force_push": false, "enable_push": true, "enable_force_push_allowlist": true,
                   "force_push_allowlist_usernames": ["carol"]}),
            1,
            &["ok: force pushes: "],
            &["carol"],
        ),
    ])
}

#[test]
fn reviews_and_files() -> Result<(), Failure> {
    check(&[
        (json!({"required_approvals": 0}), 0, &["advice: reviews: "], &["reviews on push"]),
        (json!({"required_approvals": 3}), 0, &["ok: reviews: the forge requires at least 3"], &[]),
        (json!({"dismiss_stale_approvals": false}), 0, &["advice: reviews on push: "], &[]),
        (
            json!({"dismiss_stale_approvals": false, "ignore_stale_approvals": true}),
            0,
            &["ok: reviews on push: "],
            &[],
        ),
        (json!({"block_on_rejected_reviews": false}), 0, &["advice: rejecting reviews: "], &[]),
        (json!({"block_on_codeowner_reviews": true}), 0, &["ok: code owners: "], &[]),
        (json!({"block_on_codeowner_reviews": false}), 0, &["advice: code owners: "], &[]),
        (json!({"require_signed_commits": false}), 0, &["advice: signatures: "], &[]),
        (json!({"unprotected_file_patterns": "*.yaml"}), 1, &["problem: unprotected files: "], &[]),
        (json!({"unprotected_file_patterns": " "}), 0, &[], &["unprotected files"]),
        (json!({"unprotected_file_patterns": null}), 0, &[], &["unprotected files"]),
        (json!({"protected_file_patterns": "docs/**"}), 0, &["advice: workflow files: "], &[]),
        (json!({"protected_file_patterns": ""}), 0, &["advice: workflow files: "], &[]),
        (json!({"protected_file_patterns": null}), 0, &["advice: workflow files: "], &[]),
    ])
}

/// Fields that open nothing: who may merge what is green, and whose approval the forge counts.
#[test]
fn what_only_restricts_changes_no_line() -> Result<(), Failure> {
    let plain = good()?.doctor(&[])?.text;
    for fields in [
        json!({"enable_merge_whitelist": true, "merge_whitelist_usernames": ["dave"], "merge_whitelist_teams": ["x"]}),
        json!({"enable_approvals_whitelist": true, "approvals_whitelist_username": ["dave"],
               "approvals_whitelist_teams": ["x"]}),
        json!({"block_on_official_review_requests": false}),
        json!({"priority": 7, "branch_name": "main", "rule_name": "m*", "created_at": null, "updated_at": null}),
    ] {
        let forge = good()?;
        forge.change(RULE, |rule| {
            if let (Some(rule), Some(fields)) = (rule.as_object_mut(), fields.as_object()) {
                rule.extend(fields.clone());
            }
        })?;
        assert_eq!(forge.doctor(&[])?.ended(0, &[]).text, plain, "{fields}");
    }
    Ok(())
}

/// An older Gitea, or Forgejo, has fewer fields.
#[test]
fn a_rule_of_another_version_is_understood() -> Result<(), Failure> {
    let forge = good()?;
    forge.change(RULE, |rule| {
        if let Some(rule) = rule.as_object_mut() {
            rule.retain(|name, _| {
                !name.contains("bypass") && !name.contains("force_push") && name != "ignore_stale_approvals"
            });
            rule.remove("block_admin_merge_override");
            rule.insert("apply_to_admins".into(), json!(true));
        }
    })?;
    forge.doctor(&[])?.ended(0, &["ok: bypass: ", "ok: force pushes: "]);
    forge.change(RULE, |rule| drop(rule.as_object_mut().and_then(|rule| rule.remove("enable_push"))))?;
    forge.doctor(&[])?.ended(3, &["missing field `enable_push`"]);
    Ok(())
}

/// Gitea creates, moves and deletes tags by its API without running a hook.
#[test]
fn tags_that_no_rule_covers_are_found() -> Result<(), Failure> {
    let rule = |pattern: &str, users: &[&str], teams: &[&str]| json!({"name_pattern": pattern, "whitelist_usernames": users, "whitelist_teams": teams});
    let all = "protected: [refs/heads/main, 'refs/tags/*']\n";
    let versions = "protected: [refs/heads/main, 'refs/tags/v*', 'refs/tags/prod-*']\n";
    let rows: [(&str, Value, i32, &[&str]); 15] = [
        ("", json!([]), 1, &["problem: tags: ", "tags of `refs/tags/*`", "runs no hook"]),
        ("", json!([rule("v*", &[], &[])]), 1, &["problem: tags: "]),
        ("", json!([rule("*", &[], &[])]), 0, &["ok: tags: no one can change"]),
        ("", json!([rule("/.*/", &[], &[])]), 0, &["ok: tags: "]),
        (
            "",
            json!([{"name_pattern": "*", "whitelist_usernames": null, "whitelist_teams": null}]),
            0,
            &["ok: tags: "],
        ),
        (all, json!([rule("*", &["dave"], &["release"])]), 0, &["weak: tags: ", "dave, the team release"]),
        (all, json!([rule("*", &[], &[]), rule("v1", &["dave"], &[])]), 0, &["weak: tags: ", ": dave"]),
        (
            versions,
            json!([rule("v*", &[], &[])]),
            1,
            &["ok: tags: ", "problem: tags: ", "`refs/tags/prod-*`"],
        ),
        (versions, json!([rule("v*", &[], &[]), rule("prod-*", &[], &[])]), 0, &["ok: tags: "]),
        ("protected: ['**']\n", json!([]), 1, &["problem: tags: ", "`refs/tags/*`"]),
        ("protected: ['refs/{heads,tags}/*']\n", json!([]), 1, &["problem: tags: ", "`refs/tags/*`"]),
        ("protected: ['refs/tags/v1']\n", json!([rule("v1", &[], &[])]), 0, &["ok: tags: "]),
        ("protected: [v1]\n", json!([]), 1, &["problem: tags: ", "`refs/tags/v1`"]),
        ("protected: [refs/heads/main]\n", json!([]), 0, &["ok: other branches: "]),
        ("protected: 7\n", json!([]), 3, &["unknown: tags: could not determine which refs"]),
    ];
    for (text, rules, code, said) in rows {
        let forge = good()?;
        policy(&forge, &format!("{POLICY_TEXT}{text}"));
        tags(&forge, &rules);
        forge.doctor(&[])?.ended(code, said);
    }
    Ok(())
}

/// Gitea deletes and renames branches that have no rule without running a hook.
#[test]
fn protected_branches_without_a_rule_are_found() -> Result<(), Failure> {
    let all = "protected: ['refs/heads/*', 'refs/tags/*']\n";
    let releases = "protected: ['refs/heads/release/*', 'refs/tags/*']\n";
    for (text, others, code, said) in [
        ("", &[("release/1", false)][..], 0, "ok: other branches: "),
        (all, &[("release/1", false)], 1, "problem: other branches: "),
        (all, &[("release/1", true)], 0, "ok: other branches: "),
        (releases, &[("release/1", false), ("topic", false)], 1, "runs no hook: release/1\n"),
        (releases, &[("release/1", true), ("topic", false)], 0, "ok: other branches: "),
    ] {
        let forge = good()?;
        policy(&forge, &format!("{POLICY_TEXT}{text}"));
        branches(&forge, &[&[("main", true)], others].concat());
        forge.doctor(&[])?.ended(code, &[said]);
    }
    let forge = good()?;
    forge.answer(POLICY, Value::Null);
    forge.refuse(POLICY, 404);
    forge.doctor(&[])?.ended(1, &["problem: other branches: ", "change"]);
    // The hundredth branch counts as the first.
    let many: Vec<(String, bool)> = (0..99).map(|number| (format!("topic/{number}"), false)).collect();
    let mut many: Vec<(&str, bool)> =
        many.iter().map(|(name, protected)| (name.as_str(), *protected)).collect();
    many.push(("release/1", false));
    let forge = good()?;
    policy(&forge, &format!("{POLICY_TEXT}{releases}"));
    branches(&forge, &many);
    forge.doctor(&[])?.ended(1, &["problem: other branches: "]);
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

/// A rule of a pattern is in force for a branch, whatever the branch is called; a branch that is not there has none.
#[test]
fn the_branch_says_which_rule_is_in_force() -> Result<(), Failure> {
    let forge = good()?;
    let branch =
        json!({"name": "release/1", "protected": true, "effective_branch_protection_name": "release/*"});
    forge.answer("/repos/acme/prod/branches/release%2F1", branch);
    let mut release = rule();
    release["status_check_contexts"] = json!(["portcullis (release/1)"]);
    forge.answer("/repos/acme/prod/branch_protections/release%2F%2A", release);
    forge
        .doctor(&["--branch", "release/1"])?
        .ended(0, &["ok: status: ", "the branch protection `release/*`"]);
    forge.doctor(&["--branch", "nope"])?.ended(3, &["unknown: status: ", "the branch `nope` does not exist"]);
    Ok(())
}

#[test]
fn what_a_token_may_not_see_is_unknown() -> Result<(), Failure> {
    let forge = good()?;
    forge.answer(BRANCH, json!({"name": "main", "protected": true, "effective_branch_protection_name": ""}));
    forge.doctor(&[])?.ended(3, &["unknown: status: ", "administrator"]);
    for status in [401, 403, 404] {
        for path in [BRANCH, RULE] {
            let forge = good()?;
            forge.refuse(path, status);
            let advice = if status == 401 { "the forge does not accept the token" } else { "administrator" };
            forge.doctor(&[])?.ended(3, &["unknown: status: ", advice]);
        }
        for (path, said) in [(TAGS, "unknown: tags: "), (BRANCHES, "unknown: other branches: ")] {
            let forge = good()?;
            forge.refuse(path, status);
            forge.doctor(&[])?.ended(3, &[said]);
        }
        let forge = good()?;
        forge.refuse("/repos/acme/prod/contents/.gitea/workflows/gate.yaml", status);
        forge.doctor(&[])?.ended(3, &[]);
    }
    for status in [401, 403] {
        let forge = good()?;
        forge.refuse(POLICY, status);
        forge.doctor(&[])?.ended(3, &["unknown: tags: could not determine which refs the policy protects"]);
    }
    Ok(())
}
