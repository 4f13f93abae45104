//! Jobs and CronJobs.

use super::named::{self, Syntax};
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::{required, schedule};

const RESTART: Rule = Rule {
    help: "set `restartPolicy` of the Pod template to Never or OnFailure",
    source: "validateJobSpec in pkg/apis/batch/validation",
};
const SPEC: Rule = Rule {
    help: "see the API reference of Job for the fields that belong together",
    source: "validateJobSpec in pkg/apis/batch/validation",
};
const FAILURES: Rule = Rule {
    help: "give each rule exactly one of `onExitCodes` and `onPodConditions`",
    source: "validatePodFailurePolicyRule in pkg/apis/batch/validation",
};
const SUCCESS: Rule = Rule {
    help: "give each rule `succeededCount`, `succeededIndexes` or both, within `completions`",
    source: "validateSuccessPolicyRule in pkg/apis/batch/validation",
};
const CODES: Rule = Rule {
    help: "list exit codes other than 0 in rising order, and name a container of the Pod",
    source: "validatePodFailurePolicyRuleOnExitCodes in pkg/apis/batch/validation",
};
const CONDITION: Rule = Rule {
    help: "name the type of the condition, and True, False or Unknown",
    source: "validatePodFailurePolicyRuleOnPodConditions in pkg/apis/batch/validation",
};
const JOB_NAME: Rule = Rule {
    help: "choose a name of at most 63 characters: it becomes a label of the Pods",
    source: "ValidatePodTemplateSpec in pkg/apis/core/validation",
};
const SELECTOR: Rule = Rule {
    help: "remove the selector: a Job selects its Pods automatically",
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
    help: "choose a name of at most 52 characters: the names of its Jobs have 11 more",
    source: "ValidateCronJobCreate in pkg/apis/batch/validation",
};

/// The first minor version in which the schedule of a new CronJob may not name a time zone.
const NO_ZONE_IN_SCHEDULE: u8 = 29;

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    match (subject.group, subject.kind) {
        ("batch", "Job") => {
            judge_job_rules(&subject.root.field("spec"), refusals);
            let name = subject.root.at(&["metadata", "name"]);
            if let Some(name) = name.filter(|name| name.string().is_some_and(|text| text.len() > 63)) {
                refusals.value(&name, "which is longer than 63 characters", JOB_NAME);
            }
            subject.root.get("spec").iter().for_each(|job| judge_selector(job, refusals));
        }
        ("batch", "CronJob") => judge_cron_job(subject, refusals),
        _ => {}
    }
}

fn judge_cron_job(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let name = subject.root.at(&["metadata", "name"]);
    if let Some(name) = name.filter(|name| name.node.as_str().is_some_and(|text| text.len() > 52)) {
        refusals.value(&name, "which is longer than 52 characters", NAME);
    }
    let spec = subject.root.field("spec");
    judge_schedules(subject, &spec, refusals);
    let job = spec.reach(&["jobTemplate", "spec"]);
    judge_job_rules(&job, refusals);
    for key in ["selector", "manualSelector"] {
        let place = job.get(key).filter(|place| place.node.as_bool() != Some(false));
        place.iter().for_each(|place| refusals.whole(place, "is not allowed in a CronJob", SELECTOR));
    }
}

