//! SSH certificates: who issued them, for whom and until when.

use std::time::{SystemTime, UNIX_EPOCH};

use git_trust::TrustedKeys;

use super::case::{Case, DAY, Names, now};
use crate::common::git::Failure;
use crate::common::ssh_keys::{Envelope, SshSigner, allowed, krl, revoking, string};

/// A certificate to be issued.
struct Certificate<'a> {
    kind: u32,
    principals: &'a [&'a str],
    valid_after: u64,
    valid_before: u64,
    critical_option: &'a str,
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

fn usual() -> Certificate<'static> {
    Certificate {
        kind: 1,
        principals: &["alice@example.com"],
        valid_after: seconds(now() - DAY),
        valid_before: seconds(now() + DAY),
        critical_option: "",
    }
}

impl Certificate<'_> {
    fn unsigned(&self, subject: &SshSigner, authority: &SshSigner) -> Result<Vec<u8>, Failure> {
        let key = subject.blob()?;
        let fields = key.get(string("ssh-ed25519").len()..).ok_or("a key")?.to_vec();
        let principals: Vec<u8> = self.principals.iter().flat_map(string).collect();
        let option = [string(self.critical_option), string("")].concat();
        let options = if self.critical_option.is_empty() { Vec::new() } else { option };
        Ok([
            string("ssh-ed25519-cert-v01@openssh.com"),
            string("nonce"),
            fields,
            42_u64.to_be_bytes().to_vec(),
            self.kind.to_be_bytes().to_vec(),
            string("alice, laptop"),
            string(principals),
            self.valid_after.to_be_bytes().to_vec(),
            self.valid_before.to_be_bytes().to_vec(),
            string(options),
            string(""),
            string(""),
            string(authority.blob()?),
        ]
        .concat())
    }

    fn issue(&self, subject: &SshSigner, authority: &SshSigner) -> Result<Vec<u8>, Failure> {
        let unsigned = self.unsigned(subject, authority)?;
        let signature = authority.raw(&unsigned)?;
        Ok([unsigned, string(signature)].concat())
    }
}

struct World {
    subject: SshSigner,
    authority: SshSigner,
    trusted: TrustedKeys,
}

impl World {
    fn signed(&self, certificate: &Certificate<'_>) -> Result<String, Failure> {
        self.signed_with(certificate.issue(&self.subject, &self.authority)?)
    }

    fn signed_with(&self, certificate: Vec<u8>) -> Result<String, Failure> {
        self.subject.sign_as(&Envelope { key: Some(certificate), ..Envelope::default() })
    }

    fn allowing(&self, line: &str) -> Result<TrustedKeys, Failure> {
        Ok(allowed(&format!("{line} {}\n", self.authority.text()?))?)
    }
}

pub(crate) fn cases(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let (subject, authority) = (SshSigner::ed25519(21), SshSigner::ed25519(22));
    names.add_ssh(&subject, "certified key")?;
    names.add_ssh(&authority, "authority")?;
    let trusted = allowed(&format!("*@example.com cert-authority {}\n", authority.text()?))?;
    let world = World { subject, authority, trusted };
    let mut cases = contents(&world)?;
    cases.extend(authorities(names, &world)?);
    cases.extend(revoked(&world)?);
    Ok(cases)
}

fn contents(world: &World) -> Result<Vec<Case>, Failure> {
    let case = |name, certificate: Certificate<'_>| {
        Ok::<_, Failure>(Case::new(name, &world.trusted, world.signed(&certificate)?))
    };
    let good = usual().issue(&world.subject, &world.authority)?;
    let mut changed = good.clone();
    let place = changed.windows(5).position(|window| window == b"alice").ok_or("a name")?;
    changed.splice(place..place + 5, *b"admin");
    let longer = [good, vec![0]].concat();
    Ok(vec![
        case("good SSH certificate", usual())?,
        case("good SSH certificate, for ever", Certificate { valid_before: u64::MAX, ..usual() })?,
        case(
            "good SSH certificate, one of two names is allowed",
            Certificate { principals: &["root", "alice@example.com"], ..usual() },
        )?,
        case("SSH certificate, expired", Certificate { valid_before: seconds(now() - DAY), ..usual() })?,
        case(
            "SSH certificate, expired this very second",
            Certificate { valid_before: seconds(now()), ..usual() },
        )?,
        case("SSH certificate, not yet valid", Certificate { valid_after: seconds(now() + DAY), ..usual() })?,
        case(
            "SSH certificate, expired, dated back",
            Certificate { valid_before: seconds(now() - DAY), ..usual() },
        )?
        .claimed(now() - 2 * DAY),
        case(
            "SSH certificate, for somebody else",
            Certificate { principals: &["alice@example.org"], ..usual() },
        )?,
        case("SSH certificate, for nobody", Certificate { principals: &[], ..usual() })?,
        case("SSH certificate, for a host", Certificate { kind: 2, ..usual() })?,
        case(
            "SSH certificate, critical option",
            Certificate { critical_option: "force-command", ..usual() },
        )?,
        Case::new(
            "SSH certificate, changed after it was issued",
            &world.trusted,
            world.signed_with(changed)?,
        ),
        Case::new("SSH certificate, bytes behind it", &world.trusted, world.signed_with(longer)?),
    ])
}

