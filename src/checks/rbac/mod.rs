//! Permissions: who may do what after the change that they could not before.

pub(super) mod cluster_admin_binding;
mod describe;
mod gain;
mod path;
mod place;
pub(super) mod rbac_escalation;
mod risk;
mod risk_table;
