//! The origins of values: which file wrote a value, by which step, and what was there before.
//!
//! In: files and steps. Out: [`Writings`], in which the origin of every rendered value is found. Never: a value
//! without a file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use kube_manifest::{FileId, Node, Origin, Step, Value, kustomize_scalar};
use source_files::{RepoPath, SourceText, Span};

use super::emit::is_plain_allowed;

/// The step of a build that wrote a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuildStep {
    /// It is written in a manifest.
    Manifest,
    /// `configMapGenerator` or `secretGenerator`.
    Generator,
    /// The hash at the end of a generated name.
    NameHash,
    /// A strategic merge patch.
    StrategicMerge,
    /// An operation of JSON Patch.
    JsonPatch,
    /// `namespace`.
    Namespace,
    /// `namePrefix`.
    NamePrefix,
    /// `nameSuffix`.
    NameSuffix,
    /// `labels` or `commonLabels`.
    Label,
    /// `commonAnnotations`.
    Annotation,
    /// `images`.
    Image,
    /// `replicas`.
    Replicas,
    /// `replacements`.
    Replacement,
    /// `vars`.
    Variable,
    /// The new name of an object that this value names.
    NameReference,
    /// A `ValueAddTransformer`.
    ValueAdd,
    /// `buildMetadata`.
    BuildMetadata,
    /// A parameter that an ApplicationSet fills into a template.
    Template,
    /// A variable that Flux fills in after the build.
    Substitution,
}

/// One writing of a value. The span is that of the value's origin.
#[derive(Clone, Copy, Debug)]
pub struct Writing {
    /// The file, in [`Writings::files`].
    pub file: usize,
    /// The step.
    pub step: BuildStep,
    /// What the step changed or replaced.
    pub before: Option<Origin>,
}

/// A file of the build, or a text inside one, such as an inline patch.
#[derive(Clone, Debug)]
pub struct WrittenFile {
    /// The path.
    pub path: RepoPath,
    /// The text in which the spans are.
    pub text: Arc<SourceText>,
    /// For a text inside another file: the value that holds it.
    pub inside: Option<Origin>,
}

/// Every file and step of a build. [`Origin::file`] is an index of [`Writings::steps`].
#[derive(Debug, Default)]
pub struct Writings {
    /// The files.
    pub files: Vec<WrittenFile>,
    /// The steps.
    pub steps: Vec<Writing>,
}

impl Writings {
    /// The writing behind an origin.
    pub fn writing(&self, origin: Origin) -> Option<&Writing> {
        self.steps.get(usize::try_from(origin.file.0).ok()?)
    }

    /// The file of an origin.
    pub fn file(&self, origin: Origin) -> Option<&WrittenFile> {
        self.files.get(self.writing(origin)?.file)
    }

    /// The text at an origin.
    pub fn text(&self, origin: Origin) -> Option<&str> {
        self.file(origin)?.text.text_of(origin.span)
    }

    /// The text of a scalar without the anchors and tags before it.
    fn scalar_at(&self, origin: Origin) -> Option<&str> {
        let mut text = self.text(origin)?;
        while text.starts_with(['&', '!']) {
            let (_, rest) = text.split_once([' ', '\n'])?;
            text = rest.trim_start();
        }
        Some(text)
    }

    /// The chain of writings, the last one first.
    pub fn chain(&self, origin: Origin) -> impl Iterator<Item = (Origin, &Writing)> {
        let mut next = Some(origin);
        std::iter::from_fn(move || {
            let origin = next?;
            let writing = self.writing(origin)?;
            next = writing.before;
            Some((origin, writing))
        })
    }

    /// The line, from 1, in the file that the repository holds.
    pub fn line(&self, origin: Origin) -> Option<u32> {
        let file = self.file(origin)?;
        let line = file.text.position(origin.span.start).line;
        let Some(outer) = file.inside else { return Some(line) };
        let start = self.line(outer)?;
        let is_block = self.text(outer).is_some_and(|text| text.starts_with(['|', '>']));
        Some(if is_block { start + line } else { start })
    }

