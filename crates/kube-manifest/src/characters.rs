//! Characters and marks in the text of a file that tools treat differently.

use super::framing::span;
use super::problem::Problem;

/// Argo CD leaves out every file that holds this marker (`reposerver/repository/repository.go`), so
/// that adding it to a file takes its objects away.
pub(super) fn skip_marker(text: &str) -> Option<Problem> {
    const MARKER: &str = "+argocd:skip-file-rendering";
    let start = memchr::memmem::find(text.as_bytes(), MARKER.as_bytes())?;
    let reason = "Argo CD ignores a file with this marker; other tools deploy all of it";
    Some(Problem::ambiguous(span(start, start + MARKER.len()), reason))
}

/// The largest number of odd characters that are reported of one file.
const REPORTED: usize = 10;

/// Characters that YAML 1.1 takes for line ends and nearly everyone else does not, so that text
/// hidden in a comment becomes a key; and marks that make a key look like another or turn the order
/// of what a reviewer sees.
pub(super) fn odd_characters(text: &str) -> Vec<Problem> {
    if text.is_ascii() && memchr::memchr2(b'\r', 0, text.as_bytes()).is_none() {
        return Vec::new();
    }
    let odd = |(offset, character): (usize, char)| {
        let reason = explain(text, offset, character)?;
        Some(Problem::ambiguous(span(offset, offset + character.len_utf8()), reason))
    };
    text.char_indices().filter_map(odd).take(REPORTED).collect()
}

fn explain(text: &str, offset: usize, character: char) -> Option<&'static str> {
    match character {
        '\r' if text.get(offset + 1..).is_some_and(|rest| rest.starts_with('\n')) => None,
        '\r' => Some("a carriage return without a line feed ends the line only for kubectl"),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some("this character ends the line only for kubectl"),
        '\u{feff}' if offset > 0 => Some("a byte order mark inside the file becomes part of a name"),
        '\u{200c}' | '\u{200d}' if joins(text, offset, character) => None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {
            Some("an invisible character, or one that changes the order in which reviewers see the text")
        }
        '\0' => Some("a NUL byte"),
        _ => None,
    }
}

/// Whether a joiner is part of what is around it: of an emoji of several parts, or of a word in a script
/// whose letters join. Anywhere else it only makes two texts look alike.
fn joins(text: &str, offset: usize, joiner: char) -> bool {
    let before = text.get(..offset).and_then(|before| before.chars().next_back());
    let after = text.get(offset + joiner.len_utf8()..).and_then(|after| after.chars().next());
    let Some((before, after)) = before.zip(after) else { return false };
    let of_emoji = |next: char| is_emoji(next) || matches!(next, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    let emoji = joiner == '\u{200d}' && of_emoji(before) && is_emoji(after);
    emoji || script(before).is_some() && script(before) == script(after)
}

fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{1f000}'..='\u{1faff}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}'
    )
}

/// Scripts in which joiners change how letters are written, by the blocks of Unicode.
fn script(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{08a0}'..='\u{08ff}' => "Arabic",
        '\u{0700}'..='\u{074f}' => "Syriac",
        '\u{07c0}'..='\u{07ff}' => "NKo",
        '\u{0900}'..='\u{0dff}' => "Indic",
        '\u{0f00}'..='\u{0fff}' => "Tibetan",
        '\u{1000}'..='\u{109f}' => "Myanmar",
        '\u{1780}'..='\u{17ff}' => "Khmer",
        '\u{1800}'..='\u{18af}' => "Mongolian",
        _ => return None,
    })
}
