//! Why a signature does not count, and what to do about it.
//!
//! In: the cause. Out: sentences for the pusher. Never: decides.

use std::time::SystemTime;

use thiserror::Error;

use super::date::day;
use super::{KeyFingerprint, SignatureStatus};

/// One cause. Displays as a clause that follows "the signature".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Distrust {
    /// A kind of signature that is not verified yet.
    #[error("is made with {0}, which portcullis does not support yet")]
    Unsupported(&'static str),
    /// Not exactly one armored block of a detached signature.
    #[error("is not readable: {0}")]
    Unreadable(String),
    /// More than one signature, or something besides it.
    #[error("is not a single one: the block holds {0} OpenPGP packets")]
    NotSingle(usize),
    /// A text signature, a certification or the like.
    #[error("is not one over a file (OpenPGP type Binary)")]
    WrongType,
    /// No creation time or no issuer.
    #[error("does not say {0}")]
    Incomplete(&'static str),
    /// Made after it was received.
    #[error("is dated in the future ({})", day(*.0))]
    FromTheFuture(SystemTime),
    /// The signature itself has an end.
    #[error("has expired by its own terms")]
    SignatureExpired,
    /// Nobody knows the key.
    #[error("was made by key {0}, which is not in the keyring")]
    UnknownKey(String),
    /// Two certificates hold the key.
    #[error("was made by a key that belongs to several certificates of the keyring")]
    AmbiguousKey,
    /// It signs something else.
    #[error("does not match: what it signs is not this object")]
    Mismatch,
    /// Its hash, or something else about it, is below the floor.
    #[error("uses cryptography that is no longer accepted: {0}")]
    Weak(String),
    /// The key is not bound to its certificate.
    #[error("was made by key {key}, which its certificate does not vouch for: {problem}")]
    Unbound {
        /// The key.
        key: KeyFingerprint,
        /// What sequoia says.
        problem: String,
    },
    /// The key has expired.
    #[error("was made by key {key}, which expired on {}", day(*.expired))]
    Expired {
        /// The key.
        key: KeyFingerprint,
        /// When.
        expired: SystemTime,
    },
    /// The key is not valid for another reason of time.
    #[error("was made by key {0}, which was not valid when it signed")]
    NotAlive(KeyFingerprint),
    /// The key or its certificate is revoked, or may be.
    #[error("was made by key {0}, which has been revoked")]
    Revoked(KeyFingerprint),
    /// An encryption or certification key.
    #[error("was made by key {0}, which is not meant for signing")]
    NotForSigning(KeyFingerprint),
}

impl Distrust {
    /// What the author should do, as imperative sentences.
    fn advice(&self) -> String {
        match self {
            Self::Unsupported(_) => "sign with an OpenPGP key (`git config gpg.format openpgp`).".to_owned(),
            Self::UnknownKey(_) => {
                "ask an owner of the keyring to add your public key in its own push, then push again."
                    .to_owned()
            }
            Self::Expired { expired, .. } => format!(
                "your key expired on {}; extend it, have the keyring updated, and sign again.",
                day(*expired)
            ),
            Self::Revoked(_) => {
                "make a new key, have it added to the keyring, and sign again with it.".to_owned()
            }
            Self::FromTheFuture(_) => "set your computer's clock, and sign again.".to_owned(),
            Self::AmbiguousKey => {
                "ask an owner of the keyring to keep the key in one certificate only.".to_owned()
            }
            Self::Unbound { .. } | Self::NotAlive(_) | Self::NotForSigning(_) => {
                "sign with a signing key of yours that the keyring holds, or have the keyring updated."
                    .to_owned()
            }
            Self::Weak(_) => "sign again with a current version of GnuPG or Sequoia.".to_owned(),
            Self::Unreadable(_)
            | Self::NotSingle(_)
            | Self::WrongType
            | Self::Incomplete(_)
            | Self::SignatureExpired
            | Self::Mismatch => {
                "sign again: `git commit --amend --no-edit -S`, or `git tag -f -s`.".to_owned()
            }
        }
    }

    /// The status that says it.
    pub(super) fn into_status(self) -> SignatureStatus {
        SignatureStatus::Untrusted { reason: self.to_string(), advice: self.advice() }
    }
}
