//! What the doctor tells beside the proof.

use std::fs;
use std::time::{Duration, SystemTime};

use git_trust::{RevocationKind, ThrowAwayKey};

use super::{expect, fails, guarded, holds, install};
use crate::common::git::Failure;
use crate::common::installation::{GOOD, Place, said};
use crate::common::ssh_keys::SshSigner;

/// A guarded repository that holds some files.
fn holding(files: &[(&str, &str)]) -> Result<Place, Failure> {
    let place = Place::new("server.git")?;
    place.git(".", &["init", "-q", "--initial-branch=main", "--template=", "clone"])?;
    for (path, text) in files {
        let path = place.path("clone").join(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, text)?;
    }
    place.git("clone", &["add", "."])?;
    let push = place.push(GOOD, &[])?;
    assert!(push.status.success(), "{}", said(&push));
    install(&place, &["--repo", "server.git"])?;
    Ok(place)
}

fn policy(rest: &str) -> String {
    format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\n{rest}")
}

#[test]
fn settings_that_stand_behind_the_gate_are_told_until_they_are_made() -> Result<(), Failure> {
    let place = guarded()?;
    let names = ["receive.fsckObjects", "receive.denyDeletes", "receive.denyNonFastForwards"];
    let text = holds(&place, &[])?;
    for name in names {
        assert!(text.contains(&format!("advice: {name}: not set")), "{text}");
        assert!(text.contains(&format!("help: git config {name} true")), "{text}");
        place.git("server.git", &["config", name, "true"])?;
    }
    place.git("server.git", &["config", "receive.shallowUpdate", "true"])?;
    place.git("server.git", &["config", "transfer.hideRefs", "refs/approvals"])?;
    let text = holds(&place, &["advice: receive.shallowUpdate: true", "hides refs/approvals/"])?;
    names.iter().for_each(|name| assert!(text.contains(&format!("ok: {name}: true")), "{text}"));
    Ok(())
}

#[test]
fn a_repository_whose_history_is_not_what_it_seems_is_told() -> Result<(), Failure> {
    let place = guarded()?;
    let tip = place.git("server.git", &["rev-parse", "main"])?;
    place.git("server.git", &["update-ref", &format!("refs/replace/{tip}"), &tip])?;
    holds(&place, &["advice: refs/replace: 1 of them"])?;
    fs::create_dir_all(place.path("server.git/info"))?;
    fs::write(place.path("server.git/info/grafts"), format!("{tip}\n"))?;
    let words = ["problem: info/grafts: ", "problem: bad change: portcullis could not judge it"];
    fails(&place, &words).map(drop)
}

#[test]
fn a_head_without_its_branch_is_told() -> Result<(), Failure> {
    let place = guarded()?;
    place.git("server.git", &["symbolic-ref", "HEAD", "refs/heads/gone"])?;
    fails(&place, &["problem: HEAD: names refs/heads/gone, which does not exist"]).map(drop)
}

#[test]
fn objects_that_everybody_may_write_are_told() -> Result<(), Failure> {
    let place = guarded()?;
    let folder = place.path("pool");
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o777))?;
    let alternates = place.path("server.git/objects/info/alternates");
    fs::create_dir_all(alternates.parent().ok_or("no folder")?)?;
    fs::write(&alternates, format!("{}\n", folder.display()))?;
    fails(&place, &["problem: alternates: anyone can write to "])?;
    fs::remove_dir(&folder)?;
    fails(&place, &["problem: alternates: ", " does not exist"]).map(drop)
}

#[test]
fn a_mistake_in_the_policy_is_told_with_its_place() -> Result<(), Failure> {
    let place = holding(&[(".portcullis.yaml", &policy("profil: strict\n"))])?;
    let words = [
        "problem: policy: .portcullis.yaml:3:1: ",
        "did you mean `profile`?",
        "problem: good change: portcullis could not judge it",
    ];
    fails(&place, &words).map(drop)
}

