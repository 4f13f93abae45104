//! Fields that take one of a few words. OpenAPI publishes none of these lists.

mod core;
mod other;

use std::sync::OnceLock;

use super::place::Place;
use super::refusals::{ByKind, Refusals, Rule, Subject, by_kind};

/// A field, what it takes, and who says so.
struct Words {
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static str,
    allowed: &'static [&'static str],
    source: &'static str,
}

const fn words(
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static str,
    allowed: &'static [&'static str],
    source: &'static str,
) -> Words {
    Words { group, kinds, path, allowed, source }
}

/// Words of a Job's specification, wherever it stands.
const JOBS: &[(&str, &[&str], &str)] = &[
    ("completionMode", &["NonIndexed", "Indexed"], "validateJobSpec in pkg/apis/batch/validation"),
    (
        "podReplacementPolicy",
        &["Failed", "TerminatingOrFailed"],
        "validatePodReplacementPolicy in pkg/apis/batch/validation",
    ),
    (
        "podFailurePolicy/rules/*/action",
        &["Count", "FailIndex", "FailJob", "Ignore"],
        "validatePodFailurePolicyRule in pkg/apis/batch/validation",
    ),
    (
        "podFailurePolicy/rules/*/onExitCodes/operator",
        &["In", "NotIn"],
        "validatePodFailurePolicyRuleOnExitCodes in pkg/apis/batch/validation",
    ),
];

pub(super) fn check(subject: &Subject<'_>, refusals: &mut Refusals) {
    static BY_KIND: OnceLock<ByKind<&'static Words>> = OnceLock::new();
    let of_kinds = |row: &'static Words| (row.group, row.kinds, row);
    let rows = BY_KIND.get_or_init(|| by_kind(core::WORDS.iter().chain(other::WORDS).map(of_kinds)));
    for row in rows.get(&(subject.group, subject.kind)).into_iter().flatten() {
        judge(&subject.root, row.path, row.allowed, row.source, refusals);
    }
    let jobs = match (subject.group, subject.kind) {
        ("batch", "Job") => subject.root.get("spec"),
        ("batch", "CronJob") => subject.root.at(&["spec", "jobTemplate", "spec"]),
        _ => None,
    };
    for (path, words, source) in JOBS {
        jobs.iter().for_each(|job| judge(job, path, words, source, refusals));
    }
    traffic_distribution(subject, refusals);
}

/// Reports what a path names and none of the words is. An empty text is a field left out.
pub(super) fn judge(
    place: &Place<'_>,
    path: &str,
    words: &[&str],
    source: &'static str,
    refusals: &mut Refusals,
) {
    for found in place.find(path) {
        let text = found.node.as_str().filter(|text| !text.is_empty());
        if text.is_some_and(|text| !words.contains(&text)) {
            let rule = Rule { help: "write one of the words, in exactly this case", source };
            refusals.value(&found, &format!("which is none of {}", words.join(", ")), rule);
        }
    }
}

/// A field whose words came one after the other.
fn traffic_distribution(subject: &Subject<'_>, refusals: &mut Refusals) {
    let Some(place) = subject.root.at(&["spec", "trafficDistribution"]) else { return };
    let Some(text) = place.node.as_str().filter(|_| subject.is("", "Service")) else { return };
    let versions = match text {
        "PreferClose" => return,
        // Behind a feature gate in 1.33, on since 1.34.
        "PreferSameZone" | "PreferSameNode" => subject.versions_in(0..=32),
        _ => subject.versions_in(0..=u8::MAX),
    };
    let rule = Rule {
        help: "write PreferClose, or leave the field out",
        source: "validateServiceTrafficDistribution in pkg/apis/core/validation",
    };
    refusals.value_in(&versions, &place, "which this version does not know", rule);
}
