//! Objects of GitHub's API, with every field that its description demands.

use serde_json::{Value, json};

pub(crate) fn user(login: &str, kind: &str) -> Value {
    let page = format!("https://api.github.com/users/{}", login.replace(['[', ']'], "-"));
    json!({"login": login, "id": 1, "node_id": "U_1", "avatar_url": page, "gravatar_id": "", "url": page, "html_url": page,
           "followers_url": page, "following_url": page, "gists_url": page, "starred_url": page, "subscriptions_url": page,
           "organizations_url": page, "repos_url": page, "events_url": page, "received_events_url": page, "type": kind,
           "site_admin": false})
}

pub(crate) fn review(id: u64, login: &str, kind: &str, state: &str, commit: &str) -> Value {
    let page = "https://github.com/acme/prod/pull/7";
    json!({"id": id, "node_id": "R_1", "user": user(login, kind), "body": "", "state": state, "html_url": page,
           "pull_request_url": page, "_links": {"html": {"href": page}, "pull_request": {"href": page}},
           "submitted_at": "2026-11-01T00:00:00Z", "commit_id": commit, "author_association": "MEMBER"})
}

pub(crate) fn movement(id: u64, branch: &str, before: &str, after: &str, login: &str) -> Value {
    let kind = if before.bytes().all(|byte| byte == b'0') { "branch_creation" } else { "push" };
    json!({"id": id, "node_id": "A_1", "before": before, "after": after, "ref": format!("refs/heads/{branch}"),
           "timestamp": "2026-11-01T00:00:00Z", "activity_type": kind, "actor": user(login, "User")})
}

pub(crate) fn event(name: &str, day: u32) -> Value {
    json!({"id": 1, "node_id": "E_1", "url": "https://api.github.com/e", "actor": user("ann", "User"), "event": name, "commit_id": null,
           "commit_url": null, "created_at": format!("2026-11-{day:02}T00:00:00Z"), "performed_via_github_app": null})
}

pub(crate) fn review_comment(body: &Value) -> Value {
    let page = "https://api.github.com/repos/acme/prod/pulls/7";
    json!({"url": page, "pull_request_review_id": 1, "id": 1, "node_id": "L_1", "diff_hunk": "@@", "path": "web.yaml",
           "commit_id": "0".repeat(40), "original_commit_id": "0".repeat(40), "user": user("github-actions[bot]", "Bot"),
           "body": body, "created_at": "2026-11-01T00:00:00Z", "updated_at": "2026-11-01T00:00:00Z", "html_url": page,
           "pull_request_url": page, "author_association": "NONE",
           "_links": {"self": {"href": page}, "html": {"href": page}, "pull_request": {"href": page}}})
}

pub(crate) fn comment(id: usize, login: &str, text: &str) -> Value {
    let page = "https://github.com/acme/prod/pull/7";
    json!({"id": id, "node_id": "C_1", "url": page, "body": text, "html_url": page, "user": user(login, "Bot"),
           "created_at": "2026-11-01T00:00:00Z", "updated_at": "2026-11-01T00:00:00Z", "issue_url": page,
           "author_association": "NONE"})
}

pub(crate) fn status(id: usize, body: &Value) -> Value {
    json!({"url": "https://example.com/s", "avatar_url": null, "id": id, "node_id": "S_1", "state": body["state"],
           "description": body["description"], "target_url": body["target_url"], "context": body["context"],
           "created_at": "2026-11-01T00:00:00Z", "updated_at": "2026-11-01T00:00:00Z", "creator": user("github-actions[bot]", "Bot")})
}

pub(crate) fn simple_status(id: usize, body: &Value) -> Value {
    let mut status = status(id, body);
    if let Some(status) = status.as_object_mut() {
        status.remove("creator");
        status.insert("required".into(), json!(true));
    }
    status
}

pub(crate) fn check_run() -> Value {
    json!({"id": 5, "head_sha": "0".repeat(40), "node_id": "K_1", "external_id": null, "url": "https://example.com/k", "html_url": null,
           "details_url": null, "status": "completed", "conclusion": "neutral", "started_at": null, "completed_at": null,
           "output": {"title": null, "summary": null, "text": null, "annotations_count": 0, "annotations_url": "https://example.com/a"},
           "name": "n", "check_suite": null, "app": null, "pull_requests": []})
}

pub(crate) fn minimal_repository() -> Value {
    let page = "https://api.github.com/repos/acme/prod";
    let mut repository = json!({"id": 1, "node_id": "P_1", "name": "prod", "full_name": "acme/prod", "owner": user("acme", "Organization"),
        "private": true, "html_url": page, "description": null, "fork": false, "url": page});
    let routes = [
        "archive",
        "assignees",
        "blobs",
        "branches",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
        "contributors",
        "deployments",
        "downloads",
        "events",
        "forks",
        "git_commits",
        "git_refs",
        "git_tags",
        "hooks",
        "issue_comment",
        "issue_events",
        "issues",
        "keys",
        "labels",
        "languages",
        "merges",
        "milestones",
        "notifications",
        "pulls",
        "releases",
        "stargazers",
        "statuses",
        "subscribers",
        "subscription",
        "tags",
        "teams",
        "trees",
    ];
    if let Some(repository) = repository.as_object_mut() {
        repository.extend(routes.map(|name| (format!("{name}_url"), json!(page))));
    }
    repository
}
