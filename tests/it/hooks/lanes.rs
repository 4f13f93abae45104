//! Programs that change versions by the example policies of `policies/examples`, without owners.

use std::fs;

use super::checkout::{Checkout, Push};
use super::manifests::POLICY_PATH;
use super::server::{File, Server};
use crate::common::documents::project;
use crate::common::git::Failure;
use crate::common::keys::person;

pub(super) const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/main"];
pub(super) const OLD_DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const NEW_DIGEST: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// What Argo CD Image Updater writes beside an application.
pub(super) const SOURCE_PATH: &str = "apps/web/.argocd-source-web.yaml";
pub(super) const SOURCE: &str = "kustomize:\n  images:\n  - ghcr.io/acme/web:1.8.0\n";
pub(super) const KUSTOMIZATION_PATH: &str = "apps/web/kustomization.yaml";
pub(super) const KUSTOMIZATION: &str = "\
resources: [deployment.yaml]
images:
- name: ghcr.io/acme/web
  newTag: 1.8.0
";
pub(super) const DEPLOYMENT_PATH: &str = "apps/web/deployment.yaml";
/// What Flux marks for its image automation.
pub(super) const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: ghcr.io/acme/web:1.8.0 # {\"$imagepolicy\": \"flux-system:web\"}
";
pub(super) const RELEASE_PATH: &str = "infrastructure/podinfo.yaml";
pub(super) const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: shop}
spec:
  interval: 1h
  chart:
    spec:
      chart: podinfo
      version: 6.5.0
      sourceRef: {kind: HelmRepository, name: podinfo}
";
/// An image that Renovate pins.
pub(super) const PINNED_PATH: &str = "apps/cache/pod.yaml";

pub(super) fn pinned(tag: &str, digest: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: cache, namespace: shop}}\nspec:\n  containers:\n  - name: cache\n    \
         image: docker.io/library/redis:{tag}@{digest}\n"
    )
}

/// An example of `policies/examples` with the keys of Alice and of a program, which signs as Bob.
pub(super) fn example(name: &str) -> Result<String, Failure> {
    let text = fs::read_to_string(project("policies/examples").join(name))?;
    let [alice, program] =
        ["alice", "bob"].map(|name| person(name).map(|person| person.key.fingerprint().to_string()));
    Ok(text.replace(&"A".repeat(40), &alice?).replace(&"B".repeat(40), &program?))
}

