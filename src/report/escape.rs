//! Makes what a pusher controls harmless on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything that a terminal would obey, or a reader could not see, spelled out:
/// control characters (a path may contain an escape sequence), line ends, marks that reverse the
/// direction of text, and characters of no width.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hostile(character) {
            let _ = write!(escaped, "\\u{{{:x}}}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::terminal;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(terminal("a\u{1b}[2J\nb\u{202e}c"), "a\\u{1b}[2J\\u{a}b\\u{202e}c");
        assert_eq!(terminal("plain ünïcode"), "plain ünïcode");
    }
}
