//! The generator `clusters` (`applicationset/generators/cluster.go`), over the clusters that the caller declares.

use kube_manifest::{Node, Origin};

use crate::assumptions::{DeclaredCluster, DeclaredClusters};
use crate::document_edit::{entry, mapping, sequence, text};
use crate::template::sanitized;
use crate::unjudged::Unjudged;

use super::git::add_values;
use super::parameters::put;
use super::selector::Selector;
use super::{Language, SetContext};

/// The label of every secret of a cluster.
const SECRET_TYPE: (&str, &str) = ("argocd.argoproj.io/secret-type", "cluster");

/// A set for each cluster, or one with all of them (`flatList`).
pub(super) fn parameter_sets(context: &SetContext<'_, '_>, generator: &Node) -> Result<Vec<Node>, Unjudged> {
    let DeclaredClusters::These(clusters) = &context.assumptions.clusters else {
        return Err(Unjudged::UndeclaredClusters);
    };
    let selector = generator.get("selector").map(Selector::read).transpose()?;
    let mut sets = Vec::new();
    for cluster in clusters {
        let labels = labels_of(cluster);
        let map = labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        if selector.as_ref().is_some_and(|selector| !selector.selects(&map)) {
            continue;
        }
        let mut set = set_of(cluster, &labels, generator.origin, context.language);
        add_values(context, generator, &mut set)?;
        sets.push(set);
    }
    if generator.get("flatList").and_then(Node::as_bool) == Some(true) {
        let all = sequence(sets, generator.origin);
        return Ok(vec![mapping(vec![entry("clusters", all)], generator.origin)]);
    }
    Ok(sets)
}

fn labels_of(cluster: &DeclaredCluster) -> Vec<(Box<str>, Box<str>)> {
    let mut labels = cluster.labels.clone();
    if !labels.iter().any(|(key, _)| &**key == SECRET_TYPE.0) {
        labels.push((SECRET_TYPE.0.into(), SECRET_TYPE.1.into()));
    }
    labels
}

fn set_of(
    cluster: &DeclaredCluster,
    labels: &[(Box<str>, Box<str>)],
    origin: Origin,
    language: Language,
) -> Node {
    let mut set = mapping(Vec::new(), origin);
    put(&mut set, "name", text(&cluster.name, origin));
    put(&mut set, "nameNormalized", text(&sanitized(&cluster.name), origin));
    put(&mut set, "server", text(&cluster.server, origin));
    put(&mut set, "project", text(&cluster.project, origin));
    match language {
        Language::Go(_) => {
            let map = |pairs: &[(Box<str>, Box<str>)]| {
                mapping(pairs.iter().map(|(key, value)| entry(key, text(value, origin))).collect(), origin)
            };
            let metadata =
                vec![entry("labels", map(labels)), entry("annotations", map(&cluster.annotations))];
            put(&mut set, "metadata", mapping(metadata, origin));
        }
        Language::Fast => {
            for (field, pairs) in [("labels", labels), ("annotations", &*cluster.annotations)] {
                for (key, value) in pairs {
                    put(&mut set, &format!("metadata.{field}.{key}"), text(value, origin));
                }
            }
        }
    }
    set
}
