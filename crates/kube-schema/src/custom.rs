//! The custom resource definitions of the repository.
//!
//! In: objects of both revisions. Out: the schemas of a custom kind in a cluster. Never: lets a definition replace a
//! kind of Kubernetes itself.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::candidate::{Candidate, ObjectPart};
use super::compile::{CompiledSchema, compile};
use super::crd;
use super::patterns::PatternRoom;
use super::problem::SchemaProblem;
use kube_manifest::{Node, Object};
use kube_model::{ClusterName, builtin};

/// One version of one definition.
#[derive(Debug)]
pub(super) struct CustomKind {
    cluster: ClusterName,
    pub(super) group: Box<str>,
    pub(super) version: Box<str>,
    pub(super) kind: Box<str>,
    served: Served,
    definition: Arc<Object>,
    /// The index among the definition's versions.
    index: usize,
    patterns: Arc<PatternRoom>,
    compiled: OnceLock<Result<CompiledSchema, SchemaProblem>>,
    has_expressions: OnceLock<bool>,
}

/// Says whether the API server has objects of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Served {
    Yes,
    No,
}

impl CustomKind {
    /// Returns the schema, compiled on first use.
    pub(super) fn compiled(&self) -> Result<&CompiledSchema, SchemaProblem> {
        let build = || {
            let schema = self.schema().ok_or(SchemaProblem::NoSchema)?.to_json();
            let document = crd::convert(&schema)?;
            self.patterns.admit(&document)?;
            compile(document)
        };
        self.compiled.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    /// Returns true if the schema holds rules in CEL, which are not evaluated.
    pub(super) fn has_expressions(&self) -> bool {
        let look = || self.schema().is_some_and(|schema| holds_key(schema, "x-kubernetes-validations"));
        *self.has_expressions.get_or_init(look)
    }

    /// Returns true if the API server has objects of this version.
    pub(super) fn is_served(&self) -> bool {
        self.served == Served::Yes
    }

    fn schema(&self) -> Option<&Node> {
        let versions = self.definition.at(&["spec", "versions"])?;
        versions.items().get(self.index)?.at(&["schema", "openAPIV3Schema"])
    }

    fn is(&self, object: &Object) -> bool {
        self.is_kind(object) && *self.version == *object.version()
    }

    fn is_kind(&self, object: &Object) -> bool {
        *self.group == *object.group() && self.kind == object.kind
    }

    fn same_definition(&self, other: &Self) -> bool {
        self.cluster == other.cluster && self.group == other.group && self.kind == other.kind
    }
}

fn holds_key(node: &Node, key: &str) -> bool {
    let mut entries = node.entries().iter();
    entries.any(|entry| &*entry.key == key || holds_key(&entry.value, key))
        || node.items().iter().any(|item| holds_key(item, key))
}

/// Every version of every definition, indexed by the name of the kind: a repository may hold hundreds of definitions,
/// and every object asks.
#[derive(Debug, Default)]
pub(super) struct CustomKinds {
    by_name: BTreeMap<Box<str>, Vec<CustomKind>>,
    patterns: Arc<PatternRoom>,
}

impl CustomKinds {
    /// Adds the definitions among the objects of a revision. A later revision replaces the kinds of an earlier one. A
    /// kind that one revision defines twice has both schemas.
    pub(super) fn add(&mut self, objects: &[Candidate<'_>]) {
        let added: Vec<CustomKind> = objects
            .iter()
            .filter(|candidate| is_definition(candidate))
            .flat_map(|candidate| self.read(candidate))
            .collect();
        for kinds in self.by_name.values_mut() {
            kinds.retain(|known| !added.iter().any(|new| new.same_definition(known)));
        }
        for kind in added {
            self.by_name.entry(kind.kind.clone()).or_default().push(kind);
        }
    }

    /// Returns the schemas that an object has to satisfy: those of its own cluster or, if its cluster defines none,
    /// those of any.
    pub(super) fn of(&self, candidate: &Candidate<'_>) -> Vec<&CustomKind> {
        let (mut anywhere, mut in_cluster, mut is_defined_here) = (Vec::new(), Vec::new(), false);
        for known in self.named(&candidate.object.kind) {
            let is_here = known.cluster == *candidate.cluster;
            is_defined_here |= is_here && known.is_kind(candidate.object);
            if known.is_served() && known.is(candidate.object) {
                anywhere.push(known);
                if is_here {
                    in_cluster.push(known);
                }
            }
        }
        if in_cluster.is_empty() && !is_defined_here { anywhere } else { in_cluster }
    }

    /// Returns the versions in which the object's own cluster serves its kind, or `None` if it does not define it.
    pub(super) fn served_versions(&self, candidate: &Candidate<'_>) -> Option<Vec<Box<str>>> {
        let (mut is_defined, mut served) = (false, Vec::new());
        for known in self.named(&candidate.object.kind) {
            if known.cluster != *candidate.cluster || !known.is_kind(candidate.object) {
                continue;
            }
            is_defined = true;
            // A repository may hold several copies of one definition.
            if known.is_served() && !served.contains(&known.version) {
                served.push(known.version.clone());
            }
        }
        is_defined.then_some(served)
    }

    fn read(&self, candidate: &Candidate<'_>) -> Vec<CustomKind> {
        let object = candidate.object;
        let text = |keys: &[&str]| object.root.text_at(keys).unwrap_or_default().into();
        let (group, kind): (Box<str>, Box<str>) =
            (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
        if builtin::owns_group(&group) {
            return Vec::new();
        }
        let versions = object.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
        let mut kinds = Vec::with_capacity(versions.len());
        for (index, version) in versions.iter().enumerate() {
            let is_served = version.get("served").and_then(Node::as_bool) != Some(false);
            kinds.push(CustomKind {
                cluster: candidate.cluster.clone(),
                group: group.clone(),
                version: version.text_at(&["name"]).unwrap_or_default().into(),
                kind: kind.clone(),
                served: if is_served { Served::Yes } else { Served::No },
                definition: Arc::clone(object),
                index,
                patterns: Arc::clone(&self.patterns),
                compiled: OnceLock::new(),
                has_expressions: OnceLock::new(),
            });
        }
        kinds
    }

    /// Returns every version of a kind that has this name, in any group.
    pub(super) fn named(&self, kind: &str) -> impl Iterator<Item = &CustomKind> {
        self.by_name.get(kind).into_iter().flatten()
    }
}

/// Returns true for a whole definition. A patch holds a part of it only.
fn is_definition(candidate: &Candidate<'_>) -> bool {
    let object = candidate.object;
    &*object.kind == "CustomResourceDefinition"
        && candidate.part != ObjectPart::Fragment
        && object.group() == "apiextensions.k8s.io"
}
