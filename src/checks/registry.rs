//! The one list of checks.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::aftermath::Aftermath;
use super::context::{Context, Findings, Run};
use super::meta::Meta;
use super::{approval, commit, exposure, image, manifest, policy, rbac, schema};
use crate::finding::{Finding, Fingerprint, Severity};
use crate::kube::ClusterName;
use crate::manifest::Reading;
use crate::source::{Position, RepoPath};
use crate::world::{ObjectChange, Substitution};

/// A registered check.
#[derive(Debug)]
pub struct Check {
    /// Its record.
    pub meta: &'static Meta,
    /// Its code.
    pub run: Run,
}

/// Every check, by family and id.
pub static REGISTRY: &[Check] = &[
    push(&manifest::ambiguous_yaml::META, manifest::ambiguous_yaml::run),
    push(&manifest::unparseable_manifest::META, manifest::unparseable_manifest::run),
    push(&manifest::unrendered_source::META, manifest::unrendered_source::run),
    push(&schema::dangling_reference::META, schema::dangling_reference::run),
    object(&schema::immutable_field::META, schema::immutable_field::run),
    object(&schema::invalid_object::META, schema::invalid_object::run),
    object(&schema::invalid_schema::META, schema::invalid_schema::run),
    object(&schema::removed_api::META, schema::removed_api::run),
    object(&schema::unknown_field::META, schema::unknown_field::run),
    object(&schema::unknown_kind::META, schema::unknown_kind::run),
    object(&rbac::cluster_admin_binding::META, rbac::cluster_admin_binding::run),
    push(&rbac::rbac_escalation::META, rbac::rbac_escalation::run),
    object(&exposure::external_ip::META, exposure::external_ip::run),
    object(&exposure::node_port::META, exposure::node_port::run),
    object(&exposure::public_load_balancer::META, exposure::public_load_balancer::run),
    object(&image::image_downgrade::META, image::image_downgrade::run),
    object(&image::mutable_image::META, image::mutable_image::run),
    object(&image::unpinned_image::META, image::unpinned_image::run),
    push(&commit::forbidden_ref::META, commit::forbidden_ref::run),
    push(&commit::history_rewrite::META, commit::history_rewrite::run),
    push(&commit::malformed_commit::META, commit::malformed_commit::run),
    push(&commit::protected_ref_deletion::META, commit::protected_ref_deletion::run),
    push(&commit::unsigned_commit::META, commit::unsigned_commit::run),
    push(&commit::untrusted_signature::META, commit::untrusted_signature::run),
    push(&approval::invalid_codeowners::META, approval::invalid_codeowners::run),
    push(&approval::missing_approval::META, approval::missing_approval::run),
    push(&approval::unowned_path::META, approval::unowned_path::run),
    afterwards(&policy::expired_waiver::META, policy::expired_waiver::run),
    push(&policy::invalid_waiver::META, policy::invalid_waiver::run),
    afterwards(&policy::unused_waiver::META, policy::unused_waiver::run),
    push(&policy::weakened_policy::META, policy::weakened_policy::run),
];

const fn object(meta: &'static Meta, run: fn(&ObjectChange, &Context<'_>, &mut Findings)) -> Check {
    Check { meta, run: Run::Object(run) }
}

const fn push(meta: &'static Meta, run: fn(&Context<'_>, &mut Findings)) -> Check {
    Check { meta, run: Run::Push(run) }
}

const fn afterwards(meta: &'static Meta, run: fn(&Context<'_>, &Aftermath, &mut Findings)) -> Check {
    Check { meta, run: Run::Afterwards(run) }
}

/// Below this many changes, one thread is done sooner than two.
const TOGETHER: usize = 16;

/// The check with an id.
pub fn find(id: &str) -> Option<&'static Check> {
    REGISTRY.iter().find(|check| check.meta.id == id)
}

/// How much the objects of one change may have wrong with them before the rest is not looked at.
const FINDINGS: usize = 30_000;
/// What is said then.
const EXCESS: &str = "there are more than 30,000 findings: judge fewer files at a time";

/// What the checks found.
#[derive(Debug)]
pub struct Found {
    /// In the order of the checks, and those of one check in the order of the changes.
    pub findings: Vec<Finding>,
    /// Why not everything was looked at, where that is so.
    pub undecided: Option<String>,
}

/// Runs the checks that the policy has not turned off.
pub fn run_all(context: &Context<'_>, enabled: impl Fn(&str) -> bool) -> Found {
    let checks: Vec<&Check> = REGISTRY.iter().filter(|check| enabled(check.meta.id)).collect();
    let (mut found, undecided) = run(&checks, context);
    let after = checks.iter().filter(|check| matches!(check.run, Run::Afterwards(_)));
    if after.count() > 0 {
        let aftermath = Aftermath::of(context, &found, |context, ids| {
            let wanted = checks.iter().filter(|check| ids.contains(check.meta.id)).copied();
            run(&wanted.collect::<Vec<_>>(), context).0.into_iter().flatten().collect()
        });
        for (check, findings) in checks.iter().zip(&mut found) {
            findings.extend(of_aftermath(check, context, &aftermath));
        }
    }
    Found { findings: found.into_iter().flatten().collect(), undecided }
}

/// What each check finds in the change itself.
fn run(checks: &[&Check], context: &Context<'_>) -> (Vec<Vec<Finding>>, Option<String>) {
    let of_push = || checks.par_iter().map(|check| of_push(check, context)).collect::<Vec<_>>();
    let (mut found, (of_objects, undecided)) = rayon::join(of_push, || of_objects(checks, context));
    for (index, findings) in of_objects {
        if let Some(found) = found.get_mut(index) {
            found.extend(findings);
        }
    }
    (found, undecided)
}

