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

/// The text as one word of a command that somebody copies into a shell: a branch may be called
/// `release/$(reboot)`.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@:+-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
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
    use super::{shell_word, terminal};

    #[test]
    fn a_word_of_a_command_is_one_word() {
        assert_eq!(shell_word("refs/heads/release/1.0"), "refs/heads/release/1.0");
        assert_eq!(shell_word("release/$(id);x"), "'release/$(id);x'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(terminal("a\u{1b}[2J\nb\u{202e}c"), "a\\u{1b}[2J\\u{a}b\\u{202e}c");
        assert_eq!(terminal("plain ünïcode"), "plain ünïcode");
    }
}
