//! Finds the single values in which two contents of a file differ.
//!
//! In: both contents. Out: the changed values, which are all that differs, byte by byte. Never: accepts a value that is
//! more than one word on one line, or that belongs to several places.

use super::Refusal;
use super::sides::Side;
use kube_manifest::{Node, Object, Value, kustomize_scalar};
use source_files::pointer::escaped;
use source_files::{SourceText, Span};

/// A value that differs.
pub(super) struct ChangedScalar<'a> {
    /// Its document before and after.
    pub(super) documents: (&'a Object, &'a Object),
    /// Its place in both.
    pub(super) pointer: String,
    pub(super) old: &'a Node,
    pub(super) new: &'a Node,
    /// Its texts.
    pub(super) texts: (&'a str, &'a str),
}

impl ChangedScalar<'_> {
    /// The line of the new value.
    pub(super) fn line(&self) -> u32 {
        self.documents.1.position(self.new).line
    }

    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal::new(self.line(), reason)
    }

    /// The key of the value, and the place of the mapping that holds it.
    pub(super) fn key(&self) -> (&str, &str) {
        self.pointer.rsplit_once('/').map_or(("", ""), |(parent, key)| (key, parent))
    }
}

/// All values in which two contents differ, in the order of the file.
pub(super) fn find_changed<'a>(old: &'a Side, new: &'a Side) -> Result<Vec<ChangedScalar<'a>>, Refusal> {
    if old.documents.len() != new.documents.len() {
        return Err(Refusal::new(1, "a document is added or removed"));
    }
    let mut pairing = Pairing { changed: Vec::new() };
    for documents in old.documents.iter().zip(&new.documents) {
        pairing.visit(documents, (&documents.0.root, &documents.1.root), String::new())?;
    }
    expect_no_other_byte(&old.source, &new.source, &pairing.changed)?;
    if pairing.changed.is_empty() {
        return Err(Refusal::new(1, "no value changes"));
    }
    Ok(pairing.changed)
}

struct Pairing<'a> {
    changed: Vec<ChangedScalar<'a>>,
}

impl<'a> Pairing<'a> {
    fn visit(
        &mut self,
        documents: (&'a Object, &'a Object),
        (old, new): (&'a Node, &'a Node),
        pointer: String,
    ) -> Result<(), Refusal> {
        let line = documents.1.position(new).line;
        match (&old.value, &new.value) {
            (Value::Mapping(before), Value::Mapping(after)) => {
                let keys = |entries: &[kube_manifest::Entry]| -> Vec<Box<str>> {
                    entries.iter().map(|entry| entry.key.clone()).collect()
                };
                if keys(before) != keys(after) {
                    return Err(Refusal::new(line, "a key is added, removed or moved"));
                }
                for (before, after) in before.iter().zip(after) {
                    let below = format!("{pointer}/{}", escaped(&after.key));
                    self.visit(documents, (&before.value, &after.value), below)?;
                }
                Ok(())
            }
            (Value::Sequence(before), Value::Sequence(after)) => {
                if before.len() != after.len() {
                    return Err(Refusal::new(line, "an item of a list is added or removed"));
                }
                for (index, pair) in before.iter().zip(after).enumerate() {
                    self.visit(documents, pair, format!("{pointer}/{index}"))?;
                }
                Ok(())
            }
            (before, after) if before == after => Ok(()),
            _ => {
                let texts = (single(&documents.0.source, old), single(&documents.1.source, new));
                let (Some(before), Some(after)) = texts else {
                    let reason = "the old and the new value must be one word in one line, which every tool takes for \
                        text, without an anchor; put a version such as 1.10 in quotes";
                    return Err(Refusal::new(line, reason));
                };
                self.changed.push(ChangedScalar { documents, pointer, old, new, texts: (before, after) });
                Ok(())
            }
        }
    }
}

/// The text of a value that is written in one word, plain or quoted, and that both tools take for this text.
fn single<'a>(source: &SourceText, node: &'a Node) -> Option<&'a str> {
    let text = node.as_str()?;
    let written = source.text_of(node.span())?;
    let inner = ['"', '\''].iter().find_map(|quote| written.strip_prefix(*quote)?.strip_suffix(*quote));
    let is_text = match inner {
        Some(inner) => inner == text,
        None => {
            written == text && matches!(kustomize_scalar(text), Some(Value::String(read)) if &*read == text)
        }
    };
    let is_word = !text.is_empty() && text.bytes().all(is_of_version);
    (is_text && is_word && !is_marked(source, node.span())).then_some(text)
}

/// What names of images, tags, digests and versions are made of.
fn is_of_version(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'@' | b'+' | b'-' | b'=')
}

/// Whether an anchor or a tag is in front of a value.
fn is_marked(source: &SourceText, span: Span) -> bool {
    let before = source.text_of(Span { start: 0, end: span.start }).unwrap_or("&");
    before.split_whitespace().next_back().is_some_and(|word| word.starts_with(['&', '!']))
}

/// Whatever is between the changed values has to be the same, comments included: programs read those too.
fn expect_no_other_byte(
    old: &SourceText,
    new: &SourceText,
    changed: &[ChangedScalar<'_>],
) -> Result<(), Refusal> {
    let end = |source: &SourceText| u32::try_from(source.bytes().len()).unwrap_or(u32::MAX);
    let mut from = (0, 0);
    let spans = changed.iter().map(|changed| (changed.old.span(), changed.new.span()));
    let ends = (Span { start: end(old), end: end(old) }, Span { start: end(new), end: end(new) });
    for (before, after) in spans.chain([ends]) {
        if before.start < from.0 || after.start < from.1 {
            let line = new.position(after.start).line;
            return Err(Refusal::new(
                line,
                "the value belongs to several places, by an anchor or a merge key",
            ));
        }
        let (before_text, after_text) = (
            old.text_of(Span { start: from.0, end: before.start }),
            new.text_of(Span { start: from.1, end: after.start }),
        );
        if before_text.is_none() || before_text != after_text {
            return Err(Refusal::new(
                first_difference(new, from.1, before_text, after_text),
                "a comment, the layout or the quotes of another value change, and only versions may",
            ));
        }
        from = (before.end, after.end);
    }
    Ok(())
}

/// The line of the first character that differs.
fn first_difference(new: &SourceText, from: u32, before: Option<&str>, after: Option<&str>) -> u32 {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    new.position(from.saturating_add(u32::try_from(same).unwrap_or_default())).line
}
