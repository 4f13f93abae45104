//! The path of a file inside a repository.
//!
//! Git's paths are bytes. In: those bytes. Out: a text by which patterns can match and messages can name the file.
//! Never: loses a byte, so that two files never share a path.

use std::fmt;
use std::sync::Arc;

/// A `/`-separated path from the root of the repository, as git stores it. A byte that is not part of UTF-8 is kept
/// as a private character, so that prefixes, folders and extensions of such a path are what they are in git.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoPath(Arc<str>);

/// The private characters that stand for the bytes 0x80 to 0xff. A name that holds one of them itself has it written
/// as the four bytes that it is made of.
const FIRST: u32 = 0x0010_FF80;
/// The first byte of each of them in UTF-8.
const LEAD: u8 = 0xf4;

fn character_of(byte: u8) -> char {
    char::from_u32(FIRST + u32::from(byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn byte_of(character: char) -> Option<u8> {
    u32::from(character).checked_sub(FIRST).and_then(|above| u8::try_from(above + 0x80).ok())
}

/// The text of a path, or of one name in it, that git stores as these bytes. Different bytes give different texts.
pub fn text_of_bytes(bytes: &[u8]) -> String {
    // A tree has a million names, and nearly all are plain: no private character begins with another byte.
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&LEAD)
    {
        return text.to_owned();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match byte_of(character) {
                None => text.push(character),
                Some(_) => text.extend(character.encode_utf8(&mut [0; 4]).bytes().map(character_of)),
            }
        }
        text.extend(chunk.invalid().iter().copied().map(character_of));
    }
    text
}

/// The bytes that git stores for a text of [`text_of_bytes`].
pub fn bytes_of_text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match byte_of(character) {
            Some(byte) => bytes.push(byte),
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

    /// A path as git stores it.
    pub fn from_bytes(path: &[u8]) -> Self {
        Self(text_of_bytes(path).into())
    }

    /// The bytes that git stores.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes_of_text(&self.0)
    }

    /// The whole path, for matching. Messages use [`Display`](fmt::Display), which is what git shows.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Whether the last component is this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.0.strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    }

    /// Everything before the last `/`; empty for a file at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Whether git has to quote the path to show it: it is not UTF-8, or begins as a quoted one does.
    fn needs_quotes(&self) -> bool {
        self.0.starts_with('"') || self.0.chars().any(|character| byte_of(character).is_some())
    }
}

/// As git shows a path: `"prod/r\351sum\351.yaml"` where it is not UTF-8 (`quote_c_style` in git's `quote.c`).
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

    #[test]
    fn a_name_that_holds_a_private_character_is_not_taken_for_a_byte() {
        let byte = RepoPath::from_bytes(b"a\xe9");
        let private = RepoPath::from_bytes(format!("a{}", character_of(0xe9)).as_bytes());
        assert_ne!(byte, private);
        assert_ne!(byte.to_string(), private.to_string());
        assert_eq!(private.to_bytes(), format!("a{}", character_of(0xe9)).into_bytes());
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
