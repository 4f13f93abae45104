//! Signatures by SSH keys and certificates.
//!
//! In: an armored block, the payload, the allowed signers and the revocations. Out: the key that signed, or the reason
//! why it does not count. Never: accepts a signature for another purpose, or judges by the committer's date. `git
//! verify-commit` judges keys by that date, which the author of a commit chooses.

mod allowed_signers;
mod certificate;
mod envelope;
mod key;
mod key_list;
mod krl;
mod pattern;
mod problem;
mod revocation;
mod signer_line;
mod signer_options;
#[cfg(test)]
mod tests;
mod wire;

pub use allowed_signers::{AllowedSigners, SignersError};
pub(super) use problem::CertificateProblem;
pub use revocation::{RevocationError, RevocationProblem, Revocations};

use std::time::SystemTime;

use allowed_signers::{SignerLine, SignerRole};
use certificate::{Certificate, is_certificate};
use envelope::Envelope;
use key::{KeyProblem, SshKey, fingerprint, key_type};

use super::armor::{Block, unreadable};
use super::distrust::Distrust;
use super::terms::KeyWindow;
use super::trusted_keys::{Signed, TrustedKeys};

/// The namespace of git's signatures in allowed signers.
const NAMESPACE: &str = "git";

/// Returns the signer of a payload.
pub(super) fn find_signer(
    trusted: &TrustedKeys,
    payload: &[u8],
    block: &Block<'_>,
    now: SystemTime,
) -> Result<Signed, Distrust> {
    let envelope = Envelope::parse(block)?;
    let kind = key_type(&envelope.key).map_err(|_| unreadable("its key is damaged"))?;
    if is_certificate(kind) {
        verify_certificate(trusted, payload, &envelope, now)
    } else {
        verify_key(trusted, payload, &envelope, now)
    }
}

fn verify_key(
    trusted: &TrustedKeys,
    payload: &[u8],
    envelope: &Envelope,
    now: SystemTime,
) -> Result<Signed, Distrust> {
    let key = SshKey::parse(&envelope.key).map_err(|problem| unusable(problem, &envelope.key))?;
    check_not_revoked(trusted, &key)?;
    let lines = trusted.signers.find_lines(&key, SignerRole::Signer);
    if lines.is_empty() {
        return Err(Distrust::UnknownSigner(key.fingerprint()));
    }
    key.verify(&envelope.signed_bytes(payload)?, &envelope.signature, trusted.terms.minimum_rsa_bits)?;
    let names = first_valid(&lines, |line| check_window(line, now).map(|()| line.principals.names()))?;
    let named = |line: &&SignerLine| names.iter().any(|name| line.principals.matches(name));
    let lines: Vec<&SignerLine> = lines.into_iter().filter(named).collect();
    first_valid(&lines, |line| check_line(line, now))?;
    Ok(Signed { key: key.fingerprint(), principals: Vec::new(), made: None })
}

fn verify_certificate(
    trusted: &TrustedKeys,
    payload: &[u8],
    envelope: &Envelope,
    now: SystemTime,
) -> Result<Signed, Distrust> {
    let floor = trusted.terms.minimum_rsa_bits;
    let certificate = Certificate::parse(&envelope.key, floor)?;
    let authority = certificate.authority.fingerprint();
    check_not_revoked(trusted, &certificate.authority)?;
    check_not_revoked(trusted, &certificate.key)?;
    let revocations = &trusted.revocations;
    if revocations.revokes_certificate(&certificate) || revocations.revokes_key(&envelope.key) {
        return Err(Distrust::Certificate(CertificateProblem::Revoked));
    }
    let lines = trusted.signers.find_lines(&certificate.authority, SignerRole::Authority);
    if lines.is_empty() {
        return Err(Distrust::Certificate(CertificateProblem::UnknownAuthority(authority)));
    }
    certificate.check(now)?;
    certificate.key.verify(&envelope.signed_bytes(payload)?, &envelope.signature, floor)?;
    trusted.terms.check_window(&authority, now)?;
    let vouched = |line: &SignerLine| list_vouched(line, &certificate);
    let names = first_valid(&lines, |line| check_window(line, now).and_then(|()| vouched(line)))?;
    let principals = first_valid(&lines, |line| {
        check_line(line, now)?;
        let mut principals = vouched(line)?;
        principals.retain(|name| names.contains(name));
        if principals.is_empty() {
            Err(Distrust::NamespaceNotAllowed(authority.clone()))
        } else {
            Ok(principals)
        }
    })?;
    Ok(Signed { key: certificate.key.fingerprint(), principals, made: None })
}

/// Returns the first line that lets the signature count, otherwise the problem of the first one.
///
/// Git asks twice: `ssh-keygen -Y find-principals` takes the names of the first line that has the key and is valid
/// today, and `ssh-keygen -Y verify` then takes every line that has the key and one of these names.
fn first_valid<Value>(
    lines: &[&SignerLine],
    judge: impl Fn(&SignerLine) -> Result<Value, Distrust>,
) -> Result<Value, Distrust> {
    let mut first = None;
    for line in lines {
        match judge(line) {
            Ok(value) => return Ok(value),
            Err(distrust) => first = first.or(Some(distrust)),
        }
    }
    Err(first.unwrap_or(Distrust::Mismatch))
}

fn check_line(line: &SignerLine, now: SystemTime) -> Result<(), Distrust> {
    let key = line.key.fingerprint();
    if line.namespaces.as_ref().is_some_and(|namespaces| !namespaces.matches(NAMESPACE)) {
        return Err(Distrust::NamespaceNotAllowed(key));
    }
    check_window(line, now)
}

fn check_window(line: &SignerLine, now: SystemTime) -> Result<(), Distrust> {
    let window = KeyWindow { valid_from: line.valid_after, valid_until: line.valid_before };
    window.check(&line.key.fingerprint(), now)
}

/// Returns the names of a certificate for which the line lets its authority vouch.
fn list_vouched(line: &SignerLine, certificate: &Certificate) -> Result<Vec<String>, Distrust> {
    let names = certificate.principals.iter().filter(|name| line.principals.matches(name));
    let names: Vec<String> = names.cloned().collect();
    if names.is_empty() {
        let all = certificate.principals.join(", ");
        return Err(Distrust::Certificate(CertificateProblem::WrongPrincipal(all)));
    }
    Ok(names)
}

fn check_not_revoked(trusted: &TrustedKeys, key: &SshKey) -> Result<(), Distrust> {
    if trusted.revocations.revokes_key(key.blob()) {
        Err(Distrust::Revoked(key.fingerprint()))
    } else {
        Ok(())
    }
}

fn unusable(problem: KeyProblem, blob: &[u8]) -> Distrust {
    match problem {
        KeyProblem::Damaged => unreadable("its key is damaged"),
        KeyProblem::Unsupported(name) => Distrust::Unsupported(format!("an SSH key of the kind `{name}`")),
        KeyProblem::Dsa => Distrust::Dsa(fingerprint(blob)),
    }
}
