//! Merges, repositories and settings of git in which something else is judged than what is merged.

use std::fs;

use crate::common::git::{Failure, Git};
use crate::common::programs::write_program;
use crate::pull_requests::scene::{Ran, SERVICE, SETTINGS, Scene};

const QUIET: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";

fn quiet(more: &[(&str, &str)]) -> Result<Scene, Failure> {
    Scene::with(&[&[(".portcullis.yaml", QUIET), ("settings.yaml", SETTINGS)], more].concat())
}

/// A pull request that exposes a service, and a clone of the repository.
fn exposing() -> Result<(Scene, Git, String), Failure> {
    let mut scene = quiet(&[])?;
    scene.commit("change", &["main"], &[("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    let folder = scene.path("clone").display().to_string();
    scene.git.run(&["clone", "--quiet", "--no-hardlinks", ".", &folder], b"")?;
    let clone = Git::at(&scene.path("clone"));
    Ok((scene, clone, folder))
}

/// A file that both sides have changed, and attributes that would merge it without a conflict.
#[test]
fn attributes_that_hide_a_conflict() -> Result<(), Failure> {
    for driver in ["union", "ours", "binary"] {
        let mut scene = quiet(&[(".gitattributes", &format!("*.yaml merge={driver}\n"))])?;
        scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
        scene.commit("main", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "green"))])?;
        scene.open(7, "change")?;
        scene.run(7, &[])?.ended(3, &["it conflicts with main"]);
    }
    Ok(())
}

/// The same by the settings of whoever runs the job.
#[test]
fn settings_that_hide_a_conflict() -> Result<(), Failure> {
    let mut scene = quiet(&[])?;
    scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    scene.commit("main", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "green"))])?;
    scene.open(7, "change")?;
    fs::write(scene.path(".gitconfig"), "[merge]\ndefault = union\n[core]\nattributesFile = ~/attributes\n")?;
    fs::write(scene.path("attributes"), "* merge=union\n")?;
    scene.run(7, &[])?.ended(3, &["it conflicts with main"]);
    Ok(())
}

