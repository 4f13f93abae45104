//! Objects as YAML, in the form in which kustomize prints them (go-yaml v2's `encode.go` and `emitterc.go`).
//!
//! In: resolved trees. Out: text that gives the same values. Never: folds a line.

use std::cmp::Ordering;
use std::fmt::Write;

use kube_manifest::{Entry, Node, Value, kustomize_scalar};

use super::writing::is_old_boolean;

/// A comment for the line of a scalar.
pub type Comment<'c> = &'c dyn Fn(&Node) -> Option<String>;

/// Writes objects as a stream of documents.
pub fn to_yaml<'n>(objects: impl Iterator<Item = &'n Node>, comment: Comment<'_>) -> String {
    let mut emitter = Emitter { text: String::new(), comment };
    for (index, object) in objects.enumerate() {
        if index > 0 {
            emitter.text.push_str("---\n");
        }
        emitter.root(object);
    }
    emitter.text
}

struct Emitter<'c> {
    text: String,
    comment: Comment<'c>,
}

/// Blanks for each level.
const STEP: usize = 2;

impl Emitter<'_> {
    fn root(&mut self, node: &Node) {
        match &node.value {
            Value::Mapping(entries) if !entries.is_empty() => self.mapping(entries, 0, false),
            Value::Sequence(items) if !items.is_empty() => self.sequence(items, 0),
            _ => {
                self.scalar(node, 0);
                self.text.push('\n');
            }
        }
    }

    /// `is_inline` if the first key follows the dash of a list.
    fn mapping(&mut self, entries: &[Entry], indent: usize, is_inline: bool) {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by(|one, other| compare_keys(&one.key, &other.key));
        for (index, entry) in sorted.into_iter().enumerate() {
            if index > 0 || !is_inline {
                self.blanks(indent);
            }
            let key = quoted(&entry.key);
            // A long key, or one of several lines, is written apart.
            if key.chars().count() > 128 {
                self.text.push_str("? ");
                self.text.push_str(&key);
                self.text.push('\n');
                self.blanks(indent);
                self.text.push(':');
            } else {
                self.text.push_str(&key);
                self.text.push(':');
            }
            self.below_key(&entry.value, indent);
        }
    }

    fn below_key(&mut self, value: &Node, indent: usize) {
        match &value.value {
            Value::Mapping(entries) if !entries.is_empty() => {
                self.text.push('\n');
                self.mapping(entries, indent + STEP, false);
            }
            Value::Sequence(items) if !items.is_empty() => {
                self.text.push('\n');
                self.sequence(items, indent);
            }
            _ => {
                self.text.push(' ');
                self.scalar(value, indent + STEP);
                self.text.push('\n');
            }
        }
    }

    fn sequence(&mut self, items: &[Node], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !self.text.ends_with("- ") {
                self.blanks(indent);
            }
            self.text.push_str("- ");
            match &item.value {
                Value::Mapping(entries) if !entries.is_empty() => self.mapping(entries, indent + STEP, true),
                Value::Sequence(items) if !items.is_empty() => self.sequence(items, indent + STEP),
                _ => {
                    self.scalar(item, indent + STEP);
                    self.text.push('\n');
                }
            }
        }
    }

    fn blanks(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    fn scalar(&mut self, node: &Node, indent: usize) {
        let comment = (self.comment)(node).map(|comment| format!(" # {comment}")).unwrap_or_default();
        let text = match &node.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => go_float(*value),
            Value::Mapping(_) => "{}".to_owned(),
            Value::Sequence(_) => "[]".to_owned(),
            Value::String(text) | Value::Unknown(text) if text.contains('\n') && is_block_allowed(text) => {
                return self.block(text, indent, &comment);
            }
            Value::String(text) | Value::Unknown(text) => quoted(text),
        };
        self.text.push_str(&text);
        self.text.push_str(&comment);
    }

    fn block(&mut self, text: &str, indent: usize, comment: &str) {
        let starts_blank = text.starts_with([' ', '\n']);
        let chomp = match (text.ends_with('\n'), text.trim_end_matches('\n')) {
            (false, _) => "-",
            (true, body) if body.len() + 1 == text.len() && !body.is_empty() => "",
            (true, _) => "+",
        };
        let _ = write!(self.text, "|{}{chomp}{comment}", if starts_blank { "2" } else { "" });
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.text.push('\n');
            if !line.is_empty() {
                self.blanks(indent);
                self.text.push_str(line);
            }
        }
    }
}

/// A number as Go prints it: the shortest form, with an exponent from 21 digits on.
fn go_float(value: f64) -> String {
    let text = serde_json::Value::from(value).to_string();
    let plain = text.strip_suffix(".0").unwrap_or(&text);
    let Some((mantissa, exponent)) = plain.split_once('e') else {
        return if plain.trim_start_matches('-').len() > 6 && !plain.contains('.') {
            exponential(plain)
        } else {
            plain.to_owned()
        };
    };
    let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |digits| ("-", digits));
    format!(
        "{}e{sign}{:0>2}",
        mantissa.strip_suffix(".0").unwrap_or(mantissa),
        digits.trim_start_matches('+')
    )
}

