//! Why an SSH certificate does not count.
//!
//! In: the cause. Out: a clause that follows "a certificate that". Never: decides.

use std::time::SystemTime;

use crate::signature::KeyFingerprint;
use crate::signature::date::minute;

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::signature) enum CertificateProblem {
    /// It cannot be read.
    #[error("cannot be read")]
    Damaged,
    /// The signature of the authority does not match.
    #[error("its authority did not sign")]
    Forged,
    /// Nobody trusts the authority.
    #[error("authority {0} issued, which is none of the allowed signers")]
    UnknownAuthority(KeyFingerprint),
    /// A host certificate.
    #[error("is for a host, not for a person")]
    NotForUsers,
    /// Too early.
    #[error("is valid only from {} on", minute(*.0))]
    NotYetValid(SystemTime),
    /// Too late.
    #[error("expired on {}", minute(*.0))]
    Expired(SystemTime),
    /// A restriction that has no meaning for signatures.
    #[error("has the critical option `{0}`, which restricts it in a way that portcullis cannot honour")]
    CriticalOption(String),
    /// Nobody in particular.
    #[error("names nobody (it has no principal)")]
    NoPrincipal,
    /// Somebody that the authority may not vouch for.
    #[error("is for {0}, for whom the allowed signers do not let its authority vouch")]
    WrongPrincipal(String),
    /// On the revocation list.
    #[error("has been revoked")]
    Revoked,
}

impl CertificateProblem {
    /// What its owner should do.
    pub(in crate::signature) fn advice(&self) -> String {
        match self {
            Self::Damaged | Self::Forged | Self::Expired(_) | Self::NotYetValid(_) | Self::Revoked => {
                "get a new certificate from your certificate authority, and sign again with it.".to_owned()
            }
            Self::UnknownAuthority(_) => "sign with a certificate of an authority that the allowed signers \
                                          name (`cert-authority`), or have this one added."
                .to_owned(),
            Self::NotForUsers | Self::CriticalOption(_) | Self::NoPrincipal | Self::WrongPrincipal(_) => {
                "get a user certificate in your own name and without critical options, and sign again with it."
                    .to_owned()
            }
        }
    }
}
