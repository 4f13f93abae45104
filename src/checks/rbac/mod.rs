//! Permissions: who may do what after the change that they could not before.

pub(super) mod cluster_admin_binding;
mod describe;
mod grants;
mod path;
pub(super) mod rbac_escalation;
mod risk;
mod roles;
