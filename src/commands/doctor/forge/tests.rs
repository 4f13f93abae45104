//! Facts and the lines that come of them: good settings, and each hole alone.

use super::*;
use crate::commands::doctor::line::{Standing, holds};
use crate::forge::{
    Barrier, Bypass, Demand, Freshness, Gap, HookControl, HookEffect, Layer, OwnersFileProblem, Pushes,
    Reach, RequiredStatus, ReviewDemands, ServerHook, Statuses, Told, WorkflowFile,
};

const TRUSTED: &str = "on:\n  pull_request_target:\njobs: {x: {steps: [{uses: acme/portcullis@0}]}}\n";
const EDITABLE: &str = "on: pull_request\njobs: {x: {steps: [{uses: acme/portcullis@0}]}}\n";
const BOTH: &str = "on: [pull_request_target, pull_request_review]\n# portcullis\n";
const ODD: &str = "{on: pull_request_target, name: portcullis}\n";

/// Nothing lets a change by.
fn good() -> Enforcement {
    let status = RequiredStatus { context: "portcullis".into(), app: Some(7) };
    let reviews = ReviewDemands {
        approvals: 1,
        dismissed_on_push: Demand::Required,
        last_push: Demand::Required,
        code_owners: Demand::Required,
    };
    Enforcement {
        branch: "main".into(),
        layers: vec![Layer {
            statuses: Statuses::Named(vec![status]),
            freshness: Freshness::UpToDate,
            pushes: Pushes::Nobody,
            force_pushes: Barrier::Blocked,
            deletion: Barrier::Blocked,
            unsigned_commits: Barrier::Blocked,
            reviews: Told::Known(Some(reviews)),
            ..Layer::open("ruleset `main`")
        }],
        hidden: Vec::new(),
        workflow_app: Told::Known(Some(15368)),
        workflows: Told::Known(vec![file(TRUSTED)]),
        owners_problems: Told::Known(Vec::new()),
        server_hooks: Told::Known(Vec::new()),
    }
}

fn file(text: &str) -> WorkflowFile {
    WorkflowFile { path: ".github/workflows/gate.yml".into(), text: text.into() }
}

fn judge(forge: ForgeKind, facts: &Enforcement) -> Vec<Line> {
    lines(Case { forge, context: "portcullis", facts })
}

fn layer(facts: &mut Enforcement) -> &mut Layer {
    facts.layers.first_mut().unwrap()
}

fn reviews(facts: &mut Enforcement) -> &mut ReviewDemands {
    match &mut layer(facts).reviews {
        Told::Known(Some(reviews)) => reviews,
        Told::Known(None) | Told::Hidden(_) => panic!("no reviews"),
    }
}

fn app(facts: &mut Enforcement, app: Option<u64>) {
    layer(facts).statuses = Statuses::Named(vec![RequiredStatus { context: "portcullis".into(), app }]);
}

fn bypassed(facts: &mut Enforcement, who: &str, reach: Reach) {
    layer(facts).bypass = Told::Known(vec![Bypass { who: who.into(), reach }]);
}

fn hook(facts: &mut Enforcement, effect: HookEffect, control: Told<HookControl>) {
    facts.server_hooks = Told::Known(vec![ServerHook { name: "Portcullis gate".into(), effect, control }]);
}

fn hidden<T>() -> Told<T> {
    Told::Hidden("403: not for you\n  the token needs x".into())
}

type Hole = (fn(&mut Enforcement), &'static str, Standing, &'static str);

