//! Numbers that must lie within bounds.

use std::sync::OnceLock;

use super::place::Place;
use super::refusals::{ByKind, JudgedObject, Refusals, Rule, by_kind};

/// A group, its kinds, a path, the least and the greatest number, and the function of Kubernetes that sets them.
type Bounds = (&'static str, &'static [&'static str], &'static str, i64, i64, &'static str);

const PORT: i64 = 65_535;
const MOST: i64 = 2_147_483_647;
/// The upper bound for a field that has one in its schema already.
const ANY: i64 = i64::MAX;
/// The longest session affinity in seconds, one day.
const DAY: i64 = 86_400;

const HOUR: i64 = 3600;

const SCALER: &[&str] = &["HorizontalPodAutoscaler"];
const FLOW: &str = "flowcontrol.apiserver.k8s.io";
const SCALING_TARGET: &str = "validateMetricTarget in pkg/apis/autoscaling/validation";
const SCALING_RULES: &str = "validateScalingRules in pkg/apis/autoscaling/validation";
const SCALING_POLICY: &str = "validateScalingPolicy in pkg/apis/autoscaling/validation";
const FLOW_SCHEMA: &str = "ValidateFlowSchemaSpec in pkg/apis/flowcontrol/validation";
const LEVEL: &str = "ValidateLimitedPriorityLevelConfiguration in pkg/apis/flowcontrol/validation";
const API_SERVICE: &str = "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation";

const ROWS: &[Bounds] = &[
    ("", &["Service"], "spec/ports/*/port", 1, PORT, "validateServicePort in pkg/apis/core/validation"),
    (
        "",
        &["Service"],
        "spec/sessionAffinityConfig/clientIP/timeoutSeconds",
        1,
        DAY,
        "validateAffinityTimeout in pkg/apis/core/validation",
    ),
    (
        "",
        &["ReplicationController"],
        "spec/replicas",
        0,
        ANY,
        "ValidateReplicationControllerSpec in pkg/apis/core/validation",
    ),
    (
        "apps",
        &["Deployment", "ReplicaSet", "StatefulSet"],
        "spec/replicas",
        0,
        ANY,
        "ValidateDeploymentSpec in pkg/apis/apps/validation",
    ),
    (
        "apps",
        &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        "spec/minReadySeconds",
        0,
        ANY,
        "ValidateDeploymentSpec in pkg/apis/apps/validation",
    ),
    (
        "apps",
        &["DaemonSet", "Deployment"],
        "spec/revisionHistoryLimit",
        0,
        ANY,
        "ValidateDeploymentSpec in pkg/apis/apps/validation",
    ),
    (
        "apps",
        &["StatefulSet"],
        "spec/updateStrategy/rollingUpdate/partition",
        0,
        ANY,
        "ValidateStatefulSetSpec in pkg/apis/apps/validation",
    ),
    (
        "apps",
        &["StatefulSet"],
        "spec/ordinals/start",
        0,
        ANY,
        "ValidateStatefulSetSpec in pkg/apis/apps/validation",
    ),
    (
        "batch",
        &["CronJob"],
        "spec/startingDeadlineSeconds",
        0,
        i64::MAX,
        "validateCronJobSpec in pkg/apis/batch/validation",
    ),
    (
        "batch",
        &["CronJob"],
        "spec/successfulJobsHistoryLimit",
        0,
        ANY,
        "validateCronJobSpec in pkg/apis/batch/validation",
    ),
    (
        "batch",
        &["CronJob"],
        "spec/failedJobsHistoryLimit",
        0,
        ANY,
        "validateCronJobSpec in pkg/apis/batch/validation",
    ),
    (
        "networking.k8s.io",
        &["Ingress"],
        "spec/rules/*/http/paths/*/backend/service/port/number",
        0,
        PORT,
        "validateIngressBackend in pkg/apis/networking/validation",
    ),
    (
        "networking.k8s.io",
        &["Ingress"],
        "spec/defaultBackend/service/port/number",
        0,
        PORT,
        "validateIngressBackend in pkg/apis/networking/validation",
    ),
    (
        "networking.k8s.io",
        &["NetworkPolicy"],
        "spec/ingress/*/ports/*/port",
        1,
        PORT,
        "ValidateNetworkPolicyPort in pkg/apis/networking/validation",
    ),
    (
        "networking.k8s.io",
        &["NetworkPolicy"],
        "spec/egress/*/ports/*/port",
        1,
        PORT,
        "ValidateNetworkPolicyPort in pkg/apis/networking/validation",
    ),
    (
        "autoscaling",
        &["HorizontalPodAutoscaler"],
        "spec/minReplicas",
        0,
        ANY,
        "validateHorizontalPodAutoscalerSpec in pkg/apis/autoscaling/validation",
    ),
    (
        "autoscaling",
        &["HorizontalPodAutoscaler"],
        "spec/maxReplicas",
        1,
        ANY,
        "validateHorizontalPodAutoscalerSpec in pkg/apis/autoscaling/validation",
    ),
    ("autoscaling", SCALER, "spec/targetCPUUtilizationPercentage", 1, ANY, SCALING_TARGET),
    ("autoscaling", SCALER, "spec/behavior/scaleUp/stabilizationWindowSeconds", 0, HOUR, SCALING_RULES),
    ("autoscaling", SCALER, "spec/behavior/scaleDown/stabilizationWindowSeconds", 0, HOUR, SCALING_RULES),
    ("autoscaling", SCALER, "spec/behavior/scaleUp/policies/*/value", 1, ANY, SCALING_POLICY),
    ("autoscaling", SCALER, "spec/behavior/scaleDown/policies/*/value", 1, ANY, SCALING_POLICY),
    ("autoscaling", SCALER, "spec/behavior/scaleUp/policies/*/periodSeconds", 1, HOUR / 2, SCALING_POLICY),
    ("autoscaling", SCALER, "spec/behavior/scaleDown/policies/*/periodSeconds", 1, HOUR / 2, SCALING_POLICY),
    (FLOW, &["FlowSchema"], "spec/matchingPrecedence", 0, 10_000, FLOW_SCHEMA),
    (FLOW, &["PriorityLevelConfiguration"], "spec/limited/lendablePercent", 0, 100, LEVEL),
    (FLOW, &["PriorityLevelConfiguration"], "spec/limited/borrowingLimitPercent", 0, ANY, LEVEL),
    (FLOW, &["PriorityLevelConfiguration"], "spec/limited/nominalConcurrencyShares", 0, ANY, LEVEL),
    ("apiregistration.k8s.io", &["APIService"], "spec/groupPriorityMinimum", 1, 20_000, API_SERVICE),
    ("apiregistration.k8s.io", &["APIService"], "spec/versionPriority", 1, 1000, API_SERVICE),
    ("apiregistration.k8s.io", &["APIService"], "spec/service/port", 1, PORT, API_SERVICE),
    (
        "coordination.k8s.io",
        &["Lease"],
        "spec/leaseDurationSeconds",
        1,
        ANY,
        "ValidateLeaseSpec in pkg/apis/coordination/validation",
    ),
    (
        "coordination.k8s.io",
        &["Lease"],
        "spec/leaseTransitions",
        0,
        ANY,
        "ValidateLeaseSpec in pkg/apis/coordination/validation",
    ),
    (
        "admissionregistration.k8s.io",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        "webhooks/*/timeoutSeconds",
        1,
        30,
        "validateWebhook in pkg/apis/admissionregistration/validation",
    ),
    (
        "admissionregistration.k8s.io",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        "webhooks/*/clientConfig/service/port",
        1,
        PORT,
        "validateWebhook in pkg/apis/admissionregistration/validation",
    ),
];

/// The places of a Job's specification, for its numbers.
const JOBS: &[&str] = &[
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    static BY_KIND: OnceLock<ByKind<&'static Bounds>> = OnceLock::new();
    let rows = BY_KIND.get_or_init(|| by_kind(ROWS.iter().map(|row| (row.0, row.1, row))));
    for (_, _, path, least, most, source) in rows.get(&(subject.group, subject.kind)).into_iter().flatten() {
        judge(&subject.root, path, *least, *most, source, refusals);
    }
    let job = match (subject.group, subject.kind) {
        ("batch", "Job") => subject.root.get("spec"),
        ("batch", "CronJob") => subject.root.at(&["spec", "jobTemplate", "spec"]),
        _ => None,
    };
    for (job, path) in job.iter().flat_map(|job| JOBS.iter().map(move |path| (job, path))) {
        judge(job, path, 0, i64::MAX, "validateJobSpec in pkg/apis/batch/validation", refusals);
    }
}

/// Reports whole numbers out of bounds. The schema refuses everything that is not a whole number.
pub(super) fn judge(
    place: &Place<'_>,
    path: &str,
    least: i64,
    most: i64,
    source: &'static str,
    refusals: &mut Refusals,
) {
    for found in place.find(path) {
        let complaint = match found.node.as_integer() {
            Some(number) if number < least && most >= MOST => format!("which is less than {least}"),
            Some(number) if !(least..=most).contains(&number) => {
                format!("which is not between {least} and {most}")
            }
            Some(_) | None => continue,
        };
        refusals.value(&found, &complaint, Rule { help: "choose a number within the bounds", source });
    }
}
