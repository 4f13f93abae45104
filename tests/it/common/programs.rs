//! Programs that stand in for others, or before them: hooks, git, gpg.
//!
//! In: the lines of a shell script. Out: a file that can be started. Never: an open file, which would keep the
//! system from starting it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::git::Failure;

/// In place of gpg: puts the payload and the signature that git hands over into the folder that `ORACLE` names.
pub(crate) const GPG_RECORDER: &str = "cp \"$4\" \"$ORACLE/signature\"\ncat > \"$ORACLE/payload\"";

/// Writes an executable shell script, in a folder that is made if it is not there.
pub(crate) fn write_program(path: &Path, script: &str) -> Result<(), Failure> {
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    let script = if script.starts_with("#!") { script.to_owned() } else { format!("#!/bin/sh\n{script}\n") };
    fs::write(path, script)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}
