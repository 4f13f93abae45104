//! Merge requests on GitLab.

use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::common::replies::Replies;
use crate::pull_requests::scene::{POLICY, Ran, SETTINGS, Scene};

const BASE: &str = "/projects/acme%2Fprod";
/// The optional section binds pushes only.
const OWNERS: &str =
    "* @ann @bob\n/net/ @network\n/role/ @@maintainer\n^[Security] @security\nsettings.yaml\n";

pub(crate) struct Merge {
    pub(crate) scene: Scene,
    pub(crate) forge: Replies,
    pub(crate) head: String,
}

/// Ann opens a merge request that changes one file.
pub(crate) fn merge_request(path: &str) -> Result<Merge, Failure> {
    let files = [(".portcullis.yaml", POLICY), (".gitlab/CODEOWNERS", OWNERS), ("settings.yaml", SETTINGS)];
    let scene = Scene::with(&files)?;
    let head = scene.commit("change", &["main"], &[(path, &SETTINGS.replace("blue", "red"))])?;
    scene.git.set_ref("refs/merge-requests/7/head", &head)?;
    let forge = Replies::start()?;
    let merge = Merge { scene, forge, head };
    let request = json!({"iid": 7, "state": "opened", "sha": merge.head, "target_branch": "main", "source_branch": "change",
        "source_project_id": 1, "target_project_id": 1, "author": {"username": "ann"}});
    merge.answer("/merge_requests/7", request);
    merge.answer("", json!({"id": 1, "path_with_namespace": "acme/prod", "default_branch": "main", "merge_method": "merge"}));
    merge.answer("/merge_requests/7/approvals", json!({"approved_by": []}));
    merge.answer("/merge_requests/7/notes", json!([]));
    merge.answer("/merge_requests/7/versions", json!([version(&merge.head, 1)]));
    merge.answer("/events", json!([push("ann", None, &merge.head)]));
    let statuses = format!("/repository/commits/{}/statuses", merge.head);
    merge.answer(&statuses, json!([]));
    Ok(merge)
}

fn version(commit: &str, minute: u32) -> Value {
    json!({"id": minute, "head_commit_sha": commit, "created_at": format!("2026-11-01T00:{minute:02}:00.000Z")})
}

fn push(who: &str, before: Option<&str>, after: &str) -> Value {
    let action = if before.is_none() { "created" } else { "pushed" };
    json!({"author_username": who, "push_data": {"ref": "change", "ref_type": "branch", "action": action,
           "commit_from": before, "commit_to": after}})
}

pub(crate) fn note(who: &str, system: bool, text: &str, minute: u32) -> Value {
    json!({"id": minute, "system": system, "body": text, "author": {"username": who},
           "created_at": format!("2026-11-01T00:{minute:02}:30.000Z")})
}

impl Merge {
    pub(crate) fn answer(&self, path: &str, reply: Value) {
        self.forge.answer(&format!("GET {BASE}{path}"), reply);
    }

    pub(crate) fn approved_by(&self, who: &[&str]) {
        let by: Vec<Value> = who.iter().map(|name| json!({"user": {"username": name}})).collect();
        self.answer("/merge_requests/7/approvals", json!({"approved_by": by}));
    }

    pub(crate) fn run(&self) -> Result<Ran, Failure> {
        let mut command = self.scene.command(&["--comment", "findings"]);
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_REPOSITORY").env("GITLAB_CI", "true");
        command.env("CI_API_V4_URL", self.forge.address()).env("CI_PROJECT_PATH", "acme/prod");
        command.env("CI_SERVER_URL", format!("file://{}", self.scene.path("").display()));
        command.env("CI_MERGE_REQUEST_IID", "7").env("GITLAB_TOKEN", "a-token");
        Ok(Ran::of(&command.output()?))
    }

    pub(crate) fn status(&self) -> Option<String> {
        let said = self.forge.said(&format!("POST {BASE}/statuses/{}", self.head))?;
        said["state"].as_str().map(str::to_owned)
    }
}