    /// Adds a file, or a text inside one. Gives its place in [`Writings::files`].
    pub fn add_file(&mut self, path: &RepoPath, text: Arc<SourceText>, inside: Option<Origin>) -> usize {
        self.files.push(WrittenFile { path: path.clone(), text, inside });
        self.files.len() - 1
    }

    /// Adds a writing. Gives what the origins of its values have as their file.
    pub fn add(&mut self, writing: Writing) -> FileId {
        let index = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        self.steps.push(writing);
        FileId(index)
    }

    /// An origin at the same place for another step.
    pub fn derive(&mut self, source: Origin, step: BuildStep, before: Option<Origin>) -> Origin {
        let file = self.writing(source).map_or(0, |writing| writing.file);
        Origin { file: self.add(Writing { file, step, before }), ..source }
    }

    /// The text of a scalar as it is written: `1.10` where the value is 1.1.
    pub(crate) fn scalar_text<'a>(&'a self, node: &'a Node) -> Cow<'a, str> {
        match &node.value {
            Value::String(text) if is_moment(text) => Cow::Borrowed(self.moment_text(node, text)),
            Value::String(text) | Value::Unknown(text) => Cow::Borrowed(text),
            Value::Sequence(_) | Value::Mapping(_) => Cow::Borrowed(""),
            Value::Null if self.is_empty_null(node) => Cow::Borrowed(""),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
                let is_json = self.was_json(node.origin);
                match self.scalar_at(node.origin).filter(|text| !is_json && is_plain_scalar(text)) {
                    Some(text) => Cow::Borrowed(text),
                    None => Cow::Owned(node.to_json().to_string()),
                }
            }
        }
    }

    /// Whether a value has been JSON since it was written.
    fn was_json(&self, origin: Origin) -> bool {
        origin.step == Step::Rewritten
            || self.writing(origin).is_some_and(|writing| writing.step == BuildStep::JsonPatch)
    }

    /// A date as it is written without quotes.
    fn moment_text<'a>(&'a self, node: &Node, value: &'a str) -> &'a str {
        if self.was_json(node.origin) {
            return value;
        }
        let written =
            self.scalar_at(node.origin).filter(|text| text.starts_with(|first: char| first.is_ascii_digit()));
        let is_this =
            |text: &&str| matches!(kustomize_scalar(text), Some(Value::String(read)) if *read == *value);
        written.filter(is_this).unwrap_or(value)
    }

    /// Whether this `null` is nothing at all in the file.
    pub(crate) fn is_empty_null(&self, node: &Node) -> bool {
        node.is_null()
            && !self.scalar_at(node.origin).is_some_and(|text| matches!(text, "null" | "Null" | "NULL" | "~"))
    }

    /// The value that is left of a text which a step puts in place of a scalar without saying that it is text: the
    /// quotes of the old one decide.
    pub(crate) fn untagged(&self, old: &Node, text: &str) -> Value {
        // What has just been made has no quotes yet.
        let is_quoted = old.as_str() != Some("") && self.is_quoted(old);
        if is_quoted || text.contains('\n') {
            return Value::String(text.into());
        }
        kustomize_scalar(text).unwrap_or_else(|| Value::String(text.into()))
    }

    /// Whether kustomize has put a value that it wrote itself into quotes, which it does only where they are needed.
    fn text_in_quotes(&self, node: &Node, origin: Origin, form: Form) -> bool {
        let written = self.scalar_at(origin).unwrap_or_default();
        let text = if origin == node.origin {
            let Some(text) = node.as_str() else { return false };
            text
        } else if let Some(inner) = written.strip_prefix(['"', '\'']) {
            inner.strip_suffix(['"', '\'']).unwrap_or(inner)
        } else if form == Form::Step {
            written.split_once('=').map_or(written, |(_, value)| value)
        } else if matches!(kustomize_scalar(written), Some(Value::String(_))) {
            written
        } else {
            return false;
        };
        let is_unwritable = text.is_empty() || text.contains('\n') || !is_plain_allowed(text);
        needs_quotes(text) || (form == Form::Json && is_unwritable)
    }

    /// Whether the value at this place was first written in quotes or as a block, so that whatever is put there is text.
    pub(crate) fn is_quoted(&self, node: &Node) -> bool {
        for (origin, writing) in self.chain(node.origin) {
            let is_as_written = matches!(writing.step, BuildStep::Manifest | BuildStep::StrategicMerge);
            if self.was_json(origin) || (writing.before.is_none() && !is_as_written) {
                let form = if self.was_json(origin) { Form::Json } else { Form::Step };
                return self.text_in_quotes(node, origin, form);
            }
            if writing.before.is_none() {
                return self.scalar_at(origin).is_some_and(|text| text.starts_with(['"', '\'', '|', '>']));
            }
        }
        false
    }
}

