//! `replacements` (`filters/replacement`): one value copied to others.

use kube_manifest::{Node, Origin, Value, kustomize_scalar};

use super::super::decode::Setting;
use super::super::error::{Outcome, RefusalKind, RenderError};
use super::super::identity::{Gvk, Id, Scope};
use super::super::resource::Resource;
use super::super::resources::Resources;
use super::super::selector::Selector;
use super::super::session::Session;
use super::super::writing::{BuildStep, stamp};
use super::structured;
use super::target_path::{Finder, Lost, MadeAs, at_place, lookup, parts, refuse};

/// One entry.
#[derive(Debug)]
pub(crate) struct Replacement {
    pub(crate) source: Source,
    pub(crate) targets: Vec<Target>,
}

/// Where the value comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Value(Setting),
    Field(SourceField),
}

/// A field of an object.
#[derive(Debug)]
pub(crate) struct SourceField {
    pub(crate) gvk: Gvk,
    pub(crate) name: Box<str>,
    pub(crate) namespace: Box<str>,
    pub(crate) path: Box<str>,
    pub(crate) options: FieldOptions,
}

/// Fields of objects that get the value.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) select: Selector,
    pub(crate) reject: Vec<Selector>,
    pub(crate) paths: Vec<Box<str>>,
    pub(crate) options: FieldOptions,
}

/// Parts of texts, and whether a field is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: Box<str>,
    pub(crate) index: i64,
    pub(crate) create: super::super::decode::Flag,
}

pub(super) fn apply(
    session: &mut Session<'_>,
    resources: &mut Resources,
    replacements: &[Replacement],
) -> Outcome<()> {
    for replacement in replacements {
        session.budget.work(resources.0.len())?;
        let value = match &replacement.source {
            Source::Value(setting) => {
                Node { origin: setting.origin, value: Value::String(setting.text.clone()) }
            }
            Source::Field(field) => match source_value(session, resources, field)? {
                Some(value) => value,
                None => continue,
            },
        };
        for target in &replacement.targets {
            apply_to(session, resources, &value, target, &replacement.source)?;
        }
    }
    Ok(())
}

/// Every identity that an object has or had, by the namespace that is written.
fn identities<'r>(session: &Session<'_>, resource: &'r Resource) -> Vec<Id<'r>> {
    let mut now = resource.id(&session.schemas);
    now.scope = Scope::Other;
    std::iter::once(now).chain(resource.previous_ids()).collect()
}

/// The value to copy; `None` if it may be in a part that is not rendered.
fn source_value(
    session: &mut Session<'_>,
    resources: &Resources,
    field: &SourceField,
) -> Outcome<Option<Node>> {
    let wanted_namespace =
        Id { gvk: field.gvk.view(), name: &field.name, namespace: &field.namespace, scope: Scope::Other };
    let fits = |id: &Id<'_>| {
        (field.name.is_empty() || *field.name == *id.name)
            && (field.namespace.is_empty()
                || wanted_namespace.effective_namespace() == id.effective_namespace())
            && id.gvk.is_selected(field.gvk.view())
    };
    let mut sources = resources.0.iter().filter(|resource| identities(session, resource).iter().any(fits));
    let Some(source) = sources.next() else {
        if session.is_incomplete() {
            return Ok(None);
        }
        return Err(RenderError::new(
            RefusalKind::NoTarget,
            format!("a replacement's source `{}` does not exist", wanted_namespace.shown()),
        ));
    };
    if sources.next().is_some() {
        let reason = format!("a replacement's source `{}` may be several objects", wanted_namespace.shown());
        return Err(RenderError::new(RefusalKind::NoTarget, reason));
    }
    let value = lookup(&source.node, &parts(&field.path), &session.writings)?;
    let is_empty = |node: &Node| match &node.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        _ => false,
    };
    let Some(value) = value.filter(|value| !is_empty(value)) else {
        return Err(refuse(format!("a replacement's source has no field `{}`", field.path)));
    };
    refine(session, value, &field.options).map(Some)
}

fn refine(session: &mut Session<'_>, value: &Node, options: &FieldOptions) -> Outcome<Node> {
    session.budget.make(value)?;
    if options.delimiter.is_empty() {
        return Ok(value.clone());
    }
    if matches!(value.value, Value::Sequence(_) | Value::Mapping(_)) {
        return Err(refuse("a delimiter needs a text"));
    }
    let text = session.writings.scalar_text(value).into_owned();
    let index = usize::try_from(options.index).ok();
    let part = index.and_then(|index| text.split(&*options.delimiter).nth(index));
    let part = part.ok_or_else(|| refuse(format!("the text `{text}` has no part {}", options.index)))?;
    Ok(Node { origin: value.origin, value: Value::String(part.into()) })
}

