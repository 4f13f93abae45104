//! Whose reviews count for what.

use super::objects::{event, review};
use super::scene::{POLICY, SERVICE, SETTINGS, Scene};
use crate::common::git::Failure;

pub(crate) const RED: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {colour: red}\n";

/// Ann changes a file that Bob and she own.
pub(crate) fn changed() -> Result<(Scene, String), Failure> {
    let mut scene = Scene::new()?;
    scene.commit("change", &["main"], &[("settings.yaml", RED)])?;
    let head = scene.open(7, "change")?;
    Ok((scene, head))
}

#[test]
fn a_review_that_arrives_later_turns_red_into_green() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    scene.run(7, &[])?.ended(
        1,
        &[
            "error[missing-approval]: settings.yaml needs 1 more approval by any of @ann, @bob",
            "one approval is missing: @bob can give it",
        ],
    );
    let (commit, state, text) = scene.status().ok_or("no status")?;
    assert_eq!((commit.as_str(), state.as_str()), (head.as_str(), "failure"), "{text}");
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &["@bob approved the change"]);
    let (commit, state, _) = scene.status().ok_or("no status")?;
    assert_eq!((commit, state.as_str()), (head.clone(), "success"));
    // The same once more says nothing that stands there already.
    let said = scene.fake.state().statuses.len();
    scene.run(7, &[])?.ended(0, &[]);
    assert_eq!(scene.fake.state().statuses.len(), said);
    scene.review(7, "bob", "DISMISSED", &head);
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    assert_eq!(scene.status().ok_or("no status")?.1, "failure");
    Ok(())
}

#[test]
fn nobody_approves_what_they_made() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    scene.review(7, "ann", "APPROVED", &head);
    scene.run(7, &[])?.ended(
        1,
        &["the review of", "by @ann does not count: it is by a person who took part in the change"],
    );
    // Bob pushes a commit in Ann's name to her branch and approves it.
    let pushed = scene.commit("change", &[&head], &[("settings.yaml", SETTINGS), ("more.yaml", RED)])?;
    scene.pushed("change", &head, &pushed, "bob");
    scene.show(7, "change")?;
    scene.review(7, "bob", "APPROVED", &pushed);
    scene.run(7, &[])?.ended(1, &["by @bob does not count"]);
    Ok(())
}

#[test]
fn a_co_author_does_not_approve() -> Result<(), Failure> {
    let mut scene = Scene::new()?;
    scene.commit_by("bob", "change", &["main"], &[("settings.yaml", RED)])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(1, &["by @bob does not count"]);
    Ok(())
}

/// Bob may have pushed to Ann's branch in her name: where nothing proves who did, two have to approve.
#[test]
fn where_nobody_knows_who_pushed_one_more_is_needed() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    scene.fake.state().activity.clear();
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(1, &["needs 1 more approval", "one more approval is required"]);
    Ok(())
}

#[test]
fn programs_vanished_accounts_and_strangers_count_for_nobody() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    let bot = review(1, "bob[bot]", "Bot", "APPROVED", &head);
    let organisation = review(2, "bob", "Organization", "APPROVED", &head);
    let mut vanished = review(3, "bob", "User", "APPROVED", &head);
    vanished["user"] = serde_json::Value::Null;
    let stranger = review(4, "eve", "User", "APPROVED", &head);
    let pending = review(5, "bob", "User", "PENDING", &head);
    scene.fake.state().reviews.insert(7, vec![bot, organisation, vanished, stranger, pending]);
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    Ok(())
}

#[test]
fn an_approval_survives_an_update_from_the_target_and_no_changed_line() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    // The target moves, and the button "Update branch" merges it.
    let target = scene.commit("main", &["main"], &[("other.yaml", SETTINGS)])?;
    scene.run(7, &[])?.ended(0, &[]);
    let updated = scene.commit("change", &[&head, &target], &[("other.yaml", SETTINGS)])?;
    scene.pushed("change", &head, &updated, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(0, &["@bob approved the change"]);
    // The merge commit of an update that changes a line besides.
    let crafted = scene.commit(
        "change",
        &[&head, &target],
        &[("other.yaml", SETTINGS), ("settings.yaml", &RED.replace("red", "evil"))],
    )?;
    scene.pushed("change", &updated, &crafted, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["@bob approved", "the change has been updated since", "missing-approval"]);
    Ok(())
}

#[test]
fn what_was_approved_of_one_file_holds_while_another_changes() -> Result<(), Failure> {
    let mut scene = Scene::with(&[
        (".portcullis.yaml", POLICY),
        ("CODEOWNERS", "/settings.yaml @bob\n/other.yaml @carl\n"),
        ("settings.yaml", SETTINGS),
    ])?;
    let head = scene.commit("change", &["main"], &[("settings.yaml", RED)])?;
    scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    let other = RED.replace("name: settings", "name: other");
    let more = scene.commit("change", &[&head], &[("other.yaml", &other)])?;
    scene.pushed("change", &head, &more, "ann");
    scene.show(7, "change")?;
    let ran = scene.run(7, &[])?;
    ran.ended(1, &["other.yaml needs 1 more approval by @carl"]);
    assert!(!ran.text.contains("settings.yaml needs"), "{}", ran.text);
    scene.review(7, "carl", "APPROVED", &more);
    scene.run(7, &[])?.ended(0, &[]);
    Ok(())
}

