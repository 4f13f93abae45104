//! Pull requests of programs that change versions without owners.

use serde_json::Value;

use super::objects::user;
use super::scene::{POLICY, Scene};
use crate::common::git::Failure;

const WEB: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - name: web\n    \
    image: ghcr.io/acme/web:1.8.0\n";
const PROGRAM: &str = "renovate[bot]";

/// Renovate, a program of the forge, has opened a pull request with one commit and pushed its branch alone.
fn proposed(files: &[(&str, &str)]) -> Result<Scene, Failure> {
    let policy = format!(
        "{POLICY}people:\n- {{name: ann, handles: ['@ann', ann@example.com]}}\n- {{name: Renovate, bot: true, handles: \
         ['@renovate[bot]', renovate@example.com]}}\nautomation:\n- {{person: Renovate, proof: account, branches: \
         [refs/heads/main], paths: ['**'], fields: [image]}}\n"
    );
    let mut scene =
        Scene::with(&[(".portcullis.yaml", &policy), ("CODEOWNERS", "* @ann @bob\n"), ("web.yaml", WEB)])?;
    scene.commit_by("renovate", "change", &["main"], files)?;
    scene.open(7, "change")?;
    {
        let mut state = scene.fake.state();
        state.activity[0]["actor"] = user(PROGRAM, "Bot");
        let pull = state.pulls.get_mut(&7).ok_or("no pull request")?;
        pull["user"] = user(PROGRAM, "Bot");
    }
    Ok(scene)
}

fn newer() -> String {
    WEB.replace("1.8.0", "1.9.0")
}

#[test]
fn a_program_proposes_a_newer_version() -> Result<(), Failure> {
    let told = ["Renovate may change this without owners", "ghcr.io/acme/web:1.9.0"];
    proposed(&[("web.yaml", &newer())])?.run(7, &[])?.ended(0, &told);
    Ok(())
}

#[test]
fn a_program_proposes_more_than_a_version() -> Result<(), Failure> {
    let text = newer() + "    securityContext: {privileged: true}\n";
    let told = ["missing-approval", "a key is added, removed or moved"];
    proposed(&[("web.yaml", &text)])?.run(7, &[])?.ended(1, &told);
    Ok(())
}

/// Ann adds nothing but a newer version herself.
#[test]
fn a_person_who_pushes_to_the_programs_branch() -> Result<(), Failure> {
    let mut scene = proposed(&[("web.yaml", &newer())])?;
    let head = scene.tip("change")?;
    let text = WEB.replace("1.8.0", "1.9.1");
    let more = scene.commit_by("renovate", "change", &["change"], &[("web.yaml", &text)])?;
    scene.pushed("change", &head, &more, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(1, &["missing-approval", "account ann took part"]);
    Ok(())
}

/// The forge does not say who pushed.
#[test]
fn a_programs_branch_that_anyone_may_have_moved() -> Result<(), Failure> {
    let scene = proposed(&[("web.yaml", &newer())])?;
    scene.fake.state().activity[0]["actor"] = Value::Null;
    scene.run(7, &[])?.ended(1, &["missing-approval", "does not say which accounts moved the branch"]);
    Ok(())
}
