//! The value of a scalar after kustomize has written it out and read it again: some styles do not
//! survive (go-yaml v3 `emitterc.go`), and the second reading decides the value.

use std::borrow::Cow;

use super::super::compose::compose;
use super::super::framing::Chunk;
use super::super::go_number;
use super::super::kubectl::{ScalarError, decode_binary};
use super::super::libyaml::LastLine;
use super::super::limits::Limits;
use super::super::node::Value;
use super::super::syntax::{Content, Layout, Style, core_tag};
use super::super::timestamp;

/// The reason why kustomize stops at a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EmittedError {
    /// Nor would kubectl read it.
    #[error(transparent)]
    Scalar(#[from] ScalarError),
    #[error("a block of text that begins with a tab, which kustomize writes in a form that it cannot read")]
    LeadingTab,
    #[error("a key that is not text, which kustomize refuses below the top level")]
    KeyIsNoText,
}

/// The place in which a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Key(Layout),
    Value(Layout),
}

/// The value that remains.
pub(super) fn value(
    tag: Option<&str>,
    text: &str,
    style: Style,
    context: Context,
) -> Result<Value, EmittedError> {
    if is_unreadable(text, style, context) {
        return Err(EmittedError::LeadingTab);
    }
    let (text, style) = rewritten(text, style, context);
    match tag.filter(|tag| *tag != "!") {
        Some(tag) => Ok(tagged(tag, &text)?),
        None if style == Style::Plain => Ok(plain(&text)?),
        None => Ok(string(&text)),
    }
}

