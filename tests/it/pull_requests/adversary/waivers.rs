//! A change that brings its own pardon.

use crate::common::git::Failure;
use crate::pull_requests::scene::{OWNERS, POLICY, Scene};

const OPEN: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {type: NodePort, \
                    ports: [{port: 80}]}\n";

/// Ann opens a port. The fingerprint is what the report says of it.
fn opened(policy: &str) -> Result<(Scene, String), Failure> {
    let closed = OPEN.replace("NodePort", "ClusterIP");
    let files = [(".portcullis.yaml", policy), ("CODEOWNERS", OWNERS), ("web.yaml", &*closed)];
    let mut scene = Scene::with(&files)?;
    scene.commit("change", &["main"], &[("web.yaml", OPEN)])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    let ran = scene.run(7, &["--format", "json"])?;
    let of_port = ran.text.split("\"check\": \"node-port\"").nth(1).ok_or("no open port")?;
    let fingerprint = of_port.split("\"fingerprint\": \"").nth(1).and_then(|rest| rest.split('"').next());
    Ok((scene, fingerprint.ok_or("is not a fingerprint")?.to_owned()))
}

fn waiver(fingerprint: &str) -> String {
    format!(
        "- {{check: node-port, object: Service/shop/web, fingerprint: '{fingerprint}', reason: moves in spring, \
         owner: '@bob', expires: 2999-01-01}}\n"
    )
}

fn list(fingerprint: &str) -> String {
    format!("apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers:\n{}", waiver(fingerprint))
}

/// The pull request adds the list of waivers beside what it waives, and an owner approves both.
#[test]
fn a_list_of_waivers_in_the_pull_request_itself() -> Result<(), Failure> {
    let (mut scene, fingerprint) = opened(POLICY)?;
    let head = scene.tip("change")?;
    let pardoned = scene.commit("change", &[&head], &[(".portcullis-waivers.yaml", &list(&fingerprint))])?;
    scene.pushed("change", &head, &pardoned, "ann");
    scene.show(7, "change")?;
    scene.review(7, "bob", "APPROVED", &pardoned);
    scene.run(7, &[])?.ended(1, &["error[node-port]"]);
    // Once the list stands on the target branch, it covers.
    scene.commit("main", &["main"], &[(".portcullis-waivers.yaml", &list(&fingerprint))])?;
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(0, &["waived[node-port]"]);
    Ok(())
}

/// The same in the policy file, which an owner approves, too.
#[test]
fn a_waiver_in_the_policy_of_the_pull_request_itself() -> Result<(), Failure> {
    let (mut scene, fingerprint) = opened(POLICY)?;
    let head = scene.tip("change")?;
    let policy = format!("{POLICY}waivers:\n{}", waiver(&fingerprint));
    let pardoned = scene.commit("change", &[&head], &[(".portcullis.yaml", &policy)])?;
    scene.pushed("change", &head, &pardoned, "ann");
    scene.show(7, "change")?;
    scene.review(7, "bob", "APPROVED", &pardoned);
    scene.run(7, &[])?.ended(1, &["error[node-port]"]);
    Ok(())
}

/// The list stands on another branch, into which the pull request goes for a while.
#[test]
fn a_list_of_waivers_on_another_branch() -> Result<(), Failure> {
    let (scene, fingerprint) = opened(POLICY)?;
    scene.commit("lax", &["main"], &[(".portcullis-waivers.yaml", &list(&fingerprint))])?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
        pull["base"]["ref"] = "lax".into();
    }
    scene.run(7, &[])?.ended(1, &["into lax", "error[node-port]"]);
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["into main", "error[node-port]"]);
    Ok(())
}