/// Two branches that have merged each other have two bases; what one of them lacks is found all the same.
#[test]
fn a_criss_cross_merge() -> Result<(), Failure> {
    let mut scene = quiet(&[])?;
    let ours = scene.commit("main", &["main"], &[("a.txt", "text")])?;
    let theirs = scene.commit("change", &[&format!("{ours}^")], &[("web.yaml", SERVICE)])?;
    scene.commit("main", &[&ours, &theirs], &[])?;
    let crossed = scene.commit("change", &[&theirs, &ours], &[("a.txt", "text")])?;
    scene.commit("change", &[&crossed], &[("other.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(1, &["error[public-load-balancer]"]);
    Ok(())
}

/// A branch that has nothing in common with its target.
#[test]
fn histories_that_have_nothing_in_common() -> Result<(), Failure> {
    let mut scene = quiet(&[])?;
    scene.commit("change", &[], &[("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(3, &["it conflicts with main"]);
    assert_ne!(scene.status().map(|status| status.1).as_deref(), Some("success"));
    Ok(())
}

/// The clone whose objects are reused says that the commit is another one.
#[test]
fn a_clone_that_replaces_objects() -> Result<(), Failure> {
    let (scene, clone, folder) = exposing()?;
    let (head, main) = (scene.tip("change")?, scene.tip("main")?);
    clone.run(&["replace", &head, &main], b"")?;
    let (tree, other) = (format!("{head}^{{tree}}"), format!("{main}^{{tree}}"));
    let [tree, other] = [tree, other].map(|name| scene.git.run(&["rev-parse", &name], b""));
    clone.run(&["replace", &tree?, &other?], b"")?;
    scene.run(7, &["--repo", &folder])?.ended(1, &["error[public-load-balancer]"]);
    Ok(())
}

/// The clone holds another text under the name of the manifest.
#[test]
fn a_clone_that_lies_about_an_object() -> Result<(), Failure> {
    let (scene, clone, folder) = exposing()?;
    let blob = scene.git.run(&["rev-parse", &format!("{}:web.yaml", scene.tip("change")?)], b"")?;
    let harmless = clone
        .run(&["hash-object", "-w", "--stdin"], SERVICE.replace("LoadBalancer", "ClusterIP").as_bytes())?;
    let file = |id: &str| scene.path("clone/.git/objects").join(&id[..2]).join(&id[2..]);
    let pack = scene.path("clone/.git/objects/pack");
    for entry in fs::read_dir(&pack)?.filter_map(Result::ok) {
        let bytes = fs::read(entry.path())?;
        fs::remove_file(entry.path())?;
        if entry.path().extension().is_some_and(|ending| ending == "pack") {
            clone.run(&["unpack-objects", "-q"], &bytes)?;
        }
    }
    let _ = fs::remove_file(file(&blob));
    fs::create_dir_all(file(&blob).parent().ok_or("no folder")?)?;
    fs::copy(file(&harmless), file(&blob))?;
    let ran: Ran = scene.run(7, &["--repo", &folder])?;
    assert!(matches!(ran.code, Some(1 | 3)), "{}", ran.text);
    assert_ne!(scene.status().map(|status| status.1).as_deref(), Some("success"), "the lie is not believed");
    Ok(())
}

/// The clone's own settings name programs.
#[test]
fn a_clone_whose_settings_run_programs() -> Result<(), Failure> {
    let (scene, clone, folder) = exposing()?;
    let program = scene.path("program");
    let ran = scene.path("ran");
    write_program(&program, &format!("touch '{}'", ran.display()))?;
    let program = program.display().to_string();
    for name in [
        "core.fsmonitor",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
        "core.sshCommand",
        "credential.helper",
        "core.pager",
        "core.editor",
        "gpg.program",
        "core.askPass",
        "diff.external",
        "merge.x.driver",
    ] {
        clone.run(&["config", name, &program], b"")?;
    }
    fs::copy(&program, scene.path("clone/.git/hooks/reference-transaction"))?;
    fs::copy(&program, scene.path("clone/.git/hooks/post-checkout"))?;
    scene.run(7, &["--repo", &folder])?.ended(1, &["error[public-load-balancer]"]);
    assert!(!ran.exists(), "no program of the clone is run");
    Ok(())
}

/// A clone that lacks history: what is not in it is fetched.
#[test]
fn a_shallow_clone() -> Result<(), Failure> {
    let (scene, _, _) = exposing()?;
    let shallow = scene.path("shallow").display().to_string();
    let address = format!("file://{}", scene.path("acme/prod.git").display());
    scene.git.run(&["clone", "--quiet", "--depth=1", &address, &shallow], b"")?;
    scene.run(7, &["--repo", &shallow])?.ended(1, &["error[public-load-balancer]"]);
    Ok(())
}

/// Variables that tie git to another repository, other objects or other settings.
#[test]
fn an_environment_that_leads_git_elsewhere() -> Result<(), Failure> {
    let (scene, _, folder) = exposing()?;
    let objects = format!("{folder}/.git/objects");
    for (name, value) in [
        ("GIT_DIR", folder.as_str()),
        ("GIT_OBJECT_DIRECTORY", &objects),
        ("GIT_WORK_TREE", "/"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_CONFIG_PARAMETERS", "'merge.default=union'"),
        ("GIT_NAMESPACE", "x"),
        ("GIT_SHALLOW_FILE", "/dev/null"),
        ("GIT_CONFIG_COUNT", "9"),
        ("GIT_GRAFT_FILE", "/dev/null"),
        ("GIT_INDEX_FILE", "/dev/null"),
    ] {
        let output = scene.command(&["--number", "7"]).env(name, value).output()?;
        Ran::of(&output).ended(1, &["error[public-load-balancer]"]);
    }
    Ok(())
}

/// Branches of the pull request that are called like what git looks for first.
#[test]
fn branches_that_are_called_like_something_else() -> Result<(), Failure> {
    for name in ["HEAD", "refs/heads/main", "portcullis/7/head", "main@x", "origin/main", "tags/main"] {
        let mut scene = quiet(&[])?;
        scene.commit(name, &["main"], &[("web.yaml", SERVICE)])?;
        scene.open(7, name)?;
        let ran = scene.run(7, &[])?;
        ran.ended(1, &["error[public-load-balancer]"]);
        assert!(!ran.text.lines().any(|line| line.starts_with("::")), "{}", ran.text);
    }
    Ok(())
}
