//! The workflow that runs the gate.
//!
//! In: the settings and the workflows of the default branch. Out: a line that says whether a pull request can change the
//! workflow that judges it. Never: takes a workflow that it cannot read for a safe one.

use super::guard::{Guard, find_strongest};
use super::triggers::{self, Presence, Triggers};
use super::{ForgeSettings, one_line};
use crate::host::api::{Setting, WorkflowFile};
use crate::host::{PipelineSource, Topic};
use crate::report::DoctorLine;

/// The word, in any case, that a workflow mentions if it runs the gate.
const NAME: &str = "portcullis";

/// Examines the workflow; `None` if the project's settings describe the pipeline, which have lines of their own.
pub(super) fn examine(settings: &ForgeSettings) -> Option<DoctorLine> {
    match settings.host.facts().settings.pipeline {
        PipelineSource::Settings => return None,
        PipelineSource::Workflows => {}
    }
    let topic = Topic::Workflow.as_str();
    match find_strongest(settings).map(|(guard, _)| guard) {
        Some(Guard::Required(path)) => {
            return Some(DoctorLine::ok(
                topic,
                format!(
                    "`{path}` belongs to the ruleset: a pull request cannot \
                change it"
                ),
            ));
        }
        Some(Guard::App(app)) => {
            return Some(DoctorLine::ok(
                topic,
                format!("only the app {app} can set the status: a workflow here cannot set it"),
            ));
        }
        Some(
            Guard::AnyStatus | Guard::Anybody | Guard::Pipeline | Guard::UnknownApp(_) | Guard::AnyWorkflow,
        )
        | None => {}
    }
    Some(match &settings.facts.workflows {
        Setting::Hidden(reason) => {
            let text = format!("could not determine which workflow runs the gate: {}", one_line(reason));
            DoctorLine::unknown(topic, text, "run again with a token that has `contents: read`")
        }
        Setting::Known(files) => judge_files(settings, files),
    })
}

fn judge_files(settings: &ForgeSettings, files: &[WorkflowFile]) -> DoctorLine {
    let (topic, help) = (Topic::Workflow.as_str(), settings.help(Topic::Workflow));
    let own: Vec<&WorkflowFile> =
        files.iter().filter(|file| file.text.to_ascii_lowercase().contains(NAME)).collect();
    let mut trusted = None;
    let mut editable = None;
    for file in &own {
        let Some(Triggers { trusted: safe, editable: open }) = triggers::read(&file.text) else {
            let text =
                format!("could not determine what starts `{}`: its `on:` has an unusual form", file.path);
            return DoctorLine::unknown(
                topic,
                text,
                "write `on:` at the beginning of a line, with the events below it",
            );
        };
        trusted = if safe == Presence::Present { Some(&file.path) } else { trusted };
        editable = if open == Presence::Present { Some(&file.path) } else { editable };
    }
    match (trusted, editable) {
        (Some(path), None) => DoctorLine::ok(topic, format!("`{path}` runs as it is on the default branch")),
        (Some(_), Some(path)) => {
            let text = format!(
                "a pull request uses its own copy of `{path}`: anyone who can push a branch here can edit it"
            );
            DoctorLine::weak(topic, text, help)
        }
        (None, Some(path)) => {
            let text = format!(
                "`{path}` runs as it is in the pull request: its author can edit it and set any status"
            );
            DoctorLine::problem(topic, text, help)
        }
        (None, None) => {
            let text = "no workflow on the default branch runs the gate for pull requests, so what runs it \
                could not be determined";
            DoctorLine::unknown(topic, text, help)
        }
    }
}
