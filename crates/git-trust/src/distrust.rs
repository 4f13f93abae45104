//! Why a signature does not count.
//!
//! In: the cause. Out: a clause for the pusher; `advice` says what to do. Never: decides.

use std::time::{Duration, SystemTime};

use thiserror::Error;

use super::date::{day, minute};
use super::ssh::CertificateProblem;
use super::{KeyFingerprint, SignatureStatus};

/// One cause. Displays as a clause that follows "the signature".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Distrust {
    /// A kind of signature that is not verified.
    #[error("is made with {0}, which portcullis does not support")]
    Unsupported(String),
    /// Not exactly one armored block of a detached signature.
    #[error("is not readable: {0}")]
    Unreadable(String),
    /// More than one signature, or something besides it.
    #[error("is not a single signature: the block contains {0} OpenPGP packets")]
    NotSingle(usize),
    /// A text signature, a certification or the like.
    #[error("does not sign a file (OpenPGP type Binary)")]
    WrongType,
    /// An SSH signature for another purpose.
    #[error("was made for `{0}`, not for git")]
    WrongNamespace(String),
    /// No creation time or no issuer.
    #[error("does not say {0}")]
    Incomplete(&'static str),
    /// Made after it was received.
    #[error("is dated in the future ({})", minute(*.0))]
    FromTheFuture(SystemTime),
    /// Made too long before it was received.
    #[error("was made on {}, longer ago than the {} that the policy accepts", day(*.made), days(*.maximum))]
    TooOld {
        /// When it says that it was made.
        made: SystemTime,
        /// `signatures.maxSignatureAge`.
        maximum: Duration,
    },
    /// The signature itself has an end.
    #[error("has expired by its own terms")]
    SignatureExpired,
    /// No one knows the OpenPGP key.
    #[error("was made by key {0}, which is not in the keyring")]
    UnknownKey(String),
    /// No one knows the SSH key.
    #[error("was made by SSH key {0}, which is not one of the allowed signers")]
    UnknownSigner(KeyFingerprint),
    /// Two certificates hold the key.
    #[error("was made by a key that belongs to several certificates of the keyring")]
    AmbiguousKey,
    /// It signs something else.
    #[error("does not match: it signs a different object")]
    Mismatch,
    /// Its hash, or something else about it, is below the floor.
    #[error("uses cryptography that is no longer accepted: {0}")]
    Weak(String),
    /// It carries something critical that we do not know, or that sequoia's policy refuses.
    #[error("contains a critical part that portcullis does not support: {0}")]
    NotUnderstood(String),
    /// An RSA key with too few bits.
    #[error("was made by key {key}, which has {bits} bits; RSA keys need {floor}")]
    ShortKey {
        /// The key.
        key: KeyFingerprint,
        /// How long it is.
        bits: usize,
        /// How long it must be.
        floor: usize,
    },
    /// A DSA key.
    #[error("was made by key {0}, a DSA key, which is no longer accepted")]
    Dsa(KeyFingerprint),
    /// The key is not bound to its certificate.
    #[error("was made by key {key}, which its certificate does not confirm: {problem}")]
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
    /// Older than its key, or the key is not valid for another reason of time.
    #[error("was made by key {0}, which was not valid when it signed")]
    NotAlive(KeyFingerprint),
    /// The policy or the allowed signers let the key sign later.
    #[error("was made by key {key}, which counts only from {} on", minute(*.from))]
    NotYetValid {
        /// The key.
        key: KeyFingerprint,
        /// When it begins to count.
        from: SystemTime,
    },
    /// The policy or the allowed signers let the key sign until then.
    #[error("was made by key {key}, which counted until {}", minute(*.until))]
    NoLongerValid {
        /// The key.
        key: KeyFingerprint,
        /// When it ceased to count.
        until: SystemTime,
    },
    /// The allowed signers let the key sign other things.
    #[error(
        "was made by SSH key {0}, which the allowed signers do not allow to sign for git \
        (`namespaces=`)"
    )]
    NamespaceNotAllowed(KeyFingerprint),
    /// The key or its certificate is revoked, or may be.
    #[error("was made by key {0}, which has been revoked")]
    Revoked(KeyFingerprint),
    /// An encryption or certification key.
    #[error("was made by key {0}, which is not meant for signing")]
    NotForSigning(KeyFingerprint),
    /// A security key that no one touched.
    #[error("was made by security key {0} without a touch of the key")]
    NoTouch(KeyFingerprint),
    /// An SSH certificate that does not count.
    #[error("was made with an SSH certificate that {0}")]
    Certificate(CertificateProblem),
}

impl Distrust {
    /// The cause as a word that never changes, for fingerprints.
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

    /// The status that says it.
    pub(super) fn into_status(self) -> SignatureStatus {
        SignatureStatus::Untrusted { cause: self.name(), reason: self.to_string(), advice: self.advice() }
    }
}

/// A duration in days where it is one, otherwise in hours.
fn days(duration: Duration) -> String {
    let hours = duration.as_secs() / 3600;
    match (hours % 24, hours / 24) {
        (0, 1) => "1 day".to_owned(),
        (0, days) => format!("{days} days"),
        (1, 0) => "1 hour".to_owned(),
        (_, _) => format!("{hours} hours"),
    }
}
