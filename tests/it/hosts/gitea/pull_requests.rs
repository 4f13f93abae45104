//! Pull requests on Gitea and Forgejo.

use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::common::replies::Replies;
use crate::pull_requests::scene::{POLICY, Ran, SETTINGS, Scene};

const BASE: &str = "/repos/acme/prod";

pub(crate) struct Pull {
    pub(crate) scene: Scene,
    pub(crate) forge: Replies,
    pub(crate) head: String,
}

/// Ann's branch, which needs two approvals because Gitea does not tell who pushed.
pub(crate) fn pull_request() -> Result<Pull, Failure> {
    let files = [
        (".portcullis.yaml", POLICY),
        ("CODEOWNERS", ".* @ann @bob @carl\nnet/.* @acme/network\n"),
        ("settings.yaml", SETTINGS),
    ];
    let scene = Scene::with(&files)?;
    let head = scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    scene.git.set_ref("refs/pull/7/head", &head)?;
    let forge = Replies::start()?;
    let pull = Pull { scene, forge, head };
    let request = json!({"number": 7, "state": "open", "merged": false, "user": {"login": "ann"},
        "head": {"ref": "change", "sha": pull.head, "repo": {"full_name": "acme/prod"}},
        "base": {"ref": "main", "repo": {"default_branch": "main"}}});
    pull.answer("/pulls/7", request);
    pull.answer("/pulls/7/reviews", json!([]));
    pull.answer("/issues/7/timeline", json!([]));
    let status = format!("/commits/{}/status", pull.head);
    pull.answer(&status, json!({"statuses": null}));
    Ok(pull)
}

impl Pull {
    pub(crate) fn answer(&self, path: &str, reply: Value) {
        self.forge.answer(&format!("GET {BASE}{path}"), reply);
    }

    pub(crate) fn review(&self, who: &str, state: &str) -> Value {
        json!({"user": {"login": who}, "state": state, "official": true, "stale": false, "dismissed": false, "commit_id": self.head, "submitted_at": "2026-11-01T00:00:00Z"})
    }

    pub(crate) fn run(&self) -> Result<Ran, Failure> {
        let mut command = self.scene.command(&["--number", "7"]);
        command
            .env("GITEA_ACTIONS", "true")
            .env("GITHUB_API_URL", self.forge.address())
            .env("GITEA_TOKEN", "a-token");
        Ok(Ran::of(&command.output()?))
    }
}

#[test]
fn official_reviews_count_in_every_order() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(1, &["missing-approval"]);
    let [bob, carl] = ["bob", "carl"].map(|who| pull.review(who, "APPROVED"));
    pull.answer("/pulls/7/reviews", json!([bob.clone(), carl.clone()]));
    pull.run()?.ended(0, &["@bob approved the change", "@carl approved the change"]);
    let said = pull.forge.said(&format!("POST {BASE}/statuses/{}", pull.head)).ok_or("no status")?;
    assert_eq!(said["state"], "success");
    let retargeted = json!({"type": "change_target_branch", "created_at": "2026-11-01T00:00:00Z"});
    pull.answer("/issues/7/timeline", json!([{"type": "label", "created_at": "2026-11-02T00:00:00Z"}]));
    pull.run()?.ended(0, &[]);
    pull.answer("/issues/7/timeline", json!([retargeted]));
    pull.run()?.ended(1, &["missing-approval"]);
    pull.answer("/issues/7/timeline", json!([]));
    let mut unofficial = carl.clone();
    unofficial["official"] = false.into();
    let mut dismissed = carl.clone();
    dismissed["dismissed"] = true.into();
    for reviews in [
        json!([bob]),
        json!([bob, unofficial]),
        json!([bob, dismissed]),
        json!([bob, carl, pull.review("carl", "REQUEST_CHANGES")]),
        json!([bob, pull.review("carl", "COMMENT")]),
        json!([bob, pull.review("ann", "APPROVED")]),
        json!([bob, pull.review("gitea-actions", "APPROVED")]),
    ] {
        pull.answer("/pulls/7/reviews", reviews.clone());
        let ran = pull.run()?;
        assert_eq!(ran.code, Some(1), "{reviews}\n{}", ran.text);
    }
    Ok(())
}

#[test]
fn whether_it_grows_stale_is_read_from_the_protection() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(1, &["could not determine whether this is judged again when main moves"]);
    let protection = |outdated: bool| json!({"block_on_outdated_branch": outdated, "enable_status_check": true, "status_check_contexts": ["portcullis"]});
    pull.answer("/branch_protections/main", protection(false));
    pull.run()?.ended(1, &["if main moves, this is not judged again"]);
    pull.answer("/branch_protections/main", protection(true));
    assert!(!pull.run()?.text.contains("moves"));
    Ok(())
}