#[test]
fn an_approval_is_bound_to_what_stood_when_it_was_given() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    merge.run()?.ended(1, &["settings.yaml needs 1 more approval by any of @ann, @bob"]);
    assert_eq!(merge.status().as_deref(), Some("failed"));
    merge.approved_by(&["bob"]);
    merge.run()?.ended(1, &["missing-approval"]);
    merge.answer("/merge_requests/7/notes", json!([note("bob", false, "approved this merge request", 5)]));
    merge.run()?.ended(1, &["missing-approval"]);
    merge.answer("/merge_requests/7/notes", json!([note("bob", true, "approved this merge request", 5)]));
    merge.run()?.ended(0, &["@bob approved the change"]);
    assert_eq!(merge.status().as_deref(), Some("success"));
    let retargeted = note("ann", true, "changed target branch from `dev` to `main`", 6);
    merge.answer(
        "/merge_requests/7/notes",
        json!([note("bob", true, "approved this merge request", 5), retargeted]),
    );
    merge.run()?.ended(1, &["missing-approval"]);
    merge.answer("/merge_requests/7/notes", json!([note("bob", true, "approved this merge request", 5)]));
    // What he approved was an older version with other content.
    let older =
        merge.scene.commit("older", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "black"))])?;
    merge.answer("/merge_requests/7/versions", json!([version(&merge.head, 9), version(&older, 1)]));
    merge.run()?.ended(1, &["missing-approval"]);
    Ok(())
}

#[test]
fn authors_pushers_and_tokens_do_not_approve() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    for who in ["ann", "project_1_bot_abc"] {
        merge.approved_by(&[who]);
        merge.answer("/merge_requests/7/notes", json!([note(who, true, "approved this merge request", 5)]));
        merge.run()?.ended(1, &["missing-approval"]);
    }
    merge.approved_by(&["bob"]);
    merge.answer("/merge_requests/7/notes", json!([note("bob", true, "approved this merge request", 5)]));
    merge.answer("/events", json!([push("bob", None, &merge.head)]));
    merge.run()?.ended(1, &["by @bob does not count"]);
    merge.answer("/events", json!([]));
    merge.run()?.ended(1, &["one more approval is required"]);
    Ok(())
}

#[test]
fn groups_and_roles_are_asked_for() -> Result<(), Failure> {
    let merge = merge_request("net/a.yaml")?;
    merge.approved_by(&["dora"]);
    merge.answer("/merge_requests/7/notes", json!([note("dora", true, "approved this merge request", 5)]));
    merge.run()?.ended(1, &["net/a.yaml needs 1 more approval by @network"]);
    let member = |state: &str| json!([{"username": "dora", "state": state, "access_level": 30}]);
    merge.forge.answer("GET /groups/network/members/all", member("blocked"));
    merge.run()?.ended(1, &["missing-approval"]);
    merge.forge.answer("GET /groups/network/members/all", member("active"));
    merge.run()?.ended(0, &[]);

    let merge = merge_request("role/a.yaml")?;
    merge.approved_by(&["dora"]);
    merge.answer("/merge_requests/7/notes", json!([note("dora", true, "approved this merge request", 5)]));
    merge.run()?.ended(3, &["could not determine whether the approvers are members of @@maintainer"]);
    merge.answer("/members", json!([{"username": "dora", "state": "active", "access_level": 30}]));
    merge.run()?.ended(1, &["missing-approval"]);
    merge.answer("/members", json!([{"username": "dora", "state": "active", "access_level": 40}]));
    merge.run()?.ended(0, &[]);
    Ok(())
}

#[test]
fn one_note_is_written_over_and_never_another_s() -> Result<(), Failure> {
    let merge = merge_request("settings.yaml")?;
    merge.run()?.ended(1, &[]);
    let notes = format!("POST {BASE}/merge_requests/7/notes");
    assert!(
        merge
            .forge
            .said(&notes)
            .is_some_and(|said| said["body"].to_string().contains("portcullis: rejected"))
    );
    merge.forge.known().said.clear();
    merge.forge.answer("GET /user", json!({"username": "gate"}));
    merge.answer("/merge_requests/7/notes", json!([note("eve", false, "<!-- portcullis -->\nfine", 2)]));
    merge.run()?.ended(1, &[]);
    assert!(merge.forge.said(&notes).is_some());
    merge.forge.known().said.clear();
    merge.answer("/merge_requests/7/notes", json!([note("gate", false, "<!-- portcullis -->\nfine", 2)]));
    merge.run()?.ended(1, &[]);
    assert!(merge.forge.said(&format!("PUT {BASE}/merge_requests/7/notes/2")).is_some());
    assert!(merge.forge.said(&notes).is_none());
    Ok(())
}
