//! Enough of gpg's command line for git to sign with throw-away keys.
//!
//! In: the arguments and the payload that git passes to `gpg.program`. Out: an armored detached
//! signature and the status line that git waits for. Never: verifies, and never finds real keys.

use std::io::{Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::throw_away::{ThrowAwayKey, ThrowAwayKeyError};

/// Does the work of `gpg --status-fd=2 -bsau NAME`, with `NAME.secret.asc` in the folder of keys (`sign_buffer_gpg` in
/// git's `gpg-interface.c`). The signature states `now` as its creation time.
pub fn gpg_program(
    keys: &Path,
    arguments: &[String],
    now: SystemTime,
    input: &mut dyn Read,
    output: &mut dyn Write,
    status: &mut dyn Write,
) -> Result<(), ThrowAwayKeyError> {
    let name = find_signing_key(arguments).ok_or(ThrowAwayKeyError::Unsupported)?;
    let key = ThrowAwayKey::load(keys, name)?;
    let mut payload = Vec::new();
    input.read_to_end(&mut payload)?;
    output.write_all(&key.sign(&payload, now)?)?;
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    writeln!(status, "\n[GNUPG:] SIG_CREATED D 22 10 00 {seconds} {}", key.fingerprint())?;
    Ok(())
}

/// Returns the name behind `-bsau`. A name is a plain word, so that it cannot leave the folder.
fn find_signing_key(arguments: &[String]) -> Option<&str> {
    let place = arguments.iter().position(|argument| argument == "-bsau")?;
    let name = arguments.get(place + 1)?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && !name.is_empty()).then_some(name)
}