/// What is changed, the topic that tells it, how, and a word of how it lets a change in.
const ON_GITHUB: &[Hole] = &[
    (|facts| facts.layers.clear(), "status", Standing::Problem, "does not require `portcullis`"),
    (|facts| facts.layers.clear(), "direct pushes", Standing::Problem, "never saw"),
    (|facts| facts.layers.clear(), "force pushes", Standing::Problem, "older commit"),
    (|facts| facts.layers.clear(), "freshness", Standing::Problem, "harmless"),
    (
        |facts| layer(facts).statuses = Statuses::Named(Vec::new()),
        "status",
        Standing::Problem,
        "whoever may merge",
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
        "cannot be told",
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
    (|facts| app(facts, None), "source of the status", Standing::Problem, "one call of the API"),
    (|facts| app(facts, Some(15368)), "source of the status", Standing::Weak, "every workflow"),
    (
        |facts| facts.workflow_app = hidden(),
        "source of the status",
        Standing::Unknown,
        "not for you; the token needs x",
    ),
    (|facts| layer(facts).freshness = Freshness::Stale, "freshness", Standing::Problem, "two changes"),
    (|facts| layer(facts).freshness = Freshness::Unknown, "freshness", Standing::Unknown, "cannot be told"),
    (|facts| layer(facts).freshness = Freshness::Queue, "freshness", Standing::Ok, "queue"),
    (|facts| bypassed(facts, "the team 3", Reach::Named), "bypass", Standing::Weak, "the team 3"),
    (
        |facts| bypassed(facts, "all", Reach::EveryWriter),
        "bypass",
        Standing::Problem,
        "what the gate rejected",
    ),
    (|facts| layer(facts).bypass = hidden(), "bypass", Standing::Unknown, "the token needs x"),
    (
        |facts| bypassed(facts, "the team 3", Reach::Named),
        "direct pushes",
        Standing::Weak,
        "without a pull request",
    ),
    (|facts| bypassed(facts, "all", Reach::EveryWriter), "force pushes", Standing::Problem, "all"),
    (
        |facts| layer(facts).bypass = hidden(),
        "force pushes",
        Standing::Unknown,
        "who may put the branch back",
    ),
    (|facts| layer(facts).pushes = Pushes::WithStatuses, "direct pushes", Standing::Weak, "another branch"),
    (|facts| layer(facts).pushes = Pushes::AnyWriter, "direct pushes", Standing::Problem, "never saw"),
    (|facts| layer(facts).pushes = Pushes::By(vec!["ann".into()]), "direct pushes", Standing::Weak, "ann"),
    (|facts| layer(facts).force_pushes = Barrier::Open, "force pushes", Standing::Problem, "older commit"),
    (|facts| layer(facts).deletion = Barrier::Open, "deletion", Standing::Weak, "makes it anew"),
    (|facts| layer(facts).unsigned_commits = Barrier::Open, "signatures", Standing::Advice, "demands none"),
    (|facts| layer(facts).reviews = Told::Known(None), "reviews", Standing::Advice, "asks for none"),
    (|facts| layer(facts).reviews = hidden(), "reviews", Standing::Advice, "cannot be told"),
    (|facts| reviews(facts).approvals = 0, "reviews", Standing::Advice, "asks for none"),
    (
        |facts| reviews(facts).dismissed_on_push = Demand::NotRequired,
        "reviews on push",
        Standing::Advice,
        "came after it",
    ),
    (|facts| reviews(facts).last_push = Demand::NotRequired, "last push", Standing::Advice, "add a commit"),
    (|facts| reviews(facts).code_owners = Demand::NotRequired, "code owners", Standing::Advice, "anybody's"),
    (
        |facts| {
            let problem =
                OwnersFileProblem { path: "CODEOWNERS".into(), line: 3, kind: "Unknown owner".into() };
            facts.owners_problems = Told::Known(vec![problem]);
        },
        "CODEOWNERS",
        Standing::Weak,
        "CODEOWNERS:3:1: Unknown owner (1 in all)",
    ),
    (|facts| facts.owners_problems = hidden(), "CODEOWNERS", Standing::Advice, "cannot be told"),
    (|facts| layer(facts).gaps.push(Gap::CreationUnchecked), "creation", Standing::Weak, "never judged"),
    (
        |facts| layer(facts).gaps.push(Gap::ReviewsBypassed),
        "reviews' bypass",
        Standing::Advice,
        "some may merge",
    ),
    (|facts| hook(facts, HookEffect::Testing, hidden()), "server hook", Standing::Weak, "lets every push in"),
    (|facts| hook(facts, HookEffect::Disabled, hidden()), "server hook", Standing::Weak, "judges no push"),
    (
        |facts| hook(facts, HookEffect::Enforced, hidden()),
        "server hook",
        Standing::Unknown,
        "who can turn it off",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Told::Known(HookControl::Repository)),
        "server hook",
        Standing::Weak,
        "administrators of the repository",
    ),
    (
        |facts| hook(facts, HookEffect::Enforced, Told::Known(HookControl::AboveRepository)),
        "server hook",
        Standing::Ok,
        "no repository can change",
    ),
    (|facts| facts.server_hooks = hidden(), "server hook", Standing::Advice, "cannot be told"),
];

