//! The causes for which a signature does not count.
//!
//! In: the cause. Out: a clause for the pusher; `advice` says what to do. Never: decides.

use std::time::{Duration, SystemTime};

use thiserror::Error;

use super::date::{format_day, format_minute};
use super::ssh::CertificateProblem;
use super::{KeyFingerprint, SignatureStatus};

/// One cause. Displays as a clause that follows "the signature".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Distrust {
    /// The signature is of a kind that is not verified.
    #[error("is made with {0}, which portcullis does not support")]
    Unsupported(String),
    /// The text is not exactly one armored block of a detached signature.
    #[error("is not readable: {0}")]
    Unreadable(String),
    /// There are several signatures, or something besides the signature.
    #[error("is not a single signature: the block contains {0} OpenPGP packets")]
    NotSingle(usize),
    /// The signature is a text signature, a certification or the like.
    #[error("does not sign a file (OpenPGP type Binary)")]
    WrongType,
    /// The SSH signature is for another purpose.
    #[error("was made for `{0}`, not for git")]
    WrongNamespace(String),
    /// The signature has no creation time or no issuer.
    #[error("does not say {0}")]
    Incomplete(&'static str),
    /// The signature was made after it was received.
    #[error("is dated in the future ({})", format_minute(*.0))]
    FromTheFuture(SystemTime),
    /// The signature was made too long before it was received.
    #[error("was made on {}, longer ago than the {} that the policy accepts", format_day(*.made), format_days(*.maximum))]
    TooOld {
        /// The creation time that the signature states.
        made: SystemTime,
        /// `signatures.maxSignatureAge`.
        maximum: Duration,
    },
    /// The signature itself has expired.
    #[error("has expired by its own terms")]
    SignatureExpired,
    /// The OpenPGP key is not in the keyring.
    #[error("was made by key {0}, which is not in the keyring")]
    UnknownKey(String),
    /// The SSH key is not among the allowed signers.
    #[error("was made by SSH key {0}, which is not one of the allowed signers")]
    UnknownSigner(KeyFingerprint),
    /// Two certificates hold the key.
    #[error("was made by a key that belongs to several certificates of the keyring")]
    AmbiguousKey,
    /// The signature is over other data.
    #[error("does not match: it signs a different object")]
    Mismatch,
    /// The hash, or another part of the signature, is below the floor.
    #[error("uses cryptography that is no longer accepted: {0}")]
    Weak(String),
    /// The signature carries something critical that is unknown here, or that sequoia's policy refuses.
    #[error("contains a critical part that portcullis does not support: {0}")]
    NotUnderstood(String),
    /// The RSA key has too few bits.
    #[error("was made by key {key}, which has {bits} bits; RSA keys need {floor}")]
    ShortKey {
        /// The key.
        key: KeyFingerprint,
        /// The length of the key in bits.
        bits: usize,
        /// The least length that the policy accepts, in bits.
        floor: usize,
    },
    /// The key is a DSA key.
    #[error("was made by key {0}, a DSA key, which is no longer accepted")]
    Dsa(KeyFingerprint),
    /// The key is not bound to its certificate.
    #[error("was made by key {key}, which its certificate does not confirm: {problem}")]
    Unbound {
        /// The key.
        key: KeyFingerprint,
        /// The error from sequoia.
        problem: String,
    },
    /// The key has expired.
    #[error("was made by key {key}, which expired on {}", format_day(*.expired))]
    Expired {
        /// The key.
        key: KeyFingerprint,
        /// The time when it expired.
        expired: SystemTime,
    },
    /// The signature is older than its key, or the key is not valid for another reason of time.
    #[error("was made by key {0}, which was not valid when it signed")]
    NotAlive(KeyFingerprint),
    /// The policy or the allowed signers do not let the key sign yet.
    #[error("was made by key {key}, which counts only from {} on", format_minute(*.from))]
    NotYetValid {
        /// The key.
        key: KeyFingerprint,
        /// The time from which it counts.
        from: SystemTime,
    },
    /// The policy or the allowed signers no longer let the key sign.
    #[error("was made by key {key}, which counted until {}", format_minute(*.until))]
    NoLongerValid {
        /// The key.
        key: KeyFingerprint,
        /// The time until which it counted.
        until: SystemTime,
    },
    /// The allowed signers let the key sign other things only.
    #[error(
        "was made by SSH key {0}, which the allowed signers do not allow to sign for git \
        (`namespaces=`)"
    )]
    NamespaceNotAllowed(KeyFingerprint),
    /// The key or its certificate is revoked, or may be.
    #[error("was made by key {0}, which has been revoked")]
    Revoked(KeyFingerprint),
    /// The key is for encryption or certification.
    #[error("was made by key {0}, which is not meant for signing")]
    NotForSigning(KeyFingerprint),
    /// No one touched the security key.
    #[error("was made by security key {0} without a touch of the key")]
    NoTouch(KeyFingerprint),
    /// The SSH certificate does not count.
    #[error("was made with an SSH certificate that {0}")]
    Certificate(CertificateProblem),
}

impl Distrust {
    /// Returns the cause as a word that never changes, for fingerprints.
    fn name(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => "unsupported",
            Self::Unreadable(_) => "unreadable",
            Self::NotSingle(_) => "notSingle",
            Self::WrongType => "wrongType",
            Self::WrongNamespace(_) => "wrongNamespace",
            Self::Incomplete(_) => "incomplete",
            Self::FromTheFuture(_) => "future",
            Self::TooOld { .. } => "tooOld",
            Self::SignatureExpired => "signatureExpired",
            Self::UnknownKey(_) | Self::UnknownSigner(_) => "unknownKey",
            Self::AmbiguousKey => "ambiguousKey",
            Self::Mismatch => "mismatch",
            Self::Weak(_) => "weak",
            Self::NotUnderstood(_) => "notUnderstood",
            Self::ShortKey { .. } => "shortKey",
            Self::Dsa(_) => "dsa",
            Self::Unbound { .. } => "unbound",
            Self::Expired { .. } => "expired",
            Self::NotAlive(_) => "notAlive",
            Self::NotYetValid { .. } => "notYetValid",
            Self::NoLongerValid { .. } => "noLongerValid",
            Self::NamespaceNotAllowed(_) => "namespaceNotAllowed",
            Self::Revoked(_) => "revoked",
            Self::NotForSigning(_) => "notForSigning",
            Self::NoTouch(_) => "noTouch",
            Self::Certificate(_) => "certificate",
        }
    }

    /// Converts the cause to a status.
    pub(super) fn into_status(self) -> SignatureStatus {
        SignatureStatus::Untrusted { cause: self.name(), reason: self.to_string(), advice: self.advice() }
    }
}

/// Writes a duration in days if it is a number of days, otherwise in hours.
fn format_days(duration: Duration) -> String {
    let hours = duration.as_secs() / 3600;
    match (hours % 24, hours / 24) {
        (0, 1) => "1 day".to_owned(),
        (0, days) => format!("{days} days"),
        (1, 0) => "1 hour".to_owned(),
        (_, _) => format!("{hours} hours"),
    }
}
