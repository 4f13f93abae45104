//! GitHub: what is changed, the topic that tells it, how, and a word of how it lets a change in.

use super::{Hole, app, bypassed, hidden, hook, layer, reviews};
use crate::commands::doctor::line::Standing;
use crate::host::api::{
    Barrier, Bypass, Demand, Enforcement, Freshness, Gap, HookControl, HookEffect, Layer, OwnersFileProblem,
    Pushes, Reach, RequiredStatus, Setting, Statuses,
};

pub(super) const ON_GITHUB: &[Hole] = &[
    (|facts| facts.layers.clear(), "status", Standing::Problem, "does not require `portcullis`"),
    (|facts| facts.layers.clear(), "direct pushes", Standing::Problem, "never checked"),
    (|facts| facts.layers.clear(), "force pushes", Standing::Problem, "older commit"),
    (|facts| facts.layers.clear(), "freshness", Standing::Problem, "harmless"),
    (
        |facts| layer(facts).statuses = Statuses::Named(Vec::new()),
        "status",
        Standing::Problem,
        "anyone with merge rights",
    ),
    (
        |facts| {
            let other = RequiredStatus { context: "build".into(), app: None };
            layer(facts).statuses = Statuses::Named(vec![other]);
        },
        "status",
        Standing::Problem,
        "(it requires `build`)",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "status",
        Standing::Unknown,
        "could not",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "force pushes",
        Standing::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "direct pushes",
        Standing::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "freshness",
        Standing::Unknown,
        "403: no",
    ),
    (
        |facts| {
            facts.layers.clear();
            facts.hidden.push("403: no".into());
        },
        "deletion",
        Standing::Unknown,
        "403: no",
    ),
    (|facts| app(facts, None), "source of the status", Standing::Problem, "one API call"),
    (|facts| app(facts, Some(15368)), "source of the status", Standing::Weak, "every workflow"),
    (
        |facts| facts.workflow_app = hidden(),
        "source of the status",
        Standing::Unknown,
        "not for you; the token needs x",
    ),
    (|facts| layer(facts).freshness = Freshness::Stale, "freshness", Standing::Problem, "two changes"),
    (|facts| layer(facts).freshness = Freshness::Unknown, "freshness", Standing::Unknown, "could not"),
    (|facts| layer(facts).freshness = Freshness::Queue, "freshness", Standing::Ok, "queue"),
    (|facts| looser(facts, Reach::EveryWriter), "freshness", Standing::Problem, "for these: all"),
    (|facts| looser(facts, Reach::Named), "freshness", Standing::Weak, "for these: all"),
    (|facts| bypassed(facts, "the team 3", Reach::Named), "bypass", Standing::Weak, "the team 3"),
    (
        |facts| bypassed(facts, "all", Reach::EveryWriter),
        "bypass",
        Standing::Problem,
        "changes the gate rejected",
    ),
    (|facts| layer(facts).bypass = hidden(), "bypass", Standing::Unknown, "the token needs x"),
    (
        |facts| bypassed(facts, "the team 3", Reach::Named),
        "direct pushes",
        Standing::Weak,
        "without a pull request",
    ),
    (|facts| bypassed(facts, "all", Reach::EveryWriter), "force pushes", Standing::Problem, "all"),
    (|facts| layer(facts).bypass = hidden(), "force pushes", Standing::Unknown, "who can reset the branch"),
    (|facts| layer(facts).pushes = Pushes::WithStatuses, "direct pushes", Standing::Weak, "another branch"),
    (|facts| layer(facts).pushes = Pushes::AnyWriter, "direct pushes", Standing::Problem, "never checked"),
    (|facts| layer(facts).pushes = Pushes::By(vec!["ann".into()]), "direct pushes", Standing::Weak, "ann"),
    (|facts| layer(facts).force_pushes = Barrier::Open, "force pushes", Standing::Problem, "older commit"),
    (|facts| layer(facts).deletion = Barrier::Open, "deletion", Standing::Weak, "recreate it"),
    (
        |facts| layer(facts).unsigned_commits = Barrier::Open,
        "signatures",
        Standing::Advice,
        "does not require signed commits",
    ),
    (
        |facts| layer(facts).reviews = Setting::Known(None),
        "reviews",
        Standing::Advice,
        "requires no approvals",
    ),
    (|facts| layer(facts).reviews = hidden(), "reviews", Standing::Advice, "could not"),
    (|facts| reviews(facts).approvals = 0, "reviews", Standing::Advice, "requires no approvals"),
    (
        |facts| reviews(facts).dismissed_on_push = Demand::NotRequired,
        "reviews on push",
        Standing::Advice,
        "later commits",
    ),
    (|facts| reviews(facts).last_push = Demand::NotRequired, "last push", Standing::Advice, "add a commit"),
    (|facts| reviews(facts).code_owners = Demand::NotRequired, "code owners", Standing::Advice, "by anyone"),
    (
        |facts| {
            let problem =
                OwnersFileProblem { path: "CODEOWNERS".into(), line: 3, kind: "Unknown owner".into() };
            facts.owners_problems = Setting::Known(vec![problem]);
        },
        "CODEOWNERS",
        Standing::Weak,
        "CODEOWNERS:3:1: Unknown owner (1 in all)",
    ),
    (|facts| facts.owners_problems = hidden(), "CODEOWNERS", Standing::Advice, "could not"),
    (|facts| layer(facts).gaps.push(Gap::CreationUnchecked), "creation", Standing::Weak, "never judged"),
    (
        |facts| layer(facts).gaps.push(Gap::ReviewsBypassed),
        "reviews' bypass",
        Standing::Advice,
        "some accounts can merge",
    ),
    (|facts| hook(facts, HookEffect::Testing, hidden()), "server hook", Standing::Weak, "accepts every push"),
    (
        |facts| hook(facts, HookEffect::Disabled, hidden()),
        "server hook",
        Standing::Weak,
        "does not judge any push",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, hidden()),
        "server hook",
        Standing::Unknown,
        "who can disable it",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Setting::Known(HookControl::Repository)),
        "server hook",
        Standing::Weak,
        "administrators of the repository",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Setting::Known(HookControl::AboveRepository)),
        "server hook",
        Standing::Ok,
        "repositories cannot change",
    ),
    (|facts| facts.server_hooks = hidden(), "server hook", Standing::Advice, "could not"),
];

/// Freshness is another ruleset's, and not for everyone.
fn looser(facts: &mut Enforcement, reach: Reach) {
    layer(facts).freshness = Freshness::Stale;
    let bypass = Setting::Known(vec![Bypass { who: "all".into(), reach }]);
    facts.layers.push(Layer { freshness: Freshness::UpToDate, bypass, ..Layer::open("ruleset `fresh`") });
}
