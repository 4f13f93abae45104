//! `vars`: values of fields in place of `$(NAME)` (`filters/refvar`, `types/var.go`).

use std::collections::BTreeMap;

use kube_manifest::{Node, Value};

use super::configuration::{Configuration, FieldList};
use super::decode::{Fields, Strictness, invalid};
use super::error::{Outcome, RefusalKind, RenderError};
use super::field_specs::Made;
use super::identity::{Gvk, Id, split_api_version};
use super::resources::Resources;
use super::session::Session;
use super::steps::{lookup, parts};
use super::writing::BuildStep;

/// An entry of `vars`.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: Box<str>,
    gvk: Gvk,
    object: Box<str>,
    namespace: Box<str>,
    path: Box<str>,
}

/// The variables of a build by their names.
pub(crate) type Variables = BTreeMap<Box<str>, Variable>;

impl Variable {
    pub(crate) fn read(node: &Node) -> Outcome<Self> {
        let fields = Fields::read(node, &["name", "objref", "fieldref"], Strictness::Strict)?;
        let empty = Node::new(node.span(), Value::Null);
        let known = ["apiVersion", "group", "version", "kind", "name", "namespace"];
        let object = Fields::read(fields.node("objref").unwrap_or(&empty), &known, Strictness::Strict)?;
        let field =
            Fields::read(fields.node("fieldref").unwrap_or(&empty), &["fieldPath"], Strictness::Strict)?;
        let mut gvk = super::configuration::read_gvk(&object)?;
        let api_version = object.text("apiVersion")?;
        if !api_version.is_empty() {
            let (group, version) = split_api_version(&api_version);
            gvk.version = version.into();
            if !group.is_empty() {
                gvk.group = group.into();
            }
        }
        let path = field.text("fieldPath")?;
        Ok(Self {
            name: fields.text("name")?,
            gvk,
            object: object.text("name")?,
            namespace: object.text("namespace")?,
            path: if path.is_empty() { "metadata.name".into() } else { path },
        })
    }
}

/// Adds variables, and marks the objects that they read.
pub(crate) fn add(
    session: &Session<'_>,
    resources: &mut Resources,
    known: &mut Variables,
    incoming: &[Variable],
) -> Outcome<()> {
    for variable in incoming {
        let api_version = if variable.gvk.group.is_empty() {
            variable.gvk.version.to_string()
        } else {
            format!("{}/{}", variable.gvk.group, variable.gvk.version)
        };
        let scope = session.schemas.scope(&api_version, &variable.gvk.kind);
        let target =
            Id { gvk: variable.gvk.view(), name: &variable.object, namespace: &variable.namespace, scope };
        let is_exact = !variable.namespace.is_empty() || scope == super::identity::Scope::Cluster;
        let fits = |id: Id<'_>| {
            if is_exact { target.equals(id) } else { target.name == id.name && target.gvk == id.gvk }
        };
        match resources.with_any_id(&session.schemas, fits).as_slice() {
            [] => {}
            [place] => {
                if let Some(resource) = resources.0.get_mut(*place) {
                    resource.variables.push(variable.name.clone());
                }
            }
            _ => {
                let reason = format!("the variable `{}` may mean several objects", variable.name);
                return Err(RenderError::new(RefusalKind::NoTarget, reason));
            }
        }
        merge(known, variable.clone())?;
    }
    Ok(())
}

/// Adds one variable. No name may be there twice.
pub(crate) fn merge(known: &mut Variables, variable: Variable) -> Outcome<()> {
    match known.insert(variable.name.clone(), variable) {
        None => Ok(()),
        Some(twice) => Err(invalid(format!("the variable `{}` is there twice", twice.name))),
    }
}

/// Puts the values of all variables in place of their names.
pub(crate) fn resolve(
    session: &mut Session<'_>,
    resources: &mut Resources,
    variables: &Variables,
    configuration: &Configuration,
) -> Outcome<()> {
    let mut values = BTreeMap::new();
    for variable in variables.values() {
        match value_of(session, resources, variable)? {
            Some(value) => {
                values.insert(variable.name.clone(), value);
            }
            None if session.is_incomplete() => {}
            None => {
                let reason = format!("the variable `{}` names no object", variable.name);
                return Err(RenderError::new(RefusalKind::NoTarget, reason));
            }
        }
    }
    if values.is_empty() {
        return Ok(());
    }
    for resource in &mut resources.0 {
        for spec in configuration.list(FieldList::VarReference) {
            spec.apply(&mut resource.node, Made::Nothing, &mut |node| set(session, node, &values))?;
        }
    }
    Ok(())
}

