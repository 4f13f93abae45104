//! ProblemCollector in a file that names owners.

use source_files::RepoPath;

/// The size in bytes above which a file is not loaded. The limit is GitHub's ("CODEOWNERS file size"), the lowest that
/// a host documents.
pub(super) const LARGEST_FILE: usize = 3 * 1024 * 1024;

/// The revision that a file was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadFrom {
    /// The file as it was before the push, which decides on this push.
    #[default]
    Base,
    /// The file as the push would leave it, which would decide on later pushes.
    Head,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersProblem {
    /// The file.
    pub file: RepoPath,
    /// The revision that has the line.
    pub read_from: ReadFrom,
    /// The line, from 1.
    pub line: u32,
    /// The line, lossy if it is not UTF-8. Empty if the problem is the whole file.
    pub text: String,
    /// The reason why it cannot be used.
    pub reason: String,
}

/// The bytes that some editors write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Collects the problems of one file.
#[derive(Debug)]
pub(super) struct ProblemCollector<'a> {
    file: &'a RepoPath,
    pub(super) found: Vec<OwnersProblem>,
}

impl<'a> ProblemCollector<'a> {
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

    /// Returns the numbered lines of the file. A file that is too large gives a problem and no lines.
    pub(super) fn number_lines<'b>(
        &mut self,
        bytes: &'b [u8],
    ) -> impl Iterator<Item = (u32, &'b [u8])> + use<'b> {
        let loaded = bytes.len() <= LARGEST_FILE;
        if !loaded {
            self.add(1, b"", "the file is larger than 3 MB and is not loaded".to_owned());
        }
        let bytes = if loaded { bytes } else { b"".as_slice() };
        (1_u32..).zip(bytes.split(|byte| *byte == b'\n'))
    }
}

/// Returns the text of a line without its carriage return, or `None` if it is not plain UTF-8 text.
pub(super) fn text_of_line(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    let odd = |character: char| (character.is_control() && character != '\t') || character == '\u{feff}';
    (!text.contains(odd)).then_some(text)
}

/// Returns true for characters that separate words.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}
