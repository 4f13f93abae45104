//! Texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube_manifest::{Node, Value};
use regex::RegexBuilder;
use sha2::{Digest, Sha256};

use super::data::{flag, list, text, to_text};
use super::functions::{argument, text_argument};
use super::numbers::whole;
use super::{Outcome, fail};

/// Bytes that a compiled expression may take.
const LARGEST_EXPRESSION: usize = 1 << 20;

pub(super) fn call(name: &str, arguments: &[Node], most_bytes: usize) -> Option<Outcome<Node>> {
    let made = match name {
        "upper" | "lower" | "title" | "untitle" | "swapcase" | "trim" | "nospace" | "squote" | "quote"
        | "b64enc" | "b64dec" | "sha256sum" | "normalize" | "slugify" => one_text(name, arguments),
        "trimAll" | "trimSuffix" | "trimPrefix" | "contains" | "hasPrefix" | "hasSuffix" | "regexMatch"
        | "mustRegexMatch" | "regexFind" => two_texts(name, arguments),
        "replace" => replaced(name, arguments, most_bytes),
        "regexReplaceAll" | "regexReplaceAllLiteral" | "mustRegexReplaceAll" => {
            expression_replaced(name, arguments)
        }
        "trunc" => truncated(name, arguments),
        "substr" => substring(name, arguments),
        "repeat" => repeated(name, arguments, most_bytes),
        "indent" | "nindent" => indented(name, arguments, most_bytes),
        "printf" => formatted(arguments),
        "print" | "println" | "cat" => Ok(text(printed(name, arguments))),
        "toStrings" => argument(name, arguments, 0)
            .map(|value| list(value.items().iter().map(|item| text(to_text(item))).collect())),
        _ => return None,
    };
    Some(made.and_then(|value| bounded(value, most_bytes)))
}

fn bounded(value: Node, most_bytes: usize) -> Outcome<Node> {
    if value.as_str().is_some_and(|text| text.len() > most_bytes) {
        return fail("it makes a text that is too long");
    }
    Ok(value)
}

