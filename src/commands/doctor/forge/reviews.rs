//! What the forge's own reviews are worth. The gate counts approvals itself, so that nothing here lets a change by.

use super::mending::Topic;
use super::{Case, one_line};
use crate::commands::doctor::line::Line;
use crate::forge::{Demand, OwnersFileProblem, ReviewDemands, Told};
use crate::push::ForgeKind;

pub(super) fn lines(case: Case<'_>) -> Vec<Line> {
    let mut lines = reviews(case);
    match case.forge {
        ForgeKind::Github => lines.push(owners_file(case)),
        ForgeKind::Gitlab | ForgeKind::Gitea => {}
    }
    lines
}

fn reviews(case: Case<'_>) -> Vec<Line> {
    let told = case.facts.layers.iter().map(|layer| &layer.reviews);
    let (mut demands, mut hidden): (Option<ReviewDemands>, Option<&String>) =
        (None, case.facts.hidden.first());
    for reviews in told {
        match reviews {
            Told::Known(Some(more)) => demands = Some(demands.map_or(*more, |known| known.and(*more))),
            Told::Known(None) => {}
            Told::Hidden(reason) => hidden = Some(reason),
        }
    }
    match (demands, hidden) {
        (Some(demands), _) if demands.approvals > 0 => settings(case, demands),
        (Some(_) | None, None) => vec![none(case)],
        (Some(_) | None, Some(reason)) => {
            let text = format!("it cannot be told what the forge demands: {}", one_line(reason));
            vec![Line::advice(Topic::Reviews.as_str(), text, "the gate counts approvals itself")]
        }
    }
}

fn none(case: Case<'_>) -> Line {
    let text = "the forge asks for none; the gate asks for those that its policy names";
    Line::advice(Topic::Reviews.as_str(), text, Topic::Reviews.help(case.forge))
}

fn settings(case: Case<'_>, demands: ReviewDemands) -> Vec<Line> {
    let approvals = format!("the forge asks for {} at least", demands.approvals);
    let asked = [
        (
            Topic::ReviewsOnPush,
            demands.dismissed_on_push,
            "approvals end when commits are added",
            "the forge counts an approval for commits that came after it; the gate does not, where they change what \
             was approved",
        ),
        (
            Topic::LastPush,
            demands.last_push,
            "somebody else than the last to push approves",
            "somebody who may approve can add a commit to another's change and approve it; the gate does not count that",
        ),
        (
            Topic::CodeOwners,
            demands.code_owners,
            "owners approve",
            "the forge takes anybody's approval; the gate takes the owners' where its policy says so",
        ),
    ];
    let line = |(topic, demand, good, hole): (Topic, Demand, &str, &str)| match demand {
        Demand::Required => Line::ok(topic.as_str(), good),
        Demand::NotRequired => Line::advice(topic.as_str(), hole, topic.help(case.forge)),
    };
    std::iter::once(Line::ok(Topic::Reviews.as_str(), approvals)).chain(asked.map(line)).collect()
}

fn owners_file(case: Case<'_>) -> Line {
    let (topic, help) = (Topic::OwnersFile.as_str(), Topic::OwnersFile.help(case.forge));
    match &case.facts.owners_problems {
        Told::Hidden(reason) => {
            let text =
                format!("there is none, or it cannot be told what is wrong with it: {}", one_line(reason));
            Line::advice(topic, text, help)
        }
        Told::Known(problems) => match problems.first() {
            None => Line::ok(topic, "the forge finds nothing wrong"),
            Some(OwnersFileProblem { path, line, kind }) => {
                let text = format!(
                    "{path}:{line}:1: {kind} ({} in all): GitHub skips such a line, so that nobody is asked for its paths",
                    problems.len()
                );
                Line::weak(topic, text, help)
            }
        },
    }
}
