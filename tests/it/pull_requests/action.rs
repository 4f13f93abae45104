//! The action from end to end: its file, read and run as a runner does, against the forge.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::scene::{SERVICE, SETTINGS, Scene};
use crate::common::documents::project;
use crate::common::git::Failure;
use crate::common::programs::write_program;

/// A step of a workflow that uses the action has run.
struct Step {
    code: i32,
    log: String,
    outputs: BTreeMap<String, String>,
    summary: String,
}

/// Plays the runner: inputs with their defaults, every step with its environment, outputs from their file.
fn uses(scene: &Scene, event: &str, payload: &Value, with: &[(&str, &str)]) -> Result<Step, Failure> {
    let action: Value = serde_yaml::from_str(&fs::read_to_string(project("action.yml"))?)?;
    let mut known = BTreeMap::from([("github.token".to_owned(), "a-token".to_owned())]);
    for (name, input) in action["inputs"].as_object().ok_or("no inputs")? {
        let given = with.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned());
        let default = input["default"].as_str().unwrap_or_default();
        known.insert(format!("inputs.{name}"), given.unwrap_or_else(|| filled(default, &known)));
    }
    let temp = scene.path("temp");
    let _ = fs::remove_dir_all(&temp);
    fs::create_dir_all(&temp)?;
    fs::write(temp.join("event.json"), payload.to_string())?;
    // Building takes minutes: what cargo would put there is this build.
    let cargo = format!(
        "while [ \"$1\" != --root ]; do shift; done\ncp '{}' \"$2/bin/portcullis\"",
        env!("CARGO_BIN_EXE_portcullis")
    );
    write_program(&temp.join("programs/cargo"), &cargo)?;
    let mut step = Step { code: 0, log: String::new(), outputs: BTreeMap::new(), summary: String::new() };
    for run in action["runs"]["steps"].as_array().ok_or("no steps")? {
        let mut command = Command::new("bash");
        command.args([
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            run["run"].as_str().ok_or("runs nothing")?,
        ]);
        runner(&mut command, scene, event);
        for (name, value) in run["env"].as_object().into_iter().flatten() {
            command.env(name, filled(value.as_str().unwrap_or_default(), &known));
        }
        let output = command.output()?;
        step.log.push_str(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
        step.code = output.status.code().unwrap_or(-1);
        let told = fs::read_to_string(temp.join("output")).unwrap_or_default();
        let id = run["id"].as_str().unwrap_or_default();
        for (name, value) in told.lines().filter_map(|line| line.split_once('=')) {
            known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        if step.code != 0 {
            break;
        }
    }
    for (name, output) in action["outputs"].as_object().ok_or("no outputs")? {
        step.outputs.insert(name.clone(), filled(output["value"].as_str().unwrap_or_default(), &known));
    }
    step.summary = fs::read_to_string(temp.join("summary")).unwrap_or_default();
    Ok(step)
}

/// What a runner gives to every step.
fn runner(command: &mut Command, scene: &Scene, event: &str) {
    let temp = scene.path("temp");
    let path = std::env::var("PATH").unwrap_or_default();
    command.env_clear().current_dir(&temp).env("PATH", format!("{}:{path}", temp.join("programs").display()));
    command.env("HOME", &temp).env("RUNNER_TEMP", &temp).env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
    command.env("GITHUB_ACTION_PATH", project("")).env("GITHUB_ACTIONS", "true").env("CI", "true");
    command.env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", temp.join("event.json"));
    command.env("GITHUB_OUTPUT", temp.join("output")).env("GITHUB_STEP_SUMMARY", temp.join("summary"));
    command.env("GITHUB_API_URL", scene.fake.address()).env("GITHUB_REPOSITORY", "acme/prod");
    command
        .env("GITHUB_SERVER_URL", format!("file://{}", scene.path("").display()))
        .env("GITHUB_RUN_ID", "1");
}

/// Text with the expressions that the action uses.
fn filled(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    while let Some((before, rest)) = text.split_once("${{") {
        let (expression, after) = rest.split_once("}}").unwrap_or((rest, ""));
        let value = known.get(expression.trim()).cloned().unwrap_or_default();
        text = format!("{before}{value}{after}");
    }
    text
}

fn quiet() -> Result<Scene, Failure> {
    Scene::with(&[
        (".portcullis.yaml", "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n"),
        ("settings.yaml", SETTINGS),
    ])
}

#[test]
fn a_rejected_pull_request_ends_the_step() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("web.yaml", SERVICE)])?;
    let head = scene.open(7, "change")?;
    let sarif = scene.path("report.sarif").display().to_string();
    let with = [("sarif-file", sarif.as_str()), ("comment", "findings"), ("annotations", "true")];
    // The event's file says what was true once: only the number of it counts.
    let payload = json!({"action": "opened", "pull_request": {"number": 7, "head": {"sha": "0000"}, "base": {"ref": "evil"}}});
    let step = uses(&scene, "pull_request_target", &payload, &with)?;
    assert_eq!(step.code, 1, "{}", step.log);
    assert!(step.log.contains("error[public-load-balancer]"), "{}", step.log);
    assert!(step.log.contains("::stop-commands::"));
    let output = |name: &str| step.outputs[name].as_str();
    assert_eq!((output("verdict"), output("exit-code"), output("violations")), ("reject", "1", "1"));
    assert_eq!(output("sarif-file"), sarif);
    assert!(fs::read_to_string(&sarif)?.contains("public-load-balancer"));
    assert!(
        step.summary.contains("public-load-balancer")
            && fs::read_to_string(output("summary-file"))?.contains("web.yaml")
    );
    let (commit, state, _) = scene.status().ok_or("no status")?;
    assert_eq!((commit, state.as_str()), (head, "failure"));
    assert_eq!(scene.fake.state().comments.len(), 1);
    assert_eq!(scene.fake.state().check_runs.len(), 1);
    Ok(())
}

