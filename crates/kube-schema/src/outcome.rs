//! The result of validating an object.

use super::operators::Misnamed;
use super::problem::SchemaProblem;
use super::violation::Violation;
use kube_model::KubernetesVersion;

/// The judgement of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every target version accepts it.
    Valid,
    /// Some target version refuses it.
    Invalid(Vec<Violation>),
    /// Some target version does not have such objects.
    UnknownKind {
        /// The kind, and the kinds that exist instead.
        unknown: UnknownKind,
        /// The violations in the versions that do have such objects.
        violations: Vec<Violation>,
    },
    /// The schema exists but cannot be used, so nothing is known of the object.
    Unusable(SchemaProblem),
}

/// A kind that a cluster does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    /// Says whether the group is Kubernetes' own, so that no custom resource definition can add it.
    pub owned_by_kubernetes: bool,
    /// The target versions that do not have it; empty for custom kinds.
    pub missing_in: Vec<KubernetesVersion>,
    /// Every embedded version that has it.
    pub served_in: Vec<KubernetesVersion>,
    /// The versions in which the repository's definition of the kind serves it, without that of the object. `None` if
    /// there is no definition.
    pub defined: Option<Vec<Box<str>>>,
    /// The reason why the kind cannot exist, if it belongs to a known operator.
    pub misnamed: Option<Misnamed>,
}

impl UnknownKind {
    /// Returns true if the kind may exist and only its definition is missing here.
    pub fn is_merely_undefined(&self) -> bool {
        !self.owned_by_kubernetes && self.defined.is_none() && self.misnamed.is_none()
    }
}

impl Outcome {
    /// Returns the violations. Empty if nothing is known.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Invalid(violations) | Self::UnknownKind { violations, .. } => violations,
            Self::Valid | Self::Unusable(_) => &[],
        }
    }

    pub(super) fn of(violations: Vec<Violation>) -> Self {
        if violations.is_empty() { Self::Valid } else { Self::Invalid(violations) }
    }
}
