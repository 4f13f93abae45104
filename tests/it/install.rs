//! `portcullis install` against real repositories: what is pushed through an installed hook is judged.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::git::Failure;
use crate::common::installation::{GOOD, Place, said};
use crate::common::programs::write_program;

const BAD: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n\
                              spec: {type: LoadBalancer, ports: [{port: 80}]}\n";

/// Installs and expects that it is done.
fn installed(place: &Place, arguments: &[&str]) -> Result<String, Failure> {
    let output = place.portcullis(&[&["install"], arguments].concat())?;
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    Ok(said(&output))
}

/// Installs and expects that it is refused with these words, and that nothing changes.
fn refused(place: &Place, arguments: &[&str], words: &[&str]) -> Result<(), Failure> {
    let before = place.files()?;
    let output = place.portcullis(&[&["install"], arguments].concat())?;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
    words.iter().for_each(|word| assert!(text.contains(word), "{arguments:?}: no `{word}` in: {text}"));
    assert_eq!(place.files()?, before, "{arguments:?} changed something");
    Ok(())
}

/// A good push passes, a bad one is turned away by the gate.
fn guarded(place: &Place, environment: &[(&str, &str)]) -> Result<(), Failure> {
    let good = place.push(GOOD, environment)?;
    assert!(good.status.success() && said(&good).contains("remote: portcullis: main"), "{}", said(&good));
    let bad = place.push(BAD, environment)?;
    let words = ["remote: error[public-load-balancer]", "remote: rejected: 1 error"];
    assert!(!bad.status.success(), "{}", said(&bad));
    words.iter().for_each(|word| assert!(said(&bad).contains(word), "{}", said(&bad)));
    Ok(())
}

fn mode(path: &Path) -> Result<u32, Failure> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

#[test]
fn a_bare_repository_is_guarded_and_a_second_installation_changes_nothing() -> Result<(), Failure> {
    let place = Place::new("it's a server.git")?;
    let text = installed(&place, &["--repo", "it's a server.git"])?;
    assert!(text.contains("installed ") && text.contains("portcullis doctor --repo "), "{text}");
    assert_eq!(mode(&place.hook())?, 0o755);
    guarded(&place, &[])?;
    let before = place.files()?;
    let text = installed(&place, &["--repo", "it's a server.git"])?;
    assert!(text.contains("is installed already"), "{text}");
    assert_eq!(place.files()?, before);
    Ok(())
}

#[test]
fn a_dry_run_prints_the_hook_and_writes_nothing() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let before = place.files()?;
    let text = installed(&place, &["--repo", "server.git", "--dry-run", "--deadline", "7"])?;
    assert!(
        text.contains("would write ") && text.contains(" pre-receive --host git --deadline 7\n"),
        "{text}"
    );
    assert_eq!(place.files()?, before);
    Ok(())
}

#[test]
fn the_servers_policy_is_passed_on_and_a_second_installation_keeps_it() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let policy = place.path("it's the floor.yaml");
    fs::write(&policy, "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\n")?;
    let named = policy.display().to_string();
    installed(&place, &["--repo", "server.git", "--server-policy", &named, "--deadline", "9"])?;
    let before = fs::read_to_string(place.hook())?;
    assert!(before.contains(r"--server-policy '") && before.contains("--deadline 9"), "{before}");
    installed(&place, &["--repo", "server.git"])?;
    assert_eq!(fs::read_to_string(place.hook())?, before);
    guarded(&place, &[])?;
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o666))?;
    let own = ["--repo", "server.git", "--server-policy", &named];
    refused(&place, &own, &["anyone can write to ", "the floor.yaml"])?;
    fs::write(&policy, "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofil: audit\n")?;
    let words = ["the floor.yaml:3:1", "did you mean `profile`"];
    refused(&place, &["--repo", "server.git", "--server-policy", &named], &words)
}

#[test]
fn an_existing_hook_runs_too_reads_the_whole_push_and_can_reject() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let seen = place.path("seen");
    let script = format!(
        "cd \"$(dirname \"$0\")\" || exit\ncat > '{}'\ntest ! -e '{}'",
        seen.display(),
        place.path("closed").display()
    );
    write_program(&place.hook(), &script)?;
    let original = fs::read_to_string(place.hook())?;
    let text = installed(&place, &["--repo", "server.git"])?;
    assert!(text.contains("runs after it"), "{text}");
    let kept = place.hook().with_file_name("pre-receive.portcullis-chained");
    assert_eq!(fs::read_to_string(kept)?, original);
    guarded(&place, &[])?;
    let line = fs::read_to_string(&seen)?;
    assert!(line.ends_with(" refs/heads/main\n") && line.lines().count() == 1, "{line}");
    assert!(installed(&place, &["--repo", "server.git"])?.contains("is installed already"));
    fs::write(place.path("closed"), "")?;
    let push = place.push(GOOD, &[])?;
    assert!(!push.status.success() && said(&push).contains("remote: accepted"), "{}", said(&push));
    Ok(())
}

