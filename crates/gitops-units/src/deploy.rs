//! What a tree deploys in the end: deployers deploy further deployers, until nothing new appears.
//!
//! In: a tree, and the declarations in its files. Out: every unit with its rendering. Never: loses a deployer because
//! another one deploys it; a circle keeps one of its members as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kustomize::{FileTree, RenderOptions};
use source_files::RepoPath;

use super::assumptions::Assumptions;
use super::declaration::{Declaration, DeclarationKind};
use super::find::find_units;
use super::render::{FailedRendering, UnitRenderer, UnitRendering};
use super::reuse::{holds_in, is_same_unit};
use super::unit::{DeployedUnit, DeployerKind, ObjectName};
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

/// Finds and renders every unit of a tree. `written` are the declarations in its files, and those of renderings that the
/// caller knows to be deployed, such as a kustomization that is applied by hand: the latter, which have a
/// [`via`](Declaration::via), count in place of the declarations that they were made from.
pub fn deploy(
    tree: &dyn FileTree,
    written: &[Arc<Declaration>],
    options: RenderOptions,
    assumptions: &Assumptions,
) -> Deployment {
    deploy_after(tree, written, options, assumptions, &Deployment::default())
}

/// The same after a change of the tree. The outcome of a unit is taken over from the earlier deployment if everything
/// that was looked at for it is the same in this tree; files without an id are never the same. The options and
/// assumptions have to be those of the earlier deployment.
pub fn deploy_after(
    tree: &dyn FileTree,
    written: &[Arc<Declaration>],
    options: RenderOptions,
    assumptions: &Assumptions,
    earlier: &Deployment,
) -> Deployment {
    let renderer = UnitRenderer::new(tree, options, assumptions);
    let mut deployed: Vec<DeployedDeclaration> = Vec::new();
    let holding = earlier.units.iter().filter(|rendered| holds_in(looks_of(rendered), tree));
    let held: Vec<RenderedUnit> = holding.cloned().collect();
    let mut known = Deployment::default();
    for _ in 0..assumptions.limits.rounds {
        let declarations = in_force(written, &deployed);
        let round = take_round(tree, &renderer, &declarations, known.units.iter().chain(&held), assumptions);
        let next = deployed_by(&round, written, &deployed);
        let is_settled = same(&next, &deployed);
        known = round;
        deployed = next;
        if is_settled {
            return known;
        }
    }
    // Nothing is certain about what replaces what, so that everything counts.
    let all: Vec<Arc<Declaration>> =
        written.iter().cloned().chain(deployed.iter().map(|one| Arc::clone(&one.declaration))).collect();
    known = take_round(tree, &renderer, &all, known.units.iter().chain(&held), assumptions);
    let limit = assumptions.limits.rounds;
    known.unjudged.push(Unjudged::BeyondLimits { what: "rounds of deployers that deploy deployers", limit });
    known
}

fn looks_of(rendered: &RenderedUnit) -> &Looks {
    match rendered.outcome.as_ref() {
        Ok(rendering) => &rendering.looks,
        Err(failed) => &failed.looks,
    }
}

/// One round: the units of some declarations. What has been rendered before is not rendered again.
fn take_round<'k>(
    tree: &dyn FileTree,
    renderer: &UnitRenderer<'_>,
    declarations: &[Arc<Declaration>],
    rendered_before: impl Iterator<Item = &'k RenderedUnit>,
    assumptions: &Assumptions,
) -> Deployment {
    let found = find_units(tree, declarations, assumptions);
    let mut known: BTreeMap<UnitKey, Vec<&RenderedUnit>> = BTreeMap::new();
    for rendered in rendered_before {
        known.entry(key_of(&rendered.unit)).or_default().push(rendered);
    }
    let mut round = Deployment { looks: found.looks, ..Deployment::default() };
    let limit = assumptions.limits.units;
    if found.units.len() > limit {
        round.unjudged.push(Unjudged::BeyondLimits { what: "units", limit });
    }
    for unit in found.units.into_iter().take(limit) {
        let alike = known.get(&key_of(&unit)).map(Vec::as_slice).unwrap_or_default();
        let same = alike.iter().find(|known| is_same_unit(&known.unit, &unit));
        let outcome = same.map_or_else(|| Arc::new(renderer.render(&unit)), |same| Arc::clone(&same.outcome));
        round.units.push(RenderedUnit { unit: Arc::new(unit), outcome });
    }
    round
}

/// What a unit is found by.
type UnitKey = (DeployerKind, ObjectName, usize);

fn key_of(unit: &DeployedUnit) -> UnitKey {
    (unit.deployer.kind, unit.deployer.name.clone(), unit.deployer.source)
}

