//! The schemas that a change is judged by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::acceptance::QuickValidator;
use super::candidate::{Candidate, ObjectPart};
use super::closure::Closure;
use super::compile::{CompiledSchema, compile};
use super::custom::{CustomKind, CustomKinds};
use super::embedded::{Embedded, embedded};
use super::outcome::{Outcome, UnknownKind};
use super::problem::{Excess, SchemaProblem};
use super::suggestion::Suggestions;
use super::translate::ErrorContext;
use super::unknown;
use super::violation::{Violation, ViolationKind};
use super::wording::Quoting;
use super::{defaults, definition};
use super::{nulls, operators};
use jsonschema::ValidationError;

use kube_manifest::{Node, Object};
use kube_model::{KubernetesVersion, builtin};

/// The `apiVersion` of kustomize's own plugins: their files are read by kustomize and never applied.
const KUSTOMIZE_PLUGIN: &str = "builtin";

/// The first version that knows the formats `k8s-short-name` and `k8s-long-name`.
const KNOWS_NAME_FORMATS: u8 = 34;

type Compiled = Result<Option<Arc<CompiledSchema>>, SchemaProblem>;

/// Schemas of every supported Kubernetes version and of the repository's custom resources. Creating a store costs
/// nothing; a schema is compiled when the first object needs it.
#[derive(Debug, Default)]
pub struct SchemaStore {
    custom: CustomKinds,
    before: CustomKinds,
    by_version: RwLock<HashMap<(&'static str, KubernetesVersion), Compiled>>,
    /// The compiled schemas. Versions in which a kind has the same text share one.
    by_closure: Mutex<HashMap<Closure, Compiled>>,
    suggestions: Suggestions,
}

impl SchemaStore {
    /// Creates a store that knows Kubernetes' own kinds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a store of the embedded schemas and the custom resource definitions of two revisions. If both define a
    /// kind, the new one's definition counts.
    pub fn of(old: &[Candidate<'_>], new: &[Candidate<'_>]) -> Self {
        let mut store = Self::new();
        store.custom.add(old);
        store.before.add(old);
        store.custom.add(new);
        store
    }

    /// Judges an object by every target version, or by the newest if none is named, because no version would accept
    /// everything.
    pub fn validate(&self, candidate: &Candidate<'_>, versions: &[KubernetesVersion]) -> Outcome {
        self.judge(candidate, versions, &self.custom)
    }

    /// Judges an object as it was judged before the change, by the definitions of the old world only.
    pub fn validate_before(&self, candidate: &Candidate<'_>, versions: &[KubernetesVersion]) -> Outcome {
        self.judge(candidate, versions, &self.before)
    }

    /// Returns true if an object's kind may exist and has no definition here, so that no schema judges it.
    pub fn is_undefined(&self, candidate: &Candidate<'_>) -> bool {
        let object = candidate.object;
        let applied = candidate.part == ObjectPart::Whole;
        let unread = object.group().is_empty() || object.kind.is_empty() || !applied;
        match judge_custom(candidate, &[], &self.custom) {
            _ if unread || *object.api_version == *KUSTOMIZE_PLUGIN => false,
            Ok(Outcome::UnknownKind { unknown, .. }) => unknown.is_merely_undefined(),
            Ok(Outcome::Valid | Outcome::Invalid(_) | Outcome::Unusable(_)) | Err(_) => false,
        }
    }

    /// Returns true if rules of an object's kind are written in CEL, which is not evaluated.
    pub fn has_unevaluated_rules(&self, candidate: &Candidate<'_>) -> bool {
        self.custom.of(candidate).iter().any(|kind| kind.has_expressions())
    }

    /// Returns the kind that was probably meant by one that does not exist, such as `apps/v1 Deployment`.
    pub fn nearest_kind(&self, candidate: &Candidate<'_>, versions: &[KubernetesVersion]) -> Option<String> {
        self.suggestions.suggest_kind(embedded()?, &self.custom, candidate.object, versions)
    }

    fn judge(
        &self,
        candidate: &Candidate<'_>,
        versions: &[KubernetesVersion],
        custom: &CustomKinds,
    ) -> Outcome {
        let versions = if versions.is_empty() { &[KubernetesVersion::NEWEST] } else { versions };
        let Some(embedded) = embedded() else { return Outcome::Unusable(SchemaProblem::EmbeddedDataDamaged) };
        let object = candidate.object;
        let judged = match embedded.name_of(object.group(), object.version(), &object.kind) {
            Some(name) => self.judge_built_in(embedded, candidate, name, versions),
            None => judge_custom(candidate, versions, custom),
        };
        judged.unwrap_or_else(Outcome::Unusable)
    }

    fn judge_built_in(
        &self,
        embedded: &Embedded,
        candidate: &Candidate<'_>,
        name: &'static str,
        versions: &[KubernetesVersion],
    ) -> Result<Outcome, SchemaProblem> {
        let object = candidate.object;
        let (mut violations, mut missing_in) = (Vec::new(), Vec::new());
        for version in versions {
            if QuickValidator::of(embedded, *version).accepts(name, &object.root) {
                continue;
            }
            match self.compiled(embedded, name, *version)? {
                Some(compiled) => {
                    for found in violations_of(&compiled, &object.root, object)? {
                        merge(&mut violations, found, &[*version]);
                    }
                }
                None => missing_in.push(*version),
            }
        }
        violations.retain(|violation| !is_status_gap(violation));
        for found in definition_violations(candidate) {
            merge(&mut violations, found, versions);
        }
        if missing_in.is_empty() {
            return Ok(Outcome::of(violations));
        }
        let served_in = embedded.served_in(name);
        let unknown =
            UnknownKind { owned_by_kubernetes: true, missing_in, served_in, defined: None, misnamed: None };
        Ok(Outcome::UnknownKind { unknown, violations })
    }

