//! Fields that must not be empty.
//!
//! In: an object. Out: a refusal for each field that is absent, `null` or empty although the API server neither
//! requires it by its schema nor fills it in. Never: a field that has a default.

use std::sync::OnceLock;

use super::place::{Place, is_empty};
use super::refusals::{ByKind, JudgedObject, Refusals, Rule, by_kind};

/// A group, its kinds, a path as [`Place::find_fields`] reads it, and the function of Kubernetes that requires it.
type Row = (&'static str, &'static [&'static str], &'static str, &'static str);

const HELP: &str = "set a value: the API server has no default for it";
const ADMISSION: &str = "admissionregistration.k8s.io";
const POLICIES: &[&str] = &["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"];
const BINDINGS: &[&str] = &["ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding"];
const SCALER: &[&str] = &["HorizontalPodAutoscaler"];
const METRIC: &str = "validateMetricIdentifier in pkg/apis/autoscaling/validation";
const SOURCE: &str = "validateResourceSource in pkg/apis/autoscaling/validation";
const REFERENCE: &str = "ValidateCrossVersionObjectReference in pkg/apis/autoscaling/validation";
const SCALING: &str = "validateScalingRules in pkg/apis/autoscaling/validation";
const PARAMETERS: &str = "validateIngressTypedLocalObjectReference in pkg/apis/networking/validation";
const FLOW: &str = "flowcontrol.apiserver.k8s.io";
const SCHEMA: &[&str] = &["FlowSchema"];
const FLOW_RULE: &str = "ValidateFlowSchemaPolicyRulesWithSubjects in pkg/apis/flowcontrol/validation";
const FLOW_RESOURCES: &str = "ValidateFlowSchemaResourcePolicyRule in pkg/apis/flowcontrol/validation";
const FLOW_URLS: &str = "ValidateFlowSchemaNonResourcePolicyRule in pkg/apis/flowcontrol/validation";
const DEFINITION: &[&str] = &["CustomResourceDefinition"];
const EXTENSIONS: &str = "apiextensions.k8s.io";
const NAMES: &str =
    "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation";
const COLUMN: &str =
    "ValidateCustomResourceColumnDefinition in apiextensions-apiserver/pkg/apis/apiextensions/validation";
const SELECTABLE: &str =
    "ValidateCustomResourceSelectableFields in apiextensions-apiserver/pkg/apis/apiextensions/validation";

const ROWS: &[Row] = &[
    (
        "",
        &["ReplicationController"],
        "spec>template",
        "ValidatePodTemplateSpecForRC in pkg/apis/core/validation",
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        "spec>accessModes",
        "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        "spec/dataSourceRef/name",
        "validateDataSourceRef in pkg/apis/core/validation",
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        "spec/dataSourceRef/kind",
        "validateDataSourceRef in pkg/apis/core/validation",
    ),
    ("", &["Service"], "spec/ports/*/port", "validateServicePort in pkg/apis/core/validation"),
    (
        "autoscaling",
        SCALER,
        "spec>maxReplicas",
        "validateHorizontalPodAutoscalerSpec in pkg/apis/autoscaling/validation",
    ),
    (
        "autoscaling",
        SCALER,
        "spec/behavior/scaleUp/policies/*/value",
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    (
        "autoscaling",
        SCALER,
        "spec/behavior/scaleUp/policies/*/periodSeconds",
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    (
        "autoscaling",
        SCALER,
        "spec/behavior/scaleDown/policies/*/value",
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    (
        "autoscaling",
        SCALER,
        "spec/behavior/scaleDown/policies/*/periodSeconds",
        "validateScalingPolicy in pkg/apis/autoscaling/validation",
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec>groupPriorityMinimum",
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec>versionPriority",
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec>version",
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "",
        &["PersistentVolume"],
        "spec>accessModes",
        "ValidatePersistentVolumeSpec in pkg/apis/core/validation",
    ),
    (
        "",
        &["PersistentVolume"],
        "spec/csi/volumeHandle",
        "validateCSIPersistentVolumeSource in pkg/apis/core/validation",
    ),
    ("", &["PersistentVolume"], "spec/local/path", "validateLocalVolumeSource in pkg/apis/core/validation"),
    (
        "",
        &["PersistentVolume"],
        "spec/nodeAffinity/required",
        "validateVolumeNodeAffinity in pkg/apis/core/validation",
    ),
    (
        "storage.k8s.io",
        &["StorageClass"],
        "provisioner",
        "validateProvisioner in pkg/apis/storage/validation",
    ),
    (
        "storage.k8s.io",
        &["StorageClass"],
        "allowedTopologies/*/matchLabelExpressions/*/key",
        "validateTopologySelectorLabelRequirement in pkg/apis/core/validation",
    ),
    (
        "storage.k8s.io",
        &["StorageClass"],
        "allowedTopologies/*/matchLabelExpressions/*/values",
        "validateTopologySelectorLabelRequirement in pkg/apis/core/validation",
    ),
    (
        "storage.k8s.io",
        &["VolumeAttributesClass"],
        "driverName",
        "ValidateVolumeAttributesClass in pkg/apis/storage/validation",
    ),
    ("node.k8s.io", &["RuntimeClass"], "handler", "ValidateRuntimeClass in pkg/apis/node/validation"),
    (
        "networking.k8s.io",
        &["IngressClass"],
        "spec>controller",
        "validateIngressClassSpec in pkg/apis/networking/validation",
    ),
    ("networking.k8s.io", &["IngressClass"], "spec/parameters/kind", PARAMETERS),
    ("networking.k8s.io", &["IngressClass"], "spec/parameters/name", PARAMETERS),
    ("networking.k8s.io", &["Ingress"], "spec/defaultBackend/resource/kind", PARAMETERS),
    ("networking.k8s.io", &["Ingress"], "spec/defaultBackend/resource/name", PARAMETERS),
    ("networking.k8s.io", &["Ingress"], "spec/rules/*/http/paths/*/backend/resource/kind", PARAMETERS),
    ("networking.k8s.io", &["Ingress"], "spec/rules/*/http/paths/*/backend/resource/name", PARAMETERS),
    (
        "networking.k8s.io",
        &["NetworkPolicy"],
        "spec/ingress/*/from/*/ipBlock/cidr",
        "ValidateIPBlock in pkg/apis/networking/validation",
    ),
    (
        "networking.k8s.io",
        &["NetworkPolicy"],
        "spec/egress/*/to/*/ipBlock/cidr",
        "ValidateIPBlock in pkg/apis/networking/validation",
    ),
    ("autoscaling", SCALER, "spec>scaleTargetRef>kind", REFERENCE),
    ("autoscaling", SCALER, "spec>scaleTargetRef>name", REFERENCE),
    ("autoscaling", SCALER, "spec>metrics/*/resource/name", SOURCE),
    ("autoscaling", SCALER, "spec>metrics/*/containerResource/name", SOURCE),
    ("autoscaling", SCALER, "spec>metrics/*/containerResource/container", SOURCE),
    ("autoscaling", SCALER, "spec>metrics/*/pods/metric>name", METRIC),
    ("autoscaling", SCALER, "spec>metrics/*/object/metric>name", METRIC),
    ("autoscaling", SCALER, "spec>metrics/*/external/metric>name", METRIC),
    ("autoscaling", SCALER, "spec>metrics/*/object/describedObject>kind", REFERENCE),
    ("autoscaling", SCALER, "spec>metrics/*/object/describedObject>name", REFERENCE),
    (
        FLOW,
        SCHEMA,
        "spec>priorityLevelConfiguration>name",
        "ValidateFlowSchemaSpec in pkg/apis/flowcontrol/validation",
    ),
    (FLOW, SCHEMA, "spec/rules/*/subjects", FLOW_RULE),
    (FLOW, SCHEMA, "spec/rules/*/resourceRules/*/verbs", FLOW_RESOURCES),
    (FLOW, SCHEMA, "spec/rules/*/resourceRules/*/apiGroups", FLOW_RESOURCES),
    (FLOW, SCHEMA, "spec/rules/*/resourceRules/*/resources", FLOW_RESOURCES),
    (FLOW, SCHEMA, "spec/rules/*/nonResourceRules/*/verbs", FLOW_URLS),
    (FLOW, SCHEMA, "spec/rules/*/nonResourceRules/*/nonResourceURLs", FLOW_URLS),
    (
        ADMISSION,
        POLICIES,
        "spec>matchConstraints>resourceRules",
        "validateValidatingAdmissionPolicySpec in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/paramKind/apiVersion",
        "validateParamKind in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/paramKind/kind",
        "validateParamKind in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/variables/*/name",
        "validateVariable in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/variables/*/expression",
        "validateVariable in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/matchConditions/*/name",
        "validateMatchCondition in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/matchConditions/*/expression",
        "validateMatchCondition in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/validations/*/expression",
        "validateValidation in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        POLICIES,
        "spec/auditAnnotations/*/valueExpression",
        "validateAuditAnnotation in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        &["MutatingAdmissionPolicy"],
        "spec>mutations",
        "validateMutatingAdmissionPolicySpec in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        BINDINGS,
        "spec>policyName",
        "validateValidatingAdmissionPolicyBindingSpec in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        &["ValidatingAdmissionPolicyBinding"],
        "spec>validationActions",
        "validateValidationActions in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        "webhooks/*/admissionReviewVersions",
        "validateAdmissionReviewVersions in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        "webhooks/*/matchConditions/*/name",
        "validateMatchCondition in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        "webhooks/*/matchConditions/*/expression",
        "validateMatchCondition in pkg/apis/admissionregistration/validation",
    ),
    (EXTENSIONS, DEFINITION, "spec>group", NAMES),
    (EXTENSIONS, DEFINITION, "spec>names>plural", NAMES),
    (EXTENSIONS, DEFINITION, "spec>names>kind", NAMES),
    (EXTENSIONS, DEFINITION, "spec/versions/*/additionalPrinterColumns/*/name", COLUMN),
    (EXTENSIONS, DEFINITION, "spec/versions/*/additionalPrinterColumns/*/type", COLUMN),
    (EXTENSIONS, DEFINITION, "spec/versions/*/additionalPrinterColumns/*/jsonPath", COLUMN),
    (EXTENSIONS, DEFINITION, "spec/versions/*/selectableFields/*/jsonPath", SELECTABLE),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec/service/namespace",
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec/service/name",
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "discovery.k8s.io",
        &["EndpointSlice"],
        "addressType",
        "ValidateEndpointSlice in pkg/apis/discovery/validation",
    ),
    (
        "discovery.k8s.io",
        &["EndpointSlice"],
        "endpoints/*/addresses",
        "validateEndpoints in pkg/apis/discovery/validation",
    ),
    (
        "storage.k8s.io",
        &["CSINode"],
        "spec/drivers/*/name",
        "validateCSINodeDriver in pkg/apis/storage/validation",
    ),
    (
        "storage.k8s.io",
        &["CSINode"],
        "spec/drivers/*/nodeID",
        "validateCSINodeDriverNodeID in pkg/apis/storage/validation",
    ),
    (
        "storage.k8s.io",
        &["VolumeAttachment"],
        "spec>attacher",
        "validateVolumeAttachmentSpec in pkg/apis/storage/validation",
    ),
    (
        "storage.k8s.io",
        &["VolumeAttachment"],
        "spec>nodeName",
        "validateVolumeAttachmentSpec in pkg/apis/storage/validation",
    ),
    (
        "storage.k8s.io",
        &["CSIStorageCapacity"],
        "storageClassName",
        "ValidateCSIStorageCapacity in pkg/apis/storage/validation",
    ),
];

/// The required fields of scaling behaviour: the policies of each direction that is described.
const BEHAVIOR: &[(&str, &str)] = &[("spec/behavior/scaleUp", SCALING), ("spec/behavior/scaleDown", SCALING)];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    static BY_KIND: OnceLock<ByKind<&'static Row>> = OnceLock::new();
    let rows = BY_KIND.get_or_init(|| by_kind(ROWS.iter().map(|row| (row.0, row.1, row))));
    for (_, _, path, source) in rows.get(&(subject.group, subject.kind)).into_iter().flatten() {
        judge(&subject.root, path, source, refusals);
    }
    if subject.is("autoscaling", "HorizontalPodAutoscaler") {
        for (path, source) in BEHAVIOR {
            let described = subject.root.find(path);
            described.iter().for_each(|rules| judge_policies(rules, source, refusals));
        }
    }
}

/// Refuses an empty list of policies. The API server fills in a list that is left out.
fn judge_policies(rules: &Place<'_>, source: &'static str, refusals: &mut Refusals) {
    if let Some(policies) = rules.get("policies").filter(|policies| policies.elements().is_empty()) {
        refusals.whole(&policies, "is empty", Rule { help: HELP, source });
    }
}

/// Reports the empty fields that a path names.
pub(super) fn judge<'a>(place: &Place<'a>, path: &'a str, source: &'static str, refusals: &mut Refusals) {
    for found in place.find_fields(path) {
        if is_empty(found.node) {
            refusals.missing(&found, Rule { help: HELP, source });
        }
    }
}