#[test]
fn owners_whom_nobody_stands_for_and_files_that_nobody_owns_are_told() -> Result<(), Failure> {
    let people = "owners: {approvals: 1}\npeople:\n- name: Alice\n  handles: [\"@alice\"]\n";
    let owners = "/clusters/ @alice @acme/nobody\n/CODEOWNERS @alice\n";
    let place = holding(&[(".portcullis.yaml", &policy(people)), ("CODEOWNERS", owners)])?;
    let words = [
        "advice: people: no person in `people:` represents @acme/nobody",
        "advice: trust files: no owner for .portcullis.yaml",
        "advice: repository: the policy names no repository",
        "ok: owners: every line is valid, as github reads it",
    ];
    holds(&place, &words)?;
    let owners = "/clusters/ not-an-owner\n";
    let place = holding(&[(".portcullis.yaml", &policy(people)), ("CODEOWNERS", owners)])?;
    fails(&place, &["problem: owners: CODEOWNERS:1:1: "]).map(drop)
}

#[test]
fn keys_that_end_are_told() -> Result<(), Failure> {
    let day = Duration::from_hours(24);
    let now = SystemTime::now();
    let key = |name: &str, validity: Option<Duration>| ThrowAwayKey::generate(name, now - 10 * day, validity);
    let lasting = key("lasting <a@example.com>", None)?;
    let ending = key("ending <a@example.com>", Some(20 * day))?;
    let expired = key("expired <a@example.com>", Some(day))?;
    let revoked = key("revoked <a@example.com>", None)?.revoke(RevocationKind::Retired, now - day)?;
    let armored = [&lasting, &ending, &expired, &revoked].map(ThrowAwayKey::armored_certificate);
    let text = armored.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let text = String::from_utf8(text)?;
    let rules = policy("signatures: {require: trusted, keyring: [\"keys/*.asc\"]}\n");
    let place = holding(&[(".portcullis.yaml", &rules), ("keys/all.asc", &text)])?;
    let told = [
        format!("{} expires on ", ending.fingerprint()),
        format!("{} expired on ", expired.fingerprint()),
        format!("{} is revoked", revoked.fingerprint()),
    ];
    let words: Vec<&str> = told.iter().map(String::as_str).collect();
    let text = holds(&place, &words)?;
    assert!(!text.contains(lasting.fingerprint().as_str()), "{text}");
    Ok(())
}

#[test]
fn ssh_keys_that_end_are_told() -> Result<(), Failure> {
    let keys = [1, 2, 3, 4].map(|seed| SshSigner::ed25519(seed).text());
    let [lasting, ending, expired, revoked] = keys;
    let (lasting, ending, expired, revoked) = (lasting?, ending?, expired?, revoked?);
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs() + 9 * 86_400;
    let soon = chrono::DateTime::from_timestamp(seconds.try_into()?, 0).ok_or("no such time")?;
    let signers = format!(
        "a@example.com {lasting}\nb@example.com valid-before=\"{}Z\" {ending}\nc@example.com \
         valid-before=\"20200101Z\" {expired}\nd@example.com {revoked}\n",
        soon.format("%Y%m%d")
    );
    let rules = policy("signatures: {require: trusted, allowedSigners: signers, revokedKeys: [revoked]}\n");
    let files = [(".portcullis.yaml", rules.as_str()), ("signers", &signers), ("revoked", &revoked)];
    let place = holding(&files)?;
    let told = format!(" expires on {}", soon.format("%Y-%m-%d"));
    let text = holds(&place, &[" expired on 2020-01-01", " is revoked", &told])?;
    assert_eq!(text.matches("SHA256:").count(), 3, "{text}");
    std::fs::remove_file(place.path("clone/revoked"))?;
    place.git("clone", &["rm", "-q", "--cached", "revoked"])?;
    place.git("server.git", &["config", "core.hooksPath", "/nonexistent"])?;
    place.push(GOOD, &[])?;
    place.git("server.git", &["config", "--unset", "core.hooksPath"])?;
    fails(&place, &["problem: keys: revoked, which the policy names under `signatures`, does not exist"])
        .map(drop)
}

/// What denies in one cluster only is tried there, even beside a kustomization.
#[test]
fn the_cluster_that_is_guarded_is_tried() -> Result<(), Failure> {
    let rules = "profile: audit\nclusters:\n- {name: prod, paths: [\"clusters/prod/**\"]}\nchecks:\n  \
                 node-port: {enforce: warn}\n  cluster-admin-binding:\n    enforce: warn\n    scopes: [{clusters: \
                 [prod], enforce: deny}]\n";
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n";
    let web = GOOD.replace("web", "other");
    let place = holding(&[
        (".portcullis.yaml", &policy(rules)),
        ("clusters/prod/kustomization.yaml", kustomization),
        ("clusters/prod/web.yaml", &web),
    ])?;
    holds(&place, &["ok: bad change: rejected by portcullis for cluster-admin-binding", "ok: good change: "])
        .map(drop)
}

