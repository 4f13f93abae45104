//! Names, labels, annotations and finalizers (`ValidateObjectMeta`).

use std::borrow::Cow;

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::{
    is_label, is_label_value, is_letter_label, is_path_segment, is_qualified_name, is_subdomain,
};
use kube_model::builtin::{self, KindScope};

/// The syntax of a name, with its description for people.
type NameRule = (fn(&str) -> bool, &'static str);

const SUBDOMAIN: NameRule = (
    is_subdomain,
    "which is not a valid name: use lower-case letters, digits, `-` and `.`, at most 253, with a letter or \
     digit at both ends",
);
const LABEL: NameRule = (
    is_label,
    "which is not a valid name: use lower-case letters, digits and `-`, at most 63, with a letter or digit \
     at both ends",
);
const LETTER_LABEL: NameRule = (
    is_letter_label,
    "which is not a valid name: use lower-case letters, digits and `-`, at most 63, beginning with a letter",
);
const SEGMENT: NameRule =
    (is_path_segment, "which is not a valid name: it must not contain `/` or `%`, or be `.` or `..`");

const OWNER: Rule = Rule {
    help: "name apiVersion, kind, name and uid of the owner; at most one owner is the controller",
    source: "ValidateOwnerReferences in apimachinery/pkg/api/validation",
};

/// The first minor version in which a Service name may begin with a digit if the cluster allows it.
const RELAXED_SERVICE_NAMES: u8 = 36;
/// The most bytes of all keys and values of annotations together.
const ANNOTATIONS: usize = 256 * 1024;

const NAME: Rule = Rule {
    help: "choose a name that follows the rule",
    source: "ValidateObjectMeta in apimachinery/pkg/api/validation",
};
const LABELS: Rule = Rule {
    help: "write labels as `name` or `prefix/name`: letters, digits, `-`, `_` and `.`, at most 63 on either side of the colon",
    source: "ValidateLabels in apimachinery/pkg/apis/meta/v1/validation",
};
const ANNOTATION: Rule = Rule {
    help: "write the key as `name` or `prefix/name`, and keep large texts in a ConfigMap",
    source: "ValidateAnnotations in apimachinery/pkg/api/validation",
};
const FINALIZER: Rule = Rule {
    help: "write it as `domain/name`, or remove it",
    source: "ValidateFinalizerName in apimachinery/pkg/api/validation",
};

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let metadata = subject.root.field("metadata");
    // Configuration of other tools has no metadata at all. Objects of the API server's own groups must have it.
    if !metadata.exists() && !builtin::owns_group(subject.group) {
        return;
    }
    judge_labels(&metadata, refusals);
    judge_annotations(&metadata, refusals);
    if is_review(subject.group) || subject.root.has("items") {
        return;
    }
    judge_name(subject, &metadata, refusals);
    judge_finalizers(subject, &metadata, refusals);
    judge_owners(&metadata, refusals);
    let namespaced = builtin::scope(subject.group, subject.kind) == KindScope::Namespaced;
    let namespace = metadata.get("namespace").filter(|place| namespaced && !is_fine(place, is_label));
    namespace.iter().for_each(|namespace| refusals.value(namespace, LABEL.1, NAME));
}

/// Judges labels of an object or of a Pod template.
pub(super) fn judge_labels(metadata: &Place<'_>, refusals: &mut Refusals) {
    for (key, value) in metadata.entries("labels") {
        judge_label_key(key, &value, refusals);
        if value.node.as_str().is_some_and(|text| !is_label_value(text)) {
            refusals.value(&value, "which is not a valid label value", LABELS);
        }
    }
}

/// Judges the key of a label or of a selector.
pub(super) fn judge_label_key(key: &str, place: &Place<'_>, refusals: &mut Refusals) {
    if !is_qualified_name(key) && !key.contains("${") {
        refusals.unquoted(place, "is a label whose key is not allowed", LABELS);
    }
}

/// Judges annotations of an object or of a Pod template.
pub(super) fn judge_annotations(metadata: &Place<'_>, refusals: &mut Refusals) {
    let mut size = 0_usize;
    for (key, value) in metadata.entries("annotations") {
        size = size.saturating_add(key.len()).saturating_add(value.node.as_str().unwrap_or_default().len());
        if !is_qualified_name(&lower_case(key)) && !key.contains("${") {
            refusals.unquoted(&value, "is an annotation whose key is not allowed", ANNOTATION);
        }
    }
    if let Some(place) = metadata.get("annotations").filter(|_| size > ANNOTATIONS) {
        refusals.whole(&place, "holds more than 262144 bytes", ANNOTATION);
    }
}

