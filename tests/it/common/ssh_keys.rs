//! SSH keys and the bytes of their signatures, made by hand where no tool would make them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use git_trust::{AllowedSigners, RevocationError, Revocations, SignersError, TrustedKeys};
use sequoia_openpgp::crypto::Signer as _;
use sequoia_openpgp::crypto::mpi::{PublicKey, Signature};
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{Key4, SecretParts, UnspecifiedRole};
use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest as _, Sha256, Sha512};
use signature_traits::Signer as _;
use source_files::RepoPath;
use ssh_key::private::{EcdsaKeypair, Ed25519Keypair, KeypairData};
use ssh_key::rand_core::{CryptoRng, Error, RngCore};
use ssh_key::{EcdsaCurve, PrivateKey};

use super::git::Failure;

/// What is signed where nothing else is said.
pub(crate) const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nRaise replicas\n";

/// Numbers for throw-away keys: the same in every run.
pub(crate) struct Numbers(u64);

impl RngCore for Numbers {
    fn next_u32(&mut self) -> u32 {
        u32::from_be_bytes(self.next_u64().to_be_bytes().first_chunk().copied().unwrap_or_default())
    }

    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        let digest = Sha256::digest(self.0.to_be_bytes());
        u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| u8::try_from(self.next_u64() >> 56).unwrap_or_default());
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Numbers {}

/// A `string` of the wire.
pub(crate) fn string(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes(), bytes].concat()
}

/// A positive `mpint` of the wire.
fn positive(number: &[u8]) -> Vec<u8> {
    let signed = number.first().is_some_and(|byte| *byte > 127);
    string([if signed { &[0][..] } else { &[] }, number].concat())
}

/// A key that signs.
pub(crate) enum SshSigner {
    /// One that the SSH library signs with.
    Native(PrivateKey),
    /// RSA keys sign through the OpenPGP library: it is the same PKCS #1 signature.
    Rsa(Key<SecretParts, UnspecifiedRole>),
}

impl SshSigner {
    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Native(PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32])))
    }

    pub(crate) fn ecdsa(curve: EcdsaCurve) -> Result<Self, Failure> {
        let pair = EcdsaKeypair::random(&mut Numbers(7), curve)?;
        Ok(Self::Native(PrivateKey::new(KeypairData::from(pair), "")?))
    }

    pub(crate) fn rsa(bits: usize) -> Result<Self, Failure> {
        Ok(Self::Rsa(Key::from(Key4::generate_rsa(bits)?)))
    }

    /// The bytes of the public key.
    pub(crate) fn blob(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Native(key) => Ok(key.public_key().to_bytes()?),
            Self::Rsa(key) => match key.mpis() {
                PublicKey::RSA { e, n } => {
                    Ok([string("ssh-rsa"), positive(e.value()), positive(n.value())].concat())
                }
                _ => Err("not RSA".into()),
            },
        }
    }

    /// The public key as `authorized_keys` has it.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        text(&self.blob()?)
    }

    /// The wire form of a signature of a message.
    pub(crate) fn raw(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Native(key) => {
                let signature: ssh_key::Signature = key.try_sign(message)?;
                Ok([string(signature.algorithm().as_str()), string(signature.as_bytes())].concat())
            }
            Self::Rsa(key) => {
                let mut pair = key.clone().into_keypair()?;
                match pair.sign(HashAlgorithm::SHA512, &Sha512::digest(message))? {
                    Signature::RSA { s } => {
                        let modulus = key.mpis().bits().unwrap_or_default() / 8;
                        Ok([string("rsa-sha2-512"), string(s.value_padded(modulus)?)].concat())
                    }
                    _ => Err("not RSA".into()),
                }
            }
        }
    }

    /// The name of its kind of signature.
    pub(crate) fn algorithm(&self) -> String {
        match self {
            Self::Native(key) => key.algorithm().to_string(),
            Self::Rsa(_) => "rsa-sha2-512".to_owned(),
        }
    }

    pub(crate) fn sign(&self) -> Result<String, Failure> {
        self.sign_as(&Envelope::default())
    }

    /// A signature in an envelope that says what the caller wants.
    pub(crate) fn sign_as(&self, envelope: &Envelope<'_>) -> Result<String, Failure> {
        let key = envelope.key.clone().map_or_else(|| self.blob(), Ok)?;
        Ok(envelope.close(&key, &self.raw(&envelope.signed())?))
    }
}

pub(crate) fn fingerprint(blob: &[u8]) -> String {
    let digest = STANDARD.encode(Sha256::digest(blob));
    format!("SHA256:{}", digest.trim_end_matches('='))
}

pub(crate) fn text(blob: &[u8]) -> Result<String, Failure> {
    let (length, rest) = blob.split_first_chunk().ok_or("no key")?;
    let length = usize::try_from(u32::from_be_bytes(*length))?;
    let kind = std::str::from_utf8(rest.get(..length).ok_or("no key")?)?;
    Ok(format!("{kind} {}", STANDARD.encode(blob)))
}

/// The parts of an envelope around a signature.
pub(crate) struct Envelope<'a> {
    pub(crate) version: u32,
    /// The key that claims to have signed; the signer's where absent.
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) namespace: &'a str,
    pub(crate) reserved: &'a str,
    pub(crate) hash: &'a str,
    pub(crate) payload: &'a [u8],
    pub(crate) trailer: &'a [u8],
}

impl Default for Envelope<'_> {
    fn default() -> Self {
        let (namespace, hash) = ("git", "sha512");
        Self { version: 1, key: None, namespace, reserved: "", hash, payload: PAYLOAD, trailer: b"" }
    }
}

impl Envelope<'_> {
    /// What is signed.
    pub(crate) fn signed(&self) -> Vec<u8> {
        let digest = match self.hash {
            "sha256" => Sha256::digest(self.payload).to_vec(),
            _ => Sha512::digest(self.payload).to_vec(),
        };
        let parts = [string(self.namespace), string(self.reserved), string(self.hash), string(digest)];
        [b"SSHSIG".to_vec(), parts.concat()].concat()
    }

    /// The armored envelope.
    pub(crate) fn close(&self, key: &[u8], signature: &[u8]) -> String {
        let parts = [
            b"SSHSIG".to_vec(),
            self.version.to_be_bytes().to_vec(),
            string(key),
            string(self.namespace),
            string(self.reserved),
            string(self.hash),
            string(signature),
            self.trailer.to_vec(),
        ];
        armor(&parts.concat())
    }
}

pub(crate) fn armor(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(70).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

/// Those whom a file of allowed signers names.
pub(crate) fn allowed(file: &str) -> Result<TrustedKeys, SignersError> {
    let signers = AllowedSigners::parse(&RepoPath::new("keys/allowed_signers"), file.as_bytes())?;
    Ok(TrustedKeys { signers, ..TrustedKeys::default() })
}

pub(crate) fn revoking(trusted: &TrustedKeys, file: &[u8]) -> Result<TrustedKeys, RevocationError> {
    let files = [(RepoPath::new("keys/revoked"), file.to_vec())];
    Ok(TrustedKeys { revocations: Revocations::from_files(files.into_iter())?, ..trusted.clone() })
}

/// A binary revocation list of sections.
pub(crate) fn krl(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let header = [b"SSHKRL\n\0".to_vec(), 1_u32.to_be_bytes().to_vec(), vec![0; 24], string(""), string("")];
    let sections = sections.iter().map(|(kind, data)| [vec![*kind], string(data)].concat());
    [header.concat(), sections.collect::<Vec<_>>().concat()].concat()
}