#[test]
fn a_chained_hook_that_goes_missing_rejects() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    write_program(&place.hook(), "true")?;
    installed(&place, &["--repo", "server.git"])?;
    fs::remove_file(place.hook().with_file_name("pre-receive.portcullis-chained"))?;
    let push = place.push(GOOD, &[])?;
    assert!(!push.status.success(), "{}", said(&push));
    Ok(())
}

#[test]
fn what_cannot_be_chained_is_refused() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let hook = place.hook();
    let own = ["--repo", "server.git"];
    fs::write(&hook, "#!/bin/sh\n")?;
    refused(&place, &own, &["is not executable", "pre-receive exists"])?;
    fs::remove_file(&hook)?;
    write_program(&hook, "portcullis pre-receive || true")?;
    refused(&place, &own, &["already runs portcullis", "portcullis doctor"])?;
    for script in ["for hook in $0.*; do $hook; done", "exec \"$(basename \"${0}\").d/x\""] {
        write_program(&hook, script)?;
        refused(&place, &own, &["may depend on its own name", "one of its hooks"])?;
    }
    fs::write(&hook, "\u{7f}ELF")?;
    refused(&place, &own, &["may depend on its own name"])?;
    write_program(&hook, "true")?;
    fs::write(hook.with_file_name("pre-receive.portcullis-chained"), "")?;
    refused(&place, &own, &["only one hook can be chained"])?;
    fs::remove_file(&hook)?;
    fs::create_dir(&hook)?;
    refused(&place, &own, &["is not a file"])
}

#[test]
fn nothing_is_written_through_a_symbolic_link() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    fs::write(place.path("victim"), "as it was")?;
    symlink(place.path("victim"), place.hook())?;
    refused(&place, &["--repo", "server.git"], &["symbolic link"])?;
    fs::remove_file(place.hook())?;
    fs::remove_dir(place.path("server.git/hooks"))?;
    fs::create_dir(place.path("elsewhere"))?;
    symlink(place.path("elsewhere"), place.path("server.git/hooks"))?;
    refused(&place, &["--repo", "server.git"], &["symbolic link"])?;
    assert_eq!(fs::read_to_string(place.path("victim"))?, "as it was");
    assert_eq!(fs::read_dir(place.path("elsewhere"))?.count(), 0);
    Ok(())
}

#[test]
fn a_folder_that_everybody_may_write_is_refused() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    for folder in ["server.git/hooks", "server.git", "."] {
        let path = place.path(folder);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777))?;
        refused(&place, &["--repo", "server.git"], &["anyone can write", "chmod o-w"])?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    installed(&place, &["--repo", "server.git"]).map(drop)
}

#[test]
fn a_shared_hooks_path_guards_every_repository() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let folder = place.path("shared hooks").display().to_string();
    assert!(installed(&place, &["--hooks-path", &folder])?.contains("core.hooksPath"));
    place.git("server.git", &["config", "core.hooksPath", &folder])?;
    guarded(&place, &[])?;
    let words = ["git runs no hook of server.git", "--hooks-path"];
    refused(&place, &["--repo", "server.git"], &words)
}

#[test]
fn a_template_guards_every_new_repository() -> Result<(), Failure> {
    let place = Place::new("unused.git")?;
    installed(&place, &["--template", "template"])?;
    let template = format!("--template={}", place.path("template").display());
    place.git(".", &["init", "-q", "--bare", "--initial-branch=main", &template, "new.git"])?;
    guarded(&Place { repository: "new.git".into(), ..place }, &[])
}

/// gitolite links the hook beside a driver of its own, which feeds each.
#[test]
fn gitolite_runs_the_hook_of_its_local_code() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    assert!(installed(&place, &["--local-code", "local"])?.contains("option hook.pre-receive = portcullis"));
    let driver =
        "stdin=$(cat)\nfor h in $0.*\ndo\n[ -x $h ] || continue\necho \"$stdin\" | $h \"$@\" || exit 1\ndone";
    write_program(&place.hook(), driver)?;
    symlink(
        place.path("local/hooks/repo-specific/portcullis"),
        place.hook().with_file_name("pre-receive.h00-portcullis"),
    )?;
    let environment = [("GL_USER", "alice"), ("GL_REPO", "prod"), ("GL_LIBDIR", "/usr/share/gitolite3/lib")];
    guarded(&place, &environment)?;
    fs::write(place.path("server.git/gl-conf"), "")?;
    refused(&place, &["--repo", "server.git"], &["--local-code"])
}

const GITLAB: [(&str, &str); 4] =
    [("GL_ID", "user-4"), ("GL_USERNAME", "alice"), ("GL_REPOSITORY", "project-7"), ("GL_PROTOCOL", "ssh")];

