//! One row of the matrix.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use git_trust::{Received, SignatureStatus, TrustedKeys};

use crate::common::git::Failure;
pub(crate) use crate::common::ssh_keys::PAYLOAD;
use crate::common::ssh_keys::{SshSigner, fingerprint};

/// 2026-09-21T14:13:20Z: when the server receives everything.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub(crate) const DAY: Duration = Duration::from_hours(24);

/// Stand-ins for what differs from run to run.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(String, String)>);

impl Names {
    /// Prints `name` for the fingerprint of an SSH key.
    pub(crate) fn add_ssh(&mut self, signer: &SshSigner, name: &str) -> Result<(), Failure> {
        self.add(&fingerprint(&signer.blob()?), name);
        Ok(())
    }

    /// Prints `name` for a text.
    pub(crate) fn add(&mut self, text: &str, name: &str) {
        self.0.push((text.to_owned(), format!("<{name}>")));
    }

    fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// A signature and those who trust.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) trusted: TrustedKeys,
    pub(crate) signature: Vec<u8>,
    /// When the committer says that it was made.
    pub(crate) claimed: SystemTime,
}

impl Case {
    pub(crate) fn new(name: &'static str, trusted: &TrustedKeys, signature: impl Into<Vec<u8>>) -> Self {
        Self { name, trusted: trusted.clone(), signature: signature.into(), claimed: now() }
    }

    pub(crate) fn claimed(mut self, claimed: SystemTime) -> Self {
        self.claimed = claimed;
        self
    }

    fn status(&self) -> SignatureStatus {
        let received = Received { claimed: self.claimed, now: now() };
        self.trusted.verify_new(PAYLOAD, &self.signature, received)
    }

    pub(crate) fn counts(&self) -> bool {
        matches!(self.status(), SignatureStatus::Trusted { .. })
    }

    /// The case and what the pusher is told.
    pub(crate) fn row(&self, names: &Names) -> String {
        let told = match self.status() {
            SignatureStatus::Trusted { key, principals } if principals.is_empty() => {
                format!("trusted: {key}")
            }
            SignatureStatus::Trusted { key, principals } => {
                format!("trusted: {key} for {}", principals.join(", "))
            }
            SignatureStatus::Forge { key } => format!("forge: {key}"),
            SignatureStatus::Unsigned => "unsigned".to_owned(),
            SignatureStatus::Untrusted { reason, advice, .. } => {
                format!("the signature of commit … does not count: it {reason}\n  help: {advice}")
            }
        };
        format!("{}\n  {}\n\n", self.name, names.apply(&told))
    }
}
