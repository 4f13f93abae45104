//! What a person tries in a clone before anything is installed.

use std::fs;

use serde_json::Value;

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, policy};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;

/// Runs portcullis in the clone. Returns its exit code and standard output.
fn run(clone: &Checkout, arguments: &[&str]) -> Result<(i32, String), Failure> {
    let mut command = std::process::Command::new(PORTCULLIS);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.args(arguments).current_dir(&clone.folder).output()?;
    let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    Ok((output.status.code().unwrap_or(-1), said))
}

/// A clone whose last commit opens ports on so many Services.
fn opened(services: usize) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let clone = server.checkout("alice")?;
    for number in 0..services {
        let service = NODE_PORT.replace("name: frontend\n", &format!("name: service-{number}\n"));
        clone.write(&format!("prod/service-{number}.yaml"), service.as_bytes())?;
    }
    clone.git.run(&["add", "--all"], b"")?;
    clone.git.run(&["commit", "--quiet", "-m", "Open ports"], b"")?;
    Ok((server, clone))
}

/// Sixty findings of one cause fit on a screen, and each is one line where one line is asked for.
#[test]
fn many_findings_of_one_cause_are_one_block() -> Result<(), Failure> {
    let (_server, clone) = opened(60)?;
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1"])?;
    assert_eq!(code, 1, "{said}");
    assert!(said.lines().count() <= 50, "{} lines:\n{said}", said.lines().count());
    assert!(said.contains("problems to fix: node-port (60)"), "{said}");
    assert!(said.contains("= same: 39 more; `--format concise` lists each on one line"), "{said}");
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1", "--format", "concise"])?;
    assert_eq!((code, said.lines().count()), (1, 60), "{said}");
    let first = said.lines().next().unwrap_or_default();
    assert!(first.starts_with("prod/service-0.yaml:7:9: error[node-port] Service shop/service-0"), "{first}");
    Ok(())
}

#[test]
fn a_report_can_be_silent_coloured_and_about_one_check() -> Result<(), Failure> {
    let (_server, clone) = opened(1)?;
    assert_eq!(run(&clone, &["check", "--base", "HEAD", "--quiet"])?, (0, String::new()));
    let (_, said) = run(&clone, &["check", "--base", "HEAD~1", "--color", "always"])?;
    assert!(said.contains('\u{1b}'), "{said}");
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1", "--select", "image-downgrade"])?;
    assert!(code == 0 && !said.contains("node-port"), "{said}");
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1", "--select", "node-prt"])?;
    assert!(code == 2 && said.contains("there is no check `node-prt`"), "{said}");
    Ok(())
}

#[test]
fn a_policy_file_can_be_tried() -> Result<(), Failure> {
    let (_server, clone) = opened(1)?;
    fs::write(clone.folder.join("try.yaml"), policy("checks: {node-port: {enforce: warn}}\n"))?;
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1", "--policy", "try.yaml"])?;
    assert!(code == 0 && said.contains("warning[node-port]"), "{said}");
    let (code, said) = run(&clone, &["check", "prod", "--policy", "try.yaml"])?;
    assert!(code == 0 && said.contains("warning[node-port]"), "{said}");
    Ok(())
}

/// The first policy counts in `check` as it does in the hook.
#[test]
fn the_first_policy_is_judged_as_in_the_hook() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let clone = server.checkout("alice")?;
    clone.commit("First policy", &[(POLICY_PATH, &policy(""))])?;
    let (code, said) = run(&clone, &["check", "--base", "HEAD~1"])?;
    assert!(code == 0 && said.contains("adds the first trust files"), "{said}");
    clone.push_main()?.accepted(&["adds the first trust files"]);
    Ok(())
}

#[test]
fn programs_read_replays_and_checks() -> Result<(), Failure> {
    let (_server, clone) = opened(1)?;
    let (code, said) = run(&clone, &["replay", "HEAD~1..", "--format", "json"])?;
    let table: Value = serde_json::from_str(&said)?;
    assert_eq!(code, 0);
    assert_eq!(table.pointer("/commits/0/findings/node-port"), Some(&Value::from(1)), "{said}");
    assert_eq!(table.pointer("/commits/0/verdict"), Some(&Value::from("reject")), "{said}");
    let (_, said) = run(&clone, &["checks", "--format", "json"])?;
    let checks: Value = serde_json::from_str(&said)?;
    assert!(checks.pointer("/checks/0/why").is_some(), "{said}");
    Ok(())
}

#[test]
fn profiles_and_server_policies_are_shown() -> Result<(), Failure> {
    let (_server, clone) = opened(1)?;
    let (code, said) = run(&clone, &["policy", "show", "--profile", "strict"])?;
    assert!(code == 0 && said.contains("unsigned-commit"), "{said}");
    let (code, said) = run(&clone, &["policy", "show", "--profile", "strct"])?;
    assert!(code == 2 && said.contains("strct"), "{said}");
    let text = policy("acceptedTrustFiles: {CODEOWNERS: deleted}\n");
    fs::write(clone.folder.join("server.yaml"), text)?;
    let (code, said) = run(&clone, &["policy", "show", "--server", "server.yaml"])?;
    assert_eq!(code, 0, "{said}");
    Ok(())
}

/// One finding is waived by its fingerprint, from the change or from a report of it.
#[test]
fn one_finding_is_waived() -> Result<(), Failure> {
    let (_server, clone) = opened(2)?;
    let (_, said) = run(&clone, &["check", "--base", "HEAD~1"])?;
    let prints: Vec<&str> =
        said.lines().filter_map(|line| line.trim().strip_prefix("= fingerprint: ")).collect();
    let [first, second] = prints.as_slice() else { return Err(format!("two fingerprints: {said}").into()) };
    let terms = ["--owner", "@acme/network", "--expires", "30d"];
    let of_change = [&["waive", first, "--base", "HEAD~1"], &terms[..]].concat();
    let (code, said) = run(&clone, &of_change)?;
    assert!(code == 2 && said.contains("--reason"), "{said}");
    let (code, said) = run(&clone, &[&of_change[..], &["--reason", "moves in spring"]].concat())?;
    assert!(code == 0 && said.contains("node-port of Service/shop/service-"), "{said}");
    let (code, said) = run(&clone, &[&of_change[..], &["--reason", "again"]].concat())?;
    assert!(code == 2 && said.contains("is waived already"), "{said}");

    run(&clone, &["check", "--base", "HEAD~1", "--format", "json", "--output", "report.json"])?;
    let of_report = ["waive", second, "--report", "report.json", "--reason", "moves too"];
    let (code, said) = run(&clone, &[&of_report[..], &terms[..]].concat())?;
    assert_eq!(code, 0, "{said}");
    let unknown = ["waive", "v2-000000000000000000000000", "--report", "report.json", "--reason", "x"];
    let (code, said) = run(&clone, &[&unknown[..], &terms[..]].concat())?;
    assert!(code == 2 && said.contains("no finding has the fingerprint"), "{said}");
    let waived = fs::read_to_string(clone.folder.join(".portcullis-waivers.yaml"))?;
    assert!(waived.contains(first) && waived.contains(second), "{waived}");
    Ok(())
}