/// The same where any workflow can set the status, so that the workflow counts.
const OF_WORKFLOWS: &[Hole] = &[
    (|facts| facts.workflows = Told::Known(vec![file(TRUSTED)]), "workflow", Standing::Ok, "default branch"),
    (
        |facts| facts.workflows = Told::Known(vec![file(EDITABLE)]),
        "workflow",
        Standing::Problem,
        "its author edits it",
    ),
    (|facts| facts.workflows = Told::Known(vec![file(BOTH)]), "workflow", Standing::Weak, "its own copy"),
    (
        |facts| facts.workflows = Told::Known(vec![file(TRUSTED), file(EDITABLE)]),
        "workflow",
        Standing::Weak,
        "its own copy",
    ),
    (
        |facts| facts.workflows = Told::Known(vec![file(ODD)]),
        "workflow",
        Standing::Unknown,
        "written unusually",
    ),
    (|facts| facts.workflows = Told::Known(Vec::new()), "workflow", Standing::Unknown, "no workflow"),
    (
        |facts| facts.workflows = Told::Known(vec![file("on: pull_request_target")]),
        "workflow",
        Standing::Unknown,
        "no",
    ),
    (|facts| facts.workflows = hidden(), "workflow", Standing::Unknown, "which workflow"),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "workflow",
        Standing::Ok,
        "is the ruleset's",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/portcullis.yml".into()],
        "source of the status",
        Standing::Ok,
        "whatever a pull request says",
    ),
    (
        |facts| layer(facts).required_workflows = vec![".github/workflows/build.yml".into()],
        "source of the status",
        Standing::Weak,
        "every workflow",
    ),
];

const ON_GITLAB: &[Hole] = &[
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "status",
        Standing::Ok,
        "a pipeline that succeeds",
    ),
    (
        |facts| layer(facts).statuses = Statuses::WholePipeline,
        "source of the status",
        Standing::Weak,
        "without the gate's job",
    ),
    (|facts| app(facts, None), "source of the status", Standing::Weak, "one call of the API"),
    (
        |facts| layer(facts).gaps.push(Gap::SkippedPipelinePasses),
        "skipped pipelines",
        Standing::Problem,
        "[skip ci]",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::PipelineFromMergeRequest),
        "workflow",
        Standing::Problem,
        "takes the gate's",
    ),
    (|facts| layer(facts).gaps.push(Gap::QueueSkippable), "merge train", Standing::Weak, "can leave it"),
    (|facts| layer(facts).gaps.push(Gap::AuthorsApprove), "authors' approval", Standing::Advice, "their own"),
    (
        |facts| layer(facts).gaps.push(Gap::CommittersApprove),
        "committers' approval",
        Standing::Advice,
        "added",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::ApproversChangeable),
        "approval rules",
        Standing::Advice,
        "an author",
    ),
    (
        |facts| layer(facts).gaps.push(Gap::RejectionPasses),
        "rejecting reviews",
        Standing::Advice,
        "no merge back",
    ),
];