#[test]
fn a_review_event_judges_again_and_turns_green() -> Result<(), Failure> {
    let mut scene = Scene::new()?;
    scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    let head = scene.open(7, "change")?;
    let payload = json!({"pull_request": {"number": 7}});
    assert_eq!(uses(&scene, "pull_request_target", &payload, &[])?.code, 1);
    scene.review(7, "bob", "APPROVED", &head);
    let step = uses(&scene, "pull_request_review", &payload, &[])?;
    assert_eq!((step.code, step.outputs["verdict"].as_str()), (0, "accept"), "{}", step.log);
    assert_eq!(scene.status().ok_or("no status")?.1, "success");
    Ok(())
}

#[test]
fn a_verdict_can_be_told_without_ending_the_job_and_doubt_cannot() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    let payload = json!({"pull_request": {"number": 7}});
    let lenient = [("fail-on-error", "false")];
    let step = uses(&scene, "pull_request", &payload, &lenient)?;
    assert_eq!((step.code, step.outputs["verdict"].as_str()), (0, "reject"), "{}", step.log);
    scene.fake.state().pulls.clear();
    assert_eq!(uses(&scene, "pull_request", &payload, &lenient)?.code, 3);
    assert_eq!(uses(&scene, "push", &json!({}), &lenient)?.code, 2);
    Ok(())
}

/// Names that would be commands to the runner, outputs or Markdown.
#[test]
fn no_name_from_the_change_is_obeyed() -> Result<(), Failure> {
    let mut scene = quiet()?;
    let name = "::set-output name=verdict::accept";
    let evil = SERVICE.replace("name: web", "name: \"web\\n::error::x\\nverdict=accept\\n```\"");
    scene.commit("change", &["main"], &[(&format!("{name}.yaml"), SERVICE), ("evil.yaml", &evil)])?;
    scene.open(7, "change")?;
    let step = uses(
        &scene,
        "pull_request_target",
        &json!({"pull_request": {"number": 7}}),
        &[("comment", "always")],
    )?;
    assert_eq!((step.code, step.outputs["verdict"].as_str()), (1, "reject"), "{}", step.log);
    let own = |line: &&str| line.starts_with("::") && !line.starts_with("::stop-commands::");
    let commands: Vec<&str> = step.log.lines().filter(own).collect();
    assert_eq!(commands.len(), 1, "only the token that ends the stop: {commands:?}");
    Ok(())
}
