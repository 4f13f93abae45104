//! `portcullis doctor` against real repositories, good ones and all that look like good ones.

mod advice;
mod layouts;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use git_trust::ThrowAwayKey;

use crate::common::git::Failure;
use crate::common::installation::{GOOD, Place, said};
use crate::common::programs::write_program;

const DAY: Duration = Duration::from_hours(24);

/// What the doctor says, and how it ends.
fn doctor(place: &Place, arguments: &[&str]) -> Result<(i32, String), Failure> {
    let output = place.portcullis(&[&["doctor"], arguments].concat())?;
    Ok((output.status.code().unwrap_or(-1), said(&output)))
}

/// It proves that the gate holds.
fn holds(place: &Place, words: &[&str]) -> Result<String, Failure> {
    expect(place, &["--repo", &place.repository], 0, words)
}

/// It finds that the gate does not do its work.
fn fails(place: &Place, words: &[&str]) -> Result<String, Failure> {
    expect(place, &["--repo", &place.repository], 1, words)
}

fn expect(place: &Place, arguments: &[&str], code: i32, words: &[&str]) -> Result<String, Failure> {
    let (exit, text) = doctor(place, arguments)?;
    assert_eq!(exit, code, "{text}");
    words.iter().for_each(|word| assert!(text.contains(word), "no `{word}` in:\n{text}"));
    Ok(text)
}

fn install(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    let output = place.portcullis(&[&["install"], arguments].concat())?;
    assert!(output.status.success(), "{}", said(&output));
    Ok(())
}

/// A guarded repository with a first commit.
fn guarded() -> Result<Place, Failure> {
    let place = Place::new("server.git")?;
    install(&place, &["--repo", "server.git"])?;
    let push = place.push(GOOD, &[])?;
    assert!(push.status.success(), "{}", said(&push));
    Ok(place)
}

const PROVED: [&str; 3] = [
    "ok: bad change: rejected by portcullis for ",
    "ok: good change: accepted by portcullis",
    "ok: time: a small change",
];

#[test]
fn an_installed_gate_is_proved_and_nothing_changes() -> Result<(), Failure> {
    let place = guarded()?;
    let before = place.files()?;
    let text = holds(&place, &PROVED)?;
    assert!(text.contains("cluster-admin-binding") && text.contains("public-load-balancer"), "{text}");
    assert_eq!(place.files()?, before);
    Ok(())
}

#[test]
fn an_empty_repository_is_proved_too() -> Result<(), Failure> {
    let place = Place::new("it's a server.git")?;
    install(&place, &["--repo", "it's a server.git"])?;
    holds(&place, &PROVED).map(drop)
}

#[test]
fn a_hook_that_is_absent_is_found() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let words =
        ["problem: hook: ", " does not exist", "problem: bad change: it passed", "help: portcullis install"];
    fails(&place, &words).map(drop)
}

#[test]
fn a_hook_that_is_not_executable_is_found() -> Result<(), Failure> {
    let place = guarded()?;
    fs::set_permissions(place.hook(), fs::Permissions::from_mode(0o644))?;
    fails(&place, &["problem: hook: ", "chmod +x ", "problem: bad change: it passed"]).map(drop)
}

#[test]
fn a_hook_that_everybody_may_replace_is_found() -> Result<(), Failure> {
    let place = guarded()?;
    fs::set_permissions(place.hook(), fs::Permissions::from_mode(0o777))?;
    fails(&place, &["anyone can write ", "ok: bad change: "])?;
    let place = Place::new("server.git")?;
    let policy = place.path("floor.yaml");
    fs::write(&policy, "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n")?;
    install(&place, &["--repo", "server.git", "--server-policy", "floor.yaml"])?;
    holds(&place, &PROVED)?;
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o666))?;
    fails(&place, &["anyone can write ", "floor.yaml"]).map(drop)
}

#[test]
fn a_hook_that_a_hooks_path_hides_is_found() -> Result<(), Failure> {
    let place = guarded()?;
    let other = place.path("other").display().to_string();
    place.git("server.git", &["config", "core.hooksPath", &other])?;
    fails(&place, &["problem: hook: `core.hooksPath` hides ", "problem: bad change: it passed"])?;
    write_program(&place.path("other/pre-receive"), "exit 0")?;
    fails(&place, &["nothing in the hook runs portcullis"])?;
    place.git("server.git", &["config", "--unset", "core.hooksPath"])?;
    place.git(".", &["config", "--global", "core.hooksPath", &other])?;
    fails(&place, &["nothing in the hook runs portcullis"]).map(drop)
}

/// Every one of these has let bad pushes through somewhere.
#[test]
fn a_hook_that_looks_like_a_gate_is_found() -> Result<(), Failure> {
    let place = guarded()?;
    let real = fs::read_to_string(place.hook())?;
    let call = real.trim_end().rsplit_once("exec ").ok_or("no call")?.1.to_owned();
    let scripts = [
        "exit 0".to_owned(),
        format!("exit 0\nexec {call}"),
        format!("{call} || true"),
        format!("{call}\necho done"),
        format!("cat > /dev/null\n{call}"),
        format!("while read -r old new ref; do echo $ref; done\nexec {call}"),
        format!("exec {call} < /dev/null"),
        format!("{call} &\nexit 0"),
    ];
    for script in scripts {
        write_program(&place.hook(), &script)?;
        let (exit, text) = doctor(&place, &["--repo", "server.git"])?;
        assert!(exit == 1 && text.contains("problem: bad change: "), "{script}: {exit}\n{text}");
        let ignored = script.contains("|| true") || script.contains("echo done");
        assert_eq!(text.contains("the hook discards its exit code"), ignored, "{script}\n{text}");
    }
    Ok(())
}

