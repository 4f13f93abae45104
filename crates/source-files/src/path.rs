//! The path of a file inside a repository.
//!
//! In: git's paths, which are bytes. Out: a text that patterns can match and messages can show. Never: loses a byte,
//! so two files never share a path.

use std::fmt;
use std::sync::Arc;

/// A `/`-separated path from the root of the repository, as git stores it. A byte that is not part of UTF-8 is kept
/// behind a mark, so that prefixes, folders and extensions of such a path are the same as in git.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoPath(Arc<str>);

/// The mark before each byte that is not part of UTF-8. Git's names, file systems and links contain no NUL, so no two
/// names have the same text.
const MARK: char = '\0';

/// Returns the text of a path, or of one name in it, that git stores as these bytes. Different bytes give different
/// texts, and UTF-8 gives itself.
pub fn text_of_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == MARK {
                text.push(MARK);
            }
            text.push(character);
        }
        for byte in chunk.invalid() {
            text.extend([MARK, char::from(*byte)]);
        }
    }
    text
}

/// Returns the bytes that git stores for a text of [`text_of_bytes`].
pub fn bytes_of_text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let marked = if character == MARK { characters.next() } else { None };
        match marked.map(u8::try_from) {
            Some(Ok(byte)) => bytes.push(byte),
            // Not a text of [`text_of_bytes`], so it names no file.
            Some(Err(_)) => bytes.push(0),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

impl RepoPath {
    /// Wraps a path that a person or a file names.
    pub fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// Creates a path from the bytes that git stores.
    pub fn from_bytes(path: &[u8]) -> Self {
        Self(text_of_bytes(path).into())
    }

    /// Returns the bytes that git stores.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes_of_text(&self.0)
    }

    /// Returns the whole path, for matching. Messages use [`Display`](fmt::Display), which shows a path as git does.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Returns true if the last component is this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.0.strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    }

    /// Returns everything before the last `/`. Empty for a file at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Returns true if git has to quote the path to show it: it is not UTF-8, or begins as a quoted one does.
    fn needs_quotes(&self) -> bool {
        self.0.starts_with('"') || self.0.contains(MARK)
    }
}

/// Shows a path as git does: `"prod/r\351sum\351.yaml"` if it is not UTF-8 (`quote_c_style` in git's `quote.c`).
impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.needs_quotes() {
            return formatter.write_str(&self.0);
        }
        formatter.write_str("\"")?;
        for byte in self.to_bytes() {
            match byte {
                b'"' | b'\\' => write!(formatter, "\\{}", char::from(byte))?,
                b' '..=b'~' => write!(formatter, "{}", char::from(byte))?,
                _ => write!(formatter, "\\{byte:03o}")?,
            }
        }
        formatter.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_is_not_utf_8_is_shown_as_git_shows_it() {
        let path = RepoPath::from_bytes(b"prod/r\xe9sum\xe9 \"a\\b\".yaml");
        assert_eq!(path.to_string(), "\"prod/r\\351sum\\351 \\\"a\\\\b\\\".yaml\"");
        assert_eq!((path.parent(), path.file_name().is_empty()), ("prod", false));
        assert_eq!(RepoPath::from_bytes("prod/résumé.yaml".as_bytes()).to_string(), "prod/résumé.yaml");
    }

    /// A path inside a file, such as a kustomization, is text.
    #[test]
    fn every_name_in_utf_8_is_itself() {
        for name in ["caf\u{e9}", "\u{fffd}", "x\u{10ffe9}.yaml", "\u{f0e9}"] {
            assert_eq!(RepoPath::from_bytes(name.as_bytes()), RepoPath::new(name));
        }
        assert_ne!(RepoPath::from_bytes(b"caf\xe9"), RepoPath::new("caf\u{e9}"));
    }

    #[test]
    fn what_is_quoted_is_no_other_path() {
        let quoted = RepoPath::from_bytes(b"a\xe9").to_string();
        assert_ne!(RepoPath::new(&quoted).to_string(), quoted);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(RepoPath::from_bytes(&bytes).to_bytes(), bytes);
        }

        #[test]
        fn other_bytes_are_shown_otherwise(
            one in prop::collection::vec(any::<u8>(), 0..4),
            other in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let shown = [&one, &other].map(|bytes| RepoPath::from_bytes(bytes).to_string());
            prop_assert_eq!(shown[0] == shown[1], one == other);
        }
    }
}
