//! Merge queues.

use serde_json::json;

use super::scene::{Ran, SETTINGS, Scene};
use crate::common::git::Failure;

const QUIET: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";
const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: helper}\nrules:\n- {apiGroups: ['*'], \
                    resources: ['*'], verbs: ['*']}\n";
const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: helper}\nroleRef: {apiGroup: \
                       rbac.authorization.k8s.io, kind: ClusterRole, name: helper}\nsubjects:\n- {kind: ServiceAccount, name: web, \
                       namespace: shop}\n";

/// Two pull requests in a queue, one after the other, each merged onto what stands before it.
pub(crate) struct Queue {
    pub(crate) scene: Scene,
    pub(crate) merged: [String; 2],
}

pub(crate) fn queue(first: (&str, &str), second: (&str, &str)) -> Result<Queue, Failure> {
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET), ("settings.yaml", SETTINGS)])?;
    let main = scene.tip("main")?;
    scene.commit("one", &[&main], &[first])?;
    scene.commit("two", &[&main], &[second])?;
    let heads = [scene.open(1, "one")?, scene.open(2, "two")?];
    let one = scene.commit("gh-readonly-queue/1", &[&main, &heads[0]], &[first])?;
    let two = scene.commit("gh-readonly-queue/2", &[&one, &heads[1]], &[second])?;
    scene.fake.state().queue = vec![(1, one.clone()), (2, two.clone())];
    Ok(Queue { scene, merged: [one, two] })
}

impl Queue {
    pub(crate) fn run(&self, commit: &str) -> Result<Ran, Failure> {
        let group = json!({"merge_group": {"head_sha": commit, "base_ref": "refs/heads/main", "base_sha": "ignored"}});
        self.scene.job("merge_group", &group, &[])
    }
}

#[test]
fn two_that_are_harmless_alone_and_an_escalation_together() -> Result<(), Failure> {
    let queue = queue(("role.yaml", ROLE), ("binding.yaml", BINDING))?;
    queue.scene.run(1, &[])?.ended(0, &[]);
    queue.scene.run(2, &[])?.ended(0, &[]);
    queue.run(&queue.merged[0])?.ended(0, &["pull request 1 into main"]);
    queue
        .run(&queue.merged[1])?
        .ended(1, &["pull request 2 into main", "error[rbac-escalation]", "ServiceAccount shop/web gains"]);
    let (commit, state, _) = queue.scene.status().ok_or("no status")?;
    assert_eq!((commit.as_str(), state.as_str()), (queue.merged[1].as_str(), "failure"));
    Ok(())
}

/// A queue may merge a group of which only the last one was looked at.
#[test]
fn what_stands_in_front_is_judged_again() -> Result<(), Failure> {
    let service = ("web.yaml", super::scene::SERVICE);
    let queue = queue(service, ("note.txt", "text"))?;
    queue.run(&queue.merged[1])?.ended(1, &["error[public-load-balancer]", "pull request 1 into main"]);
    Ok(())
}

#[test]
fn what_the_queue_put_in_besides_is_undecided() -> Result<(), Failure> {
    let queue = queue(("a.txt", "text"), ("b.txt", "text"))?;
    queue.run(&queue.merged[1])?.ended(0, &[]);
    let head = queue.scene.tip("two")?;
    let more = [("b.txt", "text"), ("web.yaml", super::scene::SERVICE)];
    let crafted = queue.scene.commit("gh-readonly-queue/2", &[&queue.merged[0], &head], &more)?;
    queue.scene.fake.state().queue[1].1.clone_from(&crafted);
    queue.run(&crafted)?.ended(3, &["the forge would merge it to tree"]);
    Ok(())
}

#[test]
fn what_is_in_no_queue_is_undecided() -> Result<(), Failure> {
    let queue = queue(("a.txt", "text"), ("b.txt", "text"))?;
    queue.scene.fake.state().queue.truncate(1);
    queue.run(&queue.merged[1])?.ended(3, &["the forge's queue lists no pull request"]);
    queue.scene.fake.state().queue = vec![(2, queue.merged[1].clone())];
    queue.run(&queue.merged[1])?.ended(3, &[]);
    Ok(())
}

/// A squash has one parent; the queue makes it all the same.
#[test]
fn a_squashed_pull_request_is_the_same_change() -> Result<(), Failure> {
    let mut scene = Scene::with(&[(".portcullis.yaml", QUIET)])?;
    let main = scene.tip("main")?;
    let first = scene.commit("one", &[&main], &[("a.txt", "text")])?;
    scene.commit("one", &[&first], &[("role.yaml", ROLE)])?;
    scene.open(1, "one")?;
    let squashed =
        scene.commit("gh-readonly-queue/1", &[&main], &[("a.txt", "text"), ("role.yaml", ROLE)])?;
    scene.fake.state().queue = vec![(1, squashed.clone())];
    let queue = Queue { scene, merged: [squashed.clone(), String::new()] };
    queue.run(&squashed)?.ended(0, &["pull request 1 into main"]);
    Ok(())
}
