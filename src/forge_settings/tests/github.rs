//! GitHub: what is changed, the topic that tells it, how, and a word of how it lets a change in.

use super::{Hole, app, bypassed, hidden, hook, layer, reviews};
use crate::host::api::{
    Barrier, Bypass, ContextForm, Demand, Enforcement, ForcePushes, Freshness, Gap, HookControl, HookEffect,
    Layer, OwnersFileProblem, Pushes, Reach, RequiredStatus, Setting, Statuses,
};
use crate::report::LineState;

pub(super) const ON_GITHUB: &[Hole] = &[
    (|facts| facts.layers.clear(), "status", LineState::Problem, "does not require `portcullis`"),
    (|facts| facts.layers.clear(), "direct pushes", LineState::Problem, "never checked"),
    (|facts| facts.layers.clear(), "force pushes", LineState::Problem, "older commit"),
    (|facts| facts.layers.clear(), "freshness", LineState::Problem, "harmless"),
    (
        |facts| layer(facts).statuses = Statuses::Named(Vec::new()),
        "status",
        LineState::Problem,
        "anyone with merge rights",
    ),
    (
        |facts| {
            let other = RequiredStatus { context: "build".into(), form: ContextForm::Name, app: None };
            layer(facts).statuses = Statuses::Named(vec![other]);
        },
        "status",
        LineState::Problem,
        "(it requires `build`)",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "status",
        LineState::Unknown,
        "could not",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "force pushes",
        LineState::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "direct pushes",
        LineState::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "freshness",
        LineState::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "deletion",
        LineState::Unknown,
        "403: no",
    ),
    (|facts| app(facts, None), "source of the status", LineState::Problem, "one API call"),
    (|facts| app(facts, Some(15368)), "source of the status", LineState::Weak, "every workflow"),
    (
        |facts| facts.workflow_app = hidden(),
        "source of the status",
        LineState::Unknown,
        "not for you; the token needs x",
    ),
    (|facts| layer(facts).freshness = Freshness::Stale, "freshness", LineState::Problem, "two changes"),
    (|facts| layer(facts).freshness = Freshness::Unknown, "freshness", LineState::Unknown, "could not"),
    (|facts| layer(facts).freshness = Freshness::Queue, "freshness", LineState::Ok, "queue"),
    (|facts| looser(facts, Reach::EveryWriter), "freshness", LineState::Problem, "for these: all"),
    (|facts| looser(facts, Reach::Named), "freshness", LineState::Weak, "for these: all"),
    (|facts| bypassed(facts, "the team 3", Reach::Named), "bypass", LineState::Weak, "the team 3"),
    (
        |facts| bypassed(facts, "all", Reach::EveryWriter),
        "bypass",
        LineState::Problem,
        "changes the gate rejected",
    ),
    (|facts| layer(facts).bypass = hidden(), "bypass", LineState::Unknown, "the token needs x"),
    (
        |facts| bypassed(facts, "the team 3", Reach::Named),
        "direct pushes",
        LineState::Weak,
        "without a pull request",
    ),
    (|facts| bypassed(facts, "all", Reach::EveryWriter), "force pushes", LineState::Problem, "all"),
    (|facts| layer(facts).bypass = hidden(), "force pushes", LineState::Unknown, "who can reset the branch"),
    (|facts| layer(facts).pushes = Pushes::WithStatuses, "direct pushes", LineState::Weak, "another branch"),
    (|facts| layer(facts).pushes = Pushes::AnyWriter, "direct pushes", LineState::Problem, "never checked"),
    (|facts| layer(facts).pushes = Pushes::By(vec!["ann".into()]), "direct pushes", LineState::Weak, "ann"),
    (
        |facts| layer(facts).force_pushes = ForcePushes::WhoeverPushes,
        "force pushes",
        LineState::Problem,
        "older commit",
    ),
    (|facts| layer(facts).deletion = Barrier::Open, "deletion", LineState::Weak, "recreate it"),
    (
        |facts| layer(facts).unsigned_commits = Barrier::Open,
        "signatures",
        LineState::Advice,
        "does not require signed commits",
    ),
    (
        |facts| layer(facts).reviews = Setting::Known(None),
        "reviews",
        LineState::Advice,
        "requires no approvals",
    ),
    (|facts| layer(facts).reviews = hidden(), "reviews", LineState::Advice, "could not"),
    (|facts| reviews(facts).approvals = 0, "reviews", LineState::Advice, "requires no approvals"),
    (
        |facts| reviews(facts).dismissed_on_push = Demand::NotRequired,
        "reviews on push",
        LineState::Advice,
        "later commits",
    ),
    (|facts| reviews(facts).last_push = Demand::NotRequired, "last push", LineState::Advice, "add a commit"),
    (|facts| reviews(facts).code_owners = Demand::NotRequired, "code owners", LineState::Advice, "by anyone"),
    (
        |facts| {
            let problem =
                OwnersFileProblem { path: "CODEOWNERS".into(), line: 3, kind: "Unknown owner".into() };
            facts.owners_problems = Setting::Known(vec![problem]);
        },
        "CODEOWNERS",
        LineState::Weak,
        "CODEOWNERS:3:1: Unknown owner (1 in all)",
    ),
    (|facts| facts.owners_problems = hidden(), "CODEOWNERS", LineState::Advice, "could not"),
    (|facts| layer(facts).gaps.push(Gap::CreationUnchecked), "creation", LineState::Weak, "never judged"),
    (
        |facts| layer(facts).gaps.push(Gap::ReviewsBypassed),
        "reviews' bypass",
        LineState::Advice,
        "some accounts can merge",
    ),
    (
        |facts| hook(facts, HookEffect::Testing, hidden()),
        "server hook",
        LineState::Weak,
        "accepts every push",
    ),
    (
        |facts| hook(facts, HookEffect::Disabled, hidden()),
        "server hook",
        LineState::Weak,
        "does not judge any push",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, hidden()),
        "server hook",
        LineState::Unknown,
        "who can disable it",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Setting::Known(HookControl::Repository)),
        "server hook",
        LineState::Weak,
        "administrators of the repository",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Setting::Known(HookControl::AboveRepository)),
        "server hook",
        LineState::Ok,
        "repositories cannot change",
    ),
    (|facts| facts.server_hooks = hidden(), "server hook", LineState::Advice, "could not"),
];

/// Freshness is another ruleset's, and not for everyone.
fn looser(facts: &mut Enforcement, reach: Reach) {
    layer(facts).freshness = Freshness::Stale;
    let bypass = Setting::Known(vec![Bypass { who: "all".into(), reach }]);
    facts.layers.push(Layer { freshness: Freshness::UpToDate, bypass, ..Layer::open("ruleset `fresh`") });
}