/// Gitaly runs custom hooks itself, from a hook that it gives git.
#[test]
fn gitlab_runs_the_custom_hook() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    installed(&place, &["--repo", "server.git", "--host", "gitlab"])?;
    write_program(&place.hook(), "exec custom_hooks/pre-receive")?;
    guarded(&place, &GITLAB)?;
    assert!(!place.push(GOOD, &[])?.status.success(), "no push without who pushes");
    installed(&place, &["--custom-hooks", "gitaly"])?;
    write_program(&place.hook(), "for hook in ../gitaly/pre-receive.d/*; do \"$hook\" || exit; done")?;
    place.git("server.git", &["update-ref", "-d", "refs/heads/main"])?;
    fs::remove_dir_all(place.path("clone"))?;
    guarded(&place, &GITLAB)
}

/// The delegate that Gitea writes, shortened.
const GITEA: &str = "data=$(cat)\nfor hook in ${GIT_DIR}/hooks/pre-receive.d/*\ndo\ntest -x \"$hook\" || continue\n\
                     echo \"$data\" | \"$hook\" || exit\ndone";

#[test]
fn gitea_runs_the_hook_beside_its_own() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    write_program(&place.hook(), GITEA)?;
    let own = place.hook().with_file_name("pre-receive.d");
    fs::create_dir(&own)?;
    write_program(&own.join("gitea"), "cat > /dev/null")?;
    installed(&place, &["--repo", "server.git"])?;
    guarded(&place, &[("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "alice")])?;
    write_program(&own.join("portcullis"), "true")?;
    refused(&place, &["--repo", "server.git"], &["portcullis did not write it"])
}

#[test]
fn github_takes_hooks_from_a_repository_of_their_own() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    refused(&place, &["--repo", "server.git", "--host", "github"], &["site admin settings"])
}

fn commit(place: &Place, clone: &str, text: &str) -> Result<Output, Failure> {
    fs::write(place.path(clone).join("web.yaml"), text)?;
    place.git(clone, &["add", "web.yaml"])?;
    place.ask(clone, &["commit", "-m", "Change the Service"])
}

fn commits_are_guarded(place: &Place, clone: &str, port: &str) -> Result<(), Failure> {
    let good = commit(place, clone, &GOOD.replace("80", port))?;
    assert!(good.status.success() && said(&good).contains("accepted"), "{}", said(&good));
    let bad = commit(place, clone, BAD)?;
    assert!(!bad.status.success() && said(&bad).contains("error[public-load-balancer]"), "{}", said(&bad));
    Ok(())
}

#[test]
fn a_clone_and_its_linked_work_trees_are_guarded_before_the_commit() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    place.git(".", &["init", "-q", "--initial-branch=main", "--template=", "work"])?;
    write_program(
        &place.path("work/.git/hooks/pre-commit"),
        &format!("touch '{}'", place.path("ran").display()),
    )?;
    installed(&place, &["--repo", "work"])?;
    commits_are_guarded(&place, "work", "80")?;
    assert!(place.path("ran").exists(), "the hook that was there runs no more");
    place.git("work", &["worktree", "add", "-q", "-b", "side", "../linked"])?;
    assert!(installed(&place, &["--repo", "linked"])?.contains("is installed already"));
    commits_are_guarded(&place, "linked", "81")?;
    refused(&place, &["--repo", "work", "--deadline", "4"], &["are for servers"])
}

#[test]
fn a_clone_is_guarded_where_its_hooks_path_says() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    place.git(".", &["init", "-q", "--initial-branch=main", "--template=", "work"])?;
    place.git("work", &["config", "core.hooksPath", "own hooks"])?;
    installed(&place, &["--repo", "work"])?;
    let hook: PathBuf = place.path("work/own hooks/pre-commit");
    assert!(hook.exists() && !place.path("work/.git/hooks/pre-commit").exists());
    commits_are_guarded(&place, "work", "80")
}

/// What was installed goes again, and a hook that ran beside it gets its place back.
#[test]
fn an_installation_is_removed() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let before = place.files()?;
    assert!(installed(&place, &["--repo", "server.git", "--remove"])?.contains("there is no hook at"));
    installed(&place, &["--repo", "server.git"])?;
    assert!(installed(&place, &["--repo", "server.git", "--remove"])?.contains("removed "));
    assert_eq!(place.files()?, before);
    write_program(&place.hook(), "exit 0")?;
    let before = place.files()?;
    refused(&place, &["--repo", "server.git", "--remove"], &["was not installed by portcullis"])?;
    installed(&place, &["--repo", "server.git"])?;
    assert!(installed(&place, &["--repo", "server.git", "--remove"])?.contains("is the hook that was"));
    assert_eq!(place.files()?, before);
    Ok(())
}