fn one_text(name: &str, arguments: &[Node]) -> Outcome<Node> {
    if matches!(name, "quote" | "squote") {
        return Ok(text(quoted(name, arguments)));
    }
    let value = text_argument(name, arguments, 0)?;
    Ok(text(match name {
        "upper" => value.to_uppercase(),
        "lower" => value.to_lowercase(),
        "title" => each_word(value, |first| first.to_uppercase().collect()),
        "untitle" => each_word(value, |first| first.to_lowercase().collect()),
        "swapcase" => return fail("the function `swapcase` is not supported"),
        "trim" => value.trim().to_owned(),
        "nospace" => value.split_whitespace().collect(),
        "b64enc" => STANDARD.encode(value),
        "b64dec" => match STANDARD.decode(value).map(String::from_utf8) {
            Ok(Ok(decoded)) => decoded,
            Ok(Err(_)) | Err(_) => return fail("the text of `b64dec` is no base64 of a text"),
        },
        "sha256sum" => hexadecimal(&Sha256::digest(value)),
        "normalize" => sanitized(value),
        _ => slug(value),
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// A name for DNS (`utils.SanitizeName`).
pub(crate) fn sanitized(name: &str) -> String {
    let mut made: String = name
        .to_lowercase()
        .chars()
        .map(|next| {
            if next.is_ascii_lowercase() || next.is_ascii_digit() || matches!(next, '-' | '.') {
                next
            } else {
                '-'
            }
        })
        .collect();
    made.truncate(253);
    made.trim_matches(['-', '.']).to_owned()
}

/// `utils.SlugifyName` with its default of 50 characters and without smart truncation.
fn slug(name: &str) -> String {
    let mut made = String::new();
    for next in name.to_lowercase().chars() {
        if next.is_ascii_lowercase() || next.is_ascii_digit() {
            made.push(next);
        } else if !made.ends_with('-') {
            made.push('-');
        }
    }
    made.truncate(50);
    made.trim_matches('-').to_owned()
}

fn each_word(value: &str, change: impl Fn(char) -> String) -> String {
    let mut made = String::with_capacity(value.len());
    let mut is_first = true;
    for next in value.chars() {
        if is_first {
            made.push_str(&change(next));
        } else {
            made.push(next);
        }
        is_first = next.is_whitespace();
    }
    made
}

fn quoted(name: &str, arguments: &[Node]) -> String {
    let values = arguments.iter().filter(|value| !matches!(value.value, Value::Null));
    let quoted: Vec<String> = values
        .map(|value| match name {
            "quote" => serde_json::Value::from(to_text(value)).to_string(),
            _ => format!("'{}'", to_text(value)),
        })
        .collect();
    quoted.join(" ")
}

/// The subject is the last argument.
fn two_texts(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let (other, subject) = (text_argument(name, arguments, 0)?, text_argument(name, arguments, 1)?);
    Ok(match name {
        "trimAll" => text(subject.trim_matches(|next| other.contains(next))),
        "trimSuffix" => text(subject.strip_suffix(other).unwrap_or(subject)),
        "trimPrefix" => text(subject.strip_prefix(other).unwrap_or(subject)),
        "contains" => flag(subject.contains(other)),
        "hasPrefix" => flag(subject.starts_with(other)),
        "hasSuffix" => flag(subject.ends_with(other)),
        "regexFind" => text(expression(other)?.find(subject).map_or("", |found| found.as_str())),
        _ => flag(expression(other)?.is_match(subject)),
    })
}

fn expression(pattern: &str) -> Outcome<regex::Regex> {
    let built = RegexBuilder::new(pattern).size_limit(LARGEST_EXPRESSION).build();
    built.map_or_else(|_| fail(format!("`{pattern}` is no expression")), Ok)
}

fn replaced(name: &str, arguments: &[Node], most_bytes: usize) -> Outcome<Node> {
    let at = |place| text_argument(name, arguments, place);
    let (old, new, subject) = (at(0)?, at(1)?, at(2)?);
    let count = if old.is_empty() { subject.chars().count() + 1 } else { subject.matches(old).count() };
    if count.saturating_mul(new.len()) > most_bytes {
        return fail("it makes a text that is too long");
    }
    Ok(text(subject.replace(old, new)))
}

fn expression_replaced(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let at = |place| text_argument(name, arguments, place);
    let (pattern, subject, new) = (expression(at(0)?)?, at(1)?, at(2)?);
    if pattern.find_iter(subject).count().saturating_mul(new.len()) > 1 << 20 {
        return fail("it makes a text that is too long");
    }
    let made = if name == "regexReplaceAllLiteral" {
        pattern.replace_all(subject, regex::NoExpand(new))
    } else {
        pattern.replace_all(subject, new)
    };
    Ok(text(made.as_ref()))
}

/// The first bytes, or the last ones for a negative number.
fn truncated(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let (length, subject) = (whole(argument(name, arguments, 0)?), text_argument(name, arguments, 1)?);
    let bytes = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
    let kept = if length >= 0 {
        subject.get(..bytes.min(subject.len()))
    } else {
        subject.get(subject.len().saturating_sub(bytes)..)
    };
    kept.map_or_else(|| fail("`trunc` cuts a character"), |kept| Ok(text(kept)))
}

fn substring(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let number = |place| argument(name, arguments, place).map(whole);
    let (start, end, subject) = (number(0)?, number(1)?, text_argument(name, arguments, 2)?);
    let place = |number: i64| usize::try_from(number).unwrap_or(subject.len()).min(subject.len());
    let start = if start < 0 { 0 } else { place(start) };
    let end = if end < 0 { subject.len() } else { place(end) };
    subject.get(start..end).map_or_else(|| fail("`substr` cuts a character"), |kept| Ok(text(kept)))
}

fn repeated(name: &str, arguments: &[Node], most_bytes: usize) -> Outcome<Node> {
    let (count, subject) = (whole(argument(name, arguments, 0)?), text_argument(name, arguments, 1)?);
    let count = usize::try_from(count).unwrap_or_default();
    if count.saturating_mul(subject.len()) > most_bytes {
        return fail("it makes a text that is too long");
    }
    Ok(text(subject.repeat(count)))
}

fn indented(name: &str, arguments: &[Node], most_bytes: usize) -> Outcome<Node> {
    let (width, subject) = (whole(argument(name, arguments, 0)?), text_argument(name, arguments, 1)?);
    let width = usize::try_from(width).unwrap_or_default();
    if width.saturating_mul(subject.matches('\n').count() + 1) > most_bytes {
        return fail("it makes a text that is too long");
    }
    let blanks = " ".repeat(width);
    let lines = format!("{blanks}{}", subject.replace('\n', &format!("\n{blanks}")));
    Ok(text(if name == "nindent" { format!("\n{lines}") } else { lines }))
}

fn printed(name: &str, arguments: &[Node]) -> String {
    let mut made = String::new();
    let is_text = |node: &Node| node.as_str().is_some();
    for (index, value) in arguments.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| arguments.get(before));
        let parted = match name {
            "print" => before.is_some_and(|before| !is_text(before) && !is_text(value)),
            _ => before.is_some(),
        };
        if parted {
            made.push(' ');
        }
        made.push_str(&to_text(value));
    }
    if name == "println" {
        made.push('\n');
    }
    made
}

/// `fmt.Sprintf` with the verbs `s`, `v`, `d`, `q`, `t` and `%`, and a width for the first three.
fn formatted(arguments: &[Node]) -> Outcome<Node> {
    let format = text_argument("printf", arguments, 0)?;
    let mut values = arguments.iter().skip(1);
    let mut made = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        let end = after.find(|next: char| !next.is_ascii_digit() && next != '-').unwrap_or(after.len());
        let (flags, behind) = after.split_at(end);
        let Some(verb) = behind.chars().next() else { return fail("the format of `printf` does not end") };
        rest = behind.get(verb.len_utf8()..).unwrap_or_default();
        if verb == '%' {
            made.push('%');
            continue;
        }
        let Some(value) = values.next() else { return fail("`printf` has too few arguments") };
        made.push_str(&padded(&verb_text(verb, value)?, flags)?);
    }
    made.push_str(rest);
    if values.next().is_some() {
        return fail("`printf` has too many arguments");
    }
    Ok(text(made))
}

fn verb_text(verb: char, value: &Node) -> Outcome<String> {
    let is_number = matches!(value.value, Value::Integer(_));
    match verb {
        's' if value.as_str().is_some() => Ok(to_text(value)),
        'v' => Ok(to_text(value)),
        'd' if is_number && value.origin == kube_manifest::Origin::default() => Ok(to_text(value)),
        'q' if value.as_str().is_some() => Ok(serde_json::Value::from(to_text(value)).to_string()),
        't' if value.as_bool().is_some() => Ok(to_text(value)),
        _ => fail(format!("`%{verb}` of `printf` is not supported for its argument")),
    }
}

fn padded(value: &str, flags: &str) -> Outcome<String> {
    let (is_left, width) = flags.strip_prefix('-').map_or((false, flags), |width| (true, width));
    if width.is_empty() {
        return Ok(value.to_owned());
    }
    let zeros = width.starts_with('0') && !is_left;
    let Some(width) = width.parse::<usize>().ok().filter(|width| *width <= 256) else {
        return fail("a width of `printf` is not supported");
    };
    Ok(match (is_left, zeros) {
        (true, _) => format!("{value:<width$}"),
        (false, true) => format!("{value:0>width$}"),
        (false, false) => format!("{value:>width$}"),
    })
}
