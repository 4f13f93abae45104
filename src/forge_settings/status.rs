//! The status that the gate sets.
//!
//! In: the settings of a branch. Out: lines about who requires the status, who can set it, whether it can become outdated,
//! and who can bypass it. Never: takes a hidden setting for a good one.

use super::guard::{Guard, find_strongest};
use super::hold::{Barred, Hold, is_wide, list_names};
use super::{ForgeSettings, one_line};
use crate::host::api::{Freshness, Layer, Statuses};
use crate::host::{BypassReach, StatusSource, Topic};
use crate::report::DoctorLine;

/// The number of names that one line lists.
const LISTED: usize = 5;

pub(super) fn examine(settings: &ForgeSettings) -> Vec<DoctorLine> {
    let Some((guard, layers)) = find_strongest(settings) else {
        return vec![report_missing(settings), judge_freshness(settings)];
    };
    vec![
        describe_requirement(settings, &guard, &layers),
        judge_source(settings, &guard),
        judge_freshness(settings),
        judge_bypass(settings, &layers),
    ]
}

fn report_missing(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Status.as_str(), settings.help(Topic::Status));
    let (branch, context) = (&settings.facts.branch, &settings.status);
    if let Some(reason) = settings.facts.hidden.first() {
        let text =
            format!("could not determine whether `{branch}` requires `{context}`: {}", one_line(reason));
        return DoctorLine::unknown(topic, text, "run again with a token that can read it");
    }
    let required = list_other_statuses(settings);
    let instead = if required.is_empty() { String::new() } else { format!(" (it requires {required})") };
    let text = format!(
        "`{branch}` does not require `{context}`{instead}: anyone with merge rights can merge changes the \
         gate rejected or never checked"
    );
    DoctorLine::problem(topic, text, help)
}

fn list_other_statuses(settings: &ForgeSettings) -> String {
    let named = settings.facts.layers.iter().flat_map(|layer| match &layer.statuses {
        Statuses::Named(statuses) => statuses.as_slice(),
        Statuses::WholePipeline | Statuses::AnyThatExist => &[],
    });
    let names: Vec<String> = named.map(|status| format!("`{}`", status.context)).collect();
    let more = names.len().saturating_sub(LISTED);
    let listed = names.into_iter().take(LISTED).collect::<Vec<_>>().join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

fn describe_requirement(settings: &ForgeSettings, guard: &Guard, layers: &[&Layer]) -> DoctorLine {
    let names = layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>().join(", ");
    let (branch, context) = (&settings.facts.branch, &settings.status);
    let what = match guard {
        Guard::Required(path) => format!("the workflow `{path}`"),
        Guard::Pipeline => "a pipeline that succeeds".to_owned(),
        Guard::AnyStatus => {
            let text = format!(
                "`{branch}` requires every status that exists to be successful, and not `{context}` itself: while the gate \
                 has set none, another status is enough"
            );
            return DoctorLine::weak(Topic::Status.as_str(), text, settings.help(Topic::Status));
        }
        Guard::Anybody if !names_exactly(settings, layers) => {
            let text = format!(
                "`{branch}` requires `{context}` by a pattern: while the gate has set none, another status that matches, \
                 such as the one for another branch, is enough"
            );
            return DoctorLine::weak(Topic::Status.as_str(), text, settings.help(Topic::Status));
        }
        Guard::Anybody | Guard::UnknownApp(_) | Guard::AnyWorkflow | Guard::App(_) => format!("`{context}`"),
    };
    DoctorLine::ok(Topic::Status.as_str(), format!("`{branch}` requires {what}: {names}"))
}

/// Reports whether a layer requires the status by its name.
fn names_exactly(settings: &ForgeSettings, layers: &[&Layer]) -> bool {
    layers.iter().any(|layer| match &layer.statuses {
        Statuses::Named(statuses) => {
            statuses.iter().any(|status| status.matches(&settings.status) && !status.is_pattern())
        }
        Statuses::WholePipeline | Statuses::AnyThatExist => false,
    })
}

fn judge_source(settings: &ForgeSettings, guard: &Guard) -> DoctorLine {
    let (topic, help) = (Topic::Source.as_str(), settings.help(Topic::Source));
    let context = &settings.status;
    match guard {
        Guard::Required(_) => DoctorLine::ok(
            topic,
            "the workflow runs as the ruleset defines it; a pull request cannot change it",
        ),
        Guard::App(app) => DoctorLine::ok(topic, format!("only the app {app} can set it")),
        Guard::AnyWorkflow => {
            let text = format!(
                "every workflow of the repository uses the same app: anyone who can push a branch can push a \
                 workflow that sets `{context}` to success"
            );
            DoctorLine::weak(topic, text, help)
        }
        Guard::UnknownApp(reason) => DoctorLine::unknown(
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
            DoctorLine::weak(topic, text, help)
        }
        Guard::Anybody | Guard::AnyStatus => judge_unpinned(settings),
    }
}

/// Some forges know no source of a status.
fn judge_unpinned(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Source.as_str(), settings.help(Topic::Source));
    let text = format!(
        "no app is required to set `{}`: anyone with write access can set it to success with one API call",
        settings.status
    );
    match settings.host.facts().settings.status_source {
        StatusSource::Pinnable => DoctorLine::problem(topic, text, help),
        StatusSource::Unknown => DoctorLine::weak(topic, text, help),
    }
}