fn check(forge: ForgeKind, base: fn(&mut Enforcement), rows: &[Hole]) {
    for (row, (change, topic, standing, word)) in rows.iter().enumerate() {
        let mut facts = good();
        base(&mut facts);
        change(&mut facts);
        let said = judge(forge, &facts);
        let about: Vec<&Line> = said.iter().filter(|line| line.topic() == *topic).collect();
        let found = about.iter().any(|line| line.standing == *standing && line.text().contains(word));
        assert!(found, "row {row}: {topic} {standing:?} {word}: {about:#?}");
        let mended = about.iter().all(|line| line.standing == Standing::Ok || !line.help().is_empty());
        assert!(mended, "row {row}: nothing says what to do: {about:#?}");
    }
}

#[test]
fn each_hole_is_told_with_how_it_lets_a_change_in() {
    check(ForgeKind::Github, |_| (), ON_GITHUB);
    check(ForgeKind::Github, |facts| app(facts, Some(15368)), OF_WORKFLOWS);
    check(ForgeKind::Gitlab, |_| (), ON_GITLAB);
    check(ForgeKind::Gitea, |facts| app(facts, None), &OF_WORKFLOWS[..8]);
}

#[test]
fn good_settings_hold_on_every_forge() {
    for forge in [ForgeKind::Github, ForgeKind::Gitlab, ForgeKind::Gitea] {
        let said = judge(forge, &good());
        assert!(said.iter().all(|line| line.standing == Standing::Ok), "{said:#?}");
        assert_eq!(holds(&said), Some(true));
    }
}

/// Layers add up: one that nobody goes around is enough, and what is hidden takes nothing away.
#[test]
fn a_second_layer_only_adds() {
    let mut facts = good();
    facts.layers.push(Layer { pushes: Pushes::AnyWriter, ..Layer::open("nothing") });
    facts.hidden.push("403".into());
    assert_eq!(holds(&judge(ForgeKind::Github, &facts)), Some(true));
    let mut second = good().layers.remove(0);
    second.bypass = Told::Known(vec![Bypass { who: "all".into(), reach: Reach::EveryWriter }]);
    facts.layers.push(second);
    assert_eq!(holds(&judge(ForgeKind::Github, &facts)), Some(true));
}

/// A status that is pinned in a layer with a way around is worth no more than that layer.
#[test]
fn the_hardest_guard_is_the_one_that_can_be_gone_around() {
    let mut facts = good();
    bypassed(&mut facts, "the team 3", Reach::Named);
    let mut unpinned = good();
    app(&mut unpinned, None);
    facts.layers.extend(unpinned.layers);
    let said = judge(ForgeKind::Github, &facts);
    assert!(said.iter().any(|line| line.topic() == "bypass" && line.standing == Standing::Weak), "{said:#?}");
}

#[test]
fn a_server_s_hook_holds_what_the_forge_does_not() {
    let mut facts = good();
    facts.layers.clear();
    hook(&mut facts, HookEffect::Enforced, Told::Known(HookControl::AboveRepository));
    let said = judge(ForgeKind::Github, &facts);
    assert_eq!(holds(&said), Some(true), "{said:#?}");
    assert!(said.iter().any(|line| line.text().ends_with("the server's hook holds all the same")));
    for effect in [HookEffect::Testing, HookEffect::Disabled] {
        hook(&mut facts, effect, Told::Known(HookControl::AboveRepository));
        assert_eq!(holds(&judge(ForgeKind::Github, &facts)), Some(false), "{effect:?}");
    }
    let foreign = ServerHook {
        name: "spelling".into(),
        effect: HookEffect::Enforced,
        control: Told::Known(HookControl::AboveRepository),
    };
    facts.server_hooks = Told::Known(vec![foreign]);
    assert_eq!(holds(&judge(ForgeKind::Github, &facts)), Some(false));
}

#[test]
fn a_problem_is_told_before_what_is_unknown() {
    let mut facts = good();
    layer(&mut facts).bypass = hidden();
    assert_eq!(holds(&judge(ForgeKind::Github, &facts)), None);
    layer(&mut facts).force_pushes = Barrier::Open;
    assert_eq!(holds(&judge(ForgeKind::Github, &facts)), Some(false));
}