/// Converts a key to lower case, without a copy for the many that are already.
fn lower_case(key: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if key.bytes().all(is_lower) { Cow::Borrowed(key) } else { Cow::Owned(key.to_lowercase()) }
}

/// Returns true for a group of reviews, which are questions to the API server and have no name.
fn is_review(group: &str) -> bool {
    matches!(group, "authentication.k8s.io" | "authorization.k8s.io")
}

fn is_fine(place: &Place<'_>, syntax: fn(&str) -> bool) -> bool {
    place.node.as_str().is_none_or(|text| text.is_empty() || syntax(text))
}

fn judge_name<'a>(subject: &JudgedObject<'a>, metadata: &Place<'a>, refusals: &mut Refusals) {
    let (syntax, complaint) = name_rule(subject);
    let versions = match subject.kind {
        "Service" if subject.group.is_empty() => subject.versions_in(0..=RELAXED_SERVICE_NAMES - 1),
        _ => subject.versions_in(0..=u8::MAX),
    };
    match metadata.get("name").filter(|place| place.node.as_str().is_none_or(|text| !text.is_empty())) {
        Some(name) if !is_fine(&name, syntax) => {
            // A name that no version accepts is refused by all of them.
            let relaxed = is_fine(&name, is_label) && subject.is("", "Service");
            let versions = if relaxed { versions } else { subject.versions_in(0..=u8::MAX) };
            refusals.value_in(&versions, &name, complaint, NAME);
        }
        Some(_) => {}
        None if subject.is("", "LimitRange") => {}
        None => generated(metadata, syntax, refusals),
    }
}

/// Judges a prefix. It may end with `-`, because the API server adds letters and digits.
fn generated<'a>(metadata: &Place<'a>, syntax: fn(&str) -> bool, refusals: &mut Refusals) {
    let Some(prefix) = metadata.get("generateName") else {
        return refusals.lacks(metadata, "name", NAME);
    };
    let text = prefix.node.as_str().unwrap_or_default();
    if !syntax(&format!("{}a", text.trim_end_matches('-'))) {
        refusals.value(&prefix, "which is not a valid beginning of a name", NAME);
    }
}

/// Returns true for groups that other API servers than Kubernetes' own serve.
fn is_aggregated(group: &str) -> bool {
    group.ends_with(".openshift.io") || matches!(group, "projectcalico.org" | "metrics.k8s.io")
}

fn name_rule(subject: &JudgedObject<'_>) -> NameRule {
    match (subject.group, subject.kind) {
        ("", "Namespace") => LABEL,
        ("", "Service") => LETTER_LABEL,
        // The names of these only have to fit into a URL.
        ("certificates.k8s.io" | "rbac.authorization.k8s.io" | "apiregistration.k8s.io", _)
        | ("policy", "PodDisruptionBudget")
        | ("networking.k8s.io", "IPAddress")
        | ("", "Event") => SEGMENT,
        // Other servers store these, with rules of their own.
        (group, _) if is_aggregated(group) => SEGMENT,
        _ => SUBDOMAIN,
    }
}

/// Judges finalizers. One without a domain is refused for Kubernetes' own kinds.
fn judge_finalizers(subject: &JudgedObject<'_>, metadata: &Place<'_>, refusals: &mut Refusals) {
    let own = builtin::owns_group(subject.group);
    for finalizer in metadata.items("finalizers") {
        let Some(text) = finalizer.string() else { continue };
        let known = matches!(text, "kubernetes" | "orphan" | "foregroundDeletion") || !own;
        if !is_qualified_name(text) || !text.contains('/') && !known {
            refusals.value(&finalizer, "which is not a valid finalizer name", FINALIZER);
        }
    }
}

fn judge_owners(metadata: &Place<'_>, refusals: &mut Refusals) {
    let mut controllers = 0_usize;
    for owner in metadata.items("ownerReferences") {
        for key in ["apiVersion", "kind", "name", "uid"] {
            if owner.text(key).is_none()
                && owner.node.get(key).is_none_or(|node| node.is_null() || node.as_str().is_some())
            {
                refusals.lacks(&owner, key, OWNER);
            }
        }
        controllers += usize::from(owner.flag("controller") == Some(true));
    }
    if let Some(place) = metadata.get("ownerReferences").filter(|_| controllers > 1) {
        refusals.whole(&place, "names several owners that control the object", OWNER);
    }
}
