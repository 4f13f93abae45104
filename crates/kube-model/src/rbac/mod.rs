//! RBAC as Kubernetes defines it: rules and their coverage, bindings, and the roles of every API server.

mod binding;
mod bootstrap;
mod covers;
mod members;
mod rule;

pub use binding::{Binding, RoleReference, Subject};
pub use bootstrap::{Bootstrap, BuiltInBinding, BuiltInRole, RoleLabels};
pub use covers::find_uncovered;
pub use members::{GROUPS, Members};
pub use rule::{Atom, PolicyRule};

/// The group of OpenShift's own bindings.
const OPENSHIFT: &str = "authorization.openshift.io";

/// Returns true if the objects of a group decide about permissions. OpenShift serves RBAC's objects under its own
/// group too, and its API server converts them. Its `Group` objects list members.
pub fn is_rbac_group(group: &str) -> bool {
    matches!(group, "rbac.authorization.k8s.io" | OPENSHIFT | GROUPS)
}
