//! Words of a path or query, as RFC 3986 writes them.

use std::fmt::Write as _;

/// Writes a word so that it cannot leave its place: everything but letters, digits and `-._~` is escaped.
pub(in crate::host) fn escape_segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_in_its_place() {
        assert_eq!(escape_segment("release/1 ?#%&é"), "release%2F1%20%3F%23%25%26%C3%A9");
        assert_eq!(escape_segment("plain-1.2_3~"), "plain-1.2_3~");
    }
}
