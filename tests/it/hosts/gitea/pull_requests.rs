//! Pull requests on Gitea and Forgejo.

use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::common::replies::{GiteaList, Replies, Total};
use crate::pull_requests::scene::{POLICY, Ran, SETTINGS, Scene};

const BASE: &str = "/repos/acme/prod";

pub(crate) struct Pull {
    pub(crate) scene: Scene,
    pub(crate) forge: Replies,
    pub(crate) head: String,
}

/// Ann's branch, which needs two approvals because Gitea does not tell who pushed.
pub(crate) fn pull_request() -> Result<Pull, Failure> {
    pull_request_of(&[("settings.yaml", &SETTINGS.replace("blue", "red"))])
}

/// The same with other files.
fn pull_request_of(changed: &[(&str, &str)]) -> Result<Pull, Failure> {
    let files = [
        (".portcullis.yaml", POLICY),
        ("CODEOWNERS", ".* @ann @bob @carl\nnet/.* @acme/network\n"),
        ("settings.yaml", SETTINGS),
    ];
    let scene = Scene::with(&files)?;
    let head = scene.commit("change", &["main"], changed)?;
    scene.git.set_ref("refs/pull/7/head", &head)?;
    let forge = Replies::start()?;
    let pull = Pull { scene, forge, head };
    let request = json!({"number": 7, "state": "open", "merged": false, "user": {"login": "ann"},
        "head": {"ref": "change", "sha": pull.head, "repo": {"full_name": "acme/prod"}},
        "base": {"ref": "main", "repo": {"default_branch": "main"}}});
    pull.answer("/pulls/7", request);
    pull.reviews(&[]);
    pull.timeline(vec![]);
    pull.forge.answer("GET /settings/api", json!({"max_response_items": 50, "default_paging_num": 30}));
    pull.statuses(&[]);
    Ok(pull)
}

impl Pull {
    pub(crate) fn answer(&self, path: &str, reply: Value) {
        self.forge.answer(&format!("GET {BASE}{path}"), reply);
    }

    /// The reviews that everyone may see.
    pub(crate) fn reviews(&self, reviews: &[Value]) {
        self.review_rows(reviews.iter().cloned().map(Some).collect());
    }

    /// All reviews. Those without a value are pending and somebody else's.
    pub(crate) fn review_rows(&self, rows: Vec<Option<Value>>) {
        let list = GiteaList { rows, total: Total::Rows, most: 50, below: None, whole: false };
        self.forge.list(&format!("GET {BASE}/pulls/7/reviews"), list);
    }

    /// What happened, the oldest first. Entries without a value are line comments.
    pub(crate) fn timeline(&self, rows: Vec<Option<Value>>) {
        let list = GiteaList { rows, total: Total::Page, most: 50, below: None, whole: false };
        self.forge.list(&format!("GET {BASE}/issues/7/timeline"), list);
    }

    /// The newest status of each context.
    pub(crate) fn statuses(&self, statuses: &[Value]) {
        let list = GiteaList { below: Some("statuses"), ..GiteaList::shown(statuses, Total::Rows) };
        self.forge.list(&format!("GET {BASE}/commits/{}/status", self.head), list);
    }

    pub(crate) fn review(&self, who: &str, state: &str) -> Value {
        json!({"user": {"login": who}, "state": state, "official": true, "stale": false, "dismissed": false, "comments_count": 0, "commit_id": self.head, "submitted_at": "2026-11-01T00:00:00Z"})
    }

