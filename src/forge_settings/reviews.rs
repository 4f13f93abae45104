//! The reviews that the forge itself requires.
//!
//! In: the settings of a branch. Out: lines about them and about the owners' file. Never: reports a problem, because the
//! gate counts approvals itself.

use super::{ForgeSettings, one_line};
use crate::host::api::{Demand, OwnersFileProblem, ReviewDemands, Setting};
use crate::host::{OwnersCheck, Topic};
use crate::report::DoctorLine;

pub(super) fn examine(settings: &ForgeSettings) -> Vec<DoctorLine> {
    let mut lines = judge_reviews(settings);
    match settings.host.facts().settings.owners_check {
        OwnersCheck::Reported => lines.push(judge_owners_file(settings)),
        OwnersCheck::NotReported => {}
    }
    lines
}

fn judge_reviews(settings: &ForgeSettings) -> Vec<DoctorLine> {
    let by_layer = settings.facts.layers.iter().map(|layer| &layer.reviews);
    let (mut demands, mut hidden): (Option<ReviewDemands>, Option<&String>) =
        (None, settings.facts.hidden.first());
    for reviews in by_layer {
        match reviews {
            Setting::Known(Some(more)) => demands = Some(demands.map_or(*more, |known| known.and(*more))),
            Setting::Known(None) => {}
            Setting::Hidden(reason) => hidden = Some(reason),
        }
    }
    match (demands, hidden) {
        (Some(demands), _) if demands.approvals > 0 => describe_demands(settings, demands),
        (Some(_) | None, None) => vec![report_none(settings)],
        (Some(_) | None, Some(reason)) => {
            let text = format!("could not determine what the forge requires: {}", one_line(reason));
            vec![DoctorLine::advice(Topic::Reviews.as_str(), text, "the gate counts approvals itself")]
        }
    }
}

fn report_none(settings: &ForgeSettings) -> DoctorLine {
    let text = "the forge requires no approvals; the gate requires those in its policy";
    DoctorLine::advice(Topic::Reviews.as_str(), text, settings.help(Topic::Reviews))
}

fn describe_demands(settings: &ForgeSettings, demands: ReviewDemands) -> Vec<DoctorLine> {
    let approvals = format!("the forge requires at least {}", demands.approvals);
    let mut lines = vec![DoctorLine::ok(Topic::Reviews.as_str(), approvals)];
    for DemandTopic { topic, demand, good, hole } in demand_topics(demands) {
        lines.push(match demand {
            Demand::Required => DoctorLine::ok(topic.as_str(), good),
            Demand::NotRequired => DoctorLine::advice(topic.as_str(), hole, settings.help(topic)),
        });
    }
    lines
}

/// A demand of the forge, with the text for both of its values.
struct DemandTopic {
    topic: Topic,
    demand: Demand,
    good: &'static str,
    hole: &'static str,
}

fn demand_topics(demands: ReviewDemands) -> [DemandTopic; 3] {
    [
        DemandTopic {
            topic: Topic::ReviewsOnPush,
            demand: demands.dismissed_on_push,
            good: "new commits dismiss approvals",
            hole: "on the forge, an approval also counts for later commits; in the gate it does not if they change \
                   approved content",
        },
        DemandTopic {
            topic: Topic::LastPush,
            demand: demands.last_push,
            good: "a person other than the last to push must approve",
            hole: "an approver can add a commit to another person's change and approve it; the gate does not count \
                   that approval",
        },
        DemandTopic {
            topic: Topic::CodeOwners,
            demand: demands.code_owners,
            good: "owners must approve",
            hole: "the forge accepts an approval by anyone; the gate requires the owners if its policy does",
        },
    ]
}

fn judge_owners_file(settings: &ForgeSettings) -> DoctorLine {
    let (topic, help) = (Topic::OwnersFile.as_str(), settings.help(Topic::OwnersFile));
    match &settings.facts.owners_problems {
        Setting::Hidden(reason) => {
            let text =
                format!("it does not exist, or its problems could not be determined: {}", one_line(reason));
            DoctorLine::advice(topic, text, help)
        }
        Setting::Known(problems) => match problems.first() {
            None => DoctorLine::ok(topic, "the forge reports no problems"),
            Some(OwnersFileProblem { path, line, kind }) => {
                let text = format!(
                    "{path}:{line}:1: {kind} ({} in all): GitHub skips such a line, so its paths have no \
                     owners",
                    problems.len()
                );
                DoctorLine::weak(topic, text, help)
            }
        },
    }
}
