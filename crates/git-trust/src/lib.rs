//! Verifies who signed a commit or a tag.
//!
//! In: the signed payload, the signature and the trusted keys. Out: [`SignatureStatus`]. Never: reads a repository,
//! and never trusts author, committer or a user id.

mod advice;
mod armor;
mod date;
mod distrust;
mod gpg_program;
mod identity;
mod inventory;
mod keyring;
mod openpgp;
mod radix64;
pub mod raw;
mod ssh;
mod terms;
#[cfg(test)]
mod tests;
mod throw_away;
mod trusted_keys;

pub use gpg_program::gpg_program;
pub use identity::KeyFingerprint;
pub use inventory::{KeyFacts, KeyStanding};
pub use keyring::{Keyring, KeyringError};
pub use ssh::{AllowedSigners, RevocationError, RevocationProblem, Revocations, SignersError};
pub use terms::{KeyWindow, RsaBits, Terms};
pub use throw_away::{RevocationKind, ThrowAwayKey, ThrowAwayKeyError};
pub use trusted_keys::{Received, TrustedKeys};

/// The result of verifying a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureStatus {
    /// There is no signature.
    Unsigned,
    /// Exactly one good signature by a trusted key.
    Trusted {
        /// The OpenPGP certificate, not the subkey; or the SSH key.
        key: KeyFingerprint,
        /// The people that an SSH certificate names, if the allowed signers let its authority vouch for them. Empty
        /// for every other kind of key, which the policy's `people:` maps to a person.
        principals: Vec<String>,
    },
    /// Exactly one good signature by a forge's own key. It proves that the forge made the object, and nothing about
    /// the person who asked for it or approved it.
    Forge {
        /// The forge's key.
        key: KeyFingerprint,
    },
    /// A signature that does not count.
    Untrusted {
        /// The cause, as a word that never changes.
        cause: &'static str,
        /// The cause, as a clause that follows "the signature".
        reason: String,
        /// Advice for the author of the signature.
        advice: String,
    },
}

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
