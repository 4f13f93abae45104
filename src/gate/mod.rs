//! Turns ref updates into changes that the pipeline can judge: the composition of git, policy,
//! signatures and owners that all commands share.

mod approvals;
mod commits;
mod contributors;
mod covered_merges;
mod demanded_signatures;
mod forge_copy;
mod forge_merge;
mod growth;
mod inspection;
mod lanes;
mod made_by_host;
mod notices;
mod owners;
mod planning;
mod program_account;
mod ref_names;
mod repair;
mod rescue;
mod reviews;
mod rules;
mod session;
mod signatures;
mod statement_store;
mod statements;
mod trees;
mod unblocking;
mod verification;
mod versions;

pub use crate::governance::{Governing, date_of, owners_of, waivers_notice};
pub use planning::PlannedRef;
pub use ref_names::taken_for as is_taken_for;
pub use rescue::{RECORDS, RescueProblem};
pub use reviews::{Merged, Proposal, PushedBy, Review};
pub use rules::{
    known_checks, load_policy_document, load_policy_file, load_profile, load_without_repository, rules_of,
};
pub use session::{GateError, PushFacts, Session};
pub use verification::VerifiedCommit;
