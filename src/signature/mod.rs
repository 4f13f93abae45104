//! Who signed a commit or a tag.
//!
//! In: the signed payload, the signature and a keyring. Out: [`SignatureStatus`]. Never: reads a
//! repository, and never trusts author, committer or a user id.

mod date;
mod distrust;
mod gpg_program;
mod keyring;
#[cfg(test)]
mod tests;
mod throw_away;
mod verify;

pub use gpg_program::gpg_program;
pub use keyring::{Keyring, KeyringError};
pub use throw_away::{RevocationKind, ThrowAwayKey, ThrowAwayKeyError};

use std::fmt;

/// The fingerprint of an OpenPGP certificate, upper-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyFingerprint(pub Box<str>);

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureStatus {
    /// There is none.
    Unsigned,
    /// Exactly one good signature by a key of the trusted keyring.
    Trusted {
        /// The certificate, not the subkey.
        key: KeyFingerprint,
    },
    /// There is a signature and it does not count.
    Untrusted {
        /// Why, as a clause that follows "the signature".
        reason: String,
        /// What its author should do.
        advice: String,
    },
}
