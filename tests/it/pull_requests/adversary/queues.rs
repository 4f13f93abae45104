//! Merge queues that are not what they look like.

use crate::common::git::Failure;
use crate::pull_requests::queue::{Queue, queue};
use crate::pull_requests::scene::{POLICY, SERVICE, SETTINGS, Scene};

fn harmless() -> Result<Queue, Failure> {
    queue(("a.txt", "text"), ("b.txt", "text"))
}

/// A pull request in the queue of main is given another target while it waits.
#[test]
fn a_queued_pull_request_into_another_branch() -> Result<(), Failure> {
    let queue = harmless()?;
    if let Some(pull) = queue.scene.fake.state().pulls.get_mut(&1) {
        pull["base"]["ref"] = "scratch".into();
    }
    queue.run(&queue.merged[1])?.ended(3, &["changed while it was judged"]);
    Ok(())
}

/// The queue names a harmless pull request for the commit of another one.
#[test]
fn a_commit_of_two_pull_requests() -> Result<(), Failure> {
    let queue = queue(("web.yaml", SERVICE), ("b.txt", "text"))?;
    let first = queue.merged[0].clone();
    queue.scene.fake.state().queue = vec![(2, first.clone()), (1, first.clone())];
    queue.run(&first)?.ended(3, &["the forge would merge it to tree"]);
    Ok(())
}

/// The queue is listed the other way round.
#[test]
fn a_queue_in_another_order() -> Result<(), Failure> {
    let queue = queue(("web.yaml", SERVICE), ("b.txt", "text"))?;
    queue.scene.fake.state().queue.reverse();
    queue.run(&queue.merged[1])?.ended(1, &["error[public-load-balancer]", "pull request 1 into main"]);
    Ok(())
}

/// The branch moves after the queue has merged it, and what is shown is not what is merged.
#[test]
fn a_head_that_moves_in_the_queue() -> Result<(), Failure> {
    let queue = queue(("web.yaml", SERVICE), ("b.txt", "text"))?;
    let tip = queue.scene.tip("one")?;
    queue.scene.commit("one", &[&tip], &[("web.yaml", ""), ("a.txt", "text")])?;
    queue.scene.show(1, "one")?;
    queue.run(&queue.merged[1])?.ended(3, &["the forge would merge it to tree"]);
    Ok(())
}

/// A commit that stands on another tip than main's: what lies between was never judged.
#[test]
fn a_group_that_does_not_stand_on_its_target() -> Result<(), Failure> {
    let queue = harmless()?;
    queue.scene.commit("main", &["main"], &[("c.txt", "text")])?;
    queue.run(&queue.merged[0])?.ended(3, &["the group is not based on"]);
    Ok(())
}

/// The approval is dismissed after the group was asked about it and before it is told green.
#[test]
fn an_approval_that_is_dismissed_while_the_group_is_judged() -> Result<(), Failure> {
    let mut scene = Scene::with(&[
        (".portcullis.yaml", POLICY),
        ("CODEOWNERS", "* @bob\n"),
        ("settings.yaml", SETTINGS),
    ])?;
    let red = ("settings.yaml", SETTINGS.replace("blue", "red"));
    let change = [(red.0, red.1.as_str())];
    scene.commit("one", &["main"], &change)?;
    let head = scene.open(1, "one")?;
    let main = scene.tip("main")?;
    let merged = scene.commit("gh-readonly-queue/1", &[&main, &head], &change)?;
    scene.fake.state().queue = vec![(1, merged.clone())];
    scene.review(1, "bob", "APPROVED", &head);
    let queue = Queue { scene, merged: [merged.clone(), String::new()] };
    queue.run(&merged)?.ended(0, &[]);
    let dismissed = "GET /repos/acme/prod/pulls/1/reviews".to_owned();
    queue.scene.fake.state().meanwhile = Some((
        dismissed,
        Box::new(|state| {
            state.reviews.values_mut().flatten().for_each(|review| review["state"] = "DISMISSED".into());
        }),
    ));
    queue.run(&merged)?.ended(3, &["changed while it was judged"]);
    Ok(())
}
