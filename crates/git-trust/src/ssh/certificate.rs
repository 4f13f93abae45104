//! SSH certificates (OpenSSH's `PROTOCOL.certkeys`).
//!
//! In: the bytes of a certificate. Out: [`Certificate`], after its authority's signature is verified. Never: trusts
//! the authority; the allowed signers do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::CertificateProblem;
use super::envelope::read_signature;
use super::key::{KeyProblem, SshKey};
use super::wire::{Damaged, Wire};
use crate::distrust::Distrust;
use crate::terms::RsaBits;

/// The suffix of the types of certificates.
const SUFFIX: &str = "-cert-v01@openssh.com";
const USER: u32 = 1;
/// The most principals of a certificate, more than anyone has roles.
const MOST_PRINCIPALS: usize = 256;

/// A certificate that its authority signed.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The key that it certifies.
    pub(super) key: SshKey,
    pub(super) authority: SshKey,
    pub(super) serial: u64,
    pub(super) key_id: String,
    pub(super) principals: Vec<String>,
    kind: u32,
    valid_after: u64,
    valid_before: u64,
    /// The first critical option. None is known here.
    critical_option: Option<String>,
}

/// Returns true if a key type is that of a certificate.
pub(super) fn is_certificate(key_type: &str) -> bool {
    key_type.ends_with(SUFFIX)
}

impl Certificate {
    /// Reads a certificate and verifies the signature of its authority.
    pub(super) fn parse(bytes: &[u8], floor: RsaBits) -> Result<Self, Distrust> {
        let fields = Fields::read(bytes).map_err(|_| Distrust::Certificate(CertificateProblem::Damaged))?;
        let authority = SshKey::parse(fields.authority).map_err(unusable_key)?;
        let signed = bytes.get(..fields.signed).unwrap_or_default();
        authority.verify(signed, &read_signature(fields.signature)?, floor).map_err(
            |distrust| match distrust {
                Distrust::Mismatch => Distrust::Certificate(CertificateProblem::Forged),
                other => other,
            },
        )?;
        Ok(Self {
            key: SshKey::parse(&fields.key).map_err(unusable_key)?,
            authority,
            serial: fields.serial,
            key_id: fields.key_id.to_owned(),
            principals: fields.principals.iter().map(|name| (*name).to_owned()).collect(),
            kind: fields.kind,
            valid_after: fields.valid_after,
            valid_before: fields.valid_before,
            critical_option: fields.critical_option.map(str::to_owned),
        })
    }

    /// Checks that it may sign at all now.
    pub(super) fn check(&self, now: SystemTime) -> Result<(), Distrust> {
        self.find_problem(now).map_or(Ok(()), |problem| Err(Distrust::Certificate(problem)))
    }

    fn find_problem(&self, now: SystemTime) -> Option<CertificateProblem> {
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        let instant = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        if self.kind != USER {
            Some(CertificateProblem::NotForUsers)
        } else if seconds < self.valid_after {
            Some(CertificateProblem::NotYetValid(instant(self.valid_after.min(LAST_SECOND))))
        } else if seconds >= self.valid_before {
            Some(CertificateProblem::Expired(instant(self.valid_before)))
        } else if let Some(option) = &self.critical_option {
            Some(CertificateProblem::CriticalOption(option.clone()))
        } else {
            self.principals.is_empty().then_some(CertificateProblem::NoPrincipal)
        }
    }
}

/// The end of the year 9999, used in messages only.
const LAST_SECOND: u64 = 253_402_300_799;

fn unusable_key(problem: KeyProblem) -> Distrust {
    match problem {
        KeyProblem::Damaged => Distrust::Certificate(CertificateProblem::Damaged),
        KeyProblem::Unsupported(name) => Distrust::Unsupported(format!("an SSH key of the kind `{name}`")),
        KeyProblem::Dsa => Distrust::Weak("DSA keys".to_owned()),
    }
}

struct Fields<'a> {
    key: Vec<u8>,
    serial: u64,
    kind: u32,
    key_id: &'a str,
    principals: Vec<&'a str>,
    valid_after: u64,
    valid_before: u64,
    critical_option: Option<&'a str>,
    authority: &'a [u8],
    /// The number of bytes that the authority signed.
    signed: usize,
    signature: &'a [u8],
}

impl<'a> Fields<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut wire = Wire::new(bytes);
        let name = wire.text()?.strip_suffix(SUFFIX).ok_or(Damaged)?;
        let _nonce = wire.string()?;
        let key = read_plain_key(name, &mut wire)?;
        let serial = wire.long()?;
        let kind = wire.number()?;
        let key_id = wire.text()?;
        let principals = read_texts(wire.string()?)?;
        let (valid_after, valid_before) = (wire.long()?, wire.long()?);
        let critical_option = read_first_option(wire.string()?)?;
        let _extensions = wire.string()?;
        let _reserved = wire.string()?;
        let authority = wire.string()?;
        let signed = bytes.len() - wire.remaining();
        let signature = wire.string()?;
        wire.finish()?;
        Ok(Self {
            key,
            serial,
            kind,
            key_id,
            principals,
            valid_after,
            valid_before,
            critical_option,
            authority,
            signed,
            signature,
        })
    }
}

/// Returns the key as it would be without a certificate, whose fields begin with those of its key.
fn read_plain_key(name: &str, wire: &mut Wire<'_>) -> Result<Vec<u8>, Damaged> {
    let (name, fields) = match name {
        "ssh-ed25519" => ("ssh-ed25519", 1),
        "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512" => ("ssh-rsa", 2),
        "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => (name, 2),
        "sk-ssh-ed25519" => ("sk-ssh-ed25519@openssh.com", 2),
        "sk-ecdsa-sha2-nistp256" => ("sk-ecdsa-sha2-nistp256@openssh.com", 3),
        _ => return Err(Damaged),
    };
    let mut key = encode(name.as_bytes())?;
    for _ in 0..fields {
        key.extend(encode(wire.string()?)?);
    }
    Ok(key)
}

fn encode(bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let length = u32::try_from(bytes.len()).map_err(|_| Damaged)?;
    Ok([length.to_be_bytes().as_slice(), bytes].concat())
}

fn read_texts(bytes: &[u8]) -> Result<Vec<&str>, Damaged> {
    let mut wire = Wire::new(bytes);
    let mut texts = Vec::new();
    while !wire.is_empty() {
        texts.push(wire.text()?);
        if texts.len() > MOST_PRINCIPALS {
            return Err(Damaged);
        }
    }
    Ok(texts)
}

fn read_first_option(bytes: &[u8]) -> Result<Option<&str>, Damaged> {
    if bytes.is_empty() { Ok(None) } else { Wire::new(bytes).text().map(Some) }
}