    /// Returns the schema of a kind in a version, or `None` if that version does not have it.
    fn compiled(&self, embedded: &Embedded, name: &'static str, version: KubernetesVersion) -> Compiled {
        // A poisoned lock means only that another thread panicked. The map is intact.
        let known =
            self.by_version.read().unwrap_or_else(PoisonError::into_inner).get(&(name, version)).cloned();
        if let Some(known) = known {
            return known;
        }
        let compiled = self.compile(embedded, name, version);
        let mut by_version = self.by_version.write().unwrap_or_else(PoisonError::into_inner);
        by_version.entry((name, version)).or_insert(compiled).clone()
    }

    fn compile(&self, embedded: &Embedded, name: &'static str, version: KubernetesVersion) -> Compiled {
        if embedded.index(name, version).is_none() {
            return Ok(None);
        }
        let closure = Closure::of(embedded, name, version)
            .ok_or_else(|| SchemaProblem::Incomplete(format!("{name} in {version}")))?;
        let mut by_closure = self.by_closure.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = by_closure.get(&closure) {
            return known.clone();
        }
        let document = closure.document(embedded).ok_or(SchemaProblem::EmbeddedDataDamaged);
        let compiled = document.and_then(compile).map(|compiled| Some(Arc::new(compiled)));
        by_closure.insert(closure, compiled.clone());
        compiled
    }
}

fn judge_custom(
    candidate: &Candidate<'_>,
    versions: &[KubernetesVersion],
    custom: &CustomKinds,
) -> Result<Outcome, SchemaProblem> {
    let object = candidate.object;
    let kinds = custom.of(candidate);
    if kinds.is_empty() {
        let owned_by_kubernetes =
            builtin::owns_group(object.group()) && &*object.api_version != KUSTOMIZE_PLUGIN;
        let missing_in = if owned_by_kubernetes { versions.to_vec() } else { Vec::new() };
        let defined = custom.served_versions(candidate);
        let misnamed =
            operators::misnamed(object.group(), object.version(), &object.kind).filter(|_| defined.is_none());
        let unknown =
            UnknownKind { owned_by_kubernetes, missing_in, served_in: Vec::new(), defined, misnamed };
        return Ok(Outcome::UnknownKind { unknown, violations: Vec::new() });
    }
    let mut violations = Vec::new();
    for kind in kinds {
        for found in custom_violations(kind, object)? {
            let versions: Vec<_> =
                versions.iter().filter(|version| knows(**version, &found)).copied().collect();
            if !versions.is_empty() {
                merge(&mut violations, found, &versions);
            }
        }
    }
    Ok(Outcome::of(violations))
}

fn custom_violations(kind: &CustomKind, object: &Object) -> Result<Vec<Violation>, SchemaProblem> {
    let compiled = kind.compiled()?;
    let root = nulls::prune_nulls(&object.root, &compiled.document);
    let root = if compiled.has_defaults { defaults::fill_defaults(root, &compiled.document) } else { root };
    violations_of(compiled, &root, object)
}

/// Returns true if a version enforces a rule at all.
fn knows(version: KubernetesVersion, violation: &Violation) -> bool {
    match &violation.kind {
        ViolationKind::Value { rule } if rule == "k8sshortname" || rule == "k8slongname" => {
            version.minor() >= KNOWS_NAME_FORMATS
        }
        ViolationKind::Value { .. }
        | ViolationKind::UnknownField { .. }
        | ViolationKind::Type { .. }
        | ViolationKind::Required { .. }
        | ViolationKind::Duplicate { .. } => true,
    }
}

/// Returns the violations of a definition beyond its schema. A patch holds a part of a definition only.
fn definition_violations(candidate: &Candidate<'_>) -> Vec<Violation> {
    if candidate.part == ObjectPart::Whole { definition::violations(candidate.object) } else { Vec::new() }
}

/// The most violations of one object. Each is compared with every violation of the old object, and leaving out the
/// rest would excuse it.
const VIOLATIONS: usize = 500;

/// The most values of an invalid object. The validator collects every violation with a copy of its value before they
/// can be counted.
const VALUES: usize = 50_000;

fn violations_of(
    compiled: &CompiledSchema,
    root: &Node,
    object: &Object,
) -> Result<Vec<Violation>, SchemaProblem> {
    if compiled.validator.is_valid(root) {
        return Ok(Vec::new());
    }
    if root.count() > VALUES {
        return Err(SchemaProblem::TooMuchWrong(Excess::Values(VALUES)));
    }
    let quoting = if object.holds_secret() { Quoting::Forbidden } else { Quoting::Allowed };
    let judged = ErrorContext { document: &compiled.document, root, quoting };
    let certain = |error: &ValidationError<'_>| !unknown::decides(root, error);
    let errors = compiled.validator.iter_errors(root).filter(certain).take(VIOLATIONS + 1);
    let found: Vec<Violation> = errors.flat_map(|error| judged.translate(&error)).collect();
    let excess = SchemaProblem::TooMuchWrong(Excess::Violations(VIOLATIONS));
    if found.len() > VIOLATIONS { Err(excess) } else { Ok(found) }
}

/// Adds a violation, or adds the versions to one that is already there.
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

/// Returns true for a gap in `status`. The API server fills `status` itself and ignores that of a manifest, so
/// generated manifests with an incomplete one are accepted.
fn is_status_gap(violation: &Violation) -> bool {
    match violation.kind {
        ViolationKind::Required { .. } | ViolationKind::Duplicate { .. } => {
            violation.pointer == "/status" || violation.pointer.starts_with("/status/")
        }
        ViolationKind::UnknownField { .. } | ViolationKind::Type { .. } | ViolationKind::Value { .. } => {
            false
        }
    }
}
