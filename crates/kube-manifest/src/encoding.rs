//! From bytes to text as kubectl's file visitor decodes them (`unicode.BOMOverride`): UTF-8 or, after
//! a byte order mark, UTF-16.

use super::framing::span;
use super::problem::Problem;
use super::reading::{Reading, Refusal};

/// The text of a file.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// The offset at which the content begins, past a byte order mark.
    pub(super) from: usize,
    /// A problem of the encoding.
    pub(super) problem: Option<Problem>,
}

/// Decodes a file. Bytes that are not text become U+FFFD, as they do for kubectl.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let units = bytes.chunks(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xfffd,
    });
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    let reason = "the file is UTF-16, which some tools read and others do not: save it as UTF-8";
    let problem = Problem::unparseable(span(0, 0), reason).refused(Refusal::Nobody);
    Decoded { text: characters.collect(), from: 0, problem: Some(problem) }
}

fn utf8(bytes: Vec<u8>) -> Decoded {
    let (text, problem) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let problem = Problem::unparseable(span(offset, offset + 1), "the bytes here are not UTF-8");
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, Some(problem.refused(Refusal::By(Reading::Kustomize))))
        }
    };
    let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Decoded { text, from, problem }
}
