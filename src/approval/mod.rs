//! Finds the approvals of a changed path.
//!
//! In: the people of the policy, who signed the new commits and what each of them touches, signed
//! statements under `refs/approvals/`. Out: [`SignerApprovals`]; [`Record`]s and what they count for.
//! Never: believes author or committer text, counts a key that maps to no person, or reads a repository.

mod digest;
mod people;
mod record;
mod signer;
mod standing;
mod statement;

pub use digest::Digest;
pub use people::{approver_of_account, approver_of_person, approver_of_signature};
pub use record::{NotGenuine, Record, SignedTag};
pub use signer::{NewCommit, SignerApprovals};
pub use standing::{Asked, Covers, Refusal};
pub use statement::{Statement, StatementError};
