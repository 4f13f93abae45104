//! Renovate, whose signed commits may move images, digests and charts forward without owners.

use crate::common::git::Failure;
use crate::hooks::checkout::Push;
use crate::hooks::lanes::{
    DEPLOYMENT, DEPLOYMENT_PATH, NEW_DIGEST, OLD_DIGEST, PINNED_PATH, RELEASE, RELEASE_PATH, pinned, server,
    signing,
};

const POLICY: &str = "renovate.yaml";

/// What comes of one commit of Renovate.
fn attempt(path: &str, text: &str) -> Result<Push, Failure> {
    let server = server(POLICY, &[])?;
    let renovate = signing(&server, "renovate")?;
    renovate.commit("chore(deps): update", &[(path, text)])?;
    renovate.push_main()
}

/// A newer tag without the digest that fixed the image.
#[test]
fn an_update_that_drops_the_digest() -> Result<(), Failure> {
    let text = pinned("7.2.1", NEW_DIGEST).replace(&format!("@{NEW_DIGEST}"), "");
    attempt(PINNED_PATH, &text)?.rejected(&["error[missing-approval]", "redis:7.2.1 loses its digest"]);
    Ok(())
}

/// Another image under the same tag: digests have no order, and the entry does not list `digest`.
#[test]
fn an_update_of_the_digest_alone() -> Result<(), Failure> {
    let push = attempt(PINNED_PATH, &pinned("7.2.0", NEW_DIGEST))?;
    push.rejected(&["error[missing-approval]", "`digest` is not among its `fields`"]);
    Ok(())
}

/// A newer tag in front of the old digest: the runtime keeps the old image.
#[test]
fn an_update_of_the_tag_alone() -> Result<(), Failure> {
    let push = attempt(PINNED_PATH, &pinned("7.2.1", OLD_DIGEST))?;
    push.rejected(&["error[missing-approval]", "the tag changes and the digest stays"]);
    Ok(())
}

/// A tag that moves, from now on without any commit.
#[test]
fn an_update_to_a_moving_tag() -> Result<(), Failure> {
    let push = attempt(DEPLOYMENT_PATH, &DEPLOYMENT.replace("web:1.8.0", "web:latest"))?;
    push.rejected(&["error[missing-approval]", "latest cannot be compared with 1.8.0"]);
    Ok(())
}

/// A chart of another name.
#[test]
fn an_update_to_another_chart() -> Result<(), Failure> {
    let text = RELEASE.replace("chart: podinfo", "chart: evil").replace("6.5.0", "6.6.0");
    attempt(RELEASE_PATH, &text)?
        .rejected(&["error[missing-approval]", "is not a tag, a digest or a version"]);
    Ok(())
}

/// A chart of the same name from another repository.
#[test]
fn an_update_from_another_chart_repository() -> Result<(), Failure> {
    let text = RELEASE.replace("name: podinfo}\n", "name: evil}\n").replace("6.5.0", "6.6.0");
    attempt(RELEASE_PATH, &text)?
        .rejected(&["error[missing-approval]", "is not a tag, a digest or a version"]);
    Ok(())
}

/// A range of chart versions, from which the publisher of the chart chooses.
#[test]
fn an_update_to_a_range_of_charts() -> Result<(), Failure> {
    let push = attempt(RELEASE_PATH, &RELEASE.replace("6.5.0", "6.x"))?;
    push.rejected(&["error[missing-approval]", "`6.x` is not one version of a chart"]);
    Ok(())
}

/// An older chart.
#[test]
fn an_update_to_an_older_chart() -> Result<(), Failure> {
    let push = attempt(RELEASE_PATH, &RELEASE.replace("6.5.0", "6.4.9"))?;
    push.rejected(&["error[missing-approval]", "chart version 6.4.9 is not newer than 6.5.0"]);
    Ok(())
}

/// A newer version beside a value that makes the Pod privileged.
#[test]
fn an_update_with_a_privileged_container() -> Result<(), Failure> {
    let text = pinned("7.2.1", NEW_DIGEST) + "    securityContext: {privileged: true}\n";
    attempt(PINNED_PATH, &text)?.rejected(&["error[missing-approval]", "a key is added, removed or moved"]);
    Ok(())
}

/// The file becomes a link to one that somebody else can change.
#[test]
fn an_update_that_makes_the_file_a_link() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let renovate = signing(&server, "renovate")?;
    let target = renovate.git.store("blob", b"../web/deployment.yaml")?;
    renovate.commit_entry("120000", &target, PINNED_PATH.as_bytes())?;
    renovate.git.run(&["commit", "--quiet", "--amend", "--no-edit", "-S"], b"")?;
    renovate
        .push_main()?
        .rejected(&["error[missing-approval]", "it is not an ordinary file, or its mode changes"]);
    Ok(())
}

/// The file becomes one that runs, with a newer version.
#[test]
fn an_update_that_changes_the_mode() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let renovate = signing(&server, "renovate")?;
    renovate.write(PINNED_PATH, pinned("7.2.1", NEW_DIGEST).as_bytes())?;
    renovate.git.run(&["add", "--chmod=+x", PINNED_PATH], b"")?;
    renovate.git.run(&["commit", "--quiet", "--message", "Update"], b"")?;
    renovate
        .push_main()?
        .rejected(&["error[missing-approval]", "it is not an ordinary file, or its mode changes"]);
    Ok(())
}

/// A newer image in a ConfigMap, which no one deploys as an image.
#[test]
fn an_update_of_a_text_that_only_looks_like_an_image() -> Result<(), Failure> {
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata:\n  image: \
        ghcr.io/acme/web:1.8.0\n";
    let server = server(POLICY, &[("apps/settings.yaml", settings)])?;
    let renovate = signing(&server, "renovate")?;
    renovate.commit("chore(deps): update", &[("apps/settings.yaml", &settings.replace("1.8.0", "1.9.0"))])?;
    renovate.push_main()?.rejected(&["error[missing-approval]", "is not a tag, a digest or a version"]);
    Ok(())
}
