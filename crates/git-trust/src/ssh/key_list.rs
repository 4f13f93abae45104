//! A plain list of revoked keys: public keys, one a line, as in `authorized_keys` without options.
//!
//! In: text. Out: the keys. Never: skips a line that is not a key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key::key_type;
use super::revocation::{RevocationProblem, Revocations};

/// Adds the keys of a list.
pub(super) fn read_list(bytes: &[u8], revocations: &mut Revocations) -> Result<(), RevocationProblem> {
    let text = std::str::from_utf8(bytes).map_err(|_| RevocationProblem::NotText)?;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let blob = decode_key(line).ok_or(RevocationProblem::NotAKey(index + 1))?;
        revocations.keys.insert(blob.into());
    }
    Ok(())
}

fn decode_key(line: &str) -> Option<Vec<u8>> {
    let mut words = line.split_ascii_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let blob = STANDARD.decode(key).ok()?;
    (key_type(&blob) == Ok(kind)).then_some(blob)
}
