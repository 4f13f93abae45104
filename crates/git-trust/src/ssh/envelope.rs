//! The envelope of an SSH signature (OpenSSH's `PROTOCOL.sshsig`).
//!
//! In: an armored block. Out: [`Envelope`]: the key that claims to have signed, and the bytes that it signed. Never:
//! another namespace than git's, a weak hash, or an unexplained byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ssh_key::{HashAlg, Signature, SshSig};

use super::wire::{Damaged, Wire};
use crate::armor::{Block, unreadable};
use crate::distrust::Distrust;

const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
/// The namespace that git passes to `ssh-keygen -Y sign -n` (`sign_buffer_ssh` in git's `gpg-interface.c`).
const NAMESPACE: &str = "git";

/// A signature and its claims.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The key or the certificate, neither trusted nor parsed yet.
    pub(super) key: Vec<u8>,
    pub(super) signature: Signature,
    hash: HashAlg,
}

impl Envelope {
    /// Opens the envelope.
    pub(super) fn parse(block: &Block<'_>) -> Result<Self, Distrust> {
        let text: String = block.body().collect();
        let bytes = STANDARD.decode(text).map_err(|_| unreadable("its base64 text is damaged"))?;
        let fields = Fields::read(&bytes).map_err(|_| unreadable("its SSH data is damaged"))?;
        if fields.version != VERSION {
            return Err(Distrust::Unsupported(format!("version {} of the SSH format", fields.version)));
        }
        if fields.namespace != NAMESPACE {
            return Err(Distrust::WrongNamespace(fields.namespace.to_owned()));
        }
        if !fields.reserved.is_empty() {
            return Err(unreadable("it uses a part of the SSH format that is reserved"));
        }
        let signature = read_signature(fields.signature)?;
        Ok(Self { key: fields.key.to_vec(), signature, hash: read_hash(fields.hash)? })
    }

    /// Returns the bytes that were signed: the format's own, with a hash of the payload among them.
    pub(super) fn signed_bytes(&self, payload: &[u8]) -> Result<Vec<u8>, Distrust> {
        SshSig::signed_data(NAMESPACE, self.hash, payload).map_err(|_| Distrust::Mismatch)
    }
}

struct Fields<'a> {
    version: u32,
    key: &'a [u8],
    namespace: &'a str,
    reserved: &'a [u8],
    hash: &'a str,
    signature: &'a [u8],
}

impl<'a> Fields<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut wire = Wire::new(bytes);
        if wire.take(MAGIC.len())? != MAGIC {
            return Err(Damaged);
        }
        let fields = Self {
            version: wire.number()?,
            key: wire.string()?,
            namespace: wire.text()?,
            reserved: wire.string()?,
            hash: wire.text()?,
            signature: wire.string()?,
        };
        wire.finish()?;
        Ok(fields)
    }
}

fn read_hash(name: &str) -> Result<HashAlg, Distrust> {
    match name {
        "sha256" => Ok(HashAlg::Sha256),
        "sha512" => Ok(HashAlg::Sha512),
        other => Err(Distrust::Weak(format!("the hash `{other}`"))),
    }
}

/// Reads the signature proper. `ssh-rsa` and `ssh-dss` mean SHA-1, which the format forbids.
pub(super) fn read_signature(bytes: &[u8]) -> Result<Signature, Distrust> {
    let damaged = || unreadable("its SSH data is damaged");
    let (name, rest) = split_name(bytes).map_err(|_| damaged())?;
    match name {
        "ssh-rsa" | "ssh-dss" => return Err(Distrust::Weak(format!("`{name}` signatures, which use SHA-1"))),
        "ssh-ed25519"
        | "ecdsa-sha2-nistp256"
        | "ecdsa-sha2-nistp384"
        | "ecdsa-sha2-nistp521"
        | "rsa-sha2-256"
        | "rsa-sha2-512" => rest.finish().map_err(|_| damaged())?,
        "sk-ssh-ed25519@openssh.com" | "sk-ecdsa-sha2-nistp256@openssh.com" => {
            read_security_key_trailer(rest).map_err(|_| damaged())?;
        }
        other => return Err(Distrust::Unsupported(format!("an SSH key of the kind `{other}`"))),
    }
    Signature::try_from(bytes).map_err(|_| damaged())
}

fn split_name(bytes: &[u8]) -> Result<(&str, Wire<'_>), Damaged> {
    let mut wire = Wire::new(bytes);
    let name = wire.text()?;
    wire.string()?;
    Ok((name, wire))
}

/// Reads one byte of flags and a counter.
fn read_security_key_trailer(mut rest: Wire<'_>) -> Result<(), Damaged> {
    rest.byte()?;
    rest.number()?;
    rest.finish()
}
