//! The file of waivers on the disk.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::WaiversError;
use crate::gate::known_checks;
use crate::git::Repository;
use crate::policy::{WAIVERS_PATH, Waiver, WaiverMistake, WaiversFile, waivers_text};

/// The file as it is.
pub(super) struct WaiversOnDisk {
    pub(super) path: PathBuf,
    pub(super) file: Option<WaiversFile>,
    heading: String,
}

impl WaiversOnDisk {
    /// Reads the named file, or that of the work tree, if there is one.
    pub(super) fn read(repository: &Repository, named: Option<&Path>) -> Result<Self, WaiversError> {
        let in_work_tree = || repository.work_tree().map(|root| root.join(WAIVERS_PATH));
        let path = named.map(Path::to_path_buf).or_else(in_work_tree).ok_or(WaiversError::NoWorkTree)?;
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path, file: None, heading: String::new() });
            }
            Err(source) => return Err(WaiversError::File { path, source }),
        };
        let file = WaiversFile::parse(&path.display().to_string(), &bytes, known_checks().ids());
        let heading = read_heading(&String::from_utf8_lossy(&bytes));
        Ok(Self { path, file: Some(file), heading })
    }

    /// The entries, if all of them are valid: writing the file again would lose the others.
    pub(super) fn entries(&self) -> Result<&[Waiver], WaiversError> {
        let Some(file) = &self.file else { return Ok(&[]) };
        match file.mistakes.first() {
            None => Ok(&file.waivers),
            Some(mistake) => Err(WaiversError::ExistingEntry(describe_mistake(mistake))),
        }
    }

    /// Writes entries. Reads them again first, so that people can rely on them.
    pub(super) fn write(&self, waivers: &[Waiver]) -> Result<(), WaiversError> {
        let text = waivers_text(&self.heading, waivers);
        let again = WaiversFile::parse(WAIVERS_PATH, text.as_bytes(), known_checks().ids());
        if let Some(mistake) = again.mistakes.first() {
            return Err(WaiversError::NewEntry(mistake.message.clone()));
        }
        std::fs::write(&self.path, text)
            .map_err(|source| WaiversError::File { path: self.path.clone(), source })
    }
}

/// Writes a number and its noun.
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The next step for a file with new entries.
pub(super) fn next_step(added: usize) -> &'static str {
    match added {
        0 => "",
        _ => "  commit it: its entries count once it is on the branch, approved by its owners\n",
    }
}

/// Describes a mistake and its place.
pub(super) fn describe_mistake(mistake: &WaiverMistake) -> String {
    let place = &mistake.place;
    let at = place.source.position(place.span.start);
    let meant = mistake.suggestion.as_ref().map(|meant| format!("; did you mean `{meant}`?"));
    let WaiverMistake { message, .. } = mistake;
    format!("{}:{}:{}: {message}{}", place.path, at.line, at.column, meant.unwrap_or_default())
}

/// Reads the comments above everything else.
fn read_heading(text: &str) -> String {
    let is_heading = |line: &&str| line.starts_with('#') || line.trim().is_empty();
    text.split_inclusive('\n').take_while(is_heading).collect()
}