fn waiver(fingerprint: &str, expires: &str) -> String {
    policy(&format!(
        "waivers:\n- {{check: public-load-balancer, object: Service/shop/web, fingerprint: {fingerprint}, reason: \
         the shop, owner: \"@acme/network\", expires: {expires}}}\n"
    ))
}

#[test]
fn waivers_that_cover_nothing_or_have_ended_are_told() -> Result<(), Failure> {
    let place = holding(&[(".portcullis.yaml", &waiver("0123456789ab", "2999-12-31"))])?;
    holds(
        &place,
        &["advice: waivers: these cover nothing that exists now: public-load-balancer of Service/shop/web"],
    )?;
    let place = holding(&[(".portcullis.yaml", &waiver("0123456789ab", "2020-01-01"))])?;
    holds(
        &place,
        &[
            "advice: waivers: expired: public-load-balancer of Service/shop/web (.portcullis.yaml:4, 2020-01-01)",
        ],
    )?;
    let bad = GOOD.replace("web", "shop").replace("ClusterIP", "LoadBalancer");
    let place = holding(&[("shop.yaml", &bad)])?;
    let checked = place.portcullis(&["check", "clone/shop.yaml", "--format", "json"])?;
    let report: serde_json::Value = serde_json::from_slice(&checked.stdout)?;
    let found = report["findings"].as_array().ok_or("no findings")?;
    let found = found.iter().find(|finding| finding["check"] == "public-load-balancer").ok_or("not found")?;
    let used = waiver(found["fingerprint"].as_str().ok_or("is not a fingerprint")?, "2999-12-31");
    let used = used.replace("Service/shop/web", "Service/shop/shop");
    let place = holding(&[(".portcullis.yaml", &used), ("shop.yaml", &bad)])?;
    holds(&place, &["ok: waivers: 1 waiver, all in use"]).map(drop)
}

/// A name that a terminal would obey is spelled out.
#[test]
fn what_comes_from_the_repository_is_escaped() -> Result<(), Failure> {
    let hostile = "owners: {approvals: 1}\n";
    let place = holding(&[(".portcullis.yaml", &policy(hostile)), ("CODEOWNERS", "a\u{1b}[2Jb c\n")])?;
    let text = fails(&place, &["problem: owners: CODEOWNERS:1:1: "])?;
    assert!(!text.contains('\u{1b}'), "{text:?}");
    Ok(())
}

/// Gitea changes tags and branches without any hook; each protected pattern is named with the setting that closes it.
#[test]
fn what_a_host_does_without_a_hook_is_told_for_each_protected_pattern() -> Result<(), Failure> {
    let protected = policy("protected: [refs/heads/main, 'refs/heads/release/*', 'refs/tags/v*']\n");
    let place = holding(&[(".portcullis.yaml", &protected)])?;
    let text = holds(&place, &[])?;
    assert!(!text.contains("unseen changes"), "plain git makes none: {text}");
    install(&place, &["--repo", "server.git", "--host", "gitea"])?;
    let arguments = ["--repo", "server.git", "--hook", "server.git/hooks/pre-receive.d/portcullis"];
    let text = expect(
        &place,
        &arguments,
        0,
        &[
            "advice: unseen changes: `refs/heads/main`: on Gitea and Forgejo, anyone with write access can delete and rename",
            "advice: unseen changes: `refs/heads/release/*`: on Gitea",
            "advice: unseen changes: `refs/tags/v*`: on Gitea and Forgejo, anyone with write access can create, move and delete",
            "help: Gitea's Settings, Tags: ",
        ],
    )?;
    assert_eq!(text.matches("unseen changes").count(), 3, "{text}");
    let wide = holding(&[(".portcullis.yaml", &policy("protected: ['**']\n"))])?;
    install(&wide, &["--repo", "server.git", "--host", "gitea"])?;
    let text = expect(&wide, &arguments, 0, &[])?;
    assert_eq!(text.matches("unseen changes: `**`").count(), 2, "{text}");
    Ok(())
}