fn authorities(names: &mut Names, world: &World) -> Result<Vec<Case>, Failure> {
    let other = SshSigner::ed25519(23);
    names.add_ssh(&other, "another authority")?;
    let self_issued = usual().issue(&world.subject, &world.subject)?;
    let foreign = usual().issue(&world.subject, &other)?;
    let forged = [usual().unsigned(&world.subject, &world.authority)?, string(other.raw(b"x")?)].concat();
    let good = world.signed(&usual())?;
    let stolen = usual().issue(&world.subject, &world.authority)?;
    let thief = other.sign_as(&Envelope { key: Some(stolen), ..Envelope::default() })?;
    let subject_only = allowed(&format!("alice@example.com {}\n", world.subject.text()?))?;
    Ok(vec![
        Case::new("SSH certificate, unknown authority", &world.trusted, world.signed_with(foreign)?),
        Case::new("SSH certificate, issued by its own key", &world.trusted, world.signed_with(self_issued)?),
        Case::new("SSH certificate, authority did not sign it", &world.trusted, world.signed_with(forged)?),
        Case::new(
            "SSH certificate, authority may only sign itself",
            &world.allowing("*@example.com")?,
            good.clone(),
        ),
        Case::new("SSH certificate, only the bare key is allowed", &subject_only, good.clone()),
        Case::new(
            "SSH certificate, name is refused",
            &world.allowing("*@example.com,!alice@* cert-authority")?,
            good.clone(),
        ),
        Case::new(
            "SSH certificate, authority not for git",
            &world.allowing("* cert-authority,namespaces=\"file\"")?,
            good.clone(),
        ),
        Case::new(
            "SSH certificate, authority no longer valid",
            &world.allowing("* cert-authority,valid-before=\"20260101Z\"")?,
            good,
        ),
        Case::new("SSH certificate, somebody else's", &world.trusted, thief),
        Case::new("SSH certificate, bare key of the subject", &world.trusted, world.subject.sign()?),
    ])
}

fn revoked(world: &World) -> Result<Vec<Case>, Failure> {
    let authority = world.authority.blob()?;
    let section = |authority: &[u8], kind: u8, data: &[u8]| {
        krl(&[(1, [string(authority), string(""), vec![kind], string(data)].concat())])
    };
    let long = |number: u64| number.to_be_bytes().to_vec();
    let bitmap = |first: u64, bits: &[u8]| [long(first), string(bits)].concat();
    let rows: [(&'static str, Vec<u8>); 11] = [
        ("SSH certificate, revoked by number", section(&authority, 0x20, &long(42))),
        ("SSH certificate, revoked by number for every authority", section(b"", 0x20, &long(42))),
        ("SSH certificate, revoked by range", section(&authority, 0x21, &[long(40), long(50)].concat())),
        ("SSH certificate, revoked by bitmap", section(&authority, 0x22, &bitmap(32, &[0x04, 0x00]))),
        ("SSH certificate, revoked by name", section(&authority, 0x23, &string("alice, laptop"))),
        ("SSH certificate, authority revoked", krl(&[(2, string(&authority))])),
        ("SSH certificate, key revoked", krl(&[(2, string(world.subject.blob()?))])),
        ("good SSH certificate, another number revoked", section(&authority, 0x20, &long(43))),
        ("good SSH certificate, another authority's number revoked", section(b"other", 0x20, &long(42))),
        ("good SSH certificate, beside the bitmap", section(&authority, 0x22, &bitmap(32, &[0x03, 0xff]))),
        (
            "good SSH certificate, range above",
            section(&authority, 0x21, &[long(43), long(u64::MAX)].concat()),
        ),
    ];
    let mut cases = Vec::new();
    for (name, file) in rows {
        cases.push(Case::new(name, &revoking(&world.trusted, &file)?, world.signed(&usual())?));
    }
    Ok(cases)
}
