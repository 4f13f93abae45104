//! RBAC as Kubernetes defines it: rules, what covers what, bindings, what every API server makes.

mod binding;
mod bootstrap;
mod covers;
mod members;
mod rule;

pub use binding::{Binding, RoleReference, Subject};
pub use bootstrap::{Bootstrap, BuiltInBinding, BuiltInRole, RoleLabels};
pub use covers::uncovered;
pub use members::{GROUPS, Members};
pub use rule::{Atom, PolicyRule};

/// The group of OpenShift's own bindings.
const OPENSHIFT: &str = "authorization.openshift.io";

/// Whether the objects of a group decide who may do what. OpenShift serves RBAC's objects under its own
/// group too, and its API server turns one into the other; its `Group` objects say who is a member.
pub fn is_rbac_group(group: &str) -> bool {
    matches!(group, "rbac.authorization.k8s.io" | OPENSHIFT | GROUPS)
}
