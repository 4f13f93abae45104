//! `templatePatch`: a patch of each Application, which is a template itself (`applyTemplatePatch`).

use std::sync::Arc;

use kube_manifest::{Limits, Node, Value, documents};
use kustomize::{BuildStep, Writing, stamp};

use crate::argo::overrides::merge_patch;
use crate::unjudged::Unjudged;

use super::{SetContext, fill};

/// Applies the patch of a set. Lists of an Application are replaced, so that it is a merge patch.
pub(super) fn apply(
    context: &SetContext<'_, '_>,
    application: &mut Node,
    written: &Node,
    parameters: &Node,
) -> Result<(), Unjudged> {
    let filled = fill::fill_text(context, written.as_str().unwrap_or_default(), parameters)?;
    let (source, roots, problems) = documents(filled.text.into_bytes(), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(Unjudged::field("spec.templatePatch", problem.reason.clone()));
    }
    let Some(mut patch) = roots.into_iter().next() else { return Ok(()) };
    if has_directive(&patch) {
        return Err(Unjudged::UnsupportedField("a directive of spec.templatePatch".into()));
    }
    match patch.value {
        Value::Null => return Ok(()),
        Value::Mapping(_) => {}
        _ => return Err(Unjudged::field("spec.templatePatch", "it is no mapping")),
    }
    let mut writings = context.writings.borrow_mut();
    let path = writings.file(written.origin).map(|file| file.path.clone());
    let Some(path) = path else { return Err(Unjudged::field("spec.templatePatch", "it has no place")) };
    let before = fill::origin_of(&mut writings, written.origin, &filled.used);
    let file = writings.add_file(&path, Arc::clone(&source), Some(written.origin));
    let id = writings.add(Writing { file, step: BuildStep::Template, before: Some(before) });
    stamp(&mut patch, id);
    merge_patch(application, &patch);
    Ok(())
}

/// Whether a key is one of the directives of strategic merge patches.
fn has_directive(node: &Node) -> bool {
    node.entries().iter().any(|entry| entry.key.starts_with('$') || has_directive(&entry.value))
        || node.items().iter().any(has_directive)
}
