//! Facts and their lines: good settings, and each hole alone.

mod github;
mod others;

use super::*;
use crate::host::HostKind;
use crate::host::api::{
    Barrier, Bypass, ContextForm, Demand, ForcePushes, Freshness, HookControl, HookEffect, Layer, Pushes,
    Reach, RequiredStatus, ReviewDemands, ServerHook, Setting, Statuses, WorkflowFile,
};
use crate::report::{DoctorReport, Effect, LineState};
use github::ON_GITHUB;
use others::{OF_WORKFLOWS, ON_GITLAB};

const TRUSTED: &str = "on:\n  pull_request_target:\njobs: {x: {steps: [{uses: acme/portcullis@0}]}}\n";
const EDITABLE: &str = "on: pull_request\njobs: {x: {steps: [{uses: acme/portcullis@0}]}}\n";
const BOTH: &str = "on: [pull_request_target, pull_request_review]\n# portcullis\n";
const ODD: &str = "{on: pull_request_target, name: portcullis}\n";

/// Settings without a hole.
fn good() -> Enforcement {
    let status = RequiredStatus { context: "portcullis".into(), form: ContextForm::Name, app: Some(7) };
    let reviews = ReviewDemands {
        approvals: 1,
        dismissed_on_push: Demand::Required,
        last_push: Demand::Required,
        code_owners: Demand::Required,
    };
    Enforcement {
        branch: "main".into(),
        default_branch: "main".into(),
        layers: vec![Layer {
            statuses: Statuses::Named(vec![status]),
            freshness: Freshness::UpToDate,
            pushes: Pushes::Nobody,
            force_pushes: ForcePushes::Nobody,
            deletion: Barrier::Blocked,
            unsigned_commits: Barrier::Blocked,
            reviews: Setting::Known(Some(reviews)),
            ..Layer::open("ruleset `main`")
        }],
        hidden: Vec::new(),
        workflow_app: Setting::Known(Some(15368)),
        workflows: Setting::Known(vec![file(TRUSTED)]),
        owners_problems: Setting::Known(Vec::new()),
        server_hooks: Setting::Known(Vec::new()),
        around_hook: None,
    }
}

fn file(text: &str) -> WorkflowFile {
    WorkflowFile { path: ".github/workflows/gate.yml".into(), text: text.into() }
}

fn judge(host: HostKind, facts: &Enforcement) -> Vec<DoctorLine> {
    ForgeSettings { host: host.forge().unwrap(), status: "portcullis".into(), facts: facts.clone() }.examine()
}

fn sum_up(lines: Vec<DoctorLine>) -> Effect {
    DoctorReport { lines }.effect()
}

fn layer(facts: &mut Enforcement) -> &mut Layer {
    facts.layers.first_mut().unwrap()
}

fn reviews(facts: &mut Enforcement) -> &mut ReviewDemands {
    match &mut layer(facts).reviews {
        Setting::Known(Some(reviews)) => reviews,
        Setting::Known(None) | Setting::Hidden(_) => panic!("no reviews"),
    }
}

fn app(facts: &mut Enforcement, app: Option<u64>) {
    layer(facts).statuses =
        Statuses::Named(vec![RequiredStatus { context: "portcullis".into(), form: ContextForm::Name, app }]);
}

fn bypassed(facts: &mut Enforcement, who: &str, reach: Reach) {
    layer(facts).bypass = Setting::Known(vec![Bypass { who: who.into(), reach }]);
}

fn hook(facts: &mut Enforcement, effect: HookEffect, control: Setting<HookControl>) {
    facts.server_hooks = Setting::Known(vec![ServerHook { name: "Portcullis gate".into(), effect, control }]);
}

fn hidden<T>() -> Setting<T> {
    Setting::Hidden("403: not for you\n  the token needs x".into())
}

type Hole = (fn(&mut Enforcement), &'static str, LineState, &'static str);

