//! The custom resource definitions of the repository.
//!
//! In: objects of both revisions. Out: the schemas of a custom kind in a cluster. Never: lets a
//! definition speak for a kind of Kubernetes itself.

use std::sync::OnceLock;

use serde_json::Value;

use super::compile::{CompiledSchema, compile};
use super::crd;
use super::problem::SchemaProblem;
use crate::kube::{ClusterName, builtin};
use crate::manifest::{Node, Object};
use crate::render::Role;
use crate::world::Placed;

/// One version of one definition.
#[derive(Debug)]
pub(super) struct CustomKind {
    cluster: ClusterName,
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    schema: Option<Value>,
    compiled: OnceLock<Result<CompiledSchema, SchemaProblem>>,
}

impl CustomKind {
    /// The schema, compiled on first use.
    pub(super) fn compiled(&self) -> Result<&CompiledSchema, SchemaProblem> {
        let build = || compile(crd::convert(self.schema.as_ref().ok_or(SchemaProblem::NoSchema)?)?);
        self.compiled.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    fn is(&self, object: &Object) -> bool {
        self.group == object.group() && self.version == object.version() && self.kind == *object.kind
    }

    fn same_definition(&self, other: &Self) -> bool {
        self.cluster == other.cluster && self.group == other.group && self.kind == other.kind
    }
}

/// Every served version of every definition.
#[derive(Debug, Default)]
pub(super) struct CustomKinds(Vec<CustomKind>);

impl CustomKinds {
    /// Adds the definitions among the objects of a revision. A later revision replaces what an
    /// earlier one said of a kind; a kind that one revision defines twice has both schemas.
    pub(super) fn add<'a>(&mut self, objects: impl Iterator<Item = &'a Placed>) {
        let added: Vec<CustomKind> = objects.filter(|placed| is_definition(placed)).flat_map(read).collect();
        self.0.retain(|known| !added.iter().any(|new| new.same_definition(known)));
        self.0.extend(added);
    }

    /// The schemas that an object has to satisfy: those of its own cluster, or, where its cluster
    /// defines none, those of any.
    pub(super) fn of(&self, placed: &Placed) -> Vec<&CustomKind> {
        let matching: Vec<&CustomKind> = self.0.iter().filter(|known| known.is(&placed.object)).collect();
        let own = |known: &&CustomKind| known.cluster == placed.id.cluster;
        let in_cluster: Vec<&CustomKind> = matching.iter().copied().filter(own).collect();
        if in_cluster.is_empty() { matching } else { in_cluster }
    }

    /// Every kind.
    pub(super) fn iter(&self) -> impl Iterator<Item = &CustomKind> {
        self.0.iter()
    }
}

/// A patch of a definition holds a part of it only.
fn is_definition(placed: &Placed) -> bool {
    let object = &placed.object;
    placed.role != Role::Fragment
        && object.group() == "apiextensions.k8s.io"
        && &*object.kind == "CustomResourceDefinition"
}

fn read(placed: &Placed) -> Vec<CustomKind> {
    let object = &placed.object;
    let text = |keys: &[&str]| object.root.text_at(keys).unwrap_or_default().to_owned();
    let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
    if builtin::owns_group(&group) {
        return Vec::new();
    }
    let versions = object.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
    let served =
        versions.iter().filter(|version| version.get("served").and_then(Node::as_bool) != Some(false));
    let custom_kind = |version: &Node| CustomKind {
        cluster: placed.id.cluster.clone(),
        group: group.clone(),
        version: version.text_at(&["name"]).unwrap_or_default().to_owned(),
        kind: kind.clone(),
        schema: version.at(&["schema", "openAPIV3Schema"]).map(Node::to_json),
        compiled: OnceLock::new(),
    };
    served.map(custom_kind).collect()
}
