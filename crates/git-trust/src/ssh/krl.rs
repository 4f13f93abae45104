//! OpenSSH's binary revocation list (`PROTOCOL.krl`).
//!
//! In: bytes. Out: revoked keys, hashes and certificates. Never: skips an unknown section, or expands a range of
//! numbers to a list.

use std::collections::BTreeSet;

use super::certificate::Certificate;
use super::revocation::{RevocationProblem, Revocations};
use super::wire::{Damaged, Wire};

const MAGIC: &[u8] = b"SSHKRL\n\0";
const FORMAT: u32 = 1;

/// Returns true if bytes begin like a KRL.
pub(super) fn is_krl(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Certificates that an authority revoked, or any authority if the key is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct RevokedCertificates {
    authority: Box<[u8]>,
    /// First and last number.
    ranges: Vec<(u64, u64)>,
    bitmaps: Vec<Bitmap>,
    key_ids: Vec<Box<str>>,
}

/// A set of numbers, counted from the first. The last bit of the last byte represents the first number.
#[derive(Clone, Debug)]
struct Bitmap {
    first: u64,
    bits: Box<[u8]>,
}

impl Bitmap {
    fn contains(&self, serial: u64) -> bool {
        let Some(offset) = serial.checked_sub(self.first) else { return false };
        let place = usize::try_from(offset / 8).ok().and_then(|bytes| self.bits.len().checked_sub(bytes + 1));
        place.and_then(|place| self.bits.get(place)).is_some_and(|byte| byte >> (offset % 8) & 1 == 1)
    }
}

impl RevokedCertificates {
    /// Returns true if the certificate is among them.
    pub(super) fn covers(&self, certificate: &Certificate) -> bool {
        let (serial, key_id) = (certificate.serial, certificate.key_id.as_str());
        let same_authority = self.authority.is_empty() || *self.authority == *certificate.authority.blob();
        let by_number = self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&serial))
            || self.bitmaps.iter().any(|bitmap| bitmap.contains(serial));
        same_authority && (by_number || self.key_ids.iter().any(|revoked| **revoked == *key_id))
    }
}

/// Adds the keys and certificates that a KRL revokes.
pub(super) fn read_krl(bytes: &[u8], revocations: &mut Revocations) -> Result<(), RevocationProblem> {
    let mut wire = Wire::new(bytes);
    read_header(&mut wire)?;
    while !wire.is_empty() {
        let (kind, data) = read_section(&mut wire)?;
        match kind {
            1 => revocations.certificates.push(read_certificates(data)?),
            2 => read_strings(data, &mut revocations.keys)?,
            3 => read_strings(data, &mut revocations.sha1)?,
            5 => read_strings(data, &mut revocations.sha256)?,
            other => return Err(RevocationProblem::UnknownSection(other)),
        }
    }
    Ok(())
}

/// Reads the header. Version, date, flags and comment decide nothing.
fn read_header(wire: &mut Wire<'_>) -> Result<(), Damaged> {
    wire.take(MAGIC.len())?;
    if wire.number()? != FORMAT {
        return Err(Damaged);
    }
    wire.long()?;
    wire.long()?;
    wire.long()?;
    wire.string()?;
    wire.string().map(|_| ())
}

fn read_section<'a>(wire: &mut Wire<'a>) -> Result<(u8, Wire<'a>), Damaged> {
    Ok((wire.byte()?, Wire::new(wire.string()?)))
}

fn read_strings(mut wire: Wire<'_>, set: &mut BTreeSet<Box<[u8]>>) -> Result<(), RevocationProblem> {
    while !wire.is_empty() {
        set.insert(wire.string()?.into());
    }
    Ok(())
}

fn read_certificates(mut wire: Wire<'_>) -> Result<RevokedCertificates, RevocationProblem> {
    let authority = wire.string()?;
    wire.string()?;
    let mut revoked = RevokedCertificates { authority: authority.into(), ..RevokedCertificates::default() };
    while !wire.is_empty() {
        let (kind, data) = read_section(&mut wire)?;
        match kind {
            0x20 => read_serials(data, &mut revoked)?,
            0x21 => read_range(data, &mut revoked)?,
            0x22 => read_bitmap(data, &mut revoked)?,
            0x23 => read_key_ids(data, &mut revoked)?,
            other => return Err(RevocationProblem::UnknownCertificateSection(other)),
        }
    }
    Ok(revoked)
}

fn read_serials(mut wire: Wire<'_>, revoked: &mut RevokedCertificates) -> Result<(), Damaged> {
    while !wire.is_empty() {
        let serial = wire.long()?;
        revoked.ranges.push((serial, serial));
    }
    Ok(())
}

fn read_range(mut wire: Wire<'_>, revoked: &mut RevokedCertificates) -> Result<(), Damaged> {
    revoked.ranges.push((wire.long()?, wire.long()?));
    wire.finish()
}

fn read_bitmap(mut wire: Wire<'_>, revoked: &mut RevokedCertificates) -> Result<(), Damaged> {
    revoked.bitmaps.push(Bitmap { first: wire.long()?, bits: wire.string()?.into() });
    wire.finish()
}

fn read_key_ids(mut wire: Wire<'_>, revoked: &mut RevokedCertificates) -> Result<(), Damaged> {
    while !wire.is_empty() {
        revoked.key_ids.push(wire.text()?.into());
    }
    Ok(())
}