fn of_aftermath(check: &Check, context: &Context<'_>, aftermath: &Aftermath) -> Vec<Finding> {
    let mut findings = Findings::default();
    match check.run {
        Run::Object(_) | Run::Push(_) => {}
        Run::Afterwards(run) => run(context, aftermath, &mut findings),
    }
    explained(check, findings)
}

/// Looks at one change after the other, in parallel, with every check in turn; of each finding, which
/// check it is from. Stops where nobody reads on, and then says so.
fn of_objects(checks: &[&Check], context: &Context<'_>) -> (Vec<(usize, Vec<Finding>)>, Option<String>) {
    let count = AtomicUsize::new(0);
    let judge = |change| {
        if count.load(Ordering::Relaxed) > FINDINGS {
            return Vec::new();
        }
        let context = context.of_one_change();
        let checks = checks.iter().enumerate();
        let found = checks.filter_map(|(index, check)| Some((index, of_object(check, change, &context)?)));
        let found: Vec<_> = found.collect();
        count.fetch_add(found.iter().map(|(_, findings)| findings.len()).sum(), Ordering::Relaxed);
        found
    };
    let changes = context.changes.par_iter().with_min_len(TOGETHER);
    let found = changes.map(judge).flatten_iter().collect();
    (found, (count.into_inner() > FINDINGS).then(|| EXCESS.to_owned()))
}

/// What a check finds in a change; `None` for nothing.
fn of_object(check: &Check, change: &ObjectChange, context: &Context<'_>) -> Option<Vec<Finding>> {
    let Run::Object(run) = check.run else { return None };
    let mut findings = Findings::default();
    run(change, context, &mut findings);
    Some(explained(check, findings)).filter(|findings| !findings.is_empty())
}

fn of_push(check: &Check, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    match check.run {
        Run::Object(_) | Run::Afterwards(_) => {}
        Run::Push(run) => run(context, &mut findings),
    }
    explained(check, findings)
}

fn explained(check: &Check, findings: Findings) -> Vec<Finding> {
    let mut findings = findings.into_vec();
    findings.iter_mut().for_each(|finding| finding.why = check.meta.why);
    findings
}

/// One way to read and to fill in the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The reading.
    pub reading: Reading,
    /// How the variables of Flux are taken.
    pub substitution: Substitution,
}

/// The findings of all ways. What a later one only repeats is left out; what it brings says so.
pub fn without_repetition(ways: Vec<(Way, Vec<Finding>)>) -> Vec<Finding> {
    let (mut seen, mut places) = (HashSet::new(), HashMap::new());
    let mut kept = Vec::new();
    let first = ways.first().map(|(way, _)| *way);
    let last = ways.len().saturating_sub(1);
    for (index, (way, findings)) in ways.into_iter().enumerate() {
        let same_text = first.is_none_or(|first| first.substitution == way.substitution);
        let is_fresh = |finding: &Finding| {
            !seen.contains(&key(finding)) && (same_text || !is_said_as_badly(finding, &places))
        };
        let fresh = findings.into_iter().filter(|finding| index == 0 || is_fresh(finding));
        let fresh: Vec<Finding> = fresh.map(|finding| of_way(finding, way, first)).collect();
        if index < last {
            seen.extend(fresh.iter().map(key));
            for finding in &fresh {
                let severity = places.entry(place(finding)).or_insert(finding.severity);
                *severity = finding.severity.max(*severity);
            }
        }
        kept.extend(fresh);
    }
    kept
}

/// Leaves out what is found in the cluster of paths for which the policy names none, and in a named cluster as well:
/// an object that may be deployed to any cluster is told of once.
pub fn without_twins(findings: Vec<Finding>) -> Vec<Finding> {
    let is_loose =
        |finding: &Finding| finding.subject.object().is_some_and(|id| id.cluster == ClusterName::fallback());
    let mut named: HashMap<Place, Severity> = HashMap::new();
    for finding in findings.iter().filter(|finding| !is_loose(finding)) {
        let severity = named.entry(place(finding)).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    let is_twin = |finding: &Finding| is_loose(finding) && is_said_as_badly(finding, &named);
    findings.into_iter().filter(|finding| !is_twin(finding)).collect()
}

/// What tells findings apart.
type Key = (Fingerprint, Option<(RepoPath, Position)>, String);

fn key(finding: &Finding) -> Key {
    let at = finding.location.as_ref().map(|at| (at.path.clone(), at.start));
    (finding.fingerprint(), at, finding.message.clone())
}

/// A check, what it is about, and where.
type Place = (&'static str, String, Option<(RepoPath, Position)>);

fn place(finding: &Finding) -> Place {
    let at = finding.location.as_ref().map(|at| (at.path.clone(), at.start));
    (finding.check, finding.subject_text(), at)
}

/// Whether the same check has said something at the same place that is not less severe: another value of a
/// variable makes the same line wrong for the same reason.
fn is_said_as_badly(finding: &Finding, places: &HashMap<Place, Severity>) -> bool {
    places.get(&place(finding)).is_some_and(|severity| *severity >= finding.severity)
}

fn of_way(finding: Finding, way: Way, first: Option<Way>) -> Finding {
    let finding = match way.reading {
        Reading::Kubectl => finding,
        Reading::Kustomize => finding.note("reading", "this is what kustomize and Flux make of the file"),
    };
    if first.is_none_or(|first| first.substitution == way.substitution) {
        return finding;
    }
    match way.substitution {
        Substitution::Literal => finding,
        Substitution::Defaults => {
            finding.note("variables", "this is so with the defaults of the Flux variables")
        }
        Substitution::Unknown => finding.note(
            "variables",
            "portcullis does not know the value that Flux fills in, and assumes the worst",
        ),
    }
}
