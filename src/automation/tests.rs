//! Contents of files before and after, and the versions between them.

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web # {\"$imagepolicy\": \"flux-system:web\"}
        image: ghcr.io/acme/web:1.8.0
        args: ['--sidecar-image=ghcr.io/acme/side:1.0.0']
";
const KUSTOMIZATION: &str = "images:\n- name: web\n  newName: ghcr.io/acme/web\n  newTag: 1.8.0\n";
const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chart: {spec: {chart: podinfo, version: 6.5.0}}
  values:
    image: {repository: ghcr.io/acme/web, tag: 1.8.0, version: a1}
";

fn steps(path: &str, old: &str, new: &str) -> Result<Vec<VersionStep>, Refusal> {
    find_steps(&RepoPath::new(path), (old.as_bytes().to_vec(), new.as_bytes().to_vec()), &[])
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[track_caller]
fn accepts(path: &str, old: &str, change: (&str, &str), expected: (AutomationField, &str, &str)) {
    let found = steps(path, old, &replaced(old, change.0, change.1)).expect("steps");
    let [step] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((step.field, step.from.as_str(), step.to.as_str()), expected);
}

#[track_caller]
fn refuses(path: &str, old: &str, change: (&str, &str), reason: &str) {
    let refusal = steps(path, old, &replaced(old, change.0, change.1)).expect_err("a refusal");
    assert!(refusal.reason.contains(reason), "{refusal:?}");
}

#[test]
fn versions_become_newer() {
    use AutomationField::{Chart, Digest, Image};
    let image = (Image, "ghcr.io/acme/web:1.8.0", "ghcr.io/acme/web:1.9.0");
    accepts("web.yaml", WEB, ("web:1.8.0", "web:1.9.0"), image);
    accepts("web.yaml", WEB, ("ghcr.io/acme/web:1.8.0", "'ghcr.io/acme/web:1.9.0'"), image);
    accepts(
        "web.yaml",
        WEB,
        ("side:1.0.0", "side:1.0.1"),
        (Image, "ghcr.io/acme/side:1.0.0", "ghcr.io/acme/side:1.0.1"),
    );
    accepts("kustomization.yaml", KUSTOMIZATION, ("1.8.0", "1.9.0"), image);
    let pinned = replaced(KUSTOMIZATION, "1.8.0\n", &format!("1.8.0\n  digest: {DIGEST}\n"));
    let both = format!("1.9.0\n  digest: {OTHER}\n");
    let (from, to) = (format!("{}@{DIGEST}", image.1), format!("{}@{OTHER}", image.2));
    let change = format!("1.8.0\n  digest: {DIGEST}\n");
    accepts("kustomization.yaml", &pinned, (&change, &both), (Image, &from, &to));
    let to = format!("{}@{OTHER}", image.1);
    accepts("kustomization.yaml", &pinned, (DIGEST, OTHER), (Digest, &from, &to));
    accepts("web.yaml", RELEASE, ("tag: 1.8.0", "tag: 1.9.0"), image);
    accepts("web.yaml", RELEASE, ("6.5.0", "6.6.1"), (Chart, "podinfo 6.5.0", "podinfo 6.6.1"));
    let source = "kustomize:\n  images:\n  - web=ghcr.io/acme/web:1.8.0\n";
    accepts("apps/.argocd-source-web.yaml", source, ("1.8.0", "1.9.0"), image);
    let parameter = "helm:\n  parameters:\n  - name: image.tag\n    value: 1.8.0\n    forcestring: true\n";
    let found = steps(".argocd-source.yaml", parameter, &replaced(parameter, "1.8.0", "1.9.0")).unwrap();
    assert_eq!(found.first().map(|step| &step.repository), Some(&None));
}

#[test]
fn other_values_are_no_versions() {
    for (change, reason) in [
        (("name: web}", "name: other}"), "is not a tag"),
        (("acme/web:1.8.0", "evil/web:1.9.0"), "another registry or repository"),
        (("ghcr.io/acme/web:1.8.0", "evil.example/acme/web:1.9.0"), "another registry or repository"),
        (("web:1.8.0", "web:1.7.9"), "1.7.9 is older than 1.8.0"),
        (("web:1.8.0", "web:v1.8.0"), "v1.8.0 is not newer than 1.8.0"),
        (("web:1.8.0", "web:latest"), "latest cannot be compared"),
        (("web:1.8.0", "web:1.9"), "1.9 is a moving tag"),
        (("web:1.8.0", "web"), "the tag is added or removed"),
        (
            ("'--sidecar-image=ghcr.io/acme/side:1.0.0'", "'--other-image=ghcr.io/acme/side:1.0.1'"),
            "more than the image",
        ),
        (("web:1.8.0", "web:${TAG}"), "must be one word"),
        (("ghcr.io/acme/web:1.8.0", "&x ghcr.io/acme/web:1.9.0"), "without an anchor"),
        (("ghcr.io/acme/web:1.8.0", "!!str ghcr.io/acme/web:1.9.0"), "without an anchor"),
        (("ghcr.io/acme/web:1.8.0", "|-\n          ghcr.io/acme/web:1.9.0"), "must be one word"),
        (("ghcr.io/acme/web:1.8.0", "\"ghcr.io/acme/web:1\\u002e9.0\""), "must be one word"),
        (("ghcr.io/acme/web:1.8.0", "ghcr.io/acme/web:1.9.0 # new"), "a comment"),
        (("flux-system:web", "flux-system:evil"), "a comment"),
        (
            (
                "ghcr.io/acme/web:1.8.0\n",
                "ghcr.io/acme/web:1.9.0\n        securityContext: {privileged: true}\n",
            ),
            "a key is added",
        ),
        (("        args:", "        command:"), "a key is added, removed or moved"),
        (("args: ['--", "args: ['-v', '--"), "an item of a list"),
        (("apiVersion: apps/v1\n", "apiVersion: apps/v1\n---\n"), "document"),
    ] {
        refuses("web.yaml", WEB, change, reason);
    }
}

#[test]
fn parts_of_images_go_together() {
    let pinned = replaced(KUSTOMIZATION, "1.8.0\n", &format!("1.8.0\n  digest: {DIGEST}\n"));
    for (change, reason) in [
        (("newTag: 1.8.0", "newTag: 1.9.0"), "the tag changes and the digest stays"),
        (("ghcr.io/acme/web\n", "ghcr.io/evil/web\n"), "is not a tag"),
        (("newTag: 1.8.0", "newTag: 1.10"), "put a version such as 1.10 in quotes"),
        ((DIGEST, "''"), "must be one word"),
    ] {
        refuses("kustomization.yaml", &pinned, change, reason);
    }
    // The same list in a file that kustomize does not read.
    refuses("notes.yaml", KUSTOMIZATION, ("1.8.0", "1.9.0"), "is not a tag");
    refuses("web.yaml", RELEASE, ("version: a1", "version: a2"), "is not the tag or digest that counts");
    refuses("web.yaml", RELEASE, ("repository: ghcr.io/acme", "repository: ghcr.io/evil"), "is not a tag");
    refuses("web.yaml", RELEASE, ("6.5.0", "6.4.0"), "is not newer");
    refuses("web.yaml", RELEASE, ("6.5.0", "6.x"), "is not one version");
    refuses("web.yaml", RELEASE, ("chart: podinfo", "chart: evil"), "is not a tag");
}

#[test]
fn an_anchor_brings_a_value_to_other_places() {
    let shared = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers: &all
  - {name: web, image: 'ghcr.io/acme/web:1.8.0'}
  containers: *all
";
    refuses("web.yaml", shared, ("1.8.0", "1.9.0"), "belongs to several places");
    let text = replaced(WEB, "image: ghcr", "image: &web ghcr");
    refuses("web.yaml", &text, ("web:1.8.0", "web:1.9.0"), "without an anchor");
    let merged = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - &one {name: one, image: 'ghcr.io/acme/web:1.8.0'}
  - {<<: *one}
";
    refuses("web.yaml", merged, ("1.8.0", "1.9.0"), "several places");
}

#[test]
fn what_cannot_be_read_is_no_step() {
    refuses(
        "web.yaml",
        WEB,
        ("ghcr.io/acme/web:1.8.0", "[ghcr.io/acme/web:1.9.0"),
        "the new file cannot be read",
    );
    let both = format!("{WEB}        image: ghcr.io/acme/web:1.8.0\n");
    refuses("web.yaml", &both, ("web:1.8.0", "web:1.9.0"), "the old file cannot be read");
    assert!(steps("web.yaml", WEB, WEB).is_err());
}

#[test]
fn too_many_values_are_not_compared() {
    let item = "- name: web\n  newName: ghcr.io/acme/web\n  newTag: 1.8.0\n";
    let list = |count: usize| format!("images:\n{}", item.repeat(count));
    let change = |text: &str| steps("kustomization.yaml", text, &text.replace("1.8.0", "1.9.0"));
    assert!(change(&list(200)).is_ok());
    assert!(change(&list(201)).is_err_and(|refusal| refusal.reason.contains("201 values change")));
}
