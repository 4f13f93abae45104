//! Escapes and character classes of Go's expressions.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use super::ExpressionProblem;

/// The meaning of the character behind a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// One character.
    Literal(char),
    /// Characters of a class, as they are written inside brackets.
    Within(&'static str),
    /// All characters but those.
    Without(&'static str),
    /// `\A`, `\z`, `\b`: a place, as it is written outside brackets.
    Place(&'static str),
}

/// Reads an escape behind its backslash. Go's classes hold ASCII characters only.
pub(super) fn read_escape(rest: &mut Peekable<Chars<'_>>) -> Result<Escape, ExpressionProblem> {
    const DIGITS: &str = "0-9";
    const WORDS: &str = "0-9A-Za-z_";
    const SPACES: &str = r"\t\n\x0C\r\x20";
    let character = rest.next().ok_or(ExpressionProblem::DanglingEscape)?;
    Ok(match character {
        'd' => Escape::Within(DIGITS),
        'w' => Escape::Within(WORDS),
        's' => Escape::Within(SPACES),
        'D' => Escape::Without(DIGITS),
        'W' => Escape::Without(WORDS),
        'S' => Escape::Without(SPACES),
        'A' => Escape::Place(r"\A"),
        'z' => Escape::Place(r"\z"),
        'b' => Escape::Place(r"(?-u:\b)"),
        't' => Escape::Literal('\t'),
        'n' => Escape::Literal('\n'),
        'r' => Escape::Literal('\r'),
        punctuation if punctuation.is_ascii_punctuation() => Escape::Literal(punctuation),
        other => return Err(ExpressionProblem::Escape(other)),
    })
}

/// Reads a class behind its `[`, including the closing bracket, and writes it again.
pub(super) fn read_class(rest: &mut Peekable<Chars<'_>>) -> Result<String, ExpressionProblem> {
    let mut written = String::from("[");
    if rest.next_if_eq(&'^').is_some() {
        written.push('^');
    }
    // A bracket at the beginning does not close the class.
    let mut next = rest.next().ok_or(ExpressionProblem::Class)?;
    loop {
        match read_class_item(next, rest)? {
            Escape::Literal(first) => read_range(first, rest, &mut written)?,
            Escape::Within(within) => written.push_str(within),
            Escape::Without(_) | Escape::Place(_) => return Err(ExpressionProblem::Class),
        }
        next = rest.next().ok_or(ExpressionProblem::Class)?;
        if next == ']' {
            written.push(']');
            return Ok(written);
        }
    }
}

fn read_class_item(character: char, rest: &mut Peekable<Chars<'_>>) -> Result<Escape, ExpressionProblem> {
    match character {
        '\\' => read_escape(rest),
        '[' if rest.peek() == Some(&':') => Err(ExpressionProblem::Class),
        character => Ok(Escape::Literal(character)),
    }
}

/// Reads a single character, or a range that begins with it.
fn read_range(
    first: char,
    rest: &mut Peekable<Chars<'_>>,
    written: &mut String,
) -> Result<(), ExpressionProblem> {
    push(written, first);
    let mut ahead = rest.clone();
    if ahead.next() != Some('-') || matches!(ahead.peek(), None | Some(']')) {
        return Ok(());
    }
    rest.next();
    let end = rest.next().ok_or(ExpressionProblem::Class)?;
    match read_class_item(end, rest)? {
        Escape::Literal(last) if first <= last => {
            written.push('-');
            push(written, last);
            Ok(())
        }
        Escape::Literal(_) | Escape::Within(_) | Escape::Without(_) | Escape::Place(_) => {
            Err(ExpressionProblem::Class)
        }
    }
}

fn push(written: &mut String, character: char) {
    let _ = write!(written, r"\u{{{:x}}}", u32::from(character));
}
