//! One line of a file of allowed signers.
//!
//! In: the line. Out: [`SignerLine`], or the column of an error. Never: accepts an unknown option, or one that is set
//! twice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::allowed_signers::{SignerLine, SignerRole};
use super::key::{SshKey, key_type};
use super::pattern::PatternList;
use super::signer_options::{self, Options};

/// An error in a line, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignerLineProblem {
    /// The column in characters, from 1.
    pub(super) column: usize,
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
}

impl SignerLineProblem {
    pub(super) fn at(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into(), suggestion: None }
    }
}

/// A word of the line, including blanks between double quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) column: usize,
    pub(super) text: &'a str,
}

/// Reads a line. Returns `None` for an empty line and a comment.
pub(super) fn parse(line: &str) -> Result<Option<SignerLine>, SignerLineProblem> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Ok(None);
    }
    if let Some((index, _)) =
        line.chars().enumerate().find(|(_, character)| *character != '\t' && character.is_control())
    {
        return Err(SignerLineProblem::at(index + 1, "the line contains a control character"));
    }
    let words = split_words(line)?;
    let (principals, rest) =
        words.split_first().ok_or_else(|| SignerLineProblem::at(1, "the line is empty"))?;
    let (options, key) = match rest {
        [kind, key, ..] if is_key(kind, key) => (Options::default(), [kind, key]),
        [options, kind, key, ..] => (signer_options::parse(options)?, [kind, key]),
        _ => {
            return Err(SignerLineProblem::at(
                find_end(line),
                "expected: principals, options, type of key, key",
            ));
        }
    };
    Ok(Some(SignerLine {
        principals: parse_principals(principals)?,
        role: if options.authority { SignerRole::Authority } else { SignerRole::Signer },
        namespaces: options.namespaces,
        valid_after: options.valid_after,
        valid_before: options.valid_before,
        key: read_key(key)?,
    }))
}

fn find_end(line: &str) -> usize {
    line.trim_end().chars().count() + 1
}

fn split_words(line: &str) -> Result<Vec<Word<'_>>, SignerLineProblem> {
    let mut words = Vec::new();
    let mut start: Option<(usize, usize)> = None;
    let mut quote = None;
    for (index, (offset, character)) in line.char_indices().enumerate() {
        let blank = matches!(character, ' ' | '\t') && quote.is_none();
        match (blank, start) {
            (true, Some((column, from))) => {
                words.extend(line.get(from..offset).map(|text| Word { column, text }));
                start = None;
            }
            (false, None) => start = Some((index + 1, offset)),
            (true, None) | (false, Some(_)) => {}
        }
        if character == '"' {
            quote = if quote.is_some() { None } else { Some(index + 1) };
        }
    }
    if let Some(column) = quote {
        return Err(SignerLineProblem::at(column, "the quote is not closed"));
    }
    words.extend(start.and_then(|(column, from)| line.get(from..).map(|text| Word { column, text })));
    Ok(words)
}

fn parse_principals(word: &Word<'_>) -> Result<PatternList, SignerLineProblem> {
    let text = word.text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(word.text);
    let plain = !text.contains('"');
    PatternList::parse(text).filter(|_| plain).ok_or_else(|| {
        SignerLineProblem::at(
            word.column,
            "these principals can never match: write names or patterns, separated by commas",
        )
    })
}

/// Returns true if two words are a key: the bytes of the second repeat the first.
fn is_key(kind: &Word<'_>, key: &Word<'_>) -> bool {
    decode_key(key).is_some_and(|blob| key_type(&blob) == Ok(kind.text))
}

fn decode_key(key: &Word<'_>) -> Option<Vec<u8>> {
    STANDARD.decode(key.text).ok()
}

fn read_key([kind, key]: [&Word<'_>; 2]) -> Result<SshKey, SignerLineProblem> {
    let blob =
        decode_key(key).ok_or_else(|| SignerLineProblem::at(key.column, "the key is not base64 text"))?;
    if key_type(&blob) != Ok(kind.text) {
        let message = format!("the key is not of the type `{}`", kind.text);
        return Err(SignerLineProblem::at(kind.column, message));
    }
    SshKey::parse(&blob)
        .map_err(|problem| SignerLineProblem::at(key.column, format!("the key cannot be used: {problem}")))
}
