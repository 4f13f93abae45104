//! From the text of one document to its tree.

use libyaml_safer::Parser;

use super::composer::{Bounds, Composer};
use super::framing::{Chunk, span};
use super::libyaml::{LastLine, Quirks};
use super::limits::Limits;
use super::portions::Portions;
use super::syntax::Item;
use source_files::Span;

/// The reason why a document has no tree, or the tree no value.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) span: Span,
    pub(super) reason: String,
}

/// The first document of a chunk.
#[derive(Debug, Default)]
pub(super) struct Composed {
    /// Its tree; `None` if there is no content.
    pub(super) root: Option<Item>,
    /// A directive before it.
    pub(super) directive: Option<Span>,
    /// The text after its end within the chunk, which every reader drops.
    pub(super) dropped: Option<Span>,
}

/// The largest number of colons at the end of a word inside brackets in one document.
const COLONS: usize = 16;

/// The largest number of directives in one document: the parser compares each with all before it.
const DIRECTIVES: usize = 100;

/// The number of directives or more: every `%` at the start of what the parser takes for a line.
fn directives(body: &str) -> usize {
    let starts_line = |place: &usize| {
        let before = body.get(..*place).unwrap_or_default();
        before.is_empty() || before.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
    };
    memchr::memchr_iter(b'%', body.as_bytes()).filter(starts_line).take(DIRECTIVES + 1).count()
}

/// Composes the first document of a chunk; `nodes` is what is left of the file's limit.
pub(super) fn compose(
    text: &str,
    chunk: Chunk,
    last_line: LastLine,
    limits: &Limits,
    nodes: &mut usize,
) -> Result<Composed, SyntaxError> {
    let whole = text.get(chunk.start..chunk.end).unwrap_or_default();
    let body = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let base = chunk.end - body.len();
    if directives(body) > DIRECTIVES {
        return Err(refuse(span(base, base), format!("more than {DIRECTIVES} lines begin with `%`")));
    }
    let before = *nodes;
    let mut quirks = Quirks::of(body, last_line);
    // A text is read again for every such colon: a few in a document are real, thousands an attack.
    for _ in 0..COLONS {
        *nodes = before;
        match compose_body(body, base, &quirks, limits, nodes) {
            Err(Stop::ColonInWord(offset)) if quirks.hide_colon(offset) => {}
            Err(Stop::ColonInWord(offset)) => {
                let place = span(base + offset, base + offset + 1);
                return Err(refuse(place, "a `:` that ends a word inside brackets"));
            }
            Err(Stop::Error(error)) => return Err(error),
            Ok(composed) => return Ok(composed),
        }
    }
    Err(refuse(span(base, base), format!("more than {COLONS} words inside brackets end with a `:`")))
}

/// The reason why a document is not composed.
enum Stop {
    Error(SyntaxError),
    /// At a `:` before a bracket or comma, which go-yaml takes for a part of the word.
    ColonInWord(usize),
}

impl From<SyntaxError> for Stop {
    fn from(error: SyntaxError) -> Self {
        Self::Error(error)
    }
}

fn compose_body(
    body: &str,
    base: usize,
    quirks: &Quirks<'_>,
    limits: &Limits,
    nodes: &mut usize,
) -> Result<Composed, Stop> {
    let mut parser = Parser::new();
    parser.set_input(Portions::of(quirks.text()));
    let mut composer = Composer::new(parser, body, base, quirks, Bounds { limits, nodes });
    let outcome = composer.document();
    let colon = composer.colon_in_word();
    outcome.map_err(|error| colon.map_or(Stop::Error(error), Stop::ColonInWord))
}

pub(super) fn refuse(place: Span, reason: impl Into<String>) -> SyntaxError {
    SyntaxError { span: place, reason: reason.into() }
}
