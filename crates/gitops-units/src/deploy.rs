//! What a tree deploys in the end: deployers deploy further deployers, until nothing new appears.
//!
//! In: a tree, and the declarations in its files. Out: every unit with its rendering. Never: loses a deployer because
//! another one deploys it; a circle keeps one of its members as it is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use kustomize::{FileTree, RenderOptions};
use source_files::RepoPath;

use super::assumptions::Assumptions;
use super::declaration::{Declaration, DeclarationKind};
use super::find::find_units;
use super::render::{FailedRendering, UnitRenderer, UnitRendering};
use super::unit::DeployedUnit;
use super::unjudged::Unjudged;
use super::watched_tree::Looks;

/// A unit and what it gives.
#[derive(Clone, Debug)]
pub struct RenderedUnit {
    /// The unit.
    pub unit: Arc<DeployedUnit>,
    /// What it gives, or why it gives nothing.
    pub outcome: Arc<Result<UnitRendering, FailedRendering>>,
}

/// Everything that a tree deploys.
#[derive(Debug, Default)]
pub struct Deployment {
    /// The units.
    pub units: Vec<RenderedUnit>,
    /// Why there may be more of them.
    pub unjudged: Vec<Unjudged>,
    /// What was looked at to find the units. What was looked at to render one is in its outcome.
    pub looks: Looks,
}

/// Where a declaration begins in a file.
type WrittenAt = (RepoPath, u32);

/// A declaration that a unit deploys.
struct DeployedDeclaration {
    declaration: Arc<Declaration>,
    /// The place of the declaration in a file from which it all began.
    root: Option<WrittenAt>,
}

/// Finds and renders every unit of a tree.
pub fn deploy(
    tree: &dyn FileTree,
    written: &[Arc<Declaration>],
    options: RenderOptions,
    assumptions: &Assumptions,
) -> Deployment {
    let renderer = UnitRenderer::new(tree, options, assumptions);
    let mut deployed: Vec<DeployedDeclaration> = Vec::new();
    let mut known = Deployment::default();
    for _ in 0..assumptions.limits.rounds {
        let declarations = in_force(written, &deployed);
        let round = take_round(tree, &renderer, &declarations, &known, assumptions);
        let next = deployed_by(&round, written, &deployed);
        let is_settled = same(&next, &deployed);
        known = round;
        deployed = next;
        if is_settled {
            return known;
        }
    }
    let limit = assumptions.limits.rounds;
    known.unjudged.push(Unjudged::BeyondLimits { what: "rounds of deployers that deploy deployers", limit });
    known
}

/// One round: the units of some declarations. What the last round has rendered is not rendered again.
fn take_round(
    tree: &dyn FileTree,
    renderer: &UnitRenderer<'_>,
    declarations: &[Arc<Declaration>],
    last: &Deployment,
    assumptions: &Assumptions,
) -> Deployment {
    let found = find_units(tree, declarations, assumptions);
    let mut round = Deployment { looks: found.looks, ..Deployment::default() };
    let limit = assumptions.limits.units;
    if found.units.len() > limit {
        round.unjudged.push(Unjudged::BeyondLimits { what: "units", limit });
    }
    for unit in found.units.into_iter().take(limit) {
        let known = last.units.iter().find(|known| is_same_unit(&known.unit, &unit));
        let outcome =
            known.map_or_else(|| Arc::new(renderer.render(&unit)), |known| Arc::clone(&known.outcome));
        round.units.push(RenderedUnit { unit: Arc::new(unit), outcome });
    }
    round
}

fn is_same_unit(one: &DeployedUnit, other: &DeployedUnit) -> bool {
    let key = |unit: &DeployedUnit| (unit.deployer.kind, unit.deployer.name.clone(), unit.deployer.source);
    key(one) == key(other)
        && one.deployer.declaration.via == other.deployer.declaration.via
        && one.deployer.declaration.node == other.deployer.declaration.node
        && one.deployer.declaration.place() == other.deployer.declaration.place()
        && one.source == other.source
        && one.substitutions == other.substitutions
}

/// The declarations that units of a round deploy.
fn deployed_by(
    round: &Deployment,
    written: &[Arc<Declaration>],
    before: &[DeployedDeclaration],
) -> Vec<DeployedDeclaration> {
    let mut found = Vec::new();
    for rendered in &round.units {
        let Ok(rendering) = rendered.outcome.as_ref() else { continue };
        let deployer = &rendered.unit.deployer.declaration;
        let root = root_of(deployer, before);
        let folder = rendered.unit.folder().cloned();
        let via: Arc<[RepoPath]> = deployer.via.iter().cloned().chain(folder).collect();
        for object in &rendering.objects {
            let text = |key| object.node.text_at(&[key]).unwrap_or_default();
            if DeclarationKind::of(text("apiVersion"), text("kind")).is_none() {
                continue;
            }
            let declaration = Declaration::rendered(&object.node, &rendering.writings, &via);
            // A deployer that deploys itself as it is written says nothing new.
            let itself = written.iter().find(|one| place_of(one) == root);
            let is_itself = place_of(&declaration) == root
                && itself.is_some_and(|itself| itself.node == declaration.node);
            if !is_itself {
                found.push(DeployedDeclaration { declaration: Arc::new(declaration), root: root.clone() });
            }
        }
    }
    found
}

/// The place of the declaration in a file from which a deployer comes.
fn root_of(deployer: &Declaration, before: &[DeployedDeclaration]) -> Option<WrittenAt> {
    if deployer.via.is_empty() {
        return place_of(deployer);
    }
    let place = place_of(deployer);
    let source = before.iter().find(|known| {
        known.declaration.via == deployer.via
            && known.declaration.name() == deployer.name()
            && place_of(&known.declaration) == place
    });
    source.map_or(place, |source| source.root.clone())
}

fn place_of(declaration: &Declaration) -> Option<WrittenAt> {
    declaration.place().map(|(path, start)| (path.clone(), start))
}

/// The declarations that count: those that units deploy, and those of files that no unit deploys. Of a circle, the last
/// one counts as it is written.
fn in_force(written: &[Arc<Declaration>], deployed: &[DeployedDeclaration]) -> Vec<Arc<Declaration>> {
    let covered: BTreeSet<(Option<WrittenAt>, Option<WrittenAt>)> =
        deployed.iter().map(|one| (place_of(&one.declaration), one.root.clone())).collect();
    let mut replaced: BTreeSet<WrittenAt> = BTreeSet::new();
    let mut counting = Vec::new();
    for declaration in written {
        let place = place_of(declaration);
        let is_covered = covered.iter().any(|(covered, root)| {
            *covered == place && *root != place && root.as_ref().is_none_or(|root| !replaced.contains(root))
        });
        match place.filter(|_| is_covered) {
            Some(place) => drop(replaced.insert(place)),
            None => counting.push(Arc::clone(declaration)),
        }
    }
    counting.extend(deployed.iter().map(|one| Arc::clone(&one.declaration)));
    counting
}

fn same(one: &[DeployedDeclaration], other: &[DeployedDeclaration]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            one.root == other.root
                && one.declaration.via == other.declaration.via
                && one.declaration.node == other.declaration.node
        })
}
