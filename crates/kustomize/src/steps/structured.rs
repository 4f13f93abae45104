//! Replacements inside a text that is itself YAML or JSON (`setValueInStructuredData`).

use kube_manifest::{Limits, Node, Value, documents};
use source_files::Span;

use super::super::error::Outcome;
use super::super::session::Session;
use super::super::writing::{BuildStep, Writings};
use super::replacements::{FieldOptions, Freshness, set_field};
use super::target_path::{Finder, Lost, MadeAs, at_place, lookup};

/// Sets a value inside a text on the way of a path. `false`, with nothing changed, if no such text exists.
pub(super) fn set(
    session: &mut Session<'_>,
    root: &mut Node,
    path: &[String],
    value: &Node,
    options: &FieldOptions,
) -> Outcome<bool> {
    let Some(length) = text_on_the_way(root, path, &session.writings) else { return Ok(false) };
    let Some((outer, inner)) = path.split_at_checked(length) else { return Ok(false) };
    let Some(text) =
        lookup(root, outer, &session.writings)?.map(|node| session.writings.scalar_text(node).into_owned())
    else {
        return Ok(false);
    };
    let Some(changed) = changed(session, &text, inner, value, options) else { return Ok(false) };
    let mut finder = Finder {
        writings: &session.writings,
        made: MadeAs::Nothing,
        found: Vec::new(),
        fresh: Vec::new(),
        lost: Lost::Nothing,
    };
    finder.find(root, outer, &mut Vec::new())?;
    let found = finder.found;
    for place in found.into_iter().take(1) {
        let Some(field) = at_place(root, &place) else { continue };
        let origin = session.writings.derive(value.origin, BuildStep::Replacement, Some(field.origin));
        *field = Node { origin, value: Value::String(changed.as_str().into()) };
    }
    Ok(true)
}

/// The number of parts that lead to the first scalar, if something comes after it.
fn text_on_the_way(root: &Node, path: &[String], writings: &Writings) -> Option<usize> {
    (1..path.len()).find(|length| {
        let found = path.get(..*length).and_then(|outer| lookup(root, outer, writings).ok().flatten());
        found.is_some_and(|node| !matches!(node.value, Value::Sequence(_) | Value::Mapping(_)))
    })
}

fn changed(
    session: &mut Session<'_>,
    text: &str,
    path: &[String],
    value: &Node,
    options: &FieldOptions,
) -> Option<String> {
    let (_, roots, problems) = documents(text.as_bytes().to_vec(), &Limits::default());
    let mut root = roots.into_iter().next().filter(|_| problems.is_empty())?;
    let made = if options.create.is_set() { MadeAs::Scalar } else { MadeAs::Nothing };
    // What is inside the text has no origin of its own: its places are those of the text.
    let nothing = Writings::default();
    let mut finder =
        Finder { writings: &nothing, made, found: Vec::new(), fresh: Vec::new(), lost: Lost::Nothing };
    if finder.find(&mut root, path, &mut Vec::new()).is_err() || finder.found.is_empty() {
        return None;
    }
    let (found, fresh) = (finder.found, finder.fresh);
    let mut splices = Vec::new();
    for place in &found {
        let Some(field) = at_place(&mut root, place) else { continue };
        let span = field.span();
        let freshness = if fresh.contains(place) { Freshness::Made } else { Freshness::Known };
        if set_field(session, field, (value, value.origin), options, freshness).is_err() {
            return None;
        }
        splices.push((span, field.to_json()));
    }
    if text.trim_start().starts_with(['{', '[']) {
        return Some(as_json(text, &root));
    }
    if fresh.is_empty() { spliced(text, &splices) } else { None }
}

fn as_json(text: &str, root: &Node) -> String {
    let sorted = sorted(root.to_json());
    let is_pretty = text.contains('\n') && text.contains("  ");
    let written =
        if is_pretty { serde_json::to_string_pretty(&sorted) } else { serde_json::to_string(&sorted) };
    written.map(|json| super::super::hash::escape_html(&json)).unwrap_or_default()
}

/// The same with the keys of every mapping in their order.
pub(crate) fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            serde_json::Value::Object(entries.into_iter().collect())
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// The text with values put in place of others, from the end to the start.
fn spliced(text: &str, splices: &[(Span, serde_json::Value)]) -> Option<String> {
    let mut changed = text.to_owned();
    let mut ordered: Vec<_> = splices.iter().collect();
    ordered.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, value) in ordered {
        let range = usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?;
        let old = changed.get(range.clone())?;
        let new = scalar(old, value);
        changed.replace_range(range, &new);
    }
    Some(changed.trim().to_owned())
}

fn scalar(old: &str, value: &serde_json::Value) -> String {
    let serde_json::Value::String(text) = value else { return value.to_string() };
    let is_plain = matches!(kube_manifest::kustomize_scalar(text), Some(Value::String(_)));
    match old.chars().next() {
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        Some('"') => serde_json::Value::String(text.clone()).to_string(),
        _ if is_plain => text.clone(),
        _ => serde_json::Value::String(text.clone()).to_string(),
    }
}
