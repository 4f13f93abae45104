//! The generators of a set (`applicationset/generators/generator_spec_processor.go`).

use kube_manifest::{Limits, Node, Value, documents};
use kustomize::{BuildStep, Writing, stamp};
use std::sync::Arc;

use crate::document_edit::mapping;
use crate::unjudged::Unjudged;

use super::parameters::flat_texts;
use super::selector::Selector;
use super::{Language, SetContext, clusters, combine, fill, git};

/// Fields of a generator beside the one that says its kind.
const OTHER_FIELDS: [&str; 1] = ["selector"];

/// The sets of parameters of a generator. `inherited` are those of the first generator of a matrix.
pub(super) fn parameter_sets(
    context: &SetContext<'_, '_>,
    generator: &Node,
    inherited: Option<&Node>,
    depth: usize,
) -> Result<Vec<Node>, Unjudged> {
    let limit = context.assumptions.limits.nesting;
    if depth > limit {
        return Err(Unjudged::BeyondLimits { what: "generators inside each other", limit });
    }
    let filled;
    let generator = match inherited {
        None => generator,
        Some(parameters) => {
            filled = fill::fill(context, generator, parameters)?;
            &filled
        }
    };
    let selector = generator.get("selector").map(Selector::read).transpose()?;
    let kinds = generator.entries().iter().filter(|entry| !OTHER_FIELDS.contains(&&*entry.key));
    let mut found = Vec::new();
    for entry in kinds {
        found.extend(sets_of_kind(context, &entry.key, &entry.value, depth)?);
    }
    if let Some(selector) = selector {
        found.retain(|set| selector.selects(&flat_texts(set)));
    }
    bounded(context, found)
}

fn sets_of_kind(
    context: &SetContext<'_, '_>,
    kind: &str,
    generator: &Node,
    depth: usize,
) -> Result<Vec<Node>, Unjudged> {
    match kind {
        "list" => list(context, generator),
        "git" => git::parameter_sets(context, generator),
        "clusters" => clusters::parameter_sets(context, generator),
        "matrix" => combine::matrix(context, generator, depth),
        "merge" => combine::merge(context, generator, depth),
        other => Err(Unjudged::Generator(other.into())),
    }
}

/// Refuses more sets than the limits allow.
pub(super) fn bounded(context: &SetContext<'_, '_>, sets: Vec<Node>) -> Result<Vec<Node>, Unjudged> {
    let limit = context.assumptions.limits.products;
    if sets.len() > limit {
        return Err(Unjudged::BeyondLimits { what: "products of an ApplicationSet", limit });
    }
    Ok(sets)
}

/// The elements of a list (`list.go`).
fn list(context: &SetContext<'_, '_>, generator: &Node) -> Result<Vec<Node>, Unjudged> {
    let mut elements = generator.get("elements").map(Node::items).unwrap_or_default().to_vec();
    if let Some(written) =
        generator.get("elementsYaml").filter(|text| text.as_str().is_some_and(|t| !t.is_empty()))
    {
        elements.extend(elements_of_text(context, written)?);
    }
    match context.language {
        Language::Go(_) => Ok(elements),
        Language::Fast => elements.iter().map(flat_element).collect(),
    }
}

fn elements_of_text(context: &SetContext<'_, '_>, written: &Node) -> Result<Vec<Node>, Unjudged> {
    let field = "list.elementsYaml";
    let text = written.as_str().unwrap_or_default();
    let (source, roots, problems) = documents(text.as_bytes().to_vec(), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(Unjudged::field(field, problem.reason.clone()));
    }
    let Some(mut root) = roots.into_iter().next() else { return Ok(Vec::new()) };
    let mut writings = context.writings.borrow_mut();
    let path = writings.file(written.origin).map(|file| file.path.clone());
    let Some(path) = path else { return Err(Unjudged::field(field, "it has no place")) };
    let file = writings.add_file(&path, Arc::clone(&source), Some(written.origin));
    let id = writings.add(Writing { file, step: BuildStep::Manifest, before: Some(written.origin) });
    stamp(&mut root, id);
    match root.value {
        Value::Sequence(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        _ => Err(Unjudged::field(field, "it is no list")),
    }
}

/// An element without Go templates: every value is text, those of `values` one level below.
fn flat_element(element: &Node) -> Result<Node, Unjudged> {
    let refuse = |key: &str| Unjudged::field("list.elements", format!("`{key}` is no text"));
    let mut flat = Vec::new();
    for entry in element.entries() {
        if &*entry.key == "values" {
            for value in entry.value.entries() {
                if value.value.as_str().is_none() {
                    return Err(refuse(&value.key));
                }
                let mut below = value.clone();
                below.key = format!("values.{}", value.key).into();
                flat.push(below);
            }
            continue;
        }
        if entry.value.as_str().is_none() {
            return Err(refuse(&entry.key));
        }
        flat.push(entry.clone());
    }
    Ok(mapping(flat, element.origin))
}
