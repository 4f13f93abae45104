//! RBAC as Kubernetes defines it: rules, what covers what, bindings, built-in roles.

mod binding;
mod built_in;
mod covers;
mod rule;

pub use binding::{Binding, RoleReference, Subject};
pub use built_in::{BuiltInRole, built_in_roles};
pub use covers::uncovered;
pub use rule::{Atom, PolicyRule};

/// Whether a group is RBAC's. OpenShift serves the same objects under its own group too, and its API
/// server turns one into the other.
pub fn is_rbac_group(group: &str) -> bool {
    matches!(group, "rbac.authorization.k8s.io" | "authorization.openshift.io")
}
