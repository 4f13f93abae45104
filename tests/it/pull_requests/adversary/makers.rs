//! Changes whose maker approves them and looks like somebody else.

use serde_json::Value;

use crate::common::git::Failure;
use crate::pull_requests::approvals::{RED, changed};
use crate::pull_requests::objects::user;
use crate::pull_requests::scene::{POLICY, Scene};

/// Bob has approved Ann's change, which is enough if it is proved that Ann made it.
fn approved() -> Result<Scene, Failure> {
    let (scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &[]);
    Ok(scene)
}

/// The same change as a commit of which everything can be said.
fn told(people: &str, message: &str) -> Result<Scene, Failure> {
    let (mut scene, head) = changed()?;
    let tree = scene.git.run(&["rev-parse", &format!("{head}^{{tree}}")], b"")?;
    let main = scene.tip("main")?;
    let text = format!("tree {tree}\nparent {main}\n{people}\n{message}\n");
    let commit = scene.git.run(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes())?;
    scene.git.set_ref("refs/heads/change", &commit)?;
    scene.pushed("change", &head, &commit, "ann");
    scene.show(7, "change")?;
    scene.review(7, "bob", "APPROVED", &commit);
    Ok(scene)
}

const NOBODY: &str =
    "author No <no@example.com> 1800000000 +0000\ncommitter No <no@example.com> 1800000000 +0000\n";

/// The address that the forge gives to Bob's own account, under another name.
#[test]
fn the_forge_s_own_address_of_the_approver() -> Result<(), Failure> {
    let people = NOBODY.replacen("no@example.com", "7+bob@users.noreply.github.com", 1);
    told(&people, "Change")?
        .run(7, &[])?
        .ended(1, &["by @bob does not count: it is by a person who took part"]);
    Ok(())
}

/// A co-author whose line is spelled as no tool would.
#[test]
fn a_co_author_in_odd_letters() -> Result<(), Failure> {
    for line in [
        "CO-AUTHORED-BY :Bob<bob@example.com >",
        "  Co-authored-by: bob <x@example.com>",
        "co-authored-by: <@bob>",
    ] {
        let scene = told(NOBODY, &format!("Change\n\n{line}\n\nmore text"))?;
        scene.run(7, &[])?.ended(1, &["by @bob does not count"]);
    }
    Ok(())
}

/// Ann merges a branch with Bob's commits into hers; Bob approves the whole.
#[test]
fn the_approver_s_branch_is_merged_in() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    let bobs = scene.commit_by("bob", "bobs", &["main"], &[("more.yaml", RED)])?;
    let third = scene.commit("third", &["main"], &[("third.txt", "text")])?;
    let files = [("more.yaml", RED), ("third.txt", "text")];
    for parents in [vec![head.as_str(), &bobs], vec![&head, &third, &bobs]] {
        let merged = scene.commit("change", &parents, &files)?;
        scene.pushed("change", &head, &merged, "ann");
        scene.show(7, "change")?;
        scene.review(7, "bob", "APPROVED", &merged);
        scene.run(7, &[])?.ended(1, &["by @bob does not count: it is by a person who took part"]);
    }
    Ok(())
}

/// The list of pushes names an account that is gone.
#[test]
fn a_push_by_an_account_that_is_gone() -> Result<(), Failure> {
    let scene = approved()?;
    scene.fake.state().activity[0]["actor"] = Value::Null;
    scene.run(7, &[])?.ended(1, &["one more approval is required"]);
    Ok(())
}

/// A program pushed, which may have done so for the one who approves.
#[test]
fn a_push_by_a_program() -> Result<(), Failure> {
    for (login, kind) in [("bob-bot[bot]", "Bot"), ("robot", "Organization"), ("helper[bot]", "User")] {
        let scene = approved()?;
        scene.fake.state().activity[0]["actor"] = user(login, kind);
        scene.run(7, &[])?.ended(1, &["one more approval is required"]);
    }
    Ok(())
}

/// The policy names people: an account that it does not know, or knows as a program, may be the approver's own.
#[test]
fn a_push_by_an_account_that_is_no_person_of_the_policy() -> Result<(), Failure> {
    let policy = format!(
        "{POLICY}people:\n- {{name: Ann, handles: ['@ann']}}\n- {{name: Bob, handles: ['@bob']}}\n\
         - {{name: CI, bot: true, handles: ['@acme-ci']}}\n"
    );
    for login in ["stranger", "acme-ci"] {
        let mut scene = Scene::with(&[(".portcullis.yaml", &policy), ("CODEOWNERS", "* @ann @bob\n")])?;
        scene.commit("change", &["main"], &[("settings.yaml", RED)])?;
        let head = scene.open(7, "change")?;
        scene.review(7, "bob", "APPROVED", &head);
        scene.run(7, &[])?.ended(0, &[]);
        scene.fake.state().activity[0]["actor"] = user(login, "User");
        scene.run(7, &[])?.ended(1, &["one more approval is required"]);
    }
    Ok(())
}

/// Movements that lead from the head to itself, so that nothing ever began.
#[test]
fn pushes_in_a_circle() -> Result<(), Failure> {
    let scene = approved()?;
    let mut circle = scene.fake.state().activity[0].clone();
    circle["before"] = circle["after"].clone();
    scene.fake.state().activity = vec![circle.clone(), circle];
    scene.run(7, &[])?.ended(1, &["one more approval is required"]);
    Ok(())
}

/// A branch that is deleted and made again, and the list begins with what was deleted.
#[test]
fn a_branch_that_is_made_again() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    let made = scene.commit("change", &[&head], &[("more.yaml", RED)])?;
    let nothing = "0".repeat(40);
    scene.pushed("change", &head, &nothing, "ann");
    scene.pushed("change", &nothing, &made, "bob");
    scene.show(7, "change")?;
    scene.review(7, "bob", "APPROVED", &made);
    scene.run(7, &[])?.ended(1, &["by @bob does not count: it is by a person who took part"]);
    Ok(())
}

/// The branch was in a fork, and the fork is gone with everything that told who pushed to it.
#[test]
fn a_fork_that_is_gone() -> Result<(), Failure> {
    let scene = approved()?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
        pull["head"]["repo"] = Value::Null;
    }
    scene.run(7, &[])?.ended(1, &["one more approval is required"]);
    Ok(())
}

/// The fork's name would lead the question about its pushes to another place of the API.
#[test]
fn a_fork_whose_name_leads_elsewhere() -> Result<(), Failure> {
    for name in ["acme/prod/../../x", "acme/..", "acme/prod?x", "acme"] {
        let scene = approved()?;
        if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
            pull["head"]["repo"]["full_name"] = name.into();
        }
        scene.run(7, &[])?.ended(3, &["the head's repository has no usable name"]);
    }
    Ok(())
}
