//! Folders and files that hooks are written to.
//!
//! In: a folder and a name. Out: the file at that place, and a hook in its place. Never: follows a symbolic link,
//! writes where everyone may write, overwrites what it did not write, or leaves a moment without the hook.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::{InstallError, file_error};

/// Hooks are far smaller.
const LARGEST_HOOK: u64 = 1 << 20;
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;
const EXECUTABLE: u32 = 0o111;

/// The file at the place of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AtPlace {
    Nothing,
    /// A file that git does not run.
    Plain(String),
    Program(String),
}

/// Finds the folder `names` below a base; whatever of it exists is a folder that only its owner and group
/// may write.
pub(super) fn below(base: &Path, names: &[&str]) -> Result<PathBuf, InstallError> {
    let mut folder = resolve_base(base)?;
    // An ancestor that everyone may write is harmless only if no one can rename what is in it.
    for ancestor in folder.ancestors().skip(1) {
        let mode = fs::metadata(ancestor).map_err(file_error(ancestor))?.permissions().mode();
        if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
            return Err(InstallError::Writable(ancestor.to_path_buf()));
        }
    }
    check_folder(&folder)?;
    for name in names {
        folder.push(name);
        check_folder(&folder)?;
    }
    Ok(folder)
}

/// Makes sure that no one else can replace a file that the gate relies on.
pub(super) fn check_guarded(path: &Path) -> Result<(), InstallError> {
    below(path.parent().unwrap_or(Path::new("/")), &[])?;
    let mode = fs::metadata(path).map_err(file_error(path))?.permissions().mode();
    if mode & OTHERS_WRITE == 0 { Ok(()) } else { Err(InstallError::Writable(path.to_path_buf())) }
}

/// The person's own name of a folder may lead through links; nothing below it does.
fn resolve_base(base: &Path) -> Result<PathBuf, InstallError> {
    match base.canonicalize() {
        Ok(folder) => Ok(folder),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let parent = base.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = parent.unwrap_or(Path::new(".")).canonicalize().map_err(file_error(base))?;
            let name = base.file_name().ok_or_else(|| InstallError::Other(base.to_path_buf(), "folder"))?;
            Ok(parent.join(name))
        }
        Err(error) => Err(file_error(base)(error)),
    }
}

fn check_folder(folder: &Path) -> Result<(), InstallError> {
    let found = match fs::symlink_metadata(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(file_error(folder)(error)),
    };
    if found.is_symlink() {
        Err(InstallError::Symlink(folder.to_path_buf()))
    } else if !found.is_dir() {
        Err(InstallError::Other(folder.to_path_buf(), "folder"))
    } else if found.permissions().mode() & OTHERS_WRITE != 0 {
        Err(InstallError::Writable(folder.to_path_buf()))
    } else {
        Ok(())
    }
}

/// Reads the file at the place of a hook.
pub(super) fn read_place(path: &Path) -> Result<AtPlace, InstallError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(AtPlace::Nothing),
        Err(error) => return Err(file_error(path)(error)),
    };
    if found.is_symlink() {
        return Err(InstallError::Symlink(path.to_path_buf()));
    }
    if !found.is_file() {
        return Err(InstallError::Other(path.to_path_buf(), "file"));
    }
    // A program that is not a script, or too long for one, is chained like any other.
    let bytes =
        if found.len() > LARGEST_HOOK { Vec::new() } else { fs::read(path).map_err(file_error(path))? };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let executable = found.permissions().mode() & EXECUTABLE != 0;
    Ok(if executable { AtPlace::Program(text) } else { AtPlace::Plain(text) })
}

/// Writes a hook to a free place.
pub(super) fn write(path: &Path, text: &str) -> Result<(), InstallError> {
    prepare(path, text)?.persist_noclobber(path).map_err(|error| file_error(path)(error.error)).map(drop)
}

/// Replaces a hook, which stays under a second name if one is given.
pub(super) fn replace(path: &Path, text: &str, kept: Option<&Path>) -> Result<(), InstallError> {
    let file = prepare(path, text)?;
    if let Some(kept) = kept {
        fs::hard_link(path, kept).map_err(file_error(kept))?;
    }
    file.persist(path).map_err(|error| file_error(path)(error.error)).map(drop)
}

fn prepare(path: &Path, text: &str) -> Result<tempfile::NamedTempFile, InstallError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    let mut file =
        tempfile::Builder::new().prefix(".portcullis-").tempfile_in(folder).map_err(file_error(folder))?;
    file.write_all(text.as_bytes()).map_err(file_error(path))?;
    let executable = fs::Permissions::from_mode(0o755);
    file.as_file().set_permissions(executable).map_err(file_error(path))?;
    file.as_file().sync_all().map_err(file_error(path))?;
    Ok(file)
}

/// The name of a path in a script.
pub(super) fn name_for_shell(path: &Path) -> Result<&str, InstallError> {
    let name = path.to_str().filter(|name| !name.chars().any(char::is_control));
    name.ok_or_else(|| InstallError::Name(path.to_path_buf()))
}
