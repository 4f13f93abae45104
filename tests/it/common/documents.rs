//! Documents that are generated: compared with what is committed, or rewritten.
//!
//! In: a path and the text that it should have. Out: nothing where they are the same. Never: writes,
//! unless `SNAPSHOTS=overwrite` is set; people review the difference.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::git::Failure;

/// A path of the project.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Held while a document is read and rewritten: tests beside each other own parts of the same one.
static REWRITING: Mutex<()> = Mutex::new(());

/// The whole file is generated.
pub(crate) fn same_file(path: &Path, text: &str) -> Result<(), Failure> {
    let committed = fs::read_to_string(path).unwrap_or_default();
    if committed == text {
        return Ok(());
    }
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        return Ok(fs::write(path, text)?);
    }
    let advice = "run the test with SNAPSHOTS=overwrite and review the difference";
    Err(format!("{} is not what the program generates: {advice}\n{text}", path.display()).into())
}

/// What stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->` is generated.
pub(crate) fn same_part(path: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let _rewriting = REWRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let committed = fs::read_to_string(path)?;
    let missing = || format!("{} has no part `{name}`", path.display());
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (head, rest) = committed.split_once(&begin).ok_or_else(missing)?;
    let (_, tail) = rest.split_once(&end).ok_or_else(missing)?;
    same_file(path, &format!("{head}{begin}{text}{end}{tail}"))
}
