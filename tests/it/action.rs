//! The GitHub Action: its scripts, run as a runner runs them, and the files that describe it.
//!
//! `runner` is what the others are run with.

mod install;
mod judge;
mod runner;

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::common::documents::project;
use crate::common::git::Failure;

fn yaml(path: &str) -> Result<Value, Failure> {
    Ok(serde_yaml::from_str(&fs::read_to_string(project(path))?)?)
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Text of an input that stands in a script is run by the shell.
#[test]
fn inputs_reach_scripts_through_the_environment_only() -> Result<(), Failure> {
    let action = yaml("action.yml")?;
    let steps = action.pointer("/runs/steps").and_then(Value::as_array).ok_or("no steps")?;
    assert!(steps.len() >= 2);
    for step in steps {
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"));
    }
    Ok(())
}

/// What an input says is read by the script, and what the script reads is an input.
#[test]
fn every_input_is_read() -> Result<(), Failure> {
    let action = yaml("action.yml")?;
    let script = fs::read_to_string(project("tools/action/judge.sh"))?;
    let environment = action.pointer("/runs/steps/1/env").and_then(Value::as_object).ok_or("no env")?;
    let inputs = action["inputs"].as_object().ok_or("no inputs")?;
    let mut told = Vec::new();
    texts(&Value::from(environment.values().cloned().collect::<Vec<_>>()), &mut told);
    for name in inputs.keys() {
        assert!(told.contains(&format!("${{{{ inputs.{name} }}}}")), "{name} reaches nothing");
    }
    for name in environment.keys().filter(|name| name.starts_with("INPUT_")) {
        assert!(script.contains(&format!("${{{name}")), "{name} is not read");
    }
    let read = script.split("${INPUT_").skip(1).filter_map(|rest| rest.split([':', '}']).next());
    for name in read {
        assert!(environment.contains_key(&format!("INPUT_{name}")), "INPUT_{name} is no input");
    }
    Ok(())
}

#[test]
fn every_pre_commit_hook_names_a_command_that_exists() -> Result<(), Failure> {
    let hooks = yaml(".pre-commit-hooks.yaml")?;
    let hooks = hooks.as_array().ok_or("no hooks")?;
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        let entry = hook["entry"].as_str().ok_or("no entry")?;
        let arguments: Vec<_> = entry.split(' ').skip(1).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).args(arguments).arg("--help").output()?;
        assert!(output.status.success(), "{entry}");
    }
    Ok(())
}
