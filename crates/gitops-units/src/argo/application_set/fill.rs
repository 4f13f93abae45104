//! Filling parameters into values, with the place of each parameter as the origin of what it changed.

use kube_manifest::{Node, Origin, Value};
use kustomize::{BuildStep, Writing, Writings};

use crate::template::{FilledText, fill_fast, fill_go};
use crate::unjudged::Unjudged;

use super::{Language, SetContext};

/// Places that are noted for one value.
const MOST_PLACES: usize = 16;

/// A text with parameters filled in.
pub(super) fn fill_text(
    context: &SetContext<'_, '_>,
    text: &str,
    parameters: &Node,
) -> Result<FilledText, Unjudged> {
    let filled = match context.language {
        Language::Go(missing) => fill_go(text, parameters, missing, &context.assumptions.limits),
        Language::Fast => fill_fast(text, parameters),
    };
    filled.map_err(|failure| {
        let template: String = text.chars().take(120).collect();
        Unjudged::Template { template: template.into(), reason: failure.0.into() }
    })
}

/// A value in which every text and every key is filled in (`deeplyReplace`).
pub(super) fn fill(context: &SetContext<'_, '_>, node: &Node, parameters: &Node) -> Result<Node, Unjudged> {
    let mut filled = node.clone();
    fill_in(context, &mut filled, parameters)?;
    Ok(filled)
}

fn fill_in(context: &SetContext<'_, '_>, node: &mut Node, parameters: &Node) -> Result<(), Unjudged> {
    match &mut node.value {
        Value::String(text) if text.contains("{{") => {
            let filled = fill_text(context, text, parameters)?;
            *text = filled.text.into();
            node.origin = origin_of(&mut context.writings.borrow_mut(), node.origin, &filled.used);
        }
        Value::Sequence(items) => {
            for item in items {
                fill_in(context, item, parameters)?;
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                if entry.key.contains("{{") {
                    entry.key = fill_text(context, &entry.key, parameters)?.text.into();
                }
                fill_in(context, &mut entry.value, parameters)?;
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Unknown(_) => {}
    }
    Ok(())
}

/// The place of the first parameter, over those of the others, over the template.
pub(super) fn origin_of(writings: &mut Writings, template: Origin, used: &[Origin]) -> Origin {
    let mut places: Vec<(Origin, usize)> = Vec::new();
    for parameter in used {
        for (origin, writing) in writings.chain(*parameter) {
            let is_new =
                places.iter().all(|(known, file)| known.span != origin.span || *file != writing.file);
            if is_new && places.len() < MOST_PLACES {
                places.push((origin, writing.file));
            }
        }
    }
    let mut before = template;
    for (origin, file) in places.into_iter().rev() {
        let id = writings.add(Writing { file, step: BuildStep::Template, before: Some(before) });
        before = Origin { file: id, ..origin };
    }
    before
}
