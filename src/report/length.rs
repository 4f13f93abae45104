//! Cuts texts of any length.

/// The mark at the end of a text that was cut.
const MARK: char = '…';

/// Cuts a text to a number of characters, including the mark.
pub(super) fn cut(text: &str, characters: usize) -> String {
    if text.chars().nth(characters).is_none() {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(1)).chain(std::iter::once(MARK)).collect()
}

/// Cuts a text to a number of bytes, between characters and including the mark.
pub(super) fn cut_bytes(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes.saturating_sub(MARK.len_utf8()));
    text.chars().take(text.get(..end).unwrap_or_default().chars().count()).chain([MARK]).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, cut_bytes};

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
        assert_eq!(cut("", 3), "");
    }

    #[test]
    fn bytes_are_counted_and_no_character_is_halved() {
        assert_eq!(cut_bytes("äöü", 6), "äöü");
        assert_eq!(cut_bytes("äöüß", 6), "ä…");
        assert_eq!(cut_bytes("abcdefg", 6), "abc…");
    }
}
