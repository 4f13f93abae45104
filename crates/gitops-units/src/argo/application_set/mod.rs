//! From an ApplicationSet to the Applications that it makes (`applicationset/controllers/template`).
//!
//! In: an ApplicationSet, the tree and the declared clusters. Out: units; for each generator or template that is not
//! known, one with the reason. Never: fewer Applications than Argo CD would make, without a reason.

mod clusters;
mod combine;
mod fill;
mod generators;
mod git;
mod git_files;
mod parameters;
mod patch;
mod selector;

use std::cell::RefCell;
use std::sync::Arc;

use kube_manifest::{Node, Value};
use kustomize::Writings;

use crate::assumptions::Assumptions;
use crate::declaration::Declaration;
use crate::document_edit::{entry, mapping, text};
use crate::maps::overlay;
use crate::template::MissingKey;
use crate::unit::{DeployedUnit, ObjectName};
use crate::unjudged::Unjudged;
use crate::watched_tree::WatchedTree;

use super::application;
use super::overrides::copy;

/// The language of the templates of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    /// Go's, with what happens about missing keys.
    Go(MissingKey),
    /// `{{name}}` alone.
    Fast,
}

/// What the generators of one set need.
struct SetContext<'c, 't> {
    tree: &'c WatchedTree<'t>,
    assumptions: &'c Assumptions,
    language: Language,
    /// The writings of the set, and of every file that a generator reads.
    writings: RefCell<Writings>,
}

/// The units of the Applications that a set makes.
pub(crate) fn units_of(
    tree: &WatchedTree<'_>,
    declaration: &Arc<Declaration>,
    assumptions: &Assumptions,
) -> Vec<DeployedUnit> {
    let context = SetContext {
        tree,
        assumptions,
        language: language_of(&declaration.node),
        writings: RefCell::new(copy(&declaration.writings)),
    };
    let products = products_of(&context, declaration);
    let writings = Arc::new(context.writings.into_inner());
    let name = ObjectName { namespace: declaration.namespace().into(), name: declaration.name().into() };
    let (mut units, mut told) = (Vec::new(), Vec::new());
    for product in products {
        match product {
            Ok(node) => {
                let (writings, via) = (Arc::clone(&writings), Arc::clone(&declaration.via));
                let made = Arc::new(Declaration { node, writings, via });
                units.extend(application::units_of(tree, &made, Some(&name), assumptions));
            }
            Err(reason) if told.contains(&reason) => {}
            Err(reason) => {
                told.push(reason.clone());
                units.push(application::unknown_set(declaration, reason));
            }
        }
    }
    units
}

fn language_of(set: &Node) -> Language {
    if set.at(&["spec", "goTemplate"]).and_then(Node::as_bool) != Some(true) {
        return Language::Fast;
    }
    let options = set.at(&["spec", "goTemplateOptions"]).map(Node::items).unwrap_or_default();
    let fails = options.iter().any(|option| option.as_str() == Some("missingkey=error"));
    Language::Go(if fails { MissingKey::Fails } else { MissingKey::NoValue })
}

/// The Applications, or the reason for each part that is not known.
fn products_of(context: &SetContext<'_, '_>, declaration: &Declaration) -> Vec<Result<Node, Unjudged>> {
    let mut products = Vec::new();
    let spec = &declaration.node;
    let limit = context.assumptions.limits.products;
    for generator in spec.at(&["spec", "generators"]).map(Node::items).unwrap_or_default() {
        let sets = match generators::parameter_sets(context, generator, None, 0) {
            Ok(sets) => sets,
            Err(reason) => {
                products.push(Err(reason));
                continue;
            }
        };
        let template = template_for(spec, generator);
        for parameters in sets {
            if products.len() >= limit {
                products.push(Err(Unjudged::BeyondLimits { what: "products of an ApplicationSet", limit }));
                return products;
            }
            products.push(product_of(context, declaration, &template, &parameters));
        }
    }
    products
}

/// The template of the set with what the generator's own one says (`mergeGeneratorTemplate`).
fn template_for(set: &Node, generator: &Node) -> Node {
    let nothing = || mapping(Vec::new(), set.origin);
    let mut template = set.at(&["spec", "template"]).cloned().unwrap_or_else(nothing);
    let own = generator.entries().iter().find_map(|entry| entry.value.get("template"));
    if let Some(own) = own {
        overlay(&mut template, own);
    }
    template
}

fn product_of(
    context: &SetContext<'_, '_>,
    declaration: &Declaration,
    template: &Node,
    parameters: &Node,
) -> Result<Node, Unjudged> {
    let filled = fill::fill(context, template, parameters)?;
    let origin = template.origin;
    let mut entries = vec![
        entry("apiVersion", text("argoproj.io/v1alpha1", origin)),
        entry("kind", text("Application", origin)),
    ];
    let mut metadata = filled.get("metadata").cloned().unwrap_or_else(|| mapping(Vec::new(), origin));
    if metadata.get("namespace").is_none_or(|namespace| namespace.as_str() == Some(""))
        && let Value::Mapping(fields) = &mut metadata.value
    {
        fields.retain(|field| &*field.key != "namespace");
        fields.push(entry("namespace", text(declaration.namespace(), origin)));
    }
    entries.push(entry("metadata", metadata));
    entries.extend(filled.entry("spec").cloned());
    let mut application = mapping(entries, origin);
    if let Some(written) =
        declaration.node.at(&["spec", "templatePatch"]).filter(|patch| patch.as_str().is_some())
    {
        patch::apply(context, &mut application, written, parameters)?;
    }
    Ok(application)
}
