//! The rules of a branch that require the gate's success, and how hard it is to forge.
//!
//! In: the layers of rules. Out: the strongest [`Guard`]. Never: takes a status whose source is unknown for a pinned one.

use super::ForgeSettings;
use crate::host::api::{Layer, Setting, Statuses};

/// Ways to require the gate's success; the weakest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    /// By any statuses, if they are green.
    AnyStatus,
    /// By a status that anyone with write access can set.
    Anybody,
    /// By a pipeline that succeeds, whatever is in it.
    Pipeline,
    /// By a status of an app; it is unknown whether every workflow uses that app.
    UnknownApp(String),
    /// By a status of the app that every workflow uses.
    AnyWorkflow,
    /// By a status of another app.
    App(u64),
    /// By a workflow that runs as the ruleset defines it.
    Required(String),
}

/// Finds the strongest guard, and the layers that have it.
pub(super) fn find_strongest(settings: &ForgeSettings) -> Option<(Guard, Vec<&Layer>)> {
    let guards: Vec<(Guard, &Layer)> =
        settings.facts.layers.iter().filter_map(|layer| Some((guard_of(settings, layer)?, layer))).collect();
    let best = guards.iter().map(|(guard, _)| guard).max()?.clone();
    let same = guards.iter().filter(|(guard, _)| *guard == best);
    Some((best.clone(), same.map(|(_, layer)| *layer).collect()))
}

fn guard_of(settings: &ForgeSettings, layer: &Layer) -> Option<Guard> {
    let workflow = layer.required_workflows.iter().find(|path| path.contains("portcullis"));
    if let Some(path) = workflow {
        return Some(Guard::Required(path.clone()));
    }
    match &layer.statuses {
        Statuses::WholePipeline => Some(Guard::Pipeline),
        Statuses::AnyThatExist => Some(Guard::AnyStatus),
        Statuses::Named(statuses) => {
            let own = statuses.iter().filter(|status| status.matches(&settings.status));
            own.map(|status| guard_of_source(settings, status.app)).max()
        }
    }
}

fn guard_of_source(settings: &ForgeSettings, app: Option<u64>) -> Guard {
    match (app, &settings.facts.workflow_app) {
        (None, _) => Guard::Anybody,
        (Some(_), Setting::Hidden(reason)) => Guard::UnknownApp(reason.clone()),
        (Some(app), Setting::Known(Some(workflows))) if app == *workflows => Guard::AnyWorkflow,
        (Some(app), Setting::Known(_)) => Guard::App(app),
    }
}
