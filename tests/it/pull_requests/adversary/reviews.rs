//! One word of approval that is stretched over more than it was given for.

use crate::common::git::Failure;
use crate::pull_requests::approvals::{RED, changed};
use crate::pull_requests::objects::review;
use crate::pull_requests::scene::{OWNERS, POLICY, SETTINGS, Scene};

/// Ann's change in a repository whose policy knows people.
fn among(people: &str, approvals: usize) -> Result<(Scene, String), Failure> {
    let policy = POLICY.replace("approvals: 1", &format!("approvals: {approvals}"));
    let policy = format!("{policy}people:\n{people}");
    let mut scene =
        Scene::with(&[(".portcullis.yaml", &policy), ("CODEOWNERS", OWNERS), ("settings.yaml", SETTINGS)])?;
    scene.commit("change", &["main"], &[("settings.yaml", RED)])?;
    let head = scene.open(7, "change")?;
    Ok((scene, head))
}

/// The forge lists reviews in another order than the one in which they were given: Bob took his approval back.
#[test]
fn reviews_in_another_order() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    let approved = review(1, "bob", "User", "APPROVED", &head);
    let mut taken_back = review(2, "bob", "User", "CHANGES_REQUESTED", &head);
    taken_back["submitted_at"] = "2026-11-02T00:00:00Z".into();
    scene.fake.state().reviews.insert(7, vec![taken_back, approved]);
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// Bob takes his approval back under another spelling of his account.
#[test]
fn one_account_in_two_spellings() -> Result<(), Failure> {
    let (scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.review(7, "BOB", "CHANGES_REQUESTED", &head);
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// Ann approves with the account that she has for work.
#[test]
fn a_second_account_of_the_author() -> Result<(), Failure> {
    let (scene, head) = among("- {name: Ann, handles: ['@ann', '@bob']}\n", 1)?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(1, &["by Ann does not count: it is by a person who took part in the change"]);
    Ok(())
}

/// Two approvals are asked for, and Bob gives both of them, from two accounts.
#[test]
fn two_accounts_of_one_person() -> Result<(), Failure> {
    let (scene, head) = among(
        "- {name: Bob, handles: ['@bob', '@bob2', '@acme/bobs']}\n- {name: Ann, handles: ['@ann']}\n",
        2,
    )?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.review(7, "bob2", "APPROVED", &head);
    scene.run(7, &[])?.ended(1, &["settings.yaml needs 1 more approval"]);
    Ok(())
}

/// An account that two people of the policy claim approves for neither.
#[test]
fn an_account_that_two_people_claim() -> Result<(), Failure> {
    let (scene, head) =
        among("- {name: Bob, handles: ['@bob']}\n- {name: Eve, handles: ['@BOB', '@eve']}\n", 1)?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// What Bob looked at is the commit of another pull request, which changes something else.
#[test]
fn an_approval_of_another_pull_request_s_commit() -> Result<(), Failure> {
    let (mut scene, _) = changed()?;
    scene.commit("other", &["main"], &[("note.txt", "text")])?;
    let other = scene.open(8, "other")?;
    scene.review(7, "bob", "APPROVED", &other);
    scene.run(7, &[])?.ended(1, &["the change has been updated since", "error[missing-approval]"]);
    Ok(())
}

/// An approval of a commit that nobody has, and one of no commit at all.
#[test]
fn an_approval_of_a_commit_that_is_nowhere() -> Result<(), Failure> {
    let (scene, _) = changed()?;
    scene.review(7, "bob", "APPROVED", &"1".repeat(40));
    scene.run(7, &[])?.ended(1, &["it is of a commit that can no longer be merged"]);
    let mut nothing = review(9, "bob", "User", "APPROVED", "");
    nothing["commit_id"] = serde_json::Value::Null;
    scene.fake.state().reviews.insert(7, vec![nothing]);
    scene.run(7, &[])?.ended(1, &["error[missing-approval]"]);
    Ok(())
}

/// Bob approved a line in a file; now the file goes away, or the same text stands in another one.
#[test]
fn an_approved_file_is_deleted_or_renamed() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    let deleted = scene.commit("change", &[&head], &[("settings.yaml", "")])?;
    scene.pushed("change", &head, &deleted, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["settings.yaml needs 1 more approval"]);
    let renamed = scene.commit("change", &[&head], &[("settings.yaml", ""), ("moved.yaml", RED)])?;
    scene.pushed("change", &deleted, &renamed, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["2 files need 1 more approval", "moved.yaml"]);
    Ok(())
}

/// Bob approved a first change, somebody made main another way since, and Ann takes that back in the same branch.
#[test]
fn a_mended_file_is_broken_again_under_an_old_approval() -> Result<(), Failure> {
    let (mut scene, head) = changed()?;
    scene.review(7, "bob", "APPROVED", &head);
    let mended = scene.commit(
        "main",
        &["main"],
        &[("other.yaml", &SETTINGS.replace("name: settings", "name: other"))],
    )?;
    let back = scene.commit("change", &[&head, &mended], &[("settings.yaml", RED)])?;
    scene.pushed("change", &head, &back, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["other.yaml needs 1 more approval"]);
    Ok(())
}

/// Bob approved a line in a sandbox's file, and meanwhile main has made that file another one's: renamed by git, the line
/// comes into a file that he never looked at.
#[test]
fn an_approved_line_that_the_target_moves_elsewhere() -> Result<(), Failure> {
    let sandbox = long("blue");
    let files = [(".portcullis.yaml", POLICY), ("CODEOWNERS", OWNERS), ("sandbox/settings.yaml", &*sandbox)];
    let mut scene = Scene::with(&files)?;
    let red = long("red");
    scene.commit("change", &["main"], &[("sandbox/settings.yaml", &red)])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    scene.run(7, &[])?.ended(0, &[]);
    scene.commit("main", &["main"], &[("sandbox/settings.yaml", ""), ("prod/settings.yaml", &sandbox)])?;
    scene.run(7, &[])?.ended(1, &["prod/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// Enough lines for git to recognise the file.
fn long(colour: &str) -> String {
    let more = (0..20).map(|number| format!("  key{number}: value\n")).collect::<Vec<_>>().concat();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n{more}  colour: {colour}\n"
    )
}
