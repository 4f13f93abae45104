//! Argo CD Image Updater, whose signed commits may move tags forward without owners.

use crate::common::git::Failure;
use crate::hooks::checkout::Push;
use crate::hooks::lanes::{
    DEPLOYMENT, DEPLOYMENT_PATH, KUSTOMIZATION, KUSTOMIZATION_PATH, SOURCE, SOURCE_PATH, program, server,
    signing,
};
use crate::hooks::manifests::POLICY_PATH;

const POLICY: &str = "argo-cd-image-updater.yaml";

/// What comes of one commit of the updater with one change of a file.
fn attempt(path: &str, text: &str, (from, to): (&str, &str)) -> Result<Push, Failure> {
    assert!(text.contains(from), "{from}");
    let server = server(POLICY, &[])?;
    let updater = signing(&server, "updater")?;
    updater.commit("build: automatic update of web", &[(path, &text.replace(from, to))])?;
    updater.push_main()
}

/// The stolen key of the updater runs another image.
#[test]
fn an_updater_that_changes_the_repository() -> Result<(), Failure> {
    let push = attempt(SOURCE_PATH, SOURCE, ("acme/web:1.8.0", "evil/web:1.9.0"))?;
    push.rejected(&["error[missing-approval]", "the image goes to another registry or repository"]);
    Ok(())
}

/// The same repository in another registry.
#[test]
fn an_updater_that_changes_the_registry() -> Result<(), Failure> {
    let push =
        attempt(SOURCE_PATH, SOURCE, ("ghcr.io/acme/web:1.8.0", "ghcr.io.evil.example/acme/web:1.9.0"))?;
    push.rejected(&["error[missing-approval]", "the image goes to another registry or repository"]);
    Ok(())
}

/// An image of the policy's `repositories`, under the name of another one.
#[test]
fn an_updater_that_renames_an_image() -> Result<(), Failure> {
    let push = attempt(SOURCE_PATH, SOURCE, ("ghcr.io/acme/web:1.8.0", "web=ghcr.io/acme/web:1.9.0"))?;
    push.rejected(&["error[missing-approval]", "more than the image changes in this value"]);
    Ok(())
}

/// Back to a version with a known hole.
#[test]
fn an_updater_that_goes_back() -> Result<(), Failure> {
    let push = attempt(KUSTOMIZATION_PATH, KUSTOMIZATION, ("1.8.0", "1.7.9"))?;
    push.rejected(&["error[missing-approval]", "1.7.9 is older than 1.8.0"]);
    Ok(())
}

/// The new version goes back in a first commit and forward in a second: what is pushed as a whole looks fine.
#[test]
fn an_updater_that_goes_back_and_forward() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let updater = signing(&server, "updater")?;
    updater.commit("Back", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.0.0"))])?;
    updater.commit("Forward", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    updater.push_main()?.rejected(&["error[missing-approval]", "1.0.0 is older than 1.8.0"]);
    Ok(())
}

/// A newer tag, and one more line.
#[test]
fn an_updater_that_adds_a_key() -> Result<(), Failure> {
    let push = attempt(KUSTOMIZATION_PATH, KUSTOMIZATION, ("1.8.0\n", "1.9.0\nnamePrefix: evil-\n"))?;
    push.rejected(&["error[missing-approval]", "a key is added, removed or moved"]);
    Ok(())
}

/// A newer tag, and another name of the image that it is for.
#[test]
fn an_updater_that_picks_another_image() -> Result<(), Failure> {
    let push = attempt(
        KUSTOMIZATION_PATH,
        KUSTOMIZATION,
        ("acme/web\n  newTag: 1.8.0", "acme/api\n  newTag: 1.9.0"),
    )?;
    push.rejected(&["error[missing-approval]", "is not a tag, a digest or a version"]);
    Ok(())
}

/// A newer tag in a file of another folder.
#[test]
fn an_updater_in_another_folder() -> Result<(), Failure> {
    let staging = DEPLOYMENT.replace("shop", "staging");
    let push = attempt("clusters/staging/web.yaml", &staging, ("1.8.0", "1.9.0"))?;
    push.rejected(&[
        "error[missing-approval]",
        "clusters/staging/web.yaml:13: the file is not among its `paths`",
    ]);
    Ok(())
}

/// A value with an anchor, which other places could refer to.
#[test]
fn an_updater_that_sets_an_anchor() -> Result<(), Failure> {
    let push =
        attempt(DEPLOYMENT_PATH, DEPLOYMENT, ("ghcr.io/acme/web:1.8.0", "&web ghcr.io/acme/web:1.9.0"))?;
    push.rejected(&["error[missing-approval]", "without an anchor"]);
    Ok(())
}

/// Somebody's commit below the updater's.
#[test]
fn a_commit_of_somebody_else_below_the_updaters() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let mallory = program(&server, "mallory", Some("mallory"))?;
    mallory.commit("Note", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.8.1"))])?;
    mallory.push(&["HEAD:refs/heads/proposal"])?.accepted(&[]);
    let updater = signing(&server, "updater")?;
    updater.git.run(&["pull", "--quiet", "origin", "proposal"], b"")?;
    updater.commit("Update", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    updater
        .push_main()?
        .rejected(&["error[missing-approval]", "is not signed with a trusted key of Image Updater"]);
    Ok(())
}

/// An unsigned commit under the updater's name and address.
#[test]
fn somebody_under_the_updaters_name() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let mallory = program(&server, "updater", None)?;
    mallory.commit("build: automatic update of web", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    mallory
        .push_main()?
        .rejected(&["error[unsigned-commit]", "is not signed with a trusted key of Image Updater"]);
    Ok(())
}

/// A merge by the updater of a branch of its own.
#[test]
fn an_updater_that_merges() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let updater = signing(&server, "updater")?;
    updater.git.run(&["switch", "--quiet", "--create", "side"], b"")?;
    updater.commit("Update", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    updater.git.run(&["switch", "--quiet", "main"], b"")?;
    updater.git.run(&["merge", "--quiet", "--no-ff", "--message", "Merge", "side"], b"")?;
    updater.push_main()?.rejected(&["error[missing-approval]", "has 2 parents instead of one"]);
    Ok(())
}

/// The policy in the middle: one commit changes it, the next one changes it back.
#[test]
fn an_updater_that_touches_the_policy() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let updater = signing(&server, "updater")?;
    updater.commit("Open", &[(POLICY_PATH, "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n")])?;
    let policy = crate::hooks::lanes::example(POLICY)?;
    updater.commit("Close", &[(POLICY_PATH, &policy), (SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    updater.push_main()?.rejected(&["error[missing-approval]", ".portcullis.yaml: it is a trust file"]);
    Ok(())
}

/// The entry in the policy allows more from now on.
#[test]
fn an_updater_that_widens_its_entry() -> Result<(), Failure> {
    let policy = crate::hooks::lanes::example(POLICY)?;
    let push = attempt(POLICY_PATH, &policy, ("paths: [\"apps/**\"]", "paths: [\"**\"]"))?;
    push.rejected(&[
        "error[weakened-policy]",
        "the program Image Updater, known by its key, may change `image` of `ghcr.io/acme/*` in `**`",
    ]);
    Ok(())
}

/// A manifest that only this push brings.
#[test]
fn an_updater_that_adds_a_file() -> Result<(), Failure> {
    let push = attempt("apps/new.yaml", DEPLOYMENT, ("1.8.0", "1.9.0"))?;
    push.rejected(&["error[missing-approval]", "apps/new.yaml: a file is added, moved or deleted"]);
    Ok(())
}