fn check(host: HostKind, base: fn(&mut Enforcement), rows: &[Hole]) {
    for (row, (change, topic, state, word)) in rows.iter().enumerate() {
        let mut facts = good();
        base(&mut facts);
        change(&mut facts);
        let said = judge(host, &facts);
        let about: Vec<&DoctorLine> = said.iter().filter(|line| line.topic() == *topic).collect();
        let found = about.iter().any(|line| line.state() == *state && line.text().contains(word));
        assert!(found, "row {row}: {topic} {state:?} {word}: {about:#?}");
        let is_covered = about.iter().all(|line| line.state() == LineState::Ok || !line.help().is_empty());
        assert!(is_covered, "row {row}: nothing says what to do: {about:#?}");
    }
}

#[test]
fn each_hole_is_told_with_how_it_lets_a_change_in() {
    check(HostKind::Github, |_| (), ON_GITHUB);
    check(HostKind::Github, |facts| app(facts, Some(15368)), OF_WORKFLOWS);
    check(HostKind::Gitlab, |_| (), ON_GITLAB);
    check(HostKind::Gitea, |facts| app(facts, None), &OF_WORKFLOWS[..8]);
}

#[test]
fn good_settings_hold_on_every_forge() {
    for forge in ForgeHost::all() {
        let said = judge(forge.kind(), &good());
        assert!(said.iter().all(|line| line.state() == LineState::Ok), "{said:#?}");
        assert_eq!(sum_up(said.clone()), Effect::Effective);
    }
}

/// Layers add up: one that no one bypasses is enough, and what is hidden takes nothing away.
#[test]
fn a_second_layer_only_adds() {
    let mut facts = good();
    facts.layers.push(Layer { pushes: Pushes::AnyWriter, ..Layer::open("nothing") });
    facts.hidden.push("403".into());
    assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Effective);
    let mut second = good().layers.remove(0);
    second.bypass = Setting::Known(vec![Bypass { who: "all".into(), reach: Reach::EveryWriter }]);
    facts.layers.push(second);
    assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Effective);
}

/// A status that is pinned in a layer with a way around is worth no more than that layer.
#[test]
fn the_hardest_guard_is_the_one_that_can_be_gone_around() {
    let mut facts = good();
    bypassed(&mut facts, "the team 3", Reach::Named);
    let mut unpinned = good();
    app(&mut unpinned, None);
    facts.layers.extend(unpinned.layers);
    let said = judge(HostKind::Github, &facts);
    assert!(said.iter().any(|line| line.topic() == "bypass" && line.state() == LineState::Weak), "{said:#?}");
}

#[test]
fn a_server_s_hook_holds_what_the_forge_does_not() {
    let mut facts = good();
    facts.layers.clear();
    hook(&mut facts, HookEffect::Enforced, Setting::Known(HookControl::AboveRepository));
    let said = judge(HostKind::Github, &facts);
    assert_eq!(sum_up(said.clone()), Effect::Effective, "{said:#?}");
    assert!(said.iter().any(|line| line.text().ends_with("the server's hook blocks it anyway")));
    for effect in [HookEffect::Testing, HookEffect::Disabled] {
        hook(&mut facts, effect, Setting::Known(HookControl::AboveRepository));
        assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Ineffective, "{effect:?}");
    }
    let foreign = ServerHook {
        name: "spelling".into(),
        effect: HookEffect::Enforced,
        control: Setting::Known(HookControl::AboveRepository),
    };
    facts.server_hooks = Setting::Known(vec![foreign]);
    assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Ineffective);
}

#[test]
fn a_problem_is_told_before_what_is_unknown() {
    let mut facts = good();
    layer(&mut facts).bypass = hidden();
    assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Unknown);
    layer(&mut facts).force_pushes = ForcePushes::WhoeverPushes;
    assert_eq!(sum_up(judge(HostKind::Github, &facts)), Effect::Ineffective);
}
