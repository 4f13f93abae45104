//! Fields that hold the name of something.
//!
//! In: an object. Out: a refusal for each text that cannot be such a name. Never: a field that is empty.

use std::sync::OnceLock;

use super::place::Place;
use super::refusals::{ByKind, JudgedObject, Refusals, Rule, by_kind};
use super::syntax::{is_label, is_letter_label, is_path_segment, is_qualified_name, is_subdomain};

/// The syntax of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// DNS-1123 label.
    Label,
    /// DNS-1035 label.
    LetterLabel,
    /// DNS-1123 subdomain.
    Subdomain,
    /// A part of a URL path.
    Segment,
    /// `name` or `prefix/name`.
    Qualified,
    /// A search domain, which may end in a dot and contain `_`.
    Search,
}

impl Syntax {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Label => is_label(text),
            Self::LetterLabel => is_letter_label(text),
            Self::Subdomain => is_subdomain(text),
            Self::Segment => is_path_segment(text),
            Self::Qualified => is_qualified_name(text),
            Self::Search => is_search(text),
        }
    }

    fn rule(self, source: &'static str) -> Rule {
        let help = match self {
            Self::Label => "use lower-case letters, digits and `-`, at most 63 characters",
            Self::LetterLabel => {
                "use lower-case letters, digits and `-`, at most 63 characters, beginning with a letter"
            }
            Self::Subdomain => "use lower-case letters, digits, `-` and `.`, at most 253 characters",
            Self::Segment => "leave out `/` and `%`",
            Self::Qualified => "write `name` or `domain/name`",
            Self::Search => "write a domain such as ns.svc.cluster.local",
        };
        Rule { help, source }
    }
}

/// Recognises a search domain. Since 1.34 a part may begin with `_`, and a single dot is allowed. A name that only
/// those versions accept is not refused here.
fn is_search(text: &str) -> bool {
    text == "." || is_subdomain(&text.strip_suffix('.').unwrap_or(text).replace('_', "a"))
}