#[test]
fn a_hook_behind_one_that_swallows_the_push_is_found() -> Result<(), Failure> {
    let place = guarded()?;
    let gate = place.hook().with_file_name("pre-receive.portcullis");
    fs::rename(place.hook(), gate)?;
    write_program(&place.hook(), "cat > /dev/null\nexec hooks/pre-receive.portcullis")?;
    fails(&place, &["the hook's input is empty", "reads standard input first"])?;
    write_program(&place.hook(), "cat > /dev/null\nhooks/pre-receive.portcullis || true")?;
    fails(&place, &["did not receive this change", "reads standard input"])?;
    write_program(&place.hook(), "exec hooks/pre-receive.portcullis")?;
    holds(&place, &PROVED).map(drop)
}

#[test]
fn a_rejection_by_something_else_is_not_the_gates() -> Result<(), Failure> {
    let place = guarded()?;
    write_program(&place.hook(), "echo 'rejected: 1 error'\nexit 1")?;
    fails(&place, &["problem: bad change: it was rejected, but not by portcullis"])?;
    write_program(&place.hook(), "exec /nonexistent/portcullis pre-receive --host git")?;
    fails(&place, &["not by portcullis"]).map(drop)
}

#[test]
fn a_policy_that_denies_nothing_is_found() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let policy = place.path("floor.yaml");
    fs::write(&policy, "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\n")?;
    place.push(GOOD, &[])?;
    fs::write(place.path("clone/.portcullis.yaml"), fs::read(&policy)?)?;
    place.git("clone", &["add", ".portcullis.yaml"])?;
    place.push(GOOD, &[])?;
    install(&place, &["--repo", "server.git"])?;
    fails(&place, &["problem: bad change: portcullis judged it and accepted it", "ok: good change: "])
        .map(drop)
}

#[test]
fn a_policy_that_asks_who_made_a_change_holds_the_good_one_back_for_nothing_else() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let policy = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: strict\nsignatures: {require: trusted, \
                  keyring: [alice.asc]}\n";
    fs::create_dir(place.path("clone"))?;
    let alice = ThrowAwayKey::generate("Alice <alice@example.com>", SystemTime::now() - DAY, None)?;
    fs::write(place.path("clone/alice.asc"), alice.armored_certificate()?)?;
    place.git("clone", &["init", "-q", "--initial-branch=main", "--template="])?;
    fs::write(place.path("clone/.portcullis.yaml"), policy)?;
    fs::write(place.path("clone/CODEOWNERS"), "* @acme/platform\n")?;
    place.git("clone", &["add", "."])?;
    place.push(GOOD, &[])?;
    install(&place, &["--repo", "server.git"])?;
    holds(&place, &["ok: good change: rejected only for missing-approval, unsigned-commit"]).map(drop)
}

#[test]
fn a_deadline_that_a_small_push_nearly_reaches_is_told() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    install(&place, &["--repo", "server.git", "--deadline", "2"])?;
    let real = fs::read_to_string(place.hook())?;
    write_program(&place.hook(), &real.replace("exec ", "sleep 1\nexec "))?;
    holds(&place, &["advice: time: ", " ms of 2 s"]).map(drop)
}

/// A hook of everybody's, by the user's own configuration, is run neither for the doctor's refs nor its commits.
#[test]
fn a_hook_of_the_users_own_is_not_run() -> Result<(), Failure> {
    let place = guarded()?;
    let shared = place.path("shared");
    let script = format!("touch '{}'", place.path("ran").display());
    for name in ["reference-transaction", "post-commit", "commit-msg", "pre-push", "post-receive"] {
        write_program(&shared.join(name), &script)?;
    }
    write_program(&shared.join("pre-receive"), &fs::read_to_string(place.hook())?)?;
    place.git(".", &["config", "--global", "core.hooksPath", &shared.display().to_string()])?;
    holds(&place, &PROVED)?;
    assert!(!place.path("ran").exists());
    Ok(())
}

/// What comes after the decision may deploy what was pushed.
#[test]
fn no_hook_that_acts_on_a_push_is_run() -> Result<(), Failure> {
    let place = guarded()?;
    for name in ["post-receive", "post-update", "reference-transaction", "update", "pre-push"] {
        let script = format!("touch '{}'", place.path("ran").display());
        write_program(&place.hook().with_file_name(name), &script)?;
    }
    holds(&place, &PROVED)?;
    assert!(!place.path("ran").exists());
    Ok(())
}

#[test]
fn the_hook_of_a_clone_is_proved_by_a_commit() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    place.push(GOOD, &[])?;
    let own = ["--repo", "clone"];
    expect(&place, &own, 1, &["problem: hook: ", " does not exist", "problem: bad change: it passed"])?;
    install(&place, &["--repo", "clone"])?;
    let before = place.files()?;
    expect(&place, &own, 0, &["ok: bad change: rejected by portcullis for ", "ok: good change: accepted"])?;
    assert_eq!(place.files()?, before);
    Ok(())
}

#[test]
fn programs_get_the_same_as_people() -> Result<(), Failure> {
    let place = guarded()?;
    let (exit, text) = doctor(&place, &["--repo", "server.git", "--format", "json"])?;
    let document: serde_json::Value = serde_json::from_str(&text)?;
    assert_eq!((exit, &document["holds"]), (0, &serde_json::Value::Bool(true)), "{text}");
    assert_eq!(document["lines"][1]["topic"], "bad change", "{text}");
    let (exit, text) = doctor(&place, &["--repo", "nowhere"])?;
    assert_eq!(exit, 2, "{text}");
    Ok(())
}
