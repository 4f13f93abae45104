//! The rules by which a repository and its server let changes be judged: policies, keys, owners, waivers.
//!
//! In: the trust files of a revision, and the server's policy, each read once for a run. Out: [`Governing`], and what a
//! change does to trust files: who has to approve it, what it weakens, whether the next push could still pass. Never:
//! runs a check, or believes a trust file that the change itself brings.

mod clock;
mod error;
mod floor;
mod governing;
mod keyring;
mod last_rules;
mod owners_file;
mod policy_files;
mod repair;
mod resulting;
mod targets;
mod trust_files;
mod trust_owners;
mod waivers;
mod weakening;

pub use clock::date_of;
pub(crate) use clock::instant;
pub use error::{KeysError, OwnersError, PolicyLoadError};
pub use floor::Floor;
pub(crate) use governing::govern_by_baseline;
pub use governing::{
    Foundation, Governance, Governing, govern_by_document, govern_by_file, govern_by_text,
    govern_without_repository,
};
pub use keyring::KeyFiles;
pub(crate) use keyring::load_keys;
pub(crate) use last_rules::LastRules;
pub use owners_file::owners_of;
pub(crate) use policy_files::PolicyFiles;
pub(crate) use repair::{repair_changes, surviving_keys};
pub(crate) use resulting::{ApprovedBy, Unusable, find_problem};
pub(crate) use trust_files::{
    OntoHead, TrustInput, changes, changes_keys_only, digest, is_trust_file, owners_dialect,
};
pub(crate) use trust_owners::ChangeApprovals;
pub(crate) use waivers::facts as waiver_facts;
pub use waivers::notice as waivers_notice;
