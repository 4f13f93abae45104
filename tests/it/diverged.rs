//! `portcullis check` of two revisions of which the base has moved on.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::git::{Failure, Git};

fn service(kind: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec:\n  type: {kind}\n  selector: \
         {{app: web}}\n  ports: [{{port: 80}}]\n"
    )
}

fn commit(git: &Git, folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    fs::write(folder.join(name), text)?;
    git.run(&["add", "--all"], b"")?;
    let identity = ["-c", "user.name=a", "-c", "user.email=a@acme.example"];
    git.run(&[&identity[..], &["commit", "--quiet", "--message", name]].concat(), b"").map(drop)
}

fn check(folder: &Path) -> Result<(Option<i32>, String), Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output =
        command.args(["check", "--base", "main", "--head", "feature"]).current_dir(folder).output()?;
    Ok((output.status.code(), String::from_utf8(output.stdout)?))
}

/// A branch that leaves `main`, which then takes its load balancer away.
fn repository(folder: &Path) -> Result<Git, Failure> {
    let git = Git::at(folder);
    git.run(&["init", "--quiet", "--initial-branch=main", "."], b"")?;
    commit(&git, folder, "web.yaml", &service("LoadBalancer"))?;
    git.run(&["switch", "--quiet", "--create", "feature"], b"")?;
    commit(&git, folder, "notes.txt", "a")?;
    git.run(&["switch", "--quiet", "main"], b"")?;
    commit(&git, folder, "web.yaml", &service("ClusterIP"))?;
    git.run(&["switch", "--quiet", "feature"], b"")?;
    Ok(git)
}

#[test]
fn what_the_base_has_gained_is_not_taken_for_undone() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    repository(folder.path())?;
    let (code, text) = check(folder.path())?;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.lines().next().is_some_and(|line| line.contains("has moved on")), "{text}");
    Ok(())
}

#[test]
fn what_the_branch_does_is_found_and_so_is_what_it_does_after_a_merge() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let git = repository(folder.path())?;
    let identity = ["-c", "user.name=a", "-c", "user.email=a@acme.example"];
    git.run(&[&identity[..], &["merge", "--quiet", "--no-edit", "main"]].concat(), b"")?;
    commit(&git, folder.path(), "web.yaml", &service("LoadBalancer"))?;
    git.run(&["switch", "--quiet", "main"], b"")?;
    commit(&git, folder.path(), "more.txt", "b")?;
    let (code, text) = check(folder.path())?;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("[public-load-balancer]"), "{text}");
    Ok(())
}
