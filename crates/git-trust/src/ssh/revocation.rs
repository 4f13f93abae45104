//! SSH keys and certificates that no longer count.
//!
//! In: revocation files, each a plain list of public keys or a KRL. Out: [`Revocations`]. Never: skips what it cannot
//! read. Git only warns of a revocation file that it cannot use, and trusts the revoked keys again.

use std::collections::BTreeSet;

use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::certificate::Certificate;
use super::key_list;
use super::krl::{self, RevokedCertificates};
use super::wire::Damaged;
use source_files::RepoPath;

/// The reason why a revocation file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the revocation list {path} cannot be used: {problem}")]
pub struct RevocationError {
    /// The file.
    pub path: RepoPath,
    /// The problem.
    pub problem: RevocationProblem,
}

/// A problem of a revocation file. Displays as a sentence about "it".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RevocationProblem {
    /// The file is too large.
    #[error("it is larger than 16 MiB")]
    TooLarge,
    /// The file is neither a list of keys nor a KRL.
    #[error("it is neither text nor a KRL")]
    NotText,
    /// A line of a list is not a public key.
    #[error("line {0} is not a public key")]
    NotAKey(usize),
    /// A KRL ends too early or has another version.
    #[error("it is damaged")]
    Damaged,
    /// A KRL has a section of an unknown type.
    #[error("it has a section of type {0}, which is not supported")]
    UnknownSection(u8),
    /// A KRL revokes certificates by a section of an unknown type.
    #[error("it revokes certificates in a way ({0:#x}) that is not supported")]
    UnknownCertificateSection(u8),
}

impl From<Damaged> for RevocationProblem {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

/// The revoked keys and certificates.
#[derive(Clone, Debug, Default)]
pub struct Revocations {
    pub(super) keys: BTreeSet<Box<[u8]>>,
    pub(super) sha256: BTreeSet<Box<[u8]>>,
    pub(super) sha1: BTreeSet<Box<[u8]>>,
    pub(super) certificates: Vec<RevokedCertificates>,
}

/// The largest file, in bytes. A KRL of a large organisation has a few megabytes.
const LARGEST_FILE: usize = 16 * 1024 * 1024;

impl Revocations {
    /// Reads every file. A key counts as revoked if any file revokes it.
    pub fn from_files(files: impl Iterator<Item = (RepoPath, Vec<u8>)>) -> Result<Self, RevocationError> {
        let mut revocations = Self::default();
        for (path, bytes) in files {
            let read = if bytes.len() > LARGEST_FILE {
                Err(RevocationProblem::TooLarge)
            } else if krl::is_krl(&bytes) {
                krl::read_krl(&bytes, &mut revocations)
            } else {
                key_list::read_list(&bytes, &mut revocations)
            };
            read.map_err(|problem| RevocationError { path, problem })?;
        }
        Ok(revocations)
    }

    /// Returns true if the bytes of a key are revoked.
    pub(super) fn revokes_key(&self, blob: &[u8]) -> bool {
        self.keys.contains(blob)
            || self.sha256.contains(Sha256::digest(blob).as_slice())
            || (!self.sha1.is_empty() && self.revokes_sha1(blob))
    }

    /// Returns true if the SHA-1 of a key is revoked, and also if it cannot be computed.
    fn revokes_sha1(&self, blob: &[u8]) -> bool {
        let Ok(context) = HashAlgorithm::SHA1.context() else { return true };
        let mut context = context.for_digest();
        context.update(blob);
        context.into_digest().map_or(true, |digest| self.sha1.contains(digest.as_slice()))
    }

    /// Returns true if a certificate is revoked by its number or its name.
    pub(super) fn revokes_certificate(&self, certificate: &Certificate) -> bool {
        self.certificates.iter().any(|revoked| revoked.covers(certificate))
    }
}
