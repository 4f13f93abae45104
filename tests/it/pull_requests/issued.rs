//! Reviews as signed objects, which a server's hook counts without asking the forge.

use std::fs;

use super::scene::{SETTINGS, Scene};
use crate::common::git::Failure;
use crate::common::keys::person;
use crate::common::programs::write_program;

const PORTCULLIS: &str = env!("CARGO_BIN_EXE_portcullis");

/// A repository whose server has a hook. The gate of pull requests signs with Mallory's key, and may state reviews
/// where `issuers` says so.
pub(crate) fn guarded(issuers: &str) -> Result<(Scene, String), Failure> {
    let gate = person("mallory")?;
    let policy = format!(
        "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nrepository: acme/prod\nowners: {{approvals: 1}}\nsignatures: {{keyring: \
         ['keys/*.asc']}}\napprovals: {{issuers: {issuers}}}\npeople:\n- {{name: Gate, bot: true, keys: ['{}']}}\n- {{name: Ann, handles: \
         ['@ann', 'ann@example.com']}}\n- {{name: Dora, handles: ['@dora']}}\n",
        gate.key.fingerprint()
    );
    let key = String::from_utf8(gate.key.armored_certificate()?)?;
    let files = [
        (".portcullis.yaml", policy.as_str()),
        ("CODEOWNERS", "* @dora\n"),
        ("keys/gate.asc", &key),
        ("settings.yaml", SETTINGS),
    ];
    let mut scene = Scene::with(&files)?;
    let keys = scene.path("keys");
    fs::create_dir(&keys)?;
    gate.key.save(&keys, gate.name)?;
    write_program(
        &keys.join("gpg"),
        &format!("exec '{PORTCULLIS}' throw-away-gpg --keys '{}' -- \"$@\"", keys.display()),
    )?;
    let settings = format!(
        "[user]\nsigningKey = mallory\nname = gate\nemail = gate@example.com\n[gpg]\nprogram = {}\n",
        keys.join("gpg").display()
    );
    fs::write(scene.path(".gitconfig"), settings)?;
    write_program(
        &scene.path("acme/prod.git/hooks/pre-receive"),
        &format!("GL_USERNAME= exec '{PORTCULLIS}' pre-receive --host github"),
    )?;
    let change = SETTINGS.replace("blue", "red");
    scene.commit("change", &["main"], &[("settings.yaml", &change)])?;
    let head = scene.open(7, "change")?;
    Ok((scene, head))
}

/// The host merges the pull request: a push by its own hand, as its hook sees it.
fn merge(scene: &Scene, head: &str) -> Result<String, Failure> {
    let clone = scene.path("clone");
    scene.git.run(&["clone", "--quiet", ".", &clone.display().to_string()], b"")?;
    let mut command = crate::common::git::Git::at(&clone).command(&[
        "push",
        "--porcelain",
        "origin",
        &format!("{head}:refs/heads/main"),
    ]);
    command
        .env("GITHUB_VIA", "pull request merge button")
        .env("GITHUB_USER_LOGIN", "dora")
        .env("GITHUB_REPO_NAME", "acme/prod");
    command.env("GITHUB_PULL_REQUEST_AUTHOR_LOGIN", "ann").stdin(std::process::Stdio::null());
    let output = command.output()?;
    fs::remove_dir_all(clone)?;
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

pub(crate) fn run(scene: &Scene, arguments: &[&str]) -> Result<super::scene::Ran, Failure> {
    let mut command = scene.command(&[&["--number", "7", "--issue-approvals"], arguments].concat());
    // The job pushes as the gate's own account.
    command
        .env("GITHUB_USER_LOGIN", "gate")
        .env("GITHUB_VIA", "git push")
        .env("GITHUB_REPO_NAME", "acme/prod");
    Ok(super::scene::Ran::of(&command.output()?))
}

#[test]
fn the_hook_counts_a_review_that_an_issuer_states() -> Result<(), Failure> {
    let (scene, head) = guarded("[Gate]")?;
    let said = merge(&scene, &head)?;
    assert!(said.contains("missing-approval"), "{said}");
    run(&scene, &[])?.ended(1, &["missing-approval"]);
    scene.review(7, "dora", "APPROVED", &head);
    run(&scene, &["--dry-run"])?.ended(0, &[]);
    assert!(merge(&scene, &head)?.contains("missing-approval"), "a dry run states nothing");
    run(&scene, &[])?.ended(0, &["the review by @dora is recorded in refs/approvals/heads/main/"]);
    let said = merge(&scene, &head)?;
    assert!(said.contains("Dora has reviewed, and approves, refs/heads/main"), "{said}");
    assert_eq!(scene.tip("main")?, head);
    Ok(())
}

#[test]
fn whoever_is_no_issuer_states_nothing() -> Result<(), Failure> {
    let (scene, head) = guarded("[]")?;
    scene.review(7, "dora", "APPROVED", &head);
    run(&scene, &[])?
        .ended(0, &["could not record reviews", "it states a review, and Gate is not among the policy's"]);
    assert!(merge(&scene, &head)?.contains("missing-approval"));
    Ok(())
}

/// Ann signs the tree of the change with Alice's key, which the policy then knows as hers or not.
fn signed_by_ann(scene: &Scene, is_known: bool) -> Result<String, Failure> {
    let ann = person("alice")?;
    ann.key.save(&scene.path("keys"), ann.name)?;
    let key = String::from_utf8(ann.key.armored_certificate()?)?;
    let policy = scene.git.run(&["show", "main:.portcullis.yaml"], b"")?;
    let known = format!("{{name: Ann, keys: ['{}'], handles:", ann.key.fingerprint());
    let policy = if is_known { policy.replace("{name: Ann, handles:", &known) } else { policy };
    scene.commit(
        "main",
        &["main"],
        &[(".portcullis.yaml", &format!("{policy}\n")), ("keys/ann.asc", &key)],
    )?;
    let change = SETTINGS.replace("blue", "red");
    scene.commit("change", &["main"], &[("settings.yaml", &change)])?;
    let mut command =
        scene.git.command(&["commit-tree", "-Salice", "-p", "main", "-m", "Change", "change^{tree}"]);
    command.env("HOME", scene.path("")).stdin(std::process::Stdio::null());
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "ann").env(format!("GIT_{role}_EMAIL"), "ann@example.com");
    }
    let output = command.output()?;
    let signed = String::from_utf8(output.stdout)?.trim().to_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    scene.git.set_ref("refs/heads/change", &signed)?;
    // The forge lists no push, as Gitea does not.
    scene.fake.state().activity.clear();
    scene.show(7, "change")
}

/// A forge that does not list pushes proves nothing; the signatures of the commits do.
#[test]
fn signed_commits_prove_who_made_a_change_where_the_forge_does_not() -> Result<(), Failure> {
    for (is_known, code, said) in [
        (true, 0, "the review by @dora is recorded in refs/approvals/heads/main/"),
        (false, 1, "no review is recorded: it is not proved who made the change"),
    ] {
        let (scene, _) = guarded("[Gate]")?;
        let head = signed_by_ann(&scene, is_known)?;
        scene.review(7, "dora", "APPROVED", &head);
        run(&scene, &[])?.ended(code, &[said]);
        assert_eq!(merge(&scene, &head)?.contains("missing-approval"), !is_known);
    }
    Ok(())
}
