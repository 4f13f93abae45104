//! What of a branch's rules demands that the gate has said yes, and how hard that is to forge.

use super::Case;
use crate::host::api::{Layer, Setting, Statuses};

/// How the gate's word is asked for; the weakest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    /// By a status that anyone may set who may write.
    Anybody,
    /// By whatever the pipeline happens to have.
    Pipeline,
    /// By a status of an app of which it is not known whether every workflow speaks as it.
    UnknownApp(String),
    /// By a status of the app that every workflow speaks as.
    AnyWorkflow,
    /// By a status of another app.
    App(u64),
    /// By a workflow that runs as the ruleset has it.
    Required(String),
}

/// The hardest guard, and the layers that have it.
pub(super) fn strongest(case: Case<'_>) -> Option<(Guard, Vec<&Layer>)> {
    let guards: Vec<(Guard, &Layer)> =
        case.facts.layers.iter().filter_map(|layer| Some((of(case, layer)?, layer))).collect();
    let best = guards.iter().map(|(guard, _)| guard).max()?.clone();
    let same = guards.iter().filter(|(guard, _)| *guard == best);
    Some((best.clone(), same.map(|(_, layer)| *layer).collect()))
}

fn of(case: Case<'_>, layer: &Layer) -> Option<Guard> {
    let workflow = layer.required_workflows.iter().find(|path| path.contains("portcullis"));
    if let Some(path) = workflow {
        return Some(Guard::Required(path.clone()));
    }
    match &layer.statuses {
        Statuses::WholePipeline => Some(Guard::Pipeline),
        Statuses::Named(statuses) => {
            let own = statuses.iter().filter(|status| status.context == case.context);
            own.map(|status| pinned(case, status.app)).max()
        }
    }
}

fn pinned(case: Case<'_>, app: Option<u64>) -> Guard {
    match (app, &case.facts.workflow_app) {
        (None, _) => Guard::Anybody,
        (Some(_), Setting::Hidden(reason)) => Guard::UnknownApp(reason.clone()),
        (Some(app), Setting::Known(Some(workflows))) if app == *workflows => Guard::AnyWorkflow,
        (Some(app), Setting::Known(_)) => Guard::App(app),
    }
}