/// The declarations that units of a round deploy.
fn deployed_by(
    round: &Deployment,
    written: &[Arc<Declaration>],
    before: &[DeployedDeclaration],
) -> Vec<DeployedDeclaration> {
    let roots = Roots::new(written, before);
    let mut found: Vec<DeployedDeclaration> = Vec::new();
    let mut known: BTreeMap<(Option<WrittenAt>, Option<WrittenAt>), Vec<usize>> = BTreeMap::new();
    for rendered in &round.units {
        let Ok(rendering) = rendered.outcome.as_ref() else { continue };
        let deployer = &rendered.unit.deployer.declaration;
        let root = roots.root_of(deployer);
        let folder = rendered.unit.folder().cloned();
        let via: Arc<[RepoPath]> = deployer.via.iter().cloned().chain(folder).collect();
        for object in &rendering.objects {
            let text = |key| object.node.text_at(&[key]).unwrap_or_default();
            if DeclarationKind::of(text("apiVersion"), text("kind")).is_none() {
                continue;
            }
            let declaration = Declaration::rendered(&object.node, &rendering.writings, &via);
            if roots.is_root_itself(&declaration, root.as_ref()) {
                continue;
            }
            // From one root, an object is deployed once, however many ways lead to it.
            let alike = known.entry((root.clone(), place_of(&declaration))).or_default();
            let is_known = |index: &usize| {
                found.get(*index).is_some_and(|found| found.declaration.node == declaration.node)
            };
            if !alike.iter().any(is_known) {
                alike.push(found.len());
                found.push(DeployedDeclaration { declaration: Arc::new(declaration), root: root.clone() });
            }
        }
    }
    found
}

/// Which declaration in a file each deployer comes from.
struct Roots<'d> {
    written: BTreeMap<WrittenAt, Vec<&'d Declaration>>,
    deployed: BTreeMap<(WrittenAt, Box<str>), Vec<&'d DeployedDeclaration>>,
}

impl<'d> Roots<'d> {
    fn new(written: &'d [Arc<Declaration>], before: &'d [DeployedDeclaration]) -> Self {
        let mut roots = Self { written: BTreeMap::new(), deployed: BTreeMap::new() };
        for declaration in written {
            if let Some(place) = place_of(declaration) {
                roots.written.entry(place).or_default().push(declaration);
            }
        }
        for deployed in before {
            if let Some(place) = place_of(&deployed.declaration) {
                let name = deployed.declaration.name().into();
                roots.deployed.entry((place, name)).or_default().push(deployed);
            }
        }
        roots
    }

    /// The place of the declaration from which a deployer comes.
    fn root_of(&self, deployer: &Declaration) -> Option<WrittenAt> {
        let place = place_of(deployer)?;
        if deployer.via.is_empty() {
            return Some(place);
        }
        let known = self.deployed.get(&(place.clone(), deployer.name().into()));
        let source = known.and_then(|known| known.iter().find(|known| known.declaration.via == deployer.via));
        source.map_or(Some(place), |source| source.root.clone())
    }

    /// Whether a deployer deploys itself as it is written, which says nothing new.
    fn is_root_itself(&self, declaration: &Declaration, root: Option<&WrittenAt>) -> bool {
        let Some(root) = root.filter(|root| place_of(declaration).as_ref() == Some(root)) else {
            return false;
        };
        let written = self.written.get(root).map(Vec::as_slice).unwrap_or_default();
        written.iter().any(|written| written.node == declaration.node)
    }
}

fn place_of(declaration: &Declaration) -> Option<WrittenAt> {
    declaration.place().map(|(path, start)| (path.clone(), start))
}

/// The declarations that count: those that units deploy, and those of files that no unit deploys. Of a circle, the last
/// one counts as it is written.
fn in_force(written: &[Arc<Declaration>], deployed: &[DeployedDeclaration]) -> Vec<Arc<Declaration>> {
    let mut roots: BTreeMap<WrittenAt, BTreeSet<Option<WrittenAt>>> = BTreeMap::new();
    for one in deployed {
        if let Some(place) = place_of(&one.declaration) {
            roots.entry(place).or_default().insert(one.root.clone());
        }
    }
    // What the caller has rendered takes the place of what it was made from.
    let rendered = written.iter().filter(|declaration| !declaration.via.is_empty());
    let rendered: BTreeSet<WrittenAt> = rendered.filter_map(|declaration| place_of(declaration)).collect();
    let mut replaced: BTreeSet<WrittenAt> = BTreeSet::new();
    let mut counting = Vec::new();
    for declaration in written {
        let place = place_of(declaration);
        if !declaration.via.is_empty() {
            counting.push(Arc::clone(declaration));
            continue;
        }
        if place.as_ref().is_some_and(|place| rendered.contains(place)) {
            continue;
        }
        let from = place.as_ref().and_then(|place| roots.get(place));
        let is_another = |root: &Option<WrittenAt>| {
            *root != place && root.as_ref().is_none_or(|root| !replaced.contains(root))
        };
        let is_covered = from.is_some_and(|from| from.iter().any(is_another));
        match place.filter(|_| is_covered) {
            Some(place) => drop(replaced.insert(place)),
            None => counting.push(Arc::clone(declaration)),
        }
    }
    // What a replaced declaration deployed is deployed again by the one in its place.
    let in_force =
        deployed.iter().filter(|one| one.root.as_ref().is_none_or(|root| !replaced.contains(root)));
    counting.extend(in_force.map(|one| Arc::clone(&one.declaration)));
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