/// A key below the top level: kustomize keeps a mapping only if every key is a text.
pub(super) fn key(
    tag: Option<&str>,
    text: &str,
    style: Style,
    layout: Layout,
) -> Result<Box<str>, EmittedError> {
    let is_text_by_tag = tag.is_none_or(|tag| tag == "!" || core_tag(tag) == Some("str"));
    match value(tag, text, style, Context::Key(layout))? {
        Value::String(key) if is_text_by_tag && !becomes_timestamp(tag, text, style, layout) => Ok(key),
        Value::String(_)
        | Value::Unknown(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => Err(EmittedError::KeyIsNoText),
    }
}

fn becomes_timestamp(tag: Option<&str>, text: &str, style: Style, layout: Layout) -> bool {
    let (text, style) = rewritten(text, style, Context::Key(layout));
    tag.is_none_or(|tag| tag == "!") && style == Style::Plain && timestamp::normalise(&text).is_some()
}

/// A key of the outermost mapping keeps its text, whatever it would be as a value; one that is
/// `null` is left out.
pub(super) fn outermost_key(
    tag: Option<&str>,
    text: &str,
    style: Style,
) -> Result<Option<Box<str>>, EmittedError> {
    let binary = tag.is_some_and(|tag| core_tag(tag) == Some("binary"));
    match value(tag, text, style, Context::Key(Layout::Block))? {
        Value::Null => Ok(None),
        Value::String(decoded) if binary => Ok(Some(decoded)),
        Value::String(_)
        | Value::Unknown(_)
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => Ok(Some(text.into())),
    }
}

/// The emitter gives no indentation indicator for a tab, and the parser takes it for indentation.
fn is_unreadable(text: &str, style: Style, context: Context) -> bool {
    let is_block = matches!(style, Style::Literal | Style::Folded);
    context == Context::Value(Layout::Block) && is_block && text.starts_with('\t') && is_block_allowed(text)
}

/// Text and style after writing and reading.
fn rewritten(text: &str, style: Style, context: Context) -> (Cow<'_, str>, Style) {
    let layout = match context {
        Context::Key(layout) | Context::Value(layout) => layout,
    };
    let is_key = matches!(context, Context::Key(_));
    match style {
        Style::Plain if text.is_empty() && (is_key || layout == Layout::Flow) => (text.into(), Style::Quoted),
        Style::Plain if layout == Layout::Flow && text.contains(':') => (text.into(), Style::Quoted),
        Style::Plain if text.contains('\n') => (text.into(), Style::Quoted),
        Style::Folded if layout == Layout::Block && !is_key && is_block_allowed(text) => {
            (folded_again(text).into(), Style::Folded)
        }
        Style::Plain | Style::Quoted | Style::Literal | Style::Folded => (text.into(), style),
    }
}

/// `yaml_emitter_analyze_scalar`: if this is false, the emitter writes double quotes.
fn is_block_allowed(text: &str) -> bool {
    let special = |character: char| !matches!(character, '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    let followers = text.chars().skip(1);
    let space_before_break = text.chars().zip(followers).any(|(first, next)| first == ' ' && is_break(next));
    !text.is_empty() && !text.ends_with(' ') && !space_before_break && !text.chars().any(special)
}

/// Writes a text in the folded style as go-yaml v3 does (`yaml_emitter_write_folded_scalar`), which
/// adds a line end before a more indented line, and reads it again.
fn folded_again(text: &str) -> String {
    let mut document = format!(">{}\n", hints(text));
    let first = text.chars().find(|character| !is_break(*character));
    let doubles = first.is_some_and(|first| !is_blank(first));
    let (mut at_start, mut leading_space) = (true, true);
    for character in text.chars() {
        if is_break(character) {
            if character == '\n' && !at_start && !leading_space && doubles {
                document.push('\n');
            }
            at_start = true;
        } else if at_start {
            document.push_str("  ");
            leading_space = is_blank(character);
            at_start = false;
        }
        document.push(character);
    }
    read_scalar(&document).unwrap_or_else(|| text.to_owned())
}

/// `yaml_emitter_write_block_scalar_hints`.
fn hints(text: &str) -> String {
    let indent = if text.starts_with(|first| first == ' ' || is_break(first)) { "2" } else { "" };
    let mut backwards = text.chars().rev();
    let chomp = match (backwards.next().is_some_and(is_break), backwards.next().is_none_or(is_break)) {
        (false, _) => "-",
        (true, true) => "+",
        (true, false) => "",
    };
    format!("{indent}{chomp}")
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn read_scalar(document: &str) -> Option<String> {
    let chunk = Chunk { start: 0, end: document.len() };
    let composed = compose(document, chunk, LastLine::AsWritten, &Limits::default(), &mut 2).ok()?;
    match composed.root?.content {
        Content::Scalar { text, .. } => Some(text),
        Content::Sequence { .. } | Content::Mapping { .. } | Content::Anchored(_) | Content::Alias(_) => None,
    }
}

fn tagged(tag: &str, text: &str) -> Result<Value, ScalarError> {
    let name = core_tag(tag).unwrap_or_default();
    match name {
        "binary" => decode_binary(text).map(|text| string(&text)).ok_or(ScalarError::NotBase64),
        "null" | "bool" | "int" | "float" | "timestamp" => promised(name, text),
        _ => Ok(string(text)),
    }
}

fn promised(name: &str, text: &str) -> Result<Value, ScalarError> {
    if name == "timestamp" {
        return timestamp::normalise(text).map(|text| string(&text)).ok_or(ScalarError::TagMismatch);
    }
    let value = plain(text)?;
    let integer = || go_number::parse_integer(&text.replace('_', "")).is_some();
    let fits = match &value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "bool",
        Value::Integer(_) | Value::Float(_) => name == "float" || (name == "int" && integer()),
        Value::String(_) | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    };
    if fits { Ok(value) } else { Err(ScalarError::TagMismatch) }
}

/// The value of a plain scalar that kustomize writes; `None` if it writes what it cannot read.
pub fn kustomize_scalar(text: &str) -> Option<Value> {
    value(None, text, Style::Plain, Context::Value(Layout::Block)).ok()
}

/// The text that is left of a value which kustomize writes as a literal block; `None` if it cannot read it again.
pub fn kustomize_block(text: &str) -> Option<Box<str>> {
    match value(None, text, Style::Literal, Context::Value(Layout::Block)).ok()? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The text of a folded block before kustomize has written it out once, given the block with its indicator and the
/// text that is left of it. `None` if the block is another one.
pub fn kustomize_unfolded(block: &str, written: &str) -> Option<Box<str>> {
    let text = read_scalar(block)?;
    let (again, _) = rewritten(&text, Style::Folded, Context::Value(Layout::Block));
    (block.starts_with('>') && again == written).then(|| text.as_str().into())
}

/// go-yaml v3's `resolve`: as v2, without the words of YAML 1.1, and timestamps become times.
fn plain(text: &str) -> Result<Value, ScalarError> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    if let Some(moment) = timestamp::normalise(text) {
        return Ok(string(&moment));
    }
    match go_number::resolve(text) {
        Ok(number) => Ok(number.unwrap_or_else(|| string(text))),
        Err(go_number::Infinite) => Err(ScalarError::NotJson),
    }
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_text_gains_a_line_before_a_deeper_one() {
        assert_eq!(folded_again("a: b\n  deep\ntext"), "a: b\n\n  deep\ntext");
        assert_eq!(folded_again("a b\nc\n"), "a b\nc\n");
        assert_eq!(folded_again("text\n  deep\n  deep # note\n"), "text\n\n  deep\n  deep # note\n");
    }

    #[test]
    fn words_of_yaml_1_1_are_texts() {
        let read = |text| value(None, text, Style::Plain, Context::Value(Layout::Block));
        assert_eq!(read("yes"), Ok(string("yes")));
        assert_eq!(read("true"), Ok(Value::Bool(true)));
        assert_eq!(read("010"), Ok(Value::Integer(8)));
        assert_eq!(read("2001-1-1"), Ok(string("2001-01-01T00:00:00Z")));
        assert_eq!(value(None, "", Style::Plain, Context::Value(Layout::Flow)), Ok(string("")));
    }
}
