//! RBAC as Kubernetes defines it: rules, what covers what, bindings, built-in roles.

mod binding;
mod built_in;
mod covers;
mod rule;

pub use binding::{Binding, RoleReference, Subject};
pub use built_in::{BuiltInRole, built_in_roles};
pub use covers::uncovered;
pub use rule::{Atom, PolicyRule};

/// The group of all RBAC kinds.
pub const RBAC_GROUP: &str = "rbac.authorization.k8s.io";
