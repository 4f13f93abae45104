//! The schemas that a change is judged by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::closure::Closure;
use super::compile::{CompiledSchema, compile};
use super::custom::CustomKinds;
use super::embedded::{Embedded, embedded};
use super::outcome::{Outcome, UnknownKind};
use super::problem::SchemaProblem;
use super::violation::{Quoting, Violation, ViolationKind, translate};
use super::{nulls, suggestion};
use crate::kube::{KubernetesVersion, builtin};
use crate::manifest::Object;
use crate::world::Placed;

/// The `apiVersion` of kustomize's own plugins: their files are read by kustomize and never applied.
const KUSTOMIZE_PLUGIN: &str = "builtin";

type Compiled = Result<Arc<CompiledSchema>, SchemaProblem>;

/// Schemas of every supported Kubernetes version and of the repository's custom resources. Making
/// one costs nothing; a schema is compiled when the first object needs it.
#[derive(Debug, Default)]
pub struct SchemaStore {
    custom: CustomKinds,
    compiled: Mutex<HashMap<Closure, Compiled>>,
}

impl SchemaStore {
    /// A store that knows Kubernetes' own kinds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the custom resource definitions among the objects of one revision: first the old one's,
    /// then the new one's, which count where both define a kind.
    pub fn add_crds<'a>(&mut self, objects: impl Iterator<Item = &'a Placed>) {
        self.custom.add(objects);
    }

    /// Judges an object by every target version; by the newest where none is named, because no
    /// version would accept everything.
    pub fn validate(&self, placed: &Placed, versions: &[KubernetesVersion]) -> Outcome {
        let versions = if versions.is_empty() { &[KubernetesVersion::NEWEST] } else { versions };
        let Some(embedded) = embedded() else { return Outcome::Unusable(SchemaProblem::EmbeddedDataDamaged) };
        let object = &placed.object;
        let name = embedded.name_of(object.group(), object.version(), &object.kind);
        let judged = match name {
            Some(name) => self.judge_built_in(embedded, object, name, versions),
            None => self.judge_custom(embedded, placed, versions),
        };
        judged.unwrap_or_else(Outcome::Unusable)
    }

    fn judge_built_in(
        &self,
        embedded: &Embedded,
        object: &Object,
        name: &str,
        versions: &[KubernetesVersion],
    ) -> Result<Outcome, SchemaProblem> {
        let json = object.root.to_json();
        let mut violations = Vec::new();
        let has_it = |version: &&KubernetesVersion| embedded.index(name, **version).is_some();
        for version in versions.iter().filter(has_it) {
            let closure = Closure::of(embedded, name, *version)
                .ok_or_else(|| SchemaProblem::Incomplete(format!("{name} in {version}")))?;
            let compiled = self.compiled(embedded, &closure)?;
            for found in violations_of(&compiled, &json, object) {
                merge(&mut violations, found, &[*version]);
            }
        }
        violations.retain(|violation| !is_status_gap(violation));
        let missing_in: Vec<_> = versions.iter().filter(|version| !has_it(version)).copied().collect();
        if missing_in.is_empty() {
            return Ok(Outcome::of(violations));
        }
        let served_in = embedded.served_in(name);
        let nearest = suggestion::kind(embedded, &self.custom, object, versions);
        let unknown = UnknownKind { owned_by_kubernetes: true, missing_in, served_in, nearest };
        Ok(Outcome::UnknownKind { unknown, violations })
    }

    fn judge_custom(
        &self,
        embedded: &Embedded,
        placed: &Placed,
        versions: &[KubernetesVersion],
    ) -> Result<Outcome, SchemaProblem> {
        let object = &placed.object;
        let kinds = self.custom.of(placed);
        if kinds.is_empty() {
            let owned_by_kubernetes =
                builtin::owns_group(object.group()) && &*object.api_version != KUSTOMIZE_PLUGIN;
            let missing_in = if owned_by_kubernetes { versions.to_vec() } else { Vec::new() };
            let nearest = suggestion::kind(embedded, &self.custom, object, versions);
            let unknown = UnknownKind { owned_by_kubernetes, missing_in, served_in: Vec::new(), nearest };
            return Ok(Outcome::UnknownKind { unknown, violations: Vec::new() });
        }
        let mut violations = Vec::new();
        for kind in kinds {
            let compiled = kind.compiled()?;
            let mut json = object.root.to_json();
            nulls::prune(&mut json, &compiled.document, &compiled.document);
            for found in violations_of(compiled, &json, object) {
                merge(&mut violations, found, versions);
            }
        }
        Ok(Outcome::of(violations))
    }

    fn compiled(&self, embedded: &Embedded, closure: &Closure) -> Compiled {
        // A poisoned lock only means that another thread panicked; the map itself is whole.
        let mut cache = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.get(closure) {
            return known.clone();
        }
        let document = closure.document(embedded).ok_or(SchemaProblem::EmbeddedDataDamaged);
        let compiled = document.and_then(compile).map(Arc::new);
        cache.insert(closure.clone(), compiled.clone());
        compiled
    }
}

fn violations_of(compiled: &CompiledSchema, json: &Value, object: &Object) -> Vec<Violation> {
    let is_secret = object.group().is_empty() && &*object.kind == "Secret";
    let quoting = if is_secret { Quoting::Forbidden } else { Quoting::Allowed };
    let errors = compiled.validator.iter_errors(json);
    errors.flat_map(|error| translate(&error, &compiled.document, quoting)).collect()
}

/// Adds a violation, or the versions to one that is already there.
fn merge(violations: &mut Vec<Violation>, mut found: Violation, versions: &[KubernetesVersion]) {
    let same = |known: &&mut Violation| {
        known.kind == found.kind && known.pointer == found.pointer && known.message == found.message
    };
    if let Some(known) = violations.iter_mut().find(same) {
        known.versions.extend(versions);
        known.versions.sort_unstable();
        known.versions.dedup();
    } else {
        found.versions = versions.to_vec();
        violations.push(found);
    }
}

/// The API server fills `status` itself and ignores what a manifest says of it, so that generated
/// manifests with an incomplete one are accepted.
fn is_status_gap(violation: &Violation) -> bool {
    match violation.kind {
        ViolationKind::Required { .. } => {
            violation.pointer == "/status" || violation.pointer.starts_with("/status/")
        }
        ViolationKind::UnknownField { .. } | ViolationKind::Type { .. } | ViolationKind::Value { .. } => {
            false
        }
    }
}

impl SchemaStore {
    /// The embedded schemas and the custom resource definitions of both worlds, the new one's first.
    pub fn of(old: &crate::world::World, new: &crate::world::World) -> Self {
        let mut store = Self::new();
        let definitions = old.objects.iter().chain(&new.objects);
        store.add_crds(definitions.map(AsRef::as_ref));
        store
    }
}
