//! Whether a pull request can change the workflow that judges it.

use super::guard::{Guard, strongest};
use super::triggers::{self, Presence, Triggers};
use super::{Case, one_line};
use crate::commands::doctor::line::Line;
use crate::host::api::{Setting, WorkflowFile};
use crate::host::{PipelineSource, Topic};

/// What a workflow that runs the gate mentions, in any case.
const NAME: &str = "portcullis";

/// The line; none where what describes the pipeline is judged with the project's settings.
pub(super) fn line(case: Case<'_>) -> Option<Line> {
    match case.forge.facts().settings.pipeline {
        PipelineSource::Settings => return None,
        PipelineSource::Workflows => {}
    }
    let topic = Topic::Workflow.as_str();
    match strongest(case).map(|(guard, _)| guard) {
        Some(Guard::Required(path)) => {
            return Some(Line::ok(
                topic,
                format!(
                    "`{path}` belongs to the ruleset: a pull request cannot \
                change it"
                ),
            ));
        }
        Some(Guard::App(app)) => {
            return Some(Line::ok(
                topic,
                format!("only the app {app} can set the status: a workflow here cannot set it"),
            ));
        }
        Some(Guard::Anybody | Guard::Pipeline | Guard::UnknownApp(_) | Guard::AnyWorkflow) | None => {}
    }
    Some(match &case.facts.workflows {
        Setting::Hidden(reason) => {
            let text = format!("could not determine which workflow runs the gate: {}", one_line(reason));
            Line::unknown(topic, text, "run again with a token that has `contents: read`")
        }
        Setting::Known(files) => of_files(case, files),
    })
}

fn of_files(case: Case<'_>, files: &[WorkflowFile]) -> Line {
    let (topic, help) = (Topic::Workflow.as_str(), case.help(Topic::Workflow));
    let own: Vec<&WorkflowFile> =
        files.iter().filter(|file| file.text.to_ascii_lowercase().contains(NAME)).collect();
    let mut trusted = None;
    let mut editable = None;
    for file in &own {
        let Some(Triggers { trusted: safe, editable: open }) = triggers::read(&file.text) else {
            let text =
                format!("could not determine what starts `{}`: its `on:` has an unusual form", file.path);
            return Line::unknown(
                topic,
                text,
                "write `on:` at the beginning of a line, with the events below it",
            );
        };
        trusted = if safe == Presence::Present { Some(&file.path) } else { trusted };
        editable = if open == Presence::Present { Some(&file.path) } else { editable };
    }
    match (trusted, editable) {
        (Some(path), None) => Line::ok(topic, format!("`{path}` runs as it is on the default branch")),
        (Some(_), Some(path)) => {
            let text = format!(
                "a pull request uses its own copy of `{path}`: anyone who can push a branch here can edit it"
            );
            Line::weak(topic, text, help)
        }
        (None, Some(path)) => {
            let text = format!(
                "`{path}` runs as it is in the pull request: its author can edit it and set any status"
            );
            Line::problem(topic, text, help)
        }
        (None, None) => {
            let text = "no workflow on the default branch runs the gate for pull requests, so what runs it \
                could not be determined";
            Line::unknown(topic, text, help)
        }
    }
}