/// A whole number of more than six digits.
fn exponential(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let exponent = digits.len() - 1;
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e+{exponent:0>2}")
}

/// The order in which go-yaml writes keys: runs of digits by their number, letters last.
fn compare_keys(one: &str, other: &str) -> Ordering {
    if is_before(one, other) {
        Ordering::Less
    } else if is_before(other, one) {
        Ordering::Greater
    } else {
        one.cmp(other)
    }
}

fn is_before(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut after_digit = false;
    for (place, (left, right)) in one.iter().zip(&other).enumerate() {
        if left == right {
            after_digit = left.is_numeric();
            continue;
        }
        match (left.is_alphabetic(), right.is_alphabetic()) {
            (true, true) => return left < right,
            (true, false) | (false, true) => return left.is_alphabetic() == after_digit,
            (false, false) => {}
        }
        let is_zero = *left == '0' || *right == '0';
        let before = one.get(..place).unwrap_or_default().iter().rev().take_while(|digit| digit.is_numeric());
        let start = u64::from(is_zero && before.into_iter().any(|digit| *digit != '0'));
        let (left_number, right_number) = (number(&one, place, start), number(&other, place, start));
        if left_number != right_number {
            return left_number < right_number;
        }
        return left < right;
    }
    one.len() < other.len()
}

/// The value and the length of the digits from a place on.
fn number(text: &[char], place: usize, start: u64) -> (u64, usize) {
    let digits = text.get(place..).unwrap_or_default().iter().map_while(|character| character.to_digit(10));
    digits.fold((start, 0), |(value, length), digit| {
        (value.wrapping_mul(10).wrapping_add(u64::from(digit)), length + 1)
    })
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that go-yaml writes as they are.
fn is_plain_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(character, '\u{2028}' | '\u{2029}')
}

fn is_block_allowed(text: &str) -> bool {
    let space_before_break =
        text.chars().zip(text.chars().skip(1)).any(|(one, next)| one == ' ' && is_break(next));
    !text.is_empty()
        && !text.ends_with(' ')
        && !space_before_break
        && text
            .chars()
            .all(|character| is_plain_character(character) || matches!(character, '\u{2028}' | '\u{2029}'))
}

/// A text on one line, in the quotes that it needs.
fn quoted(text: &str) -> String {
    let is_ordinary = text.chars().all(|character| is_plain_character(character) && !is_break(character));
    if !is_ordinary || !resolves_to_text(text) {
        return double_quoted(text);
    }
    if is_plain_allowed(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// Whether go-yaml v2 takes the plain text for text.
fn resolves_to_text(text: &str) -> bool {
    let is_text = matches!(kustomize_scalar(text), Some(Value::String(read)) if *read == *text);
    !text.is_empty()
        && is_text
        && !is_moment(text)
        && !is_old_boolean(text)
        && !is_base_60(text)
        && !matches!(text, "=" | "<<" | ".inf" | "-.inf" | "+.inf" | ".nan")
}

/// Dates with a time, which are text only in quotes.
fn is_moment(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let is_date = matches!(kustomize_scalar(date), Some(Value::String(read)) if *read != *date);
    is_date && rest.starts_with(['T', 't', ' ']) && rest.contains(':')
}

/// Numbers such as `1:30`.
fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.contains(':') || !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut parts = whole.split(':');
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let is_sixtieth = |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    parts.next().is_some_and(is_number) && parts.all(is_sixtieth) && is_number(fraction)
}

/// `yaml_emitter_analyze_scalar`: whether a text may be written without quotes in a block.
pub(crate) fn is_plain_allowed(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let (first, last) = (characters.first(), characters.last());
    if first.is_none()
        || first == Some(&' ')
        || last == Some(&' ')
        || text.starts_with("---")
        || text.starts_with("...")
    {
        return false;
    }
    let mut preceded_by_blank = true;
    for (place, character) in characters.iter().enumerate() {
        let followed_by_blank =
            characters.get(place + 1).is_none_or(|next| matches!(next, ' ' | '\t') || is_break(*next));
        let is_indicator = if place == 0 {
            match character {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`' => true,
                '?' | ':' | '-' => followed_by_blank,
                _ => false,
            }
        } else {
            match character {
                ':' => followed_by_blank,
                '#' => preceded_by_blank,
                _ => false,
            }
        };
        if is_indicator {
            return false;
        }
        preceded_by_blank = matches!(character, ' ' | '\t') || is_break(*character);
    }
    true
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ => "",
        };
        if !escape.is_empty() && (character != '\u{a0}') {
            quoted.push_str(escape);
        } else if is_plain_character(character) {
            quoted.push(character);
        } else {
            let code = u32::from(character);
            let _ = match code {
                0..=0xff => write!(quoted, "\\x{code:02X}"),
                0x100..=0xffff => write!(quoted, "\\u{code:04X}"),
                _ => write!(quoted, "\\U{code:08X}"),
            };
        }
    }
    quoted.push('"');
    quoted
}
