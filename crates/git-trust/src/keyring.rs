//! The trusted keyring.
//!
//! In: the certificate files of the base revision. Out: [`Keyring`]. Never: skips a file or a part of one that it
//! cannot use. A key that is missing from a keyring would be noticed only when it locks a person out, or lets a
//! revoked key in.

use std::collections::{BTreeMap, BTreeSet};

use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::{Cert, Fingerprint, KeyHandle, KeyID};
use thiserror::Error;

use source_files::RepoPath;

/// The reason why a keyring cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// A file is not a list of certificates.
    #[error("{path} is not a list of OpenPGP certificates: {problem}")]
    Unreadable {
        /// The file.
        path: RepoPath,
        /// The error of the OpenPGP library.
        problem: String,
    },
    /// A file without a certificate.
    #[error("{path} contains no OpenPGP certificate")]
    Empty {
        /// The file.
        path: RepoPath,
    },
    /// A private key, which everyone with access to the repository can use.
    #[error("{path} contains a secret key: remove it, treat the key as stolen, and revoke it")]
    SecretKey {
        /// The file.
        path: RepoPath,
    },
}

/// The certificates that may sign, each once.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    certificates: BTreeMap<Fingerprint, Cert>,
    /// The certificates that hold a key, by the id of the key.
    holders: BTreeMap<KeyID, BTreeSet<Fingerprint>>,
}

impl Keyring {
    /// Reads every certificate of every file, armored or binary. Several files may hold one certificate; their parts
    /// are merged, so that a revocation anywhere counts.
    pub fn from_files(files: impl Iterator<Item = (RepoPath, Vec<u8>)>) -> Result<Self, KeyringError> {
        let mut keyring = Self::default();
        for (path, bytes) in files {
            let certificates = read_certificates(&path, &bytes)?;
            for certificate in certificates {
                keyring.insert(&path, certificate)?;
            }
        }
        Ok(keyring)
    }

    /// Returns true if no one is trusted.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Returns the number of certificates.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Returns every certificate.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Cert> {
        self.certificates.values()
    }

    /// Returns the certificates that may hold one of the keys.
    pub(super) fn find_holders(&self, keys: &[KeyHandle]) -> Vec<&Cert> {
        let holders = keys.iter().filter_map(|key| self.holders.get(&KeyID::from(key))).flatten();
        let named: BTreeSet<&Fingerprint> = holders.collect();
        named.into_iter().filter_map(|fingerprint| self.certificates.get(fingerprint)).collect()
    }

    fn insert(&mut self, path: &RepoPath, certificate: Cert) -> Result<(), KeyringError> {
        let fingerprint = certificate.fingerprint();
        let merged = match self.certificates.remove(&fingerprint) {
            Some(known) => known.merge_public(certificate).map_err(|error| unreadable(path, &error))?,
            None => certificate,
        };
        for key in merged.keys() {
            self.holders.entry(key.key().keyid()).or_default().insert(fingerprint.clone());
        }
        self.certificates.insert(fingerprint, merged);
        Ok(())
    }
}

fn read_certificates(path: &RepoPath, bytes: &[u8]) -> Result<Vec<Cert>, KeyringError> {
    let mut certificates = Vec::new();
    for block in split_blocks(bytes) {
        let parser = CertParser::from_bytes(block).map_err(|error| unreadable(path, &error))?;
        for certificate in parser {
            certificates.push(certificate.map_err(|error| unreadable(path, &error))?);
        }
    }
    if certificates.iter().any(Cert::is_tsk) {
        return Err(KeyringError::SecretKey { path: path.clone() });
    }
    if certificates.is_empty() {
        return Err(KeyringError::Empty { path: path.clone() });
    }
    Ok(certificates)
}

fn unreadable(path: &RepoPath, error: &impl ToString) -> KeyringError {
    KeyringError::Unreadable { path: path.clone(), problem: error.to_string() }
}

/// Returns the armored blocks of a file, or the whole file if it is binary. The parser itself reads only the first
/// block and would drop the rest of `cat a.asc b.asc` silently.
fn split_blocks(bytes: &[u8]) -> Vec<&[u8]> {
    let starts = find_block_starts(bytes);
    if starts.is_empty() {
        return if bytes.trim_ascii().is_empty() { Vec::new() } else { vec![bytes] };
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| bytes.get(*start..end)).collect()
}

fn find_block_starts(bytes: &[u8]) -> Vec<usize> {
    let mut offset = 0;
    let mut starts = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"-----BEGIN ") {
            starts.push(offset);
        }
        offset += line.len();
    }
    starts
}
