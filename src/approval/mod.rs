//! Whose approval a changed path has.
//!
//! In: the people of the policy, who signed the new commits, what each of them touches. Out:
//! [`SignerApprovals`]. Never: believes author or committer text, counts a key that maps to no
//! person, or reads a repository.

mod signer;

pub use signer::{NewCommit, SignerApprovals};