/// A server that an example guards. Alice owns everything; Mallory's key is trusted and she is nobody.
pub(super) fn server(name: &str, more: &[File<'_>]) -> Result<Server, Failure> {
    let policy = example(name)?;
    let key = |name| -> Result<String, Failure> {
        Ok(String::from_utf8(person(name)?.key.armored_certificate()?)?)
    };
    let keys = [key("alice")?, key("bob")?, key("mallory")?];
    let pinned = pinned("7.2.0", OLD_DIGEST);
    let files = [
        (POLICY_PATH, policy.as_str()),
        ("keys/alice.asc", &keys[0]),
        ("keys/program.asc", &keys[1]),
        ("keys/mallory.asc", &keys[2]),
        (".github/CODEOWNERS", "* @alice\n"),
        (SOURCE_PATH, SOURCE),
        (KUSTOMIZATION_PATH, KUSTOMIZATION),
        (DEPLOYMENT_PATH, DEPLOYMENT),
        ("clusters/staging/web.yaml", &DEPLOYMENT.replace("shop", "staging")),
        ("clusters/prod/web.yaml", &DEPLOYMENT.replace("shop", "prod")),
        (RELEASE_PATH, RELEASE),
        (PINNED_PATH, &pinned),
    ];
    Server::holding(&[&files[..], more].concat())
}

/// A clone in which a program works; it signs if it has a key.
pub(super) fn program(server: &Server, name: &str, key: Option<&str>) -> Result<Checkout, Failure> {
    let clone = server.checkout(name)?;
    if let Some(key) = key {
        clone.sign_as(key)?;
    }
    clone.git.run(&["config", "user.name", name], b"")?;
    clone.git.run(&["config", "user.email", &format!("{name}@example.com")], b"")?;
    Ok(clone)
}

/// Image Updater's or Renovate's clone.
pub(super) fn signing(server: &Server, name: &str) -> Result<Checkout, Failure> {
    program(server, name, Some("bob"))
}

/// Pushes to `main` with an account of Gitea.
pub(super) fn push_as(clone: &Checkout, account: &str) -> Result<Push, Failure> {
    push_ref_as(clone, account, PUSH[2])
}

pub(super) fn push_ref_as(clone: &Checkout, account: &str, refspec: &str) -> Result<Push, Failure> {
    let gitea = [("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", account)];
    clone.run_push(&["push", "--force", "origin", refspec], &gitea)
}

#[test]
fn argo_cd_image_updater_moves_tags_forward() -> Result<(), Failure> {
    let server = server("argo-cd-image-updater.yaml", &[])?;
    let updater = signing(&server, "updater")?;
    updater.commit("build: automatic update of web", &[(SOURCE_PATH, &SOURCE.replace("1.8.0", "1.9.0"))])?;
    let told = "Image Updater may change this without owners (.portcullis.yaml:14): ghcr.io/acme/web:1.8.0 becomes \
        ghcr.io/acme/web:1.9.0 in apps/web/.argocd-source-web.yaml:3";
    updater.push_main()?.accepted(&[told]);
    updater.commit("build: update", &[(KUSTOMIZATION_PATH, &KUSTOMIZATION.replace("1.8.0", "1.8.1"))])?;
    updater.commit("build: update", &[(KUSTOMIZATION_PATH, &KUSTOMIZATION.replace("1.8.0", "'1.10'"))])?;
    updater.push_main()?.rejected(&["1.10 is a moving tag", "error[missing-approval]"]);
    updater.commit("build: update", &[(KUSTOMIZATION_PATH, &KUSTOMIZATION.replace("1.8.0", "1.10.0"))])?;
    updater.git.run(&["reset", "--quiet", "--soft", "origin/main"], b"")?;
    updater.commit("build: update", &[])?;
    updater.push_main()?.accepted(&["ghcr.io/acme/web:1.10.0"]);
    Ok(())
}

#[test]
fn flux_moves_tags_forward_unsigned() -> Result<(), Failure> {
    let server = server("flux-image-automation.yaml", &[])?;
    let flux = program(&server, "fluxcdbot", None)?;
    let newer = DEPLOYMENT.replace("shop", "staging").replace("1.8.0", "1.9.0");
    flux.commit("Update from image update automation", &[("clusters/staging/web.yaml", &newer)])?;
    let push = push_as(&flux, "fluxcdbot")?;
    push.accepted(&["Flux may change this without owners", "clusters/staging/web.yaml:13"]);
    push.not_told("unsigned-commit");
    Ok(())
}

#[test]
fn renovate_moves_digests_and_charts_forward() -> Result<(), Failure> {
    let server = server("renovate.yaml", &[])?;
    let renovate = signing(&server, "renovate")?;
    renovate.commit("chore(deps): update redis", &[(PINNED_PATH, &pinned("7.2.1", NEW_DIGEST))])?;
    renovate.commit("chore(deps): update podinfo", &[(RELEASE_PATH, &RELEASE.replace("6.5.0", "6.6.1"))])?;
    renovate.push_main()?.accepted(&["redis:7.2.0", "redis:7.2.1", "podinfo 6.5.0 becomes podinfo 6.6.1"]);
    Ok(())
}

#[test]
fn a_release_tool_creates_unsigned_tags() -> Result<(), Failure> {
    let server = server("release-tool.yaml", &[])?;
    let release = program(&server, "release", None)?;
    release.git.run(&["tag", "--annotate", "--message", "v1.0.0", "v1.0.0"], b"")?;
    let push = push_ref_as(&release, "release-bot", "refs/tags/v1.0.0")?;
    push.accepted(&["the account of Release may create this tag without a signature"]);
    Ok(())
}

/// What a lane excuses from is the owners, and nothing that a check finds: no one renders this kustomization.
#[test]
fn checks_judge_what_a_lane_covers() -> Result<(), Failure> {
    let path = "apps/remote/kustomization.yaml";
    let remote = KUSTOMIZATION.replace("[deployment.yaml]", "['https://example.com/acme/base?ref=v1']");
    let server = server("renovate.yaml", &[(path, &remote)])?;
    server.set_floor(
        "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks: {unrendered-source: {enforce: deny}}\n",
    )?;
    let renovate = signing(&server, "renovate")?;
    renovate.commit("chore(deps): update web", &[(path, &remote.replace("1.8.0", "1.9.0"))])?;
    renovate.push_main()?.rejected(&["Renovate may change this without owners", "error[unrendered-source]"]);
    Ok(())
}

/// A server that asks for owners itself has to let the program do without them, too.
#[test]
fn the_server_has_an_entry_of_its_own() -> Result<(), Failure> {
    let server = server("renovate.yaml", &[])?;
    let floor = example("renovate.yaml")?;
    let (without, _) = floor.split_once("automation:").ok_or("no entries")?;
    let without = without.replace("signatures: {require: trusted, keyring: [\"keys/*.asc\"]}\n", "");
    server.set_floor(&without)?;
    let renovate = signing(&server, "renovate")?;
    renovate.commit("chore(deps): update podinfo", &[(RELEASE_PATH, &RELEASE.replace("6.5.0", "6.6.1"))])?;
    renovate.push_main()?.rejected(&["the server's policy asks for owners", "error[missing-approval]"]);
    let with = floor.replace("signatures: {require: trusted, keyring: [\"keys/*.asc\"]}\n", "");
    server.set_floor(&with)?;
    renovate.push_main()?.accepted(&["Renovate may change this without owners"]);
    Ok(())
}

/// A person who changes the same value waits for the owner as before.
#[test]
fn a_person_has_no_lane() -> Result<(), Failure> {
    let server = server("renovate.yaml", &[])?;
    let mallory = program(&server, "mallory", Some("mallory"))?;
    mallory.commit("Update", &[(RELEASE_PATH, &RELEASE.replace("6.5.0", "6.6.1"))])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[missing-approval]"]);
    push.not_told("automation");
    Ok(())
}