#[test]
fn a_forced_push_of_other_content_needs_a_new_approval() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    let rewritten = scene.commit("change", &["main"], &[("settings.yaml", &RED.replace("red", "black"))])?;
    scene.pushed("change", &head, &rewritten, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    // The same content again, such as after a rebase, is what was approved.
    let again = scene.commit_by("ann", "change", &["main"], &[("settings.yaml", RED)])?;
    scene.pushed("change", &rewritten, &again, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(0, &[]);
    Ok(())
}

/// Ann exposes a service; a finding that the team has to approve.
fn exposed() -> Result<(Scene, String), Failure> {
    let mut scene = Scene::new()?;
    scene.commit("change", &["main"], &[("net/web.yaml", SERVICE)])?;
    let head = scene.open(7, "change")?;
    Ok((scene, head))
}

#[test]
fn a_team_approves_by_whoever_is_in_it() -> Result<(), Failure> {
    let (scene, head) = exposed()?;
    scene.team("acme/network", &["ann", "Dora", "x"]);
    scene.run(7, &[])?.ended(
        1,
        &[
            "public-load-balancer",
            "1 of @acme/network must approve; approved by no one yet",
            "a member of @acme/network can give it",
        ],
    );
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(
        1,
        &["missing-approval", "approved by no one yet", "one approval is missing: @Dora can give it"],
    );
    scene.review(7, "dora", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &["@dora approved the change"]);
    Ok(())
}

/// A token of a workflow cannot read teams: that is neither a yes nor a no.
#[test]
fn a_hidden_team_leaves_it_undecided() -> Result<(), Failure> {
    let (scene, head) = exposed()?;
    scene.review(7, "dora", "APPROVED", &head);
    scene
        .run(7, &[])?
        .ended(3, &["could not determine whether the approvers are members of @acme/network", "404"]);
    assert_eq!(scene.status().ok_or("no status")?.1, "error");
    // Who is missing is missing whatever the team is.
    scene.fake.state().reviews.clear();
    scene.run(7, &[])?.ended(1, &["missing-approval"]);
    Ok(())
}

#[test]
fn people_of_the_policy_need_no_team_of_the_forge() -> Result<(), Failure> {
    let policy = format!(
        "{POLICY}people:\n- {{name: Dora, handles: ['@dora', '@acme/network']}}\n- {{name: Ann, handles: ['@ann']}}\n"
    );
    let mut scene = Scene::with(&[(".portcullis.yaml", &policy), ("CODEOWNERS", "* @acme/network\n")])?;
    scene.commit("change", &["main"], &[("net/web.yaml", SERVICE)])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "dora", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &["Dora approved the change"]);
    Ok(())
}

/// Dora approved while the binding granted nothing; since then somebody else gave the role its power.
#[test]
fn a_finding_that_could_not_be_seen_is_not_approved() -> Result<(), Failure> {
    let policy = POLICY.replace("public-load-balancer", "rbac-escalation");
    let role = |verbs: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: helper}}\nrules:\n- {{apiGroups: ['*'], \
             resources: ['*'], verbs: {verbs}}}\n"
        )
    };
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: helper}\nroleRef: {apiGroup: \
                   rbac.authorization.k8s.io, kind: ClusterRole, name: helper}\nsubjects:\n- {kind: ServiceAccount, name: web, namespace: shop}\n";
    let mut scene = Scene::with(&[
        (".portcullis.yaml", &policy),
        ("CODEOWNERS", "* @dora\n"),
        ("role.yaml", &role("[get]").replace("resources: ['*']", "resources: [pods]")),
    ])?;
    scene.team("acme/network", &["dora"]);
    scene.commit("change", &["main"], &[("binding.yaml", binding)])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "dora", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &[]);
    scene.commit("main", &["main"], &[("role.yaml", &role("['*']"))])?;
    scene.run(7, &[])?.ended(1, &["needs approval[rbac-escalation]", "approved by no one yet"]);
    // Once she has looked at it beside the new role, it is approved.
    let target = scene.tip("main")?;
    let updated = scene.commit("change", &[&head, &target], &[("role.yaml", &role("['*']"))])?;
    scene.pushed("change", &head, &updated, "ann");
    scene.show(7, "change")?;
    scene.review(7, "dora", "APPROVED", &updated);
    scene.run(7, &[])?.ended(0, &[]);
    Ok(())
}

/// Bob saw a harmless change of another branch; on main the same commits bring what that branch had already.
#[test]
fn what_was_approved_beside_another_target_is_not_approved() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    for name in ["labeled", "renamed", "head_ref_force_pushed", "closed"] {
        scene.fake.state().events.push(event(name, 2));
    }
    scene.run(7, &[])?.ended(0, &[]);
    for name in ["base_ref_changed", "automatic_base_change_succeeded"] {
        scene.fake.state().events.push(event(name, 1));
        scene.run(7, &[])?.ended(1, &["missing-approval"]);
        scene.fake.state().events.clear();
    }
    Ok(())
}
