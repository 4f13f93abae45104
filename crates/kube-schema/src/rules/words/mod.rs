//! Fields that take one of a few words. OpenAPI does not publish these lists.

mod core;
mod other;

use std::sync::OnceLock;

use super::place::Place;
use super::refusals::{ByKind, JudgedObject, Refusals, Rule, by_kind};

/// A field, its allowed words, and the function of Kubernetes that lists them.
struct Words {
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static str,
    allowed: Allowed<'static>,
}

/// The allowed words of a field, and the function of Kubernetes that lists them.
#[derive(Clone, Copy)]
pub(super) struct Allowed<'a> {
    pub(super) words: &'a [&'a str],
    pub(super) empty: Empty,
    pub(super) source: &'static str,
}

/// The meaning of an empty text to the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    /// An absent field: it has a default, or may be left out.
    LeftOut,
    /// A word that is not allowed: the Go field is a pointer, or is in a list.
    Refused,
    /// A missing value, where one is required.
    Missing,
}

const fn words(
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static str,
    words: &'static [&'static str],
    empty: Empty,
    source: &'static str,
) -> Words {
    Words { group, kinds, path, allowed: Allowed { words, empty, source } }
}

/// Words of a Job's specification, with their places.
const JOBS: &[(&str, Allowed<'static>)] = &[
    (
        "completionMode",
        Allowed {
            words: &["NonIndexed", "Indexed"],
            empty: Empty::Refused,
            source: "validateJobSpec in pkg/apis/batch/validation",
        },
    ),
    (
        "podReplacementPolicy",
        Allowed {
            words: &["Failed", "TerminatingOrFailed"],
            empty: Empty::Refused,
            source: "validatePodReplacementPolicy in pkg/apis/batch/validation",
        },
    ),
    (
        "podFailurePolicy/rules/*/action",
        Allowed {
            words: &["Count", "FailIndex", "FailJob", "Ignore"],
            empty: Empty::Missing,
            source: "validatePodFailurePolicyRule in pkg/apis/batch/validation",
        },
    ),
    (
        "podFailurePolicy/rules/*/onExitCodes/operator",
        Allowed {
            words: &["In", "NotIn"],
            empty: Empty::Missing,
            source: "validatePodFailurePolicyRuleOnExitCodes in pkg/apis/batch/validation",
        },
    ),
];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    static BY_KIND: OnceLock<ByKind<&'static Words>> = OnceLock::new();
    let of_kinds = |row: &'static Words| (row.group, row.kinds, row);
    let rows = BY_KIND.get_or_init(|| by_kind(core::WORDS.iter().chain(other::WORDS).map(of_kinds)));
    for row in rows.get(&(subject.group, subject.kind)).into_iter().flatten() {
        judge(&subject.root, row.path, row.allowed, refusals);
    }
    let jobs = match (subject.group, subject.kind) {
        ("batch", "Job") => subject.root.get("spec"),
        ("batch", "CronJob") => subject.root.at(&["spec", "jobTemplate", "spec"]),
        _ => None,
    };
    for (path, allowed) in JOBS {
        jobs.iter().for_each(|job| judge(job, path, *allowed, refusals));
    }
    judge_traffic_distribution(subject, refusals);
}

/// Reports values that are not among the allowed words, and a field that must be there.
pub(super) fn judge<'a>(place: &Place<'a>, path: &'a str, allowed: Allowed<'_>, refusals: &mut Refusals) {
    let rule = Rule { help: "write one of these values, with exactly this spelling", source: allowed.source };
    for found in place.find_fields(path) {
        let Some(text) = found.string() else { continue };
        match allowed.empty {
            Empty::LeftOut if text.is_empty() => {}
            Empty::Missing if text.is_empty() => refusals.missing(&found, rule),
            Empty::Refused if !found.exists() => {}
            Empty::LeftOut | Empty::Refused | Empty::Missing => {
                if !allowed.words.contains(&text) {
                    let complaint =
                        format!("which is not one of the allowed values: {}", allowed.words.join(", "));
                    refusals.value(&found, &complaint, rule);
                }
            }
        }
    }
}

/// Judges a field whose words were added in different versions.
fn judge_traffic_distribution(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let Some(place) = subject.root.at(&["spec", "trafficDistribution"]) else { return };
    let Some(text) = place.node.as_str().filter(|_| subject.is("", "Service")) else { return };
    let versions = match text {
        "PreferClose" => return,
        // Behind a feature gate in 1.33, and enabled since 1.34.
        "PreferSameZone" | "PreferSameNode" => subject.versions_in(0..=32),
        _ => subject.versions_in(0..=u8::MAX),
    };
    let rule = Rule {
        help: "write PreferClose, or leave the field out",
        source: "validateServiceTrafficDistribution in pkg/apis/core/validation",
    };
    refusals.value_in(&versions, &place, "which this version does not support", rule);
}
