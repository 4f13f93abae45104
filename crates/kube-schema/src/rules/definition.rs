//! Definitions of custom kinds, apart from their schemas.

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_letter_label;

const NAMES: Rule = Rule {
    help: "use letters, digits and `-`, beginning with a letter; everything except kinds in lower case",
    source: "ValidateCustomResourceDefinitionNames in apiextensions-apiserver/pkg/apis/apiextensions/validation",
};
const COLUMN: Rule = Rule {
    help: "use a type of columns (integer, number, string, boolean, date) and a path such as .spec.replicas",
    source: "ValidateCustomResourceColumnDefinition in apiextensions-apiserver/pkg/apis/apiextensions/validation",
};
const SELECTABLE: Rule = Rule {
    help: "name a field that the schema describes, such as .spec.color",
    source: "ValidateCustomResourceSelectableFields in apiextensions-apiserver/pkg/apis/apiextensions/validation",
};
const DEPRECATED: Rule = Rule {
    help: "set `deprecated: true`, and say what to use instead in at most 256 characters",
    source: "validateDeprecationWarning in apiextensions-apiserver/pkg/apis/apiextensions/validation",
};

const TYPES: [&str; 6] = ["", "integer", "number", "string", "boolean", "date"];

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        return;
    }
    judge_names(&subject.root, refusals);
    judge_columns(&subject.root, refusals);
    for version in subject.root.find("spec/versions/*") {
        judge_selectable(&version, refusals);
        judge_deprecation(&version, refusals);
    }
}

fn judge_names(root: &Place<'_>, refusals: &mut Refusals) {
    for place in ["spec/names/kind", "spec/names/listKind"].iter().flat_map(|path| root.find(path)) {
        let text = place.string().map(str::to_lowercase).filter(|text| !text.is_empty());
        if text.is_some_and(|text| !is_letter_label(&text)) {
            refusals.value(&place, "which is not a valid kind name", NAMES);
        }
    }
    let others = ["spec/names/shortNames/*", "spec/names/categories/*", "spec/versions/*/name"];
    for place in others.iter().flat_map(|path| root.find_fields(path)) {
        if place.string() == Some("") {
            refusals.value(&place, "which is no name", NAMES);
        }
    }
}

fn judge_columns(root: &Place<'_>, refusals: &mut Refusals) {
    let paths = [
        "spec/versions/*/additionalPrinterColumns/*/jsonPath",
        "spec/versions/*/selectableFields/*/jsonPath",
    ];
    for place in paths.iter().flat_map(|path| root.find(path)) {
        if place.string().is_some_and(|text| !text.is_empty() && !text.starts_with('.')) {
            refusals.value(&place, "which does not begin with a dot", COLUMN);
        }
    }
    for place in root.find("spec/versions/*/additionalPrinterColumns/*/type") {
        if place.string().is_some_and(|text| !TYPES.contains(&text)) {
            refusals.value(&place, "which is not a valid column type", COLUMN);
        }
    }
}

fn judge_deprecation(version: &Place<'_>, refusals: &mut Refusals) {
    let Some(warning) = version.get("deprecationWarning") else { return };
    if version.flag("deprecated") != Some(true) {
        refusals.whole(&warning, "is allowed only for a deprecated version", DEPRECATED);
    } else if warning.string().is_some_and(|text| text.is_empty() || text.len() > 256) {
        refusals.value(&warning, "which is empty or longer than 256 characters", DEPRECATED);
    }
}

/// Judges a field that objects are selected by, which must be described.
fn judge_selectable(version: &Place<'_>, refusals: &mut Refusals) {
    let schema = version.reach(&["schema", "openAPIV3Schema"]);
    for place in version.find("selectableFields/*/jsonPath") {
        let Some(path) = place.string().and_then(|text| text.strip_prefix('.')) else { continue };
        let mut described = Some(schema.node);
        for name in path.split('.') {
            described = described.and_then(|schema| schema.at(&["properties", name]));
        }
        if described.is_none() && !schema.node.holds_unknown() {
            refusals.together(&place, "but the schema does not describe this field", SELECTABLE);
        }
    }
}
