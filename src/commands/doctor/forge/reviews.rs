//! What the forge's own reviews are worth. The gate counts approvals itself, so that nothing here lets a change by.

use super::{Case, one_line};
use crate::commands::doctor::line::Line;
use crate::host::api::{Demand, OwnersFileProblem, ReviewDemands, Setting};
use crate::host::{OwnersCheck, Topic};

pub(super) fn lines(case: Case<'_>) -> Vec<Line> {
    let mut lines = reviews(case);
    match case.forge.facts().settings.owners_check {
        OwnersCheck::Reported => lines.push(owners_file(case)),
        OwnersCheck::NotReported => {}
    }
    lines
}

fn reviews(case: Case<'_>) -> Vec<Line> {
    let by_layer = case.facts.layers.iter().map(|layer| &layer.reviews);
    let (mut demands, mut hidden): (Option<ReviewDemands>, Option<&String>) =
        (None, case.facts.hidden.first());
    for reviews in by_layer {
        match reviews {
            Setting::Known(Some(more)) => demands = Some(demands.map_or(*more, |known| known.and(*more))),
            Setting::Known(None) => {}
            Setting::Hidden(reason) => hidden = Some(reason),
        }
    }
    match (demands, hidden) {
        (Some(demands), _) if demands.approvals > 0 => settings(case, demands),
        (Some(_) | None, None) => vec![none(case)],
        (Some(_) | None, Some(reason)) => {
            let text = format!("could not determine what the forge requires: {}", one_line(reason));
            vec![Line::advice(Topic::Reviews.as_str(), text, "the gate counts approvals itself")]
        }
    }
}

fn none(case: Case<'_>) -> Line {
    let text = "the forge requires no approvals; the gate requires those in its policy";
    Line::advice(Topic::Reviews.as_str(), text, case.help(Topic::Reviews))
}

fn settings(case: Case<'_>, demands: ReviewDemands) -> Vec<Line> {
    let approvals = format!("the forge requires at least {}", demands.approvals);
    let asked = [
        (
            Topic::ReviewsOnPush,
            demands.dismissed_on_push,
            "new commits dismiss approvals",
            "on the forge, an approval also counts for later commits; in the gate it does not if they change \
             approved content",
        ),
        (
            Topic::LastPush,
            demands.last_push,
            "a person other than the last to push must approve",
            "an approver can add a commit to another person's change and approve it; the gate does not count \
             that approval",
        ),
        (
            Topic::CodeOwners,
            demands.code_owners,
            "owners must approve",
            "the forge accepts an approval by anyone; the gate requires the owners if its policy does",
        ),
    ];
    let line = |(topic, demand, good, hole): (Topic, Demand, &str, &str)| match demand {
        Demand::Required => Line::ok(topic.as_str(), good),
        Demand::NotRequired => Line::advice(topic.as_str(), hole, case.help(topic)),
    };
    std::iter::once(Line::ok(Topic::Reviews.as_str(), approvals)).chain(asked.map(line)).collect()
}

fn owners_file(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::OwnersFile.as_str(), case.help(Topic::OwnersFile));
    match &case.facts.owners_problems {
        Setting::Hidden(reason) => {
            let text =
                format!("it does not exist, or its problems could not be determined: {}", one_line(reason));
            Line::advice(topic, text, help)
        }
        Setting::Known(problems) => match problems.first() {
            None => Line::ok(topic, "the forge reports no problems"),
            Some(OwnersFileProblem { path, line, kind }) => {
                let text = format!(
                    "{path}:{line}:1: {kind} ({} in all): GitHub skips such a line, so its paths have no \
                     owners",
                    problems.len()
                );
                Line::weak(topic, text, help)
            }
        },
    }
}
