//! The generators `matrix` and `merge`, which combine others (`matrix.go` and `merge.go`).

use kube_manifest::{Node, Value};

use crate::maps::overlay;
use crate::template::to_text;
use crate::unjudged::Unjudged;

use super::generators::{bounded, parameter_sets};
use super::{Language, SetContext};

/// Each set of the first generator with each of the second, which may use the parameters of the first.
pub(super) fn matrix(
    context: &SetContext<'_, '_>,
    generator: &Node,
    depth: usize,
) -> Result<Vec<Node>, Unjudged> {
    let children = generator.get("generators").map(Node::items).unwrap_or_default();
    let [first, second] = children else {
        return Err(Unjudged::field("matrix.generators", "Argo CD takes exactly two generators"));
    };
    let mut sets = Vec::new();
    for one in parameter_sets(context, first, None, depth + 1)? {
        for other in parameter_sets(context, second, Some(&one), depth + 1)? {
            sets.push(match context.language {
                Language::Go(_) => {
                    let mut both = other;
                    overlay(&mut both, &one);
                    both
                }
                Language::Fast => combine_texts(&one, &other)?,
            });
        }
        sets = bounded(context, sets)?;
    }
    Ok(sets)
}

/// Two sets of texts, which may not differ in a name (`CombineStringMaps`).
fn combine_texts(one: &Node, other: &Node) -> Result<Node, Unjudged> {
    let mut both = one.clone();
    let Value::Mapping(entries) = &mut both.value else { return Ok(both) };
    for entry in other.entries() {
        match entries.iter().find(|known| known.key == entry.key) {
            Some(known) if known.value != entry.value => {
                let reason = format!("both generators set `{}`, and to different values", entry.key);
                return Err(Unjudged::field("matrix.generators", reason));
            }
            Some(_) => {}
            None => entries.push(entry.clone()),
        }
    }
    Ok(both)
}

/// The sets of the first generator, each with what the sets of the others say that have the same keys.
pub(super) fn merge(
    context: &SetContext<'_, '_>,
    generator: &Node,
    depth: usize,
) -> Result<Vec<Node>, Unjudged> {
    let children = generator.get("generators").map(Node::items).unwrap_or_default();
    let keys: Vec<&str> = generator
        .get("mergeKeys")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_str)
        .collect();
    let Some((first, rest)) = children.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Err(Unjudged::field("merge.generators", "Argo CD needs at least two generators"));
    };
    if keys.is_empty() {
        return Err(Unjudged::field("merge.mergeKeys", "Argo CD needs at least one key"));
    }
    let mut sets = keyed(parameter_sets(context, first, None, depth + 1)?, &keys)?;
    for child in rest {
        let overrides = keyed(parameter_sets(context, child, None, depth + 1)?, &keys)?;
        for (key, set) in &mut sets {
            if let Some((_, over)) = overrides.iter().find(|(other, _)| other == key) {
                lay_over(set, over, context.language);
            }
        }
    }
    Ok(sets.into_iter().map(|(_, set)| set).collect())
}

/// The values of the keys of a set.
type MergeKey = Vec<Option<String>>;

/// Sets with the values of their keys, which no two share.
fn keyed(sets: Vec<Node>, keys: &[&str]) -> Result<Vec<(MergeKey, Node)>, Unjudged> {
    let mut found: Vec<(MergeKey, Node)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for set in sets {
        let key: MergeKey = keys.iter().map(|key| value_of(&set, key)).collect();
        if !seen.insert(key.clone()) {
            let reason = "two sets of parameters have the same values of the merge keys";
            return Err(Unjudged::field("merge.generators", reason));
        }
        found.push((key, set));
    }
    Ok(found)
}

/// The value of a name, or of a path with dots through nested maps.
fn value_of(set: &Node, key: &str) -> Option<String> {
    let direct = set.get(key);
    let nested = || set.at(&key.split('.').collect::<Vec<_>>());
    direct.or_else(nested).map(to_text)
}

fn lay_over(set: &mut Node, over: &Node, language: Language) {
    match language {
        Language::Go(_) => overlay(set, over),
        Language::Fast => {
            for entry in over.entries() {
                super::parameters::put(set, &entry.key, entry.value.clone());
            }
        }
    }
}