    pub(crate) fn run(&self) -> Result<Ran, Failure> {
        self.run_with(&[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> Result<Ran, Failure> {
        let mut command = self.scene.command(&[&["--number", "7"], arguments].concat());
        command
            .env("GITEA_ACTIONS", "true")
            .env("GITHUB_API_URL", self.forge.address())
            .env("GITEA_TOKEN", "a-token");
        Ok(Ran::of(&command.output()?))
    }
}

/// An entry of the timeline.
pub(crate) fn entry(kind: &str, at: &str) -> Value {
    json!({"type": kind, "created_at": at, "updated_at": at, "user": {"login": "dave"}, "body": ""})
}

/// The target becomes another one in the second in which everyone approved.
pub(crate) fn retargeted() -> Value {
    entry("change_target_branch", "2026-11-01T00:00:00Z")
}

#[test]
fn official_reviews_count_in_every_order() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(1, &["missing-approval"]);
    let [bob, carl] = ["bob", "carl"].map(|who| pull.review(who, "APPROVED"));
    pull.reviews(&[bob.clone(), carl.clone()]);
    pull.run()?.ended(0, &["@bob approved the change", "@carl approved the change"]);
    let said = pull.forge.said(&format!("POST {BASE}/statuses/{}", pull.head)).ok_or("no status")?;
    assert_eq!(said["state"], "success");
    pull.timeline(vec![Some(entry("label", "2026-11-02T00:00:00Z"))]);
    pull.run()?.ended(0, &[]);
    pull.timeline(vec![Some(retargeted())]);
    pull.run()?.ended(1, &["missing-approval"]);
    pull.timeline(vec![]);
    let mut unofficial = carl.clone();
    unofficial["official"] = false.into();
    let mut dismissed = carl.clone();
    dismissed["dismissed"] = true.into();
    for reviews in [
        vec![bob.clone()],
        vec![bob.clone(), unofficial],
        vec![bob.clone(), dismissed],
        vec![bob.clone(), carl, pull.review("carl", "REQUEST_CHANGES")],
        vec![bob.clone(), pull.review("carl", "COMMENT")],
        vec![bob.clone(), pull.review("ann", "APPROVED")],
        vec![bob, pull.review("gitea-actions", "APPROVED")],
    ] {
        pull.reviews(&reviews);
        let ran = pull.run()?;
        assert_eq!(ran.code, Some(1), "{reviews:?}\n{}", ran.text);
    }
    Ok(())
}

/// The branch names the rule that is in force, which may be one for a pattern.
#[test]
fn whether_it_grows_stale_is_read_from_the_rule_in_force() -> Result<(), Failure> {
    let pull = pull_request()?;
    let unknown = "could not determine whether this is judged again when main moves";
    pull.run()?.ended(1, &[unknown]);
    let branch = |protected: bool, name: &str| json!({"name": "main", "protected": protected, "effective_branch_protection_name": name});
    pull.answer("/branches/main", branch(true, ""));
    pull.run()?.ended(1, &[unknown]);
    pull.answer("/branches/main", branch(false, ""));
    pull.run()?.ended(1, &["if main moves, this is not judged again"]);
    pull.answer("/branches/main", branch(true, "m*"));
    let rule = |outdated: bool| {
        json!({"enable_push": false, "enable_push_whitelist": false, "enable_status_check": true,
        "status_check_contexts": ["portcullis"], "required_approvals": 0, "block_on_rejected_reviews": false,
        "block_on_outdated_branch": outdated, "dismiss_stale_approvals": false, "require_signed_commits": false})
    };
    pull.answer("/branch_protections/m%2A", rule(false));
    pull.run()?.ended(1, &["if main moves, this is not judged again"]);
    pull.answer("/branch_protections/m%2A", rule(true));
    assert!(!pull.run()?.text.contains("moves"));
    Ok(())
}

/// Gitea does not say who pushed before the pull request was opened, so one approval more is needed; the first report
/// says so.
#[test]
fn the_first_report_asks_for_every_approval() -> Result<(), Failure> {
    let pull = pull_request()?;
    pull.run()?.ended(
        1,
        &["needs 2 more approvals", "2 approvals are missing: @bob, @carl", "one more approval is required"],
    );
    let said = pull.forge.said(&format!("POST {BASE}/statuses/{}", pull.head)).ok_or("no status")?;
    assert!(said["description"].as_str().is_some_and(|text| text.contains("2 approvals")), "{said}");
    pull.reviews(&[pull.review("bob", "APPROVED")]);
    pull.run()?.ended(1, &["needs 1 more approval", "one approval is missing: @carl"]);
    Ok(())
}

#[test]
fn approvals_that_do_not_count_are_listed_with_the_reason() -> Result<(), Failure> {
    let pull = pull_request()?;
    let changed = |who: &str, field: &str, value: Value| {
        let mut review = pull.review(who, "APPROVED");
        review[field] = value;
        review
    };
    pull.reviews(&[
        changed("eve", "official", json!(false)),
        changed("carl", "dismissed", json!(true)),
        changed("bob", "commit_id", json!(null)),
        changed("x", "user", json!(null)),
        pull.review("gitea-actions", "APPROVED"),
    ]);
    pull.run()?.ended(
        1,
        &[
            "the approval by @eve does not count: the forge does not count it",
            "the approval by @carl does not count: it was dismissed",
            "the approval by @bob does not count: it is not known which commit",
            "the approval by a deleted account does not count",
            "the approval by @gitea-actions does not count: the account is a program's",
        ],
    );
    pull.reviews(&[pull.review("bob", "APPROVED")]);
    pull.timeline(vec![Some(retargeted())]);
    pull.run()?
        .ended(1, &["the approval by @bob does not count: the pull request had another target branch then"]);
    Ok(())
}

/// The token of an account of its own, without the scope that names it, and comments that begin like the gate's.
fn commented_by(accounts: &[&str]) -> Result<Pull, Failure> {
    let pull = pull_request()?;
    let comment = |(id, login): (usize, &&str)| json!({"id": id, "user": {"login": login}, "body": "<!-- portcullis -->\nold"});
    let comments: Vec<Value> = accounts.iter().enumerate().map(comment).collect();
    pull.forge.list(&format!("GET {BASE}/issues/7/comments"), GiteaList::whole(&comments));
    pull.forge.refuse("GET /user", 403);
    let made =
        json!({"id": 1, "status": "failure", "context": "portcullis", "creator": {"login": "gatebot"}});
    pull.forge.answer(&format!("POST {BASE}/statuses/{}", pull.head), made);
    Ok(pull)
}

/// The creator of the status is the account of the token, which finds its own comment by that.
#[test]
fn one_comment_is_found_again_without_the_scope_that_names_the_account() -> Result<(), Failure> {
    let (added, written) =
        (format!("POST {BASE}/issues/7/comments"), format!("PATCH {BASE}/issues/comments/"));
    for (accounts, new, over) in [
        (&[][..], 1, None),
        (&["eve"], 1, None),
        (&["eve", "gatebot", "gitea-actions"], 0, Some("1")),
        (&["gitea-actions"], 1, None),
    ] {
        let pull = commented_by(accounts)?;
        pull.run_with(&["--comment", "always"])?.ended(1, &[]);
        assert_eq!(pull.forge.times(&added), new, "{accounts:?}");
        let wanted = over.map_or(0, |id| pull.forge.times(&format!("{written}{id}")));
        assert_eq!(
            (wanted, pull.forge.times(&written)),
            (over.iter().len(), over.iter().len()),
            "{accounts:?}"
        );
    }
    // A status that is set already has a creator, too.
    let pull = commented_by(&["gatebot"])?;
    pull.run()?.ended(1, &[]);
    let said = pull.forge.said(&format!("POST {BASE}/statuses/{}", pull.head)).ok_or("no status")?;
    let known = json!({"context": "portcullis", "status": said["state"], "description": said["description"], "creator": {"login": "gatebot"}});
    pull.statuses(&[known]);
    pull.run_with(&["--comment", "always"])?.ended(1, &[]);
    assert_eq!((pull.forge.times(&added), pull.forge.times(&written)), (0, 1));
    Ok(())
}

/// Without both, nothing is written rather than a second comment.
#[test]
fn an_unknown_account_writes_no_second_comment() -> Result<(), Failure> {
    let pull = commented_by(&["gatebot"])?;
    pull.forge.refuse(&format!("POST {BASE}/statuses/{}", pull.head), 403);
    let ran = pull.run_with(&["--comment", "always"])?;
    ran.ended(1, &["could not write the comment", "the token needs the scope `read:user`"]);
    assert!(!ran.text.contains("\\u{a}"), "a notice is one line:\n{}", ran.text);
    assert_eq!(pull.forge.times(&format!("POST {BASE}/issues/7/comments")), 0);
    Ok(())
}

/// Gitea shows a team to its members, to owners of the organisation and to administrators of the site.
#[test]
fn a_team_that_is_not_shown_is_not_a_team_that_does_not_exist() -> Result<(), Failure> {
    const SEARCH: &str = "GET /orgs/acme/teams/search";
    const MEMBERS: &str = "GET /teams/2/members";
    let needs = "its account must be a member of each team";
    let pull = pull_request_of(&[("net/a.yaml", SETTINGS)])?;
    let found = |teams: &[Value]| GiteaList { below: Some("data"), ..GiteaList::shown(teams, Total::Rows) };
    let team = json!({"id": 2, "name": "network"});
    pull.reviews(&["bob", "carl"].map(|who| pull.review(who, "APPROVED")));
    pull.forge.list(SEARCH, found(&[]));
    pull.run()?.ended(3, &["acme has no team `network`, or the token's account does not see it", needs]);
    pull.forge.list(SEARCH, found(&[team]));
    pull.forge.refuse(MEMBERS, 404);
    pull.run()?.ended(3, &[needs]);
    pull.forge.refuse(SEARCH, 403);
    pull.run()?.ended(3, &[needs]);
    // One approval is not enough in any case, and the unknown team is told all the same.
    pull.reviews(&[pull.review("bob", "APPROVED")]);
    pull.run()?.ended(1, &["could not determine whether the approvers are members of @acme/network", needs]);
    pull.forge.known().refusals.clear();
    pull.reviews(&["bob", "carl"].map(|who| pull.review(who, "APPROVED")));
    let members = ["bob", "carl"].map(|login| json!({"login": login}));
    pull.forge.list(MEMBERS, GiteaList::shown(&members, Total::Rows));
    pull.run()?.ended(0, &["@bob approved the change", "@carl approved the change"]);
    Ok(())
}
