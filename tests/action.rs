//! The GitHub Action: its script, run as a runner runs it, and the files that describe it.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use common::documents::project;
use common::git::{Failure, Git};
use serde_json::Value;

const POLICY: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n\
                       spec: {type: LoadBalancer, ports: [{port: 80}]}\n";

fn yaml(path: &str) -> Result<Value, Failure> {
    Ok(serde_yaml::from_str(&fs::read_to_string(project(path))?)?)
}

fn script() -> Result<String, Failure> {
    let action = yaml("action.yml")?;
    let script =
        action.pointer("/runs/steps/1/run").and_then(Value::as_str).ok_or("the second step runs nothing")?;
    Ok(script.to_owned())
}

struct Runner {
    folder: tempfile::TempDir,
    git: Git,
}

impl Runner {
    fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let programs = folder.path().join("portcullis/bin");
        fs::create_dir_all(&programs)?;
        symlink(env!("CARGO_BIN_EXE_portcullis"), programs.join("portcullis"))?;
        let git = Git::init_bare(&folder.path().join("clone"))?;
        git.run(&["config", "user.name", "Alice"], b"")?;
        git.run(&["config", "user.email", "alice@example.com"], b"")?;
        Ok(Self { folder, git })
    }

    fn commit(&self, files: &[(&str, &str)], parents: &[&str]) -> Result<String, Failure> {
        let mut tree = String::new();
        for (name, text) in files {
            let blob = self.git.store("blob", text.as_bytes())?;
            tree.extend(["100644 blob ", &blob, "\t", name, "\n"]);
        }
        let tree = self.git.run(&["mktree"], tree.as_bytes())?;
        let parents = parents.iter().flat_map(|parent| ["-p", *parent]);
        let arguments: Vec<_> = ["commit-tree", "-m", "Change", &tree].into_iter().chain(parents).collect();
        self.git.run(&arguments, b"")
    }

    /// Runs the script for an event at the commit that GitHub made for it.
    fn run(&self, event: &str, sha: &str, inputs: [&str; 2]) -> Result<Output, Failure> {
        let mut command = Command::new("bash");
        command.args(["-c", &script()?]).current_dir(self.folder.path().join("clone")).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.path());
        command.env("GITHUB_EVENT_NAME", event).env("GITHUB_SHA", sha).env("FORMAT", "human");
        command.env("RUNNER_TEMP", self.folder.path()).env("BASE", inputs[0]).env("HEAD", inputs[1]);
        Ok(command.output()?)
    }
}

#[test]
fn a_pull_request_is_judged_by_the_policy_of_its_target() -> Result<(), Failure> {
    let runner = Runner::new()?;
    let files = [(".portcullis.yaml", POLICY)];
    let target = runner.commit(&files, &[])?;
    // The pull request deletes the policy, too.
    let head = runner.commit(&[("web.yaml", SERVICE)], &[&target])?;
    let merge = runner.commit(&[("web.yaml", SERVICE)], &[&target, &head])?;
    let output = runner.run("pull_request", &merge, ["", ""])?;
    let text = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error[public-load-balancer]: ") && text.contains("error[weakened-policy]: "));

    let with_text = [files[0], ("README.md", "text")];
    let head = runner.commit(&with_text, &[&target])?;
    let harmless = runner.commit(&with_text, &[&target, &head])?;
    assert_eq!(runner.run("pull_request", &harmless, ["", ""])?.status.code(), Some(0));
    Ok(())
}

#[test]
fn where_it_cannot_know_what_to_compare_it_stops() -> Result<(), Failure> {
    let runner = Runner::new()?;
    let target = runner.commit(&[(".portcullis.yaml", POLICY)], &[])?;
    let head = runner.commit(&[(".portcullis.yaml", POLICY), ("web.yaml", SERVICE)], &[&target])?;
    assert_eq!(runner.run("pull_request_target", &head, ["", ""])?.status.code(), Some(2));
    assert_eq!(runner.run("pull_request", &head, ["", ""])?.status.code(), Some(2), "not a merge commit");
    assert_eq!(runner.run("push", &head, [&target, ""])?.status.code(), Some(2));
    assert_eq!(runner.run("push", &head, [&target, &head])?.status.code(), Some(1));
    let hostile = runner.run("push", &head, ["$(touch pwned)", "--help"])?;
    assert_eq!(hostile.status.code(), Some(2));
    assert!(!runner.folder.path().join("clone/pwned").exists());
    Ok(())
}

/// Text of an input that stands in a script is run by the shell.
#[test]
fn inputs_reach_scripts_through_the_environment_only() -> Result<(), Failure> {
    let action = yaml("action.yml")?;
    let steps = action.pointer("/runs/steps").and_then(Value::as_array).ok_or("no steps")?;
    for step in steps {
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"));
    }
    Ok(())
}

#[test]
fn the_pre_commit_hook_names_a_command_that_exists() -> Result<(), Failure> {
    let hooks = yaml(".pre-commit-hooks.yaml")?;
    let entry = hooks.pointer("/0/entry").and_then(Value::as_str).ok_or("no entry")?;
    let arguments: Vec<_> = entry.split(' ').skip(1).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).args(arguments).arg("--help").output()?;
    assert!(output.status.success());
    Ok(())
}