/// Who has written a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The library that reads JSON.
    Json,
    /// A step of the build.
    Step,
}

/// Whether a text is another value for YAML 1.1 or 1.2 if it has no quotes.
fn needs_quotes(text: &str) -> bool {
    let is_text = matches!(kustomize_scalar(text), Some(Value::String(read)) if *read == *text);
    !text.is_empty() && (!is_text || is_moment(text) || is_old_boolean(text))
}

/// The words of YAML 1.1.
pub(crate) fn is_old_boolean(text: &str) -> bool {
    let words = ["y", "yes", "on", "n", "no", "off"];
    let is_cased = |word: &&str| {
        let mut capital = word.to_string();
        capital.get_mut(..1).map(str::make_ascii_uppercase);
        **word == *text || word.to_ascii_uppercase() == text || capital == text
    };
    words.iter().any(is_cased)
}

/// Whether a text may be what is left of a date.
fn is_moment(text: &str) -> bool {
    text.len() >= 19
        && text.len() < 40
        && text.as_bytes().get(10) == Some(&b'T')
        && text.starts_with(|first: char| first.is_ascii_digit())
}

fn is_plain_scalar(text: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_' | b':' | b'~');
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_part)
}

/// Notes that every value of a tree has been JSON.
pub(crate) fn mark_rewritten(node: &mut Node) {
    node.visit_mut(&mut |value| value.origin.step = Step::Rewritten);
}

/// Takes writings of another build over, each file and step once.
#[derive(Debug, Default)]
pub struct Adoption {
    steps: HashMap<u32, FileId>,
    files: HashMap<usize, usize>,
}

impl Adoption {
    /// Gives every value of a tree its writing in `into`, with the whole chain behind it.
    pub fn take(&mut self, node: &mut Node, from: &Writings, into: &mut Writings) {
        node.visit_mut(&mut |value| value.origin = self.origin(value.origin, from, into));
    }

    /// The same origin in `into`.
    pub fn origin(&mut self, origin: Origin, from: &Writings, into: &mut Writings) -> Origin {
        // The chain may be long, so it is copied from its end.
        let chain: Vec<(Origin, Writing)> =
            from.chain(origin).map(|(origin, writing)| (origin, *writing)).collect();
        let mut before = None;
        for (origin, writing) in chain.into_iter().rev() {
            let file = if let Some(known) = self.steps.get(&origin.file.0) {
                *known
            } else {
                let file = self.file(writing.file, from, into);
                let id = into.add(Writing { file, before, ..writing });
                self.steps.insert(origin.file.0, id);
                id
            };
            before = Some(Origin { file, ..origin });
        }
        before.unwrap_or(origin)
    }

    fn file(&mut self, place: usize, from: &Writings, into: &mut Writings) -> usize {
        if let Some(known) = self.files.get(&place) {
            return *known;
        }
        let Some(file) = from.files.get(place) else { return 0 };
        let inside = file.inside.map(|outer| self.origin(outer, from, into));
        let added = into.add_file(&file.path, Arc::clone(&file.text), inside);
        self.files.insert(place, added);
        added
    }
}

/// Gives every value of a tree another writing.
pub fn stamp(node: &mut Node, file: FileId) {
    node.visit_mut(&mut |value| value.origin.file = file);
}

/// An empty place.
pub(crate) const NOWHERE: Span = Span { start: 0, end: 0 };
