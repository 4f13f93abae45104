//! The variables of `postBuild`: those of ConfigMaps and Secrets in their order, then the inline ones
//! (`loadVars` in `fluxcd/pkg/kustomize/kustomize_varsub.go`).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube_manifest::{Node, Value, is_encrypted};

use crate::declaration::{Declaration, DeclarationKind};
use crate::declaration_index::{DeclarationIndex, Found};
use crate::unit::{ObjectName, OtherVariables, Substitutions, Variable, VariableValue};
use crate::unjudged::Unjudged;

/// The variables of a Kustomization. A source of variables that is not known is a reason, and leaves open what is set.
pub(super) fn substitutions_of(
    declaration: &Arc<Declaration>,
    index: &DeclarationIndex,
    unjudged: &mut Vec<Unjudged>,
) -> Option<Substitutions> {
    let post_build = declaration.node.at(&["spec", "postBuild"]).filter(|node| !node.is_null())?;
    let mut substitutions = Substitutions::default();
    for reference in post_build.get("substituteFrom").map(Node::items).unwrap_or_default() {
        add_reference(declaration, reference, index, &mut substitutions, unjudged);
    }
    for entry in post_build.get("substitute").map(Node::entries).unwrap_or_default() {
        let value = match &entry.value.value {
            Value::Unknown(_) => VariableValue::Unknown,
            _ => VariableValue::Known(without_breaks(&scalar_text(&entry.value))),
        };
        let (origin, writings) = (entry.value.origin, Arc::clone(&declaration.writings));
        substitutions.variables.insert(entry.key.clone(), Variable { value, origin, writings });
    }
    Some(substitutions)
}

fn add_reference(
    declaration: &Declaration,
    reference: &Node,
    index: &DeclarationIndex,
    substitutions: &mut Substitutions,
    unjudged: &mut Vec<Unjudged>,
) {
    let name = reference.text_at(&["name"]).unwrap_or_default();
    let name = ObjectName { namespace: declaration.namespace().into(), name: name.into() };
    let kind = match reference.text_at(&["kind"]) {
        Some("ConfigMap") => DeclarationKind::ConfigMap,
        Some("Secret") => DeclarationKind::Secret,
        _ => return,
    };
    let shown = || match kind {
        DeclarationKind::Secret => format!("the Secret `{name}`").into_boxed_str(),
        _ => format!("the ConfigMap `{name}`").into_boxed_str(),
    };
    match index.find(kind, &name, declaration) {
        Found::One(found) => {
            if add_all(&found, kind, substitutions) == Knowledge::Partial {
                unjudged.push(Unjudged::Variables(shown()));
            }
        }
        // An optional one that is not in the tree may be in the cluster all the same.
        Found::Several | Found::Nothing => {
            forget(substitutions);
            unjudged.push(Unjudged::Variables(shown()));
        }
    }
}

/// Whether every value of a source of variables is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    Whole,
    Partial,
}

/// Adds the variables of a ConfigMap or Secret. What SOPS has encrypted is not known.
fn add_all(from: &Declaration, kind: DeclarationKind, substitutions: &mut Substitutions) -> Knowledge {
    let is_sealed = is_encrypted(&from.node);
    let mut knowledge = Knowledge::Whole;
    let fields: &[&str] = if kind == DeclarationKind::Secret { &["data", "stringData"] } else { &["data"] };
    for field in fields {
        for entry in from.node.get(field).map(Node::entries).unwrap_or_default() {
            let is_encoded = kind == DeclarationKind::Secret && *field == "data";
            let plain = match &entry.value.value {
                Value::Unknown(_) => None,
                _ if is_sealed => None,
                _ if is_encoded => entry.value.as_str().and_then(decoded),
                _ => Some(scalar_text(&entry.value)),
            };
            let value = plain.map(|plain| VariableValue::Known(without_breaks(&plain)));
            if value.is_none() {
                knowledge = Knowledge::Partial;
            }
            add(from, &entry.key, &entry.value, value.unwrap_or(VariableValue::Unknown), substitutions);
        }
    }
    knowledge
}

fn decoded(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(joined).ok()?).ok()
}

fn add(from: &Declaration, key: &str, node: &Node, value: VariableValue, substitutions: &mut Substitutions) {
    let variable = Variable { value, origin: node.origin, writings: Arc::clone(&from.writings) };
    substitutions.variables.insert(key.into(), variable);
}

/// What was set so far may be set again by a source that is not known.
fn forget(substitutions: &mut Substitutions) {
    substitutions.others = OtherVariables::Possible;
    for variable in substitutions.variables.values_mut() {
        variable.value = VariableValue::Unknown;
    }
}

fn without_breaks(text: &str) -> Box<str> {
    text.replace('\n', "").into()
}

fn scalar_text(node: &Node) -> String {
    node.as_str().map_or_else(|| node.to_json().to_string(), str::to_owned)
}
