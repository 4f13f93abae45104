//! What is wrong with a file that names owners.

use source_files::RepoPath;

/// A larger file is not loaded. The limit is GitHub's ("CODEOWNERS file size"); it is the lowest that a
/// host documents.
pub(super) const LARGEST_FILE: usize = 3 * 1024 * 1024;

/// The revision that a file was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadFrom {
    /// As it was before the push: what decides.
    #[default]
    Base,
    /// As the push would leave it: what would decide from then on.
    Head,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersProblem {
    /// The file.
    pub file: RepoPath,
    /// Before or after the push.
    pub read_from: ReadFrom,
    /// The line, from 1.
    pub line: u32,
    /// The line itself, lossy where it is not UTF-8; empty where the whole file is meant.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What some editors write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Collects the problems of one file.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    file: &'a RepoPath,
    pub(super) found: Vec<OwnersProblem>,
}

impl<'a> Problems<'a> {
    pub(super) fn of(file: &'a RepoPath) -> Self {
        Self { file, found: Vec::new() }
    }

    pub(super) fn add(&mut self, line: u32, text: &[u8], reason: String) {
        let reason = if line == 1 && text.starts_with(BYTE_ORDER_MARK) {
            "the file begins with a byte order mark, which becomes part of its first line; save it as UTF-8 without one"
                .to_owned()
        } else {
            reason
        };
        let text = String::from_utf8_lossy(text).trim_end_matches('\r').to_owned();
        let file = self.file.clone();
        self.found.push(OwnersProblem { file, read_from: ReadFrom::Base, line, text, reason });
    }

    /// The lines of the file with their numbers; none, and a problem, where it is too large.
    pub(super) fn lines<'b>(&mut self, bytes: &'b [u8]) -> impl Iterator<Item = (u32, &'b [u8])> + use<'b> {
        let loaded = bytes.len() <= LARGEST_FILE;
        if !loaded {
            self.add(1, b"", "the file is larger than 3 MB and is not loaded".to_owned());
        }
        let bytes = if loaded { bytes } else { b"".as_slice() };
        (1_u32..).zip(bytes.split(|byte| *byte == b'\n'))
    }
}

/// The text of a line without its carriage return; none if it is not plain UTF-8 text.
pub(super) fn plain(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    let odd = |character: char| (character.is_control() && character != '\t') || character == '\u{feff}';
    (!text.contains(odd)).then_some(text)
}

/// The characters between words.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}
