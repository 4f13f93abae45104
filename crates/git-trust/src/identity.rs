//! The identity of a key.
//!
//! In: the text of a policy, or a key. Out: [`KeyFingerprint`]. Never: two spellings of one key.

use std::fmt;

/// The fingerprint of a key that can sign, as the key's own tools print it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyFingerprint {
    /// The fingerprint of an OpenPGP certificate: 40 or 64 digits, upper-case hexadecimal
    /// (`gpg --fingerprint`).
    OpenPgp(Box<str>),
    /// The fingerprint of an SSH key: `SHA256:` and 43 characters of base64, whose case matters
    /// (`ssh-keygen -l`).
    Ssh(Box<str>),
}

/// The length of a SHA-256 hash in base64 without padding.
const SSH_LENGTH: usize = 43;
const SSH_PREFIX: &str = "SHA256:";

impl KeyFingerprint {
    /// Reads a fingerprint as people paste it: OpenPGP ones in either case, with or without spaces.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(hash) = text.trim().strip_prefix(SSH_PREFIX) {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
            let fits = hash.len() == SSH_LENGTH && hash.bytes().all(plain);
            return fits.then(|| Self::Ssh(text.trim().into()));
        }
        let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let fits = matches!(digits.len(), 40 | 64) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self::OpenPgp(digits.to_ascii_uppercase().into()))
    }

    /// Returns the fingerprint as its own tool prints it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::OpenPgp(text) | Self::Ssh(text) => text,
        }
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_has_one_name() {
        let spaced = "968479a1 AFF927E37D1A566B B5690EEEBB952194";
        let plain = "968479A1AFF927E37D1A566BB5690EEEBB952194";
        assert_eq!(KeyFingerprint::parse(spaced), KeyFingerprint::parse(plain));
        let ssh = format!("SHA256:{}", "aB".repeat(21) + "c");
        assert_eq!(KeyFingerprint::parse(&ssh), Some(KeyFingerprint::Ssh(ssh.as_str().into())));
        assert_ne!(
            KeyFingerprint::parse(&ssh),
            KeyFingerprint::parse(&format!("SHA256:{}", "ab".repeat(21) + "c"))
        );
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "SHA256:", "SHA256:abc", "MD5:00:11", "BB5690EEEBB95219", "alice@example.com"] {
            assert_eq!(KeyFingerprint::parse(text), None, "{text}");
        }
        assert_eq!(KeyFingerprint::parse(&"g".repeat(40)), None);
        assert_eq!(KeyFingerprint::parse(&format!("SHA256:{}", "=".repeat(43))), None);
    }
}
