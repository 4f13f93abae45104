//! What the schemas say of an object.

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
        /// Which kinds exist instead.
        unknown: UnknownKind,
        /// What the versions that do have such objects refuse.
        violations: Vec<Violation>,
    },
    /// There is a schema but it cannot be used, so nothing is known of the object.
    Unusable(SchemaProblem),
}

/// A kind that a cluster does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    /// Whether the group is Kubernetes' own, so that no custom resource definition can bring it.
    pub owned_by_kubernetes: bool,
    /// The target versions that do not have it; empty for custom kinds.
    pub missing_in: Vec<KubernetesVersion>,
    /// Every embedded version that has it.
    pub served_in: Vec<KubernetesVersion>,
    /// The versions in which the repository's definition of the kind serves it, which are not the
    /// object's; `None` if there is no definition.
    pub defined: Option<Vec<Box<str>>>,
    /// Why the kind cannot exist, where it belongs to a known operator.
    pub misnamed: Option<Misnamed>,
}

impl UnknownKind {
    /// Whether the kind may exist, its definition only not being here.
    pub fn is_merely_undefined(&self) -> bool {
        !self.owned_by_kubernetes && self.defined.is_none() && self.misnamed.is_none()
    }
}

impl Outcome {
    /// What is refused; none if nothing is known.
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
