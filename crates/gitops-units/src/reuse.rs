//! Which renderings of another tree hold for this one.
//!
//! In: the units of both trees, and what was looked at. Out: whether a rendering is the same in both, with the same
//! places. Never: takes a file for unchanged that has no id.

use kube_manifest::{Node, Origin};
use kustomize::{Entry, FileTree, Writings};

use super::unit::{DeployedUnit, Substitutions};
use super::watched_tree::Looks;

/// Whether everything that was looked at is the same in a tree.
pub(crate) fn holds_in(looks: &Looks, tree: &dyn FileTree) -> bool {
    let is_certain = |entry: &Entry| !matches!(entry, Entry::File(None) | Entry::Link(None, _));
    looks.entries.iter().all(|(path, entry)| is_certain(entry) && tree.look(path).as_ref() == Ok(entry))
        && looks.listings.iter().all(|(folder, names)| tree.list(folder).as_ref() == Ok(names))
}

/// Whether two units have the same rendering where their looks are the same.
pub(crate) fn is_same_unit(one: &DeployedUnit, other: &DeployedUnit) -> bool {
    let (first, second) = (&one.deployer.declaration, &other.deployer.declaration);
    first.via == second.via
        && first.node == second.node
        && one.source == other.source
        && one.substitutions == other.substitutions
        && has_same_places(&first.node, &first.writings, &second.node, &second.writings)
        && has_same_variables(one.substitutions.as_ref(), other.substitutions.as_ref())
}

fn has_same_variables(one: Option<&Substitutions>, other: Option<&Substitutions>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one.variables
        .values()
        .zip(other.variables.values())
        .all(|(one, other)| is_same_place(one.origin, &one.writings, other.origin, &other.writings))
}

/// Whether two equal values are written at the same lines of the same files, in every step.
fn has_same_places(one: &Node, writings: &Writings, other: &Node, others: &Writings) -> bool {
    is_same_place(one.origin, writings, other.origin, others)
        && one.entries().iter().all(|entry| {
            let twin = other.get(&entry.key);
            twin.is_some_and(|twin| has_same_places(&entry.value, writings, twin, others))
        })
        && one
            .items()
            .iter()
            .zip(other.items())
            .all(|(one, other)| has_same_places(one, writings, other, others))
}

fn is_same_place(one: Origin, writings: &Writings, other: Origin, others: &Writings) -> bool {
    let place = |origin: Origin, writings: &Writings| {
        let path = writings.file(origin).map(|file| file.path.clone());
        (path, writings.line(origin), origin.span)
    };
    let mut chain = writings.chain(one).map(|(origin, writing)| (place(origin, writings), writing.step));
    let mut twin = others.chain(other).map(|(origin, writing)| (place(origin, others), writing.step));
    loop {
        match (chain.next(), twin.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other => {}
            (_, _) => return false,
        }
    }
}
