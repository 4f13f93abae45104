//! From declarations to units.

use std::sync::Arc;

use kustomize::FileTree;

use super::argo::{application, application_set};
use super::assumptions::Assumptions;
use super::declaration::{Declaration, DeclarationKind};
use super::declaration_index::DeclarationIndex;
use super::flux::kustomization;
use super::unit::DeployedUnit;
use super::watched_tree::{Looks, WatchedTree};

/// The units of some declarations.
#[derive(Debug, Default)]
pub struct FoundUnits {
    /// The units, in the order of the declarations. What is not known is a unit too, with its reason.
    pub units: Vec<DeployedUnit>,
    /// What was looked at to find them.
    pub looks: Looks,
}

/// Finds what the declarations of a tree deploy. ConfigMaps, Secrets and sources among them are what the others refer to.
pub fn find_units(
    tree: &dyn FileTree,
    declarations: &[Arc<Declaration>],
    assumptions: &Assumptions,
) -> FoundUnits {
    let watched = WatchedTree::new(tree);
    let index = DeclarationIndex::new(declarations);
    let mut units = Vec::new();
    for declaration in declarations {
        match declaration.kind() {
            Some(DeclarationKind::Application) => {
                units.extend(application::units_of(&watched, declaration, None, assumptions));
            }
            Some(DeclarationKind::FluxKustomization) => {
                units.push(kustomization::unit_of(&watched, declaration, &index, assumptions));
            }
            Some(DeclarationKind::HelmRelease) => units.push(kustomization::release_of(declaration)),
            Some(DeclarationKind::ApplicationSet) => {
                units.extend(application_set::units_of(&watched, declaration, assumptions));
            }
            Some(
                DeclarationKind::GitRepository
                | DeclarationKind::OtherSource
                | DeclarationKind::ArtifactGenerator
                | DeclarationKind::ConfigMap
                | DeclarationKind::Secret,
            )
            | None => {}
        }
    }
    FoundUnits { units, looks: watched.into_looks() }
}