/// A group, its kinds, a path, the syntax, and the function of Kubernetes that requires it.
type Row = (&'static str, &'static [&'static str], &'static str, Syntax, &'static str);

const ADMISSION: &str = "admissionregistration.k8s.io";
const POLICIES: &[&str] = &["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"];
const BINDINGS: &[&str] = &["ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding"];
const HOOKS: &[&str] = &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
const RBAC: &str = "rbac.authorization.k8s.io";
const FLOW: &str = "flowcontrol.apiserver.k8s.io";
const SCALER: &[&str] = &["HorizontalPodAutoscaler"];
const NETWORKING: &str = "networking.k8s.io";
const PARAMETERS: &str = "validateIngressTypedLocalObjectReference in pkg/apis/networking/validation";
const REFERENCE: &str = "ValidateCrossVersionObjectReference in pkg/apis/autoscaling/validation";
const METRIC: &str = "validateMetricIdentifier in pkg/apis/autoscaling/validation";
const CONDITION: &str = "validateMatchCondition in pkg/apis/admissionregistration/validation";

const ROWS: &[Row] = &[
    (
        RBAC,
        &["RoleBinding", "ClusterRoleBinding"],
        "roleRef/name",
        Syntax::Segment,
        "ValidateRoleBinding in pkg/apis/rbac/validation",
    ),
    (ADMISSION, POLICIES, "spec/matchConditions/*/name", Syntax::Qualified, CONDITION),
    (ADMISSION, HOOKS, "webhooks/*/matchConditions/*/name", Syntax::Qualified, CONDITION),
    (
        ADMISSION,
        BINDINGS,
        "spec/policyName",
        Syntax::Subdomain,
        "validateValidatingAdmissionPolicyBindingSpec in pkg/apis/admissionregistration/validation",
    ),
    (
        ADMISSION,
        BINDINGS,
        "spec/paramRef/name",
        Syntax::Segment,
        "validateParamRef in pkg/apis/admissionregistration/validation",
    ),
    (
        FLOW,
        &["FlowSchema"],
        "spec/priorityLevelConfiguration/name",
        Syntax::Subdomain,
        "ValidateFlowSchemaSpec in pkg/apis/flowcontrol/validation",
    ),
    ("autoscaling", SCALER, "spec/scaleTargetRef/kind", Syntax::Segment, REFERENCE),
    ("autoscaling", SCALER, "spec/scaleTargetRef/name", Syntax::Segment, REFERENCE),
    ("autoscaling", SCALER, "spec/metrics/*/pods/metric/name", Syntax::Segment, METRIC),
    ("autoscaling", SCALER, "spec/metrics/*/object/metric/name", Syntax::Segment, METRIC),
    ("autoscaling", SCALER, "spec/metrics/*/external/metric/name", Syntax::Segment, METRIC),
    ("autoscaling", SCALER, "spec/metrics/*/object/describedObject/kind", Syntax::Segment, REFERENCE),
    ("autoscaling", SCALER, "spec/metrics/*/object/describedObject/name", Syntax::Segment, REFERENCE),
    (
        "autoscaling",
        SCALER,
        "spec/metrics/*/containerResource/container",
        Syntax::Label,
        "validateContainerResourceSource in pkg/apis/autoscaling/validation",
    ),
    (NETWORKING, &["IngressClass"], "spec/parameters/apiGroup", Syntax::Subdomain, PARAMETERS),
    (NETWORKING, &["IngressClass"], "spec/parameters/kind", Syntax::Segment, PARAMETERS),
    (NETWORKING, &["IngressClass"], "spec/parameters/name", Syntax::Segment, PARAMETERS),
    (NETWORKING, &["Ingress"], "spec/defaultBackend/resource/apiGroup", Syntax::Subdomain, PARAMETERS),
    (NETWORKING, &["Ingress"], "spec/defaultBackend/resource/kind", Syntax::Segment, PARAMETERS),
    (NETWORKING, &["Ingress"], "spec/defaultBackend/resource/name", Syntax::Segment, PARAMETERS),
    (
        NETWORKING,
        &["Ingress"],
        "spec/rules/*/http/paths/*/backend/resource/apiGroup",
        Syntax::Subdomain,
        PARAMETERS,
    ),
    (
        NETWORKING,
        &["Ingress"],
        "spec/rules/*/http/paths/*/backend/resource/kind",
        Syntax::Segment,
        PARAMETERS,
    ),
    (
        NETWORKING,
        &["Ingress"],
        "spec/rules/*/http/paths/*/backend/resource/name",
        Syntax::Segment,
        PARAMETERS,
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec/group",
        Syntax::Subdomain,
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "apiregistration.k8s.io",
        &["APIService"],
        "spec/version",
        Syntax::LetterLabel,
        "ValidateAPIService in kube-aggregator/pkg/apis/apiregistration/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/group",
        Syntax::Subdomain,
        "ValidateCustomResourceDefinitionSpec in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/versions/*/name",
        Syntax::LetterLabel,
        "ValidateCustomResourceDefinitionSpec in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/names/plural",
        Syntax::LetterLabel,
        "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/names/singular",
        Syntax::LetterLabel,
        "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/names/shortNames/*",
        Syntax::LetterLabel,
        "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        "spec/names/categories/*",
        Syntax::LetterLabel,
        "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation",
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        "spec/dataSourceRef/apiGroup",
        Syntax::Subdomain,
        "validateDataSourceRef in pkg/apis/core/validation",
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        "spec/volumeAttributesClassName",
        Syntax::Subdomain,
        "ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation",
    ),
];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    static BY_KIND: OnceLock<ByKind<&'static Row>> = OnceLock::new();
    let rows = BY_KIND.get_or_init(|| by_kind(ROWS.iter().map(|row| (row.0, row.1, row))));
    for (_, _, path, syntax, source) in rows.get(&(subject.group, subject.kind)).into_iter().flatten() {
        judge(&subject.root, path, *syntax, source, refusals);
    }
}

/// Reports the invalid names that a path leads to. An empty one is an absent field.
pub(super) fn judge(
    place: &Place<'_>,
    path: &str,
    syntax: Syntax,
    source: &'static str,
    refusals: &mut Refusals,
) {
    for found in place.find(path) {
        let text = found.node.as_str().filter(|text| !text.is_empty());
        if text.is_some_and(|text| !syntax.fits(text)) {
            refusals.value(&found, "which is not allowed as a name here", syntax.rule(source));
        }
    }
}
