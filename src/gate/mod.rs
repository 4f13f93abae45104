//! Turns ref updates into changes that the pipeline can judge: the composition of git, policy,
//! signatures and owners that all commands share.

mod approvals;
mod clock;
mod commits;
mod contributors;
mod forge_merge;
mod growth;
mod inspection;
mod keyring;
mod notices;
mod owners;
mod planning;
mod policy;
mod protection;
mod ref_names;
mod rescue;
mod resulting;
mod reviews;
mod session;
mod signatures;
mod statement_store;
mod statements;
mod trees;
mod trust_files;
mod trust_owners;
mod unblocking;
mod verification;
mod waivers;
mod weakening;

pub use clock::date_of;
pub use owners::owners_of;
pub use planning::PlannedRef;
pub use policy::{Governing, known_checks, load_policy_file, load_policy_text, load_without_repository};
pub use ref_names::taken_for as is_taken_for;
pub use rescue::{RECORDS, RescueProblem};
pub use reviews::{Merged, Proposal, PushedBy, Review};
pub use session::{GateError, PushFacts, Session};
pub use verification::VerifiedCommit;
pub use waivers::notice as waivers_notice;