fn value_of(session: &Session<'_>, resources: &Resources, variable: &Variable) -> Outcome<Option<Node>> {
    let Some(resource) = resources.0.iter().find(|resource| resource.variables.contains(&variable.name))
    else {
        return Ok(None);
    };
    let path: Vec<String> = parts(&variable.path).into_iter().flat_map(|part| with_index(&part)).collect();
    let found = lookup(&resource.node, &path, &session.writings)?;
    let missing = || {
        let reason = format!("the variable `{}` reads a field that does not exist", variable.name);
        RenderError::new(RefusalKind::NoTarget, reason)
    };
    found.cloned().map(Some).ok_or_else(missing)
}

/// `ports[0]` is a field and an index.
fn with_index(part: &str) -> Vec<String> {
    let split = part.strip_suffix(']').and_then(|inner| inner.rsplit_once('['));
    match split {
        Some((name, index)) if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) => {
            [name, index].into_iter().filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
        }
        Some(_) | None => vec![part.to_owned()],
    }
}

type Values = BTreeMap<Box<str>, Node>;

fn set(session: &mut Session<'_>, node: &mut Node, values: &Values) -> Outcome<()> {
    match &mut node.value {
        Value::Null => Ok(()),
        Value::Mapping(entries) => {
            entries.iter_mut().try_for_each(|entry| replace(session, &mut entry.value, values))
        }
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| {
            if !matches!(item.value, Value::String(_)) {
                return Err(RenderError::new(
                    RefusalKind::InvalidInput,
                    "a list with variables holds more than texts",
                ));
            }
            replace(session, item, values)
        }),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
            replace(session, node, values)
        }
    }
}

fn replace(session: &mut Session<'_>, node: &mut Node, values: &Values) -> Outcome<()> {
    let Some(text) = node.as_str().filter(|text| text.contains('$')).map(str::to_owned) else {
        return Ok(());
    };
    let whole = text.strip_prefix("$(").and_then(|text| text.strip_suffix(')'));
    let known = whole.and_then(|name| values.get(name)).filter(|value| is_scalar(value));
    if let Some(value) = known {
        let origin = session.writings.derive(value.origin, BuildStep::Variable, Some(node.origin));
        let written = if value.is_null() { Value::String("null".into()) } else { value.value.clone() };
        *node = Node { origin, value: written };
        return session.budget.make(node);
    }
    let (expanded, source) = expand(session, &text, values);
    session.budget.write(&expanded)?;
    if expanded != text {
        let source = source.unwrap_or(node.origin);
        let origin = session.writings.derive(source, BuildStep::Variable, Some(node.origin));
        *node = Node { origin, value: Value::String(expanded.into()) };
    }
    Ok(())
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Sequence(_) | Value::Mapping(_))
}

/// The text with values in it, and the origin of the first one.
fn expand(session: &Session<'_>, text: &str, values: &Values) -> (String, Option<kube_manifest::Origin>) {
    let (mut expanded, mut rest, mut source) = (String::new(), text, None);
    while let Some(place) = rest.find('$') {
        let (before, after) = rest.split_at_checked(place).unwrap_or((rest, ""));
        expanded.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        if after.is_empty() {
            rest = "$";
            break;
        }
        let named = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        if let Some((name, behind)) = named {
            if let Some(value) = values.get(name).filter(|value| is_scalar(value)) {
                expanded.push_str(&session.writings.scalar_text(value));
                source.get_or_insert(value.origin);
            } else {
                expanded.push_str("$(");
                expanded.push_str(name);
                expanded.push(')');
            }
            rest = behind;
        } else if let Some(behind) = after.strip_prefix('$') {
            expanded.push('$');
            rest = behind;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    (expanded, source)
}
