//! The reasons why an SSH certificate does not count.
//!
//! In: the cause. Out: a clause that follows "a certificate that". Never: decides.

use std::time::SystemTime;

use crate::KeyFingerprint;
use crate::date::format_minute;

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CertificateProblem {
    /// It cannot be read.
    #[error("cannot be read")]
    Damaged,
    /// The signature of the authority does not match.
    #[error("its authority did not sign")]
    Forged,
    /// No one trusts the authority.
    #[error("authority {0} issued, which is not one of the allowed signers")]
    UnknownAuthority(KeyFingerprint),
    /// It is a host certificate.
    #[error("is for a host, not for a person")]
    NotForUsers,
    /// It is not valid yet.
    #[error("is valid only from {} on", format_minute(*.0))]
    NotYetValid(SystemTime),
    /// It has expired.
    #[error("expired on {}", format_minute(*.0))]
    Expired(SystemTime),
    /// It has a restriction that has no meaning for signatures.
    #[error("has the critical option `{0}`, a restriction that portcullis does not support")]
    CriticalOption(String),
    /// It names no one in particular.
    #[error("names no principal")]
    NoPrincipal,
    /// It names a person that the authority may not vouch for.
    #[error("is for {0}, and the allowed signers do not allow its authority to certify that name")]
    WrongPrincipal(String),
    /// It is on the revocation list.
    #[error("has been revoked")]
    Revoked,
}

impl CertificateProblem {
    /// Returns advice for its owner.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::Damaged | Self::Forged | Self::Expired(_) | Self::NotYetValid(_) | Self::Revoked => {
                "get a new certificate from your certificate authority, and sign again with it.".to_owned()
            }
            Self::UnknownAuthority(_) => "sign with a certificate of an authority in the allowed signers \
                (`cert-authority`), or have this authority added."
                .to_owned(),
            Self::NotForUsers | Self::CriticalOption(_) | Self::NoPrincipal | Self::WrongPrincipal(_) => {
                "get a user certificate in your own name without critical options, and sign again with it."
                    .to_owned()
            }
        }
    }
}
