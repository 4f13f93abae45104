//! The API server's hand-written rules, which refuse objects that the schema allows.
//!
//! In: an object and Kubernetes versions. Out: [`RuleViolation`]s, each with its place, advice and the function of
//! Kubernetes that refuses it. Never: reads anything else, judges a custom kind's own fields, or applies a rule that
//! is not certain.

mod address;
mod admission;
mod batch;
mod cluster;
mod config;
mod definition;
mod endpoints;
mod flow;
mod ingress;
mod metadata;
mod named;
mod network_policy;
mod numbers;
mod place;
mod pod;
mod quota;
mod rbac;
mod refusals;
mod required;
mod scaling;
mod schedule;
mod selectors;
mod service;
mod storage;
mod syntax;
mod update;
mod violation;
mod words;
mod workload;

pub use refusals::LIMIT;
pub use update::{ForbiddenChange, forbidden_changes};
pub use violation::{RuleExtent, RuleViolation};

use kube_manifest::Object;
use kube_model::KubernetesVersion;
use refusals::{JudgedObject, Refusals};

/// The groups of rules, in the order in which they are reported.
const GROUPS: &[fn(&JudgedObject<'_>, &mut Refusals)] = &[
    metadata::check,
    required::check,
    named::check,
    words::check,
    numbers::check,
    selectors::check,
    workload::check,
    batch::check,
    pod::check,
    config::check,
    rbac::check,
    service::check,
    ingress::check,
    network_policy::check,
    scaling::check,
    storage::check,
    quota::check,
    endpoints::check,
    flow::check,
    admission::check,
    cluster::check,
    definition::check,
];

/// Returns the violations of an object in any of the versions, or in the newest if none is named. More than [`LIMIT`]
/// violations mean that there are others.
pub fn find_violations(object: &Object, versions: &[KubernetesVersion]) -> Vec<RuleViolation> {
    let versions = if versions.is_empty() { &[KubernetesVersion::NEWEST] } else { versions };
    let subject = JudgedObject::of(object, versions);
    let mut refusals = subject.refusals();
    GROUPS.iter().for_each(|check| check(&subject, &mut refusals));
    refusals.into_vec()
}
