//! Whether the gate's status is required, who can set it, whether it can grow stale, and who need not have it.

use super::guard::{Guard, strongest};
use super::hold::{Hold, is_wide, names};
use super::{Case, one_line};
use crate::commands::doctor::line::Line;
use crate::host::api::{Freshness, Layer, Statuses};
use crate::host::{StatusSource, Topic};

/// How many names one line lists.
const LISTED: usize = 5;

pub(super) fn lines(case: Case<'_>) -> Vec<Line> {
    let Some((guard, layers)) = strongest(case) else {
        return vec![missing(case), freshness(case)];
    };
    vec![required(case, &guard, &layers), source(case, &guard), freshness(case), bypass(case, &layers)]
}

fn missing(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Status.as_str(), case.help(Topic::Status));
    let (branch, context) = (&case.facts.branch, case.context);
    if let Some(reason) = case.facts.hidden.first() {
        let text =
            format!("could not determine whether `{branch}` requires `{context}`: {}", one_line(reason));
        return Line::unknown(topic, text, "run again with a token that can read it");
    }
    let others = others(case);
    let instead = if others.is_empty() { String::new() } else { format!(" (it requires {others})") };
    let text = format!(
        "`{branch}` does not require `{context}`{instead}: anyone with merge rights can merge changes the \
         gate rejected or never checked"
    );
    Line::problem(topic, text, help)
}

fn others(case: Case<'_>) -> String {
    let named = case.facts.layers.iter().flat_map(|layer| match &layer.statuses {
        Statuses::Named(statuses) => statuses.as_slice(),
        Statuses::WholePipeline => &[],
    });
    let names: Vec<String> = named.map(|status| format!("`{}`", status.context)).collect();
    let more = names.len().saturating_sub(LISTED);
    let listed = names.into_iter().take(LISTED).collect::<Vec<_>>().join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

fn required(case: Case<'_>, guard: &Guard, layers: &[&Layer]) -> Line {
    let by = layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>().join(", ");
    let (branch, context) = (&case.facts.branch, case.context);
    let what = match guard {
        Guard::Required(path) => format!("the workflow `{path}`"),
        Guard::Pipeline => "a pipeline that succeeds".to_owned(),
        Guard::Anybody | Guard::UnknownApp(_) | Guard::AnyWorkflow | Guard::App(_) => format!("`{context}`"),
    };
    Line::ok(Topic::Status.as_str(), format!("`{branch}` requires {what}: {by}"))
}

fn source(case: Case<'_>, guard: &Guard) -> Line {
    let (topic, help) = (Topic::Source.as_str(), case.help(Topic::Source));
    let context = case.context;
    match guard {
        Guard::Required(_) => {
            Line::ok(topic, "the workflow runs as the ruleset defines it; a pull request cannot change it")
        }
        Guard::App(app) => Line::ok(topic, format!("only the app {app} can set it")),
        Guard::AnyWorkflow => {
            let text = format!(
                "every workflow of the repository uses the same app: anyone who can push a branch can push a \
                 workflow that sets `{context}` to success"
            );
            Line::weak(topic, text, help)
        }
        Guard::UnknownApp(reason) => Line::unknown(
            topic,
            format!(
                "could not determine whether every workflow uses the app that sets it: {}",
                one_line(reason)
            ),
            "run again with a token that can read it",
        ),
        Guard::Pipeline => {
            let text = "a pipeline succeeds without the gate's job in it, and anyone who can push a branch \
                can set any status of its commits";
            Line::weak(topic, text, help)
        }
        Guard::Anybody => unpinned(case),
    }
}

/// Some forges know no source of a status.
fn unpinned(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Source.as_str(), case.help(Topic::Source));
    let text = format!(
        "no app is required to set `{}`: anyone with write access can set it to success with one API call",
        case.context
    );
    match case.forge.facts().settings.status_source {
        StatusSource::Pinnable => Line::problem(topic, text, help),
        StatusSource::Unknown => Line::weak(topic, text, help),
    }
}

fn freshness(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::Freshness.as_str(), case.help(Topic::Freshness));
    let has = |wanted: Freshness| case.facts.layers.iter().any(|layer| layer.freshness == wanted);
    let judged_again = |layer: &Layer| match layer.freshness {
        Freshness::Queue | Freshness::UpToDate => true,
        Freshness::Stale | Freshness::Unknown => false,
    };
    let hidden = |reason: &str| {
        let text = format!("could not determine whether a successful status can become outdated: {reason}");
        Line::unknown(topic, text, "run again with a token that can read it")
    };
    match Hold::by(case, judged_again) {
        Hold::Everybody if has(Freshness::Queue) => {
            Line::ok(topic, "a merge queue judges changes again before it merges them")
        }
        Hold::Everybody => Line::ok(topic, "a branch must contain the target's tip before it is merged"),
        Hold::Except(who) => {
            let text =
                format!("the status stays successful when the target moves, for these: {}", names(&who));
            if is_wide(&who) { Line::problem(topic, text, help) } else { Line::weak(topic, text, help) }
        }
        Hold::Hidden(reason) => hidden(&reason),
        Hold::Nothing if has(Freshness::Unknown) => hidden("the forge does not report how it merges"),
        Hold::Nothing => {
            let text = "the status stays successful when the target moves: two changes that are harmless \
                alone can both be merged and together grant permissions";
            Line::problem(topic, text, help)
        }
    }
}

fn bypass(case: Case<'_>, layers: &[&Layer]) -> Line {
    let (topic, help) = (Topic::Bypass.as_str(), case.help(Topic::Bypass));
    match Hold::of(layers) {
        Hold::Everybody => Line::ok(topic, "no one can bypass the required status"),
        Hold::Nothing => Line::problem(topic, "the status is not required of anyone", help),
        Hold::Hidden(reason) => {
            let text = format!("could not determine who can bypass the required status: {reason}");
            Line::unknown(topic, text, "run again with a token that can read it")
        }
        Hold::Except(who) => {
            let text = format!("these can merge or push changes the gate rejected: {}", names(&who));
            if is_wide(&who) { Line::problem(topic, text, help) } else { Line::weak(topic, text, help) }
        }
    }
}