fn apply_to(
    session: &mut Session<'_>,
    resources: &mut Resources,
    value: &Node,
    target: &Target,
    source: &Source,
) -> Outcome<()> {
    for resource in &mut resources.0 {
        if !is_target(session, resource, target)? {
            continue;
        }
        for path in &target.paths {
            let origin = match source {
                Source::Value(setting) => setting.origin,
                Source::Field(_) => value.origin,
            };
            copy_to(session, &mut resource.node, (value, origin), path, &target.options)?;
        }
    }
    Ok(())
}

fn is_target(session: &Session<'_>, resource: &Resource, target: &Target) -> Outcome<bool> {
    if !target.select.fits_metadata(session, resource)? {
        return Ok(false);
    }
    for reject in target.reject.iter().filter(|reject| !reject.asks_no_metadata()) {
        if reject.fits_metadata(session, resource)? {
            return Ok(false);
        }
    }
    let ids = identities(session, resource);
    let by_expression = session.options.version.selects_targets_by_expression();
    let fits = |selector: &Selector, id: Id<'_>| {
        if by_expression { selector.fits_id(id) } else { selector.is_id(id) }
    };
    let rejects = |reject: &Selector| !reject.asks_no_id() && ids.iter().any(|id| fits(reject, *id));
    Ok(!target.reject.iter().any(rejects) && ids.iter().any(|id| fits(&target.select, *id)))
}

fn copy_to(
    session: &mut Session<'_>,
    node: &mut Node,
    (value, origin): (&Node, Origin),
    path: &str,
    options: &FieldOptions,
) -> Outcome<()> {
    let path_parts = parts(path);
    if session.options.version.reads_structured_data()
        && structured::set(session, node, &path_parts, value, options)?
    {
        return Ok(());
    }
    let made = match (&value.value, options.create.is_set()) {
        (_, false) => MadeAs::Nothing,
        (Value::Sequence(_), true) => MadeAs::List,
        (Value::Mapping(_), true) => MadeAs::Mapping,
        (_, true) => MadeAs::Scalar,
    };
    let mut finder = Finder {
        writings: &session.writings,
        made,
        found: Vec::new(),
        fresh: Vec::new(),
        lost: Lost::Nothing,
    };
    finder.find(node, &path_parts, &mut Vec::new())?;
    let (found, fresh, lost) = (finder.found, finder.fresh, finder.lost);
    if found.is_empty() && lost == Lost::Nothing {
        return Err(refuse(format!("a replacement's target has no field `{path}`")));
    }
    for place in found {
        let Some(field) = at_place(node, &place) else { continue };
        let freshness = if fresh.contains(&place) { Freshness::Made } else { Freshness::Known };
        set_field(session, field, (value, origin), options, freshness)?;
    }
    Ok(())
}

/// Whether a target was there before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Known,
    Made,
}

/// Puts a value into a field. A scalar keeps its type and takes the text.
pub(super) fn set_field(
    session: &mut Session<'_>,
    field: &mut Node,
    (value, origin): (&Node, Origin),
    options: &FieldOptions,
    freshness: Freshness,
) -> Outcome<()> {
    let is_scalar = !matches!(field.value, Value::Sequence(_) | Value::Mapping(_));
    let mut text = session.writings.scalar_text(value).into_owned();
    if !options.delimiter.is_empty() {
        if !is_scalar {
            return Err(refuse("a delimiter needs a text"));
        }
        text = joined(&session.writings.scalar_text(field), &text, options);
    }
    session.budget.write(&text)?;
    let origin = session.writings.derive(origin, BuildStep::Replacement, Some(field.origin));
    if !is_scalar {
        session.budget.make(value)?;
        let mut copy = value.clone();
        if !matches!(value.value, Value::Sequence(_) | Value::Mapping(_)) {
            stamp(&mut copy, origin.file);
        }
        copy.origin = origin;
        *field = copy;
        return Ok(());
    }
    let written = match (&field.value, freshness) {
        (Value::String(_) | Value::Unknown(_), Freshness::Known) => Some(Value::String(text.into())),
        (_, Freshness::Made) => kustomize_scalar(&text),
        (old, Freshness::Known) => kustomize_scalar(&text).filter(|new| is_same_type(old, new)),
    };
    let Some(written) = written else {
        return Err(refuse("a replacement puts a text where a number or another scalar is"));
    };
    *field = Node { origin, value: written };
    Ok(())
}

fn is_same_type(old: &Value, new: &Value) -> bool {
    matches!(
        (old, new),
        (Value::Bool(_), Value::Bool(_))
            | (Value::Integer(_), Value::Integer(_))
            | (Value::Null, Value::Null)
            | (Value::Float(_), Value::Float(_) | Value::Integer(_))
    )
}

fn joined(old: &str, new: &str, options: &FieldOptions) -> String {
    let mut parts: Vec<&str> = old.split(&*options.delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, new),
        Ok(index) => match parts.get_mut(index) {
            Some(part) => *part = new,
            None => parts.push(new),
        },
    }
    parts.join(&options.delimiter)
}
