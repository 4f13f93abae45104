//! Escapes text from a pusher for terminals, shells, XML, Markdown and runners.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Spells out everything that a terminal would obey, or a reader could not see: control characters (a path may contain
/// an escape sequence), line ends, marks that reverse the direction of text, and characters of no width.
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

/// `#` inside a string of JSON, the only place where JSON has it.
pub(super) const ESCAPED_NUMBER_SIGN: &str = "\\u0023";

/// Breaks up commands in finished output that the runners of GitHub and Azure would obey: `##[command]` and
/// `##vso[command]` anywhere in a line. `number_sign` represents the second `#` in the medium.
pub(super) fn without_commands(text: String, number_sign: &str) -> String {
    if !text.contains("##") {
        return text;
    }
    ["[", "vso["]
        .iter()
        .fold(text, |text, rest| text.replace(&format!("##{rest}"), &format!("#{number_sign}{rest}")))
}

/// Escapes a line of plain text that begins with `::`, also after spaces, because it is a workflow command to GitHub's
/// runner. The rule of an excerpt, `::: path`, is not a command.
pub(super) fn without_leading_command(line: &str) -> Cow<'_, str> {
    let begin = line.trim_start();
    if !begin.starts_with("::") || begin.starts_with("::: ") {
        return Cow::Borrowed(line);
    }
    Cow::Owned(line.replacen("::", "\\u{3a}:", 1))
}

/// Writes the text as one word of a command that a person copies into a shell: a branch may be called
/// `release/$(reboot)`.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@:+-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(quoted_word(text))
}

/// Writes the text as one word of a shell, always in single quotes.
pub fn quoted_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Escapes text for XML, inside elements and quoted attributes, and defuses it.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    defuse_markup(&escaped)
}

/// Spells out hostile characters in finished XML or HTML, and replaces characters that XML 1.0 excludes. No line of
/// the result is a workflow command.
pub(super) fn defuse_markup(markup: &str) -> String {
    let text = escape_lines(markup).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    without_commands(text.replace("::", "&#58;:"), "&#35;")
}

/// Escapes text for one line of Markdown on a forge. Punctuation becomes character references, which are not Markdown.
/// Forges find mentions, numbers of issues and merge requests, labels and addresses in the finished text anyway, so
/// empty comments break them up.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    let mut before = ' ';
    for character in escape_lines(text).chars() {
        match character {
            '\n' => escaped.push(' '),
            other if other.is_ascii_punctuation() && !"@#:.,/-".contains(other) => {
                let _ = write!(escaped, "&#{};", u32::from(other));
            }
            other => escaped.push(other),
        }
        if begins_reference(before, character) {
            escaped.push_str("<!-- -->");
        }
        before = character;
    }
    escaped
}

/// Returns true for a character that starts a reference or an address on GitHub or GitLab: `@name`, `#1`, `!1`, `$1`,
/// `&1`, `%milestone`, `~label`, `^alert`, `*iteration:`, `scheme:`, `www.`, `GH-1`.
fn begins_reference(before: char, character: char) -> bool {
    match character {
        '@' | '#' | ':' | '!' | '$' | '&' | '%' | '~' | '^' | '*' | '[' => true,
        '.' => matches!(before, 'w' | 'W'),
        '-' => matches!(before, 'h' | 'H'),
        _ => false,
    }
}

/// Escapes the message of a workflow command (`@actions/core`, `escapeData`).
pub(super) fn command_data(text: &str) -> String {
    escape_lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command (`@actions/core`, `escapeProperty`).
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Escapes every line for a terminal, and keeps the line ends.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(terminal).collect::<Vec<_>>().join("\n")
}

/// Escapes every line, and keeps the line ends of our own messages.
pub(super) fn terminal_lines(text: &str) -> String {
    text.lines().map(terminal).collect::<Vec<_>>().join("\n")
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
    use super::{
        command_data, command_property, markdown, shell_word, terminal, without_commands,
        without_leading_command, xml,
    };

    #[test]
    fn a_word_of_a_command_is_one_word() {
        assert_eq!(shell_word("refs/heads/release/1.0"), "refs/heads/release/1.0");
        assert_eq!(shell_word("release/$(id);x"), "'release/$(id);x'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn what_xml_would_read_is_text() {
        assert_eq!(
            xml("<a b=\"c\" d='e'>&\u{1b}\u{ffff}"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\\u{1b}\u{fffd}"
        );
    }

    #[test]
    fn what_a_runner_would_obey_is_text() {
        assert_eq!(command_data("a%\n::error::b\r"), "a%25%0A::error::b\\u{d}");
        assert_eq!(command_property("a:b,c"), "a%3Ab%2Cc");
    }

    #[test]
    fn what_a_runner_would_obey_in_any_output_is_text() {
        assert_eq!(xml("a\n::error::b ##[group]c"), "a\n&#58;:error&#58;:b #&#35;[group]c");
        assert_eq!(without_commands("##[a ##vso[b ###".into(), "."), "#.[a #.vso[b ###");
        assert_eq!(without_leading_command("  ::error::b"), "  \\u{3a}:error::b");
        for harmless in ["  ::: a.yaml:3:4", "help: ::error::b", ""] {
            assert_eq!(without_leading_command(harmless), harmless);
        }
    }

    #[test]
    fn what_a_forge_would_read_in_markdown_is_text() {
        let hostile = "[x](http://a) <img> `c` *b* | @all #1\n## head";
        let escaped = markdown(hostile).replace("&#", "&");
        for word in ["[", "](", "<img", "`", "*", "|", "@all", "#1", "http:/", "\n"] {
            assert!(!escaped.contains(word), "{word}: {escaped}");
        }
        assert_eq!(markdown("apps/web-1.yaml"), "apps/web-1.yaml");
        for (plain, broken) in [("www.a.b", "www.<!-- -->a"), ("GH-1", "GH-<!-- -->1"), ("!1", "<!-- -->1")] {
            assert!(markdown(plain).contains(broken), "{plain}: {}", markdown(plain));
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(terminal("a\u{1b}[2J\nb\u{202e}c"), "a\\u{1b}[2J\\u{a}b\\u{202e}c");
        assert_eq!(terminal("plain ünïcode"), "plain ünïcode");
    }
}
