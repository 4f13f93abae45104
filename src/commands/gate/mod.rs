//! Turns ref updates into changes that the pipeline can judge: the composition of git, policy,
//! signatures and owners that all commands share.

mod commits;
mod keyring;
mod owners;
mod planning;
mod policy;
mod session;
mod trust_files;

pub use planning::{Plan, PlannedRef};
pub use policy::{Floor, Governance, Governing, PolicyLoadError, load};
pub use session::{GateError, Session};
