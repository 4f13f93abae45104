//! The demo: what it promises is what it shows, and what it shows is what the documents print.

use std::path::Path;
use std::process::{Command, Output};

use regex::{Captures, Regex};

use crate::common::documents::{project, same_file, same_part};
use crate::common::git::Failure;

fn demo(path: Option<&Path>) -> Result<Output, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("demo").env("GIT_DIR", "/nonexistent").env("GIT_AUTHOR_NAME", "Nobody");
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "push.default");
    command.env("GIT_CONFIG_VALUE_0", "nothing").env("GIT_TRACE", "1");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    Ok(command.output()?)
}

/// Ids, keys and times differ from run to run.
fn comparable(text: &str) -> Result<String, Failure> {
    let mut seen: Vec<String> = Vec::new();
    let text = Regex::new(r"\b([0-9a-f]{7})([0-9a-f]{33})?\b")?.replace_all(text, |found: &Captures<'_>| {
        let id = found[1].to_owned();
        let number = seen.iter().position(|known| *known == id).unwrap_or_else(|| {
            seen.push(id);
            seen.len() - 1
        });
        let more = if found.get(2).is_some() { "0".repeat(33) } else { String::new() };
        format!("c0ffee{}{more}", number + 1)
    });
    let text =
        Regex::new(r"\b[0-9A-F]{40}\b")?.replace_all(&text, "0123456789ABCDEF0123456789ABCDEF01234567");
    let text = Regex::new(r", \d+ ms\n")?.replace_all(&text, ", 20 ms\n");
    // A certificate is a few bytes longer or shorter each time.
    Ok(Regex::new(r"(5 files changed), \d+ ins")?.replace_all(&text, "$1, 88 ins").into_owned())
}

#[test]
fn the_clean_push_passes_and_the_malicious_one_does_not() -> Result<(), Failure> {
    let output = demo(None)?;
    let text = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let malicious = third_push(&text)?;
    for check in [
        "cluster-admin-binding",
        "rbac-escalation",
        "public-load-balancer",
        "image-downgrade",
        "invalid-schema",
        "untrusted-signature",
        "missing-approval",
    ] {
        assert!(malicious.contains(&format!("remote: error[{check}]: ")), "{check} is missing:\n{text}");
    }
    assert_eq!(text.matches("error[").count(), 7, "{text}");
    assert!(malicious.contains("! [remote rejected] main -> main (pre-receive hook declined)"));
    let comparable = comparable(&text)?;
    same_file(&project("docs/demo.txt"), &comparable)?;
    same_part(&project("README.md"), "demo", &format!("```text\n{}```\n", third_push(&comparable)?))
}

/// What Mallory types and sees.
fn third_push(text: &str) -> Result<&str, Failure> {
    let (_, rest) = text.split_once("3. Mallory").ok_or("there is no third push")?;
    let begin = rest.find("$ git commit").ok_or("Mallory commits nothing")?;
    let end = rest.find("\nThe server's main").ok_or("there is no closing word")?;
    rest.get(begin..end).ok_or_else(|| "the closing word comes first".into())
}

#[test]
fn without_git_the_demo_says_what_is_missing() -> Result<(), Failure> {
    let empty = tempfile::tempdir()?;
    let output = demo(Some(empty.path()))?;
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr)?;
    assert!(error.contains("the demo needs the program `git`"), "{error}");
    Ok(())
}

#[test]
fn nothing_is_left_behind() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.arg("demo").env("TMPDIR", folder.path()).output()?;
    assert!(output.status.success());
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}
