//! Jobs and CronJobs.

use super::place::Place;
use super::refusals::{Refusals, Rule, Subject};
use super::schedule;

const RESTART: Rule = Rule {
    help: "set `restartPolicy` of the Pod template to Never or OnFailure",
    source: "validateJobSpec in pkg/apis/batch/validation",
};
const SPEC: Rule = Rule {
    help: "see the fields that belong together in the reference of Job",
    source: "validateJobSpec in pkg/apis/batch/validation",
};
const FAILURES: Rule = Rule {
    help: "give each rule exactly one of `onExitCodes` and `onPodConditions`",
    source: "validatePodFailurePolicyRule in pkg/apis/batch/validation",
};
const SELECTOR: Rule = Rule {
    help: "remove the selector: a Job finds its Pods by itself",
    source: "validateGeneratedSelector in pkg/apis/batch/validation",
};
const SCHEDULE: Rule = Rule {
    help: "write minute, hour, day of the month, month and day of the week (0 to 6), such as \"0 3 * * 1-5\"",
    source: "validateScheduleFormat in pkg/apis/batch/validation",
};
const ZONE: Rule = Rule {
    help: "name the time zone in `timeZone`, such as Etc/UTC, and remove it from the schedule",
    source: "validateTimeZone in pkg/apis/batch/validation",
};
const NAME: Rule = Rule {
    help: "choose a name of at most 52: each Job gets 11 more",
    source: "ValidateCronJobCreate in pkg/apis/batch/validation",
};

/// Since this minor version a schedule of a new CronJob may name no time zone.
const NO_ZONE_IN_SCHEDULE: u8 = 29;

pub(super) fn check(subject: &Subject<'_>, refusals: &mut Refusals) {
    match (subject.group, subject.kind) {
        ("batch", "Job") => {
            subject.root.get("spec").iter().for_each(|job| job_rules(job, refusals));
            subject.root.get("spec").iter().for_each(|job| selector(job, refusals));
        }
        ("batch", "CronJob") => cron_job(subject, refusals),
        _ => {}
    }
}

fn cron_job(subject: &Subject<'_>, refusals: &mut Refusals) {
    let name = subject.root.at(&["metadata", "name"]);
    if let Some(name) = name.filter(|name| name.node.as_str().is_some_and(|text| text.len() > 52)) {
        refusals.value(&name, "which is longer than 52 characters", NAME);
    }
    let Some(spec) = subject.root.get("spec") else { return };
    schedules(subject, &spec, refusals);
    let Some(job) = spec.at(&["jobTemplate", "spec"]) else { return };
    job_rules(&job, refusals);
    for key in ["selector", "manualSelector"] {
        let place = job.get(key).filter(|place| place.node.as_bool() != Some(false));
        place.iter().for_each(|place| refusals.whole(place, "is not allowed in a CronJob", SELECTOR));
    }
}

fn schedules(subject: &Subject<'_>, spec: &Place<'_>, refusals: &mut Refusals) {
    let zone = spec.get("timeZone");
    if let Some(zone) = &zone {
        let text = zone.node.as_str().unwrap_or("UTC");
        if text.eq_ignore_ascii_case("local") || !text.split('/').all(is_zone_part) {
            refusals.value(zone, "which is no name of a time zone", ZONE);
        }
    }
    let Some(place) = spec.get("schedule") else { return };
    let Some(text) = place.node.as_str().filter(|text| !text.contains("${")) else { return };
    if let Some(complaint) = schedule::complaint(text) {
        refusals.value(&place, &format!("which {complaint}"), SCHEDULE);
    }
    if text.contains("TZ") && zone.is_some() {
        refusals.together(&place, "and `timeZone` names a time zone as well", ZONE);
    } else if text.contains("TZ") {
        let versions = subject.versions_in(NO_ZONE_IN_SCHEDULE..=u8::MAX);
        refusals.value_in(&versions, &place, "which names a time zone", ZONE);
    }
}

fn is_zone_part(part: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    (1..=14).contains(&part.len())
        && part.bytes().all(inner)
        && !matches!(part, "." | "..")
        && !part.starts_with('-')
}

fn job_rules(job: &Place<'_>, refusals: &mut Refusals) {
    restart(job, refusals);
    let indexed = job.text("completionMode") == Some("Indexed");
    if indexed && !job.has("completions") {
        refusals.whole(job, "lacks `completions`, which the mode Indexed needs", SPEC);
    }
    for key in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
        if let Some(place) = job.get(key).filter(|_| !indexed) {
            refusals.whole(&place, "needs the completionMode Indexed", SPEC);
        }
    }
    if job.has("maxFailedIndexes") && !job.has("backoffLimitPerIndex") {
        refusals.whole(job, "sets maxFailedIndexes without backoffLimitPerIndex", SPEC);
    }
    for rule in job.get("podFailurePolicy").map(|policy| policy.items("rules")).unwrap_or_default() {
        if rule.has("onExitCodes") == rule.holds("onPodConditions") {
            refusals.whole(&rule, "has both of onExitCodes and onPodConditions, or neither", FAILURES);
        }
    }
}

fn restart(job: &Place<'_>, refusals: &mut Refusals) {
    let Some(pod) = job.at(&["template", "spec"]) else { return };
    let Some(policy) = pod.get("restartPolicy").filter(|_| pod.text("restartPolicy").is_some()) else {
        return refusals.whole(
            &pod,
            "lacks `restartPolicy`, and a Job's Pods must not always restart",
            RESTART,
        );
    };
    match policy.node.as_str() {
        Some("Always") => refusals.together(&policy, "and a Job's Pods must not always restart", RESTART),
        Some("OnFailure") if job.has("podFailurePolicy") => {
            refusals.together(&policy, "and podFailurePolicy needs Never", RESTART);
        }
        Some(_) | None => {}
    }
}

/// The API server makes the selector itself; one of the manifest's own has to be announced.
fn selector(job: &Place<'_>, refusals: &mut Refusals) {
    let generated = |key: &str| {
        let name = key.strip_prefix("batch.kubernetes.io/").unwrap_or(key);
        matches!(name, "controller-uid" | "job-name")
    };
    let manual = job.flag("manualSelector") == Some(true);
    let Some(selector) = job.get("selector") else {
        if manual {
            refusals.whole(job, "sets manualSelector and has no selector", SELECTOR);
        }
        return;
    };
    let own = selector.entries("matchLabels").iter().any(|(key, _)| !generated(key));
    if own && !manual {
        refusals.whole(&selector, "is not the one that the API server makes", SELECTOR);
    }
}