fn judge_freshness(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::Freshness.as_str(), settings.help(Topic::Freshness));
    let has = |wanted: Freshness| settings.facts.layers.iter().any(|layer| layer.freshness == wanted);
    let judged_again = |layer: &Layer| match layer.freshness {
        Freshness::Queue | Freshness::UpToDate => true,
        Freshness::Stale | Freshness::Unknown => false,
    };
    let hidden = |reason: &str| {
        let text = format!("could not determine whether a successful status can become outdated: {reason}");
        DoctorLine::unknown(topic, text, "run again with a token that can read it")
    };
    match Hold::by(settings, Barred::Merges, judged_again) {
        Hold::Everybody if has(Freshness::Queue) => {
            DoctorLine::ok(topic, "a merge queue judges changes again before it merges them")
        }
        Hold::Everybody => {
            DoctorLine::ok(topic, "a branch must contain the target's tip before it is merged")
        }
        Hold::Except(who) => {
            let text =
                format!("the status stays successful when the target moves, for these: {}", list_names(&who));
            if is_wide(&who) {
                DoctorLine::problem(topic, text, help)
            } else {
                DoctorLine::weak(topic, text, help)
            }
        }
        Hold::Hidden(reason) => hidden(&reason),
        Hold::Nothing if has(Freshness::Unknown) => hidden("the forge does not report how it merges"),
        Hold::Nothing => {
            let text = "the status stays successful when the target moves: two changes that are harmless \
                alone can both be merged and together grant permissions";
            DoctorLine::problem(topic, text, help)
        }
    }
}

fn judge_bypass(settings: &ForgeSettings, layers: &[&Layer]) -> DoctorLine {
    let (topic, help) = (Topic::Bypass.as_str(), settings.help(Topic::Bypass));
    match Hold::of(layers) {
        Hold::Everybody => DoctorLine::ok(topic, "no one can bypass the required status"),
        Hold::Nothing => DoctorLine::problem(topic, "the status is not required of anyone", help),
        Hold::Hidden(reason) => {
            let text = format!("could not determine who can bypass the required status: {reason}");
            DoctorLine::unknown(topic, text, "run again with a token that can read it")
        }
        Hold::Except(who) => {
            let deed = match settings.host.facts().settings.bypass {
                BypassReach::WholeRule => "merge or push changes the gate rejected",
                BypassReach::Merges => {
                    "merge changes the gate rejected, whatever else the rule demands of a merge"
                }
            };
            let text = format!("these can {deed}: {}", list_names(&who));
            if is_wide(&who) {
                DoctorLine::problem(topic, text, help)
            } else {
                DoctorLine::weak(topic, text, help)
            }
        }
    }
}