fn judge_schedules(subject: &JudgedObject<'_>, spec: &Place<'_>, refusals: &mut Refusals) {
    let zone = spec.get("timeZone");
    if let Some(zone) = &zone {
        let text = zone.node.as_str().unwrap_or("UTC");
        if text.eq_ignore_ascii_case("local") || !text.split('/').all(is_zone_part) {
            refusals.value(zone, "which is not a time zone name", ZONE);
        }
    }
    let Some(place) = spec.get("schedule").filter(|place| place.string() != Some("")) else {
        return refusals.lacks(spec, "schedule", SCHEDULE);
    };
    let Some(text) = place.node.as_str() else { return };
    if let Some(complaint) = schedule::find_error(text) {
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

fn judge_job_rules(job: &Place<'_>, refusals: &mut Refusals) {
    judge_restart(job, refusals);
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
    judge_limits(job, refusals);
    judge_successes(job, refusals);
    for rule in job.get("podFailurePolicy").map(|policy| policy.items("rules")).unwrap_or_default() {
        judge_exit_codes(job, &rule, refusals);
        judge_conditions(&rule, refusals);
        if rule.has("onExitCodes") == rule.holds("onPodConditions") {
            refusals.whole(&rule, "has both of onExitCodes and onPodConditions, or neither", FAILURES);
        }
    }
}

fn judge_limits(job: &Place<'_>, refusals: &mut Refusals) {
    let Some((most, completions)) = job.integer("maxFailedIndexes").zip(job.integer("completions")) else {
        return;
    };
    if let Some(place) = job.get("maxFailedIndexes").filter(|_| most > completions) {
        refusals.together(&place, "which is more than completions", SPEC);
    }
}

fn judge_successes(job: &Place<'_>, refusals: &mut Refusals) {
    let Some(policy) = job.get("successPolicy") else { return };
    if !policy.holds("rules") {
        refusals.lacks(&policy, "rules", SUCCESS);
    }
    for rule in policy.items("rules") {
        if !rule.has("succeededCount") && !rule.has("succeededIndexes") {
            refusals.whole(&rule, "has neither succeededCount nor succeededIndexes", SUCCESS);
        }
        let most = job.integer("completions");
        let Some(count) = rule.get("succeededCount") else { continue };
        if count.node.as_integer().zip(most).is_some_and(|(count, most)| count < 0 || count > most) {
            refusals.together(&count, "which is not within completions", SUCCESS);
        }
    }
}

fn judge_exit_codes(job: &Place<'_>, rule: &Place<'_>, refusals: &mut Refusals) {
    let Some(codes) = rule.get("onExitCodes") else { return };
    let values = codes.items("values");
    if values.is_empty() {
        refusals.lacks(&codes, "values", CODES);
    }
    let number = |place: &Place<'_>| if place.node.is_null() { Some(0) } else { place.node.as_integer() };
    let numbers: Vec<Option<i64>> = values.iter().map(number).collect();
    let rising = numbers.windows(2).all(|pair| pair.first() < pair.last());
    let known = numbers.iter().all(Option::is_some);
    if known && !rising {
        refusals.whole(&codes, "does not list its values in rising order, each once", CODES);
    }
    for value in
        values.iter().filter(|value| codes.text("operator") == Some("In") && number(value) == Some(0))
    {
        refusals.together(value, "and 0 is not a failure", CODES);
    }
    let Some(name) = codes.get("containerName") else { return };
    let pod = job.reach(&["template", "spec"]);
    let containers = ["containers", "initContainers"].iter().flat_map(|list| pod.items(list));
    let mut names = containers.filter_map(|container| container.text("name"));
    if name.string().is_some_and(|text| names.all(|known| known != text)) {
        refusals.together(&name, "and the Pod does not have this container", CODES);
    }
}

fn judge_conditions(rule: &Place<'_>, refusals: &mut Refusals) {
    required::judge(rule, "onPodConditions/*/type", CONDITION.source, refusals);
    named::judge(rule, "onPodConditions/*/type", Syntax::Qualified, CONDITION.source, refusals);
    for status in rule.find("onPodConditions/*/status") {
        if status.string().is_some_and(|text| !matches!(text, "" | "True" | "False" | "Unknown")) {
            refusals.value(&status, "which is not True, False or Unknown", CONDITION);
        }
    }
}

fn judge_restart(job: &Place<'_>, refusals: &mut Refusals) {
    let pod = job.reach(&["template", "spec"]);
    if !pod.exists() {
        return refusals.lacks(&pod, "containers", RESTART);
    }
    let Some(policy) = pod.get("restartPolicy").filter(|_| pod.text("restartPolicy").is_some()) else {
        return refusals.whole(
            &pod,
            "lacks `restartPolicy`, and the Pods of a Job must not always restart",
            RESTART,
        );
    };
    match policy.node.as_str() {
        Some("Always") => {
            refusals.together(&policy, "and the Pods of a Job must not always restart", RESTART);
        }
        Some("OnFailure") if job.has("podFailurePolicy") => {
            refusals.together(&policy, "and podFailurePolicy needs Never", RESTART);
        }
        Some(_) | None => {}
    }
}

/// Judges the selector, which the API server creates itself. One of the manifest's own must be announced.
fn judge_selector(job: &Place<'_>, refusals: &mut Refusals) {
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
        refusals.whole(&selector, "is not the one that the API server generates", SELECTOR);
    }
}
