//! A plain list of revoked keys: public keys, one a line, as in `authorized_keys` without options.
//!
//! In: text. Out: the keys. Never: skips a line that is not a key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key::key_type;
use super::revocation::Revocations;

/// Adds the keys of a list.
pub(super) fn read(bytes: &[u8], revocations: &mut Revocations) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is neither text nor a KRL".to_owned())?;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let blob = blob(line).ok_or_else(|| format!("line {} is not a public key", index + 1))?;
        revocations.keys.insert(blob.into());
    }
    Ok(())
}

fn blob(line: &str) -> Option<Vec<u8>> {
    let mut words = line.split_ascii_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let blob = STANDARD.decode(key).ok()?;
    (key_type(&blob) == Ok(kind)).then_some(blob)
}
