//! Other spellings of git's own names.
//!
//! In: a name. Out: whether HFS+ or NTFS takes it for `.git`, `.gitmodules` and the like, as git's `utf8.c` and
//! `path.c` decide. Never: folds more than those file systems do.

/// A name that git gives a meaning, with its short name on NTFS.
#[derive(Clone, Copy, Debug)]
pub(super) struct GitName {
    name: &'static str,
    /// The beginning of the generated short name if `~1` to `~4` are taken.
    short: &'static [u8],
}

/// The folder of the repository itself.
pub(super) const DOT_GIT: GitName = GitName { name: ".git", short: b"git" };

/// The files that git reads from the work tree.
pub(super) const GIT_FILES: [GitName; 4] = [
    GitName { name: GitName::MODULES, short: b"gi7eba" },
    GitName { name: ".gitattributes", short: b"gi7d29" },
    GitName { name: ".gitignore", short: b"gi250a" },
    GitName { name: ".mailmap", short: b"maba30" },
];

/// Characters that HFS+ leaves out of names.
const IGNORED: [(char, char); 4] =
    [('\u{200c}', '\u{200f}'), ('\u{202a}', '\u{202e}'), ('\u{206a}', '\u{206f}'), ('\u{feff}', '\u{feff}')];

impl GitName {
    pub(super) const MODULES: &'static str = ".gitmodules";

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// Returns true if some file system takes a name, or the part behind a backslash, for this one.
    pub(super) fn is_spelled(self, name: &[u8]) -> bool {
        let parts = name.iter().enumerate().filter(|(_, byte)| **byte == b'\\');
        let behind = parts.filter_map(|(index, _)| name.get(index + 1..));
        self.is_spelled_on_hfs(name)
            || [name].into_iter().chain(behind).any(|name| self.is_spelled_on_ntfs(name))
    }

    fn is_spelled_on_hfs(self, name: &[u8]) -> bool {
        hfs_text(name).eq_ignore_ascii_case(self.name)
    }

    fn is_spelled_on_ntfs(self, name: &[u8]) -> bool {
        // A stream (`:`), and for the folder also a path inside it, belong to the same name.
        let end = name.iter().position(|byte| matches!(byte, b':' | b'\\')).unwrap_or(name.len());
        let (stem, rest) = name.split_at_checked(end).unwrap_or((name, b""));
        if rest.starts_with(b"\\") && self.name != DOT_GIT.name {
            return false;
        }
        let padding = stem.iter().rev().take_while(|byte| matches!(byte, b' ' | b'.')).count();
        let stem = stem.get(..stem.len() - padding).unwrap_or_default().to_ascii_lowercase();
        stem == self.name.as_bytes() || self.is_short(&stem)
    }

    /// Recognises short names: `git~1`; `gitmod~1` to `~4`; `gi7eba~1`, whose number may grow at the cost of letters.
    fn is_short(self, stem: &[u8]) -> bool {
        let Some(tilde) = stem.iter().position(|byte| *byte == b'~') else { return false };
        let (letters, number) = stem.split_at_checked(tilde).unwrap_or((stem, b""));
        let number = number.get(1..).unwrap_or_default();
        if self.name == DOT_GIT.name {
            return letters == self.short && number == b"1";
        }
        let plain = self.name.as_bytes().get(1..7).unwrap_or_default();
        let usual = letters == plain && matches!(number, b"1" | b"2" | b"3" | b"4");
        let is_number =
            number.iter().all(u8::is_ascii_digit) && !number.starts_with(b"0") && !number.is_empty();
        usual || (is_number && stem.len() == 8 && self.short.starts_with(letters))
    }
}

/// Returns the characters that HFS+ keeps of a name. Git stops at the first byte that is not UTF-8.
fn hfs_text(name: &[u8]) -> String {
    let valid = name.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let ignored = |letter: char| IGNORED.iter().any(|(first, last)| (*first..=*last).contains(&letter));
    valid.chars().filter(|letter| !ignored(*letter)).collect()
}
