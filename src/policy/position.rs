//! Reads a policy file: values through serde, places through our own manifest parser.

use std::sync::Arc;

use serde::Deserialize as _;

use super::document::PolicyDocument;
use super::error::{PolicyError, did_you_mean};
use super::waiver::WaiverPlace;
use kube_manifest::{Limits, Node, documents};
use source_files::pointer::unescaped;
use source_files::{SourceText, Span};

/// A policy file with the places of its keys.
#[derive(Debug)]
pub(super) struct Positioned {
    pub(super) path: String,
    pub(super) document: PolicyDocument,
    source: Arc<SourceText>,
    root: Node,
}

impl Positioned {
    /// Parses a file. Two parsers read it and must agree that it is one mapping without duplicate
    /// keys, so that nothing in it can mean two things.
    pub(super) fn parse(path: &str, bytes: &[u8]) -> Result<Self, PolicyError> {
        let (source, mut nodes, problems) = documents(bytes.to_vec(), &Limits::default());
        let error = |line, column, message: String| PolicyError {
            path: path.to_owned(),
            line,
            column,
            message,
            suggestion: None,
        };
        if let Some(problem) = problems.first() {
            let at = source.position(problem.span.start);
            return Err(error(at.line, at.column, problem.reason.clone()));
        }
        let (Some(root), true) = (nodes.pop(), nodes.is_empty()) else {
            return Err(error(1, 1, "a policy must be exactly one YAML document".into()));
        };
        let parsed = serde_yaml::Deserializer::from_slice(bytes);
        let document = PolicyDocument::deserialize(parsed).map_err(|cause| from_serde(path, &cause))?;
        let positioned = Self { path: path.to_owned(), document, source, root };
        positioned.check_header()?;
        Ok(positioned)
    }

    /// A policy that is in no file. It has no places: each of its keys is on the first line.
    pub(super) fn unwritten(name: &str, document: PolicyDocument) -> Result<Self, PolicyError> {
        let empty = Self::parse(name, b"apiVersion: portcullis.dev/v1\nkind: GatePolicy\n")?;
        Ok(Self { document, ..empty })
    }

    fn check_header(&self) -> Result<(), PolicyError> {
        if self.document.api_version != "portcullis.dev/v1" {
            return Err(self.error(
                "/apiVersion",
                "the apiVersion of a policy must be `portcullis.dev/v1`",
                None,
            ));
        }
        if self.document.kind != "GatePolicy" {
            return Err(self.error("/kind", "the kind of a policy must be `GatePolicy`", None));
        }
        Ok(())
    }

    /// An error at the key that a JSON pointer names.
    pub(super) fn error(
        &self,
        pointer: &str,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) -> PolicyError {
        let at = self.source.position(self.key_offset(pointer));
        let message = message.into();
        PolicyError { path: self.path.clone(), line: at.line, column: at.column, message, suggestion }
    }

    /// The line of the key that a JSON pointer names.
    pub(super) fn line(&self, pointer: &str) -> u32 {
        self.source.position(self.key_offset(pointer)).line
    }

    /// The place of the key that a JSON pointer names.
    pub(super) fn place(&self, pointer: &str) -> WaiverPlace {
        let start = self.key_offset(pointer);
        let span = Span { start, end: self.root.nearest(pointer).span().end.max(start) };
        WaiverPlace { path: self.path.clone(), source: Arc::clone(&self.source), span }
    }

    /// Whether the file itself has a top-level key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.root.entry(key).is_some()
    }

    fn key_offset(&self, pointer: &str) -> u32 {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", ""));
        let parent = self.root.nearest(parent);
        let key = unescaped(key);
        match parent.entry(&key) {
            Some(entry) => entry.key_span.start,
            None => self.root.nearest(pointer).span().start,
        }
    }
}

/// serde's words are kept, its place is used, and the list of what it expected becomes a suggestion.
fn from_serde(path: &str, cause: &serde_yaml::Error) -> PolicyError {
    let text = cause.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let suggestion = match quoted.split_first() {
        Some((word, expected)) if message.contains("unknown") => did_you_mean(word, expected.iter().copied()),
        Some(_) | None => None,
    };
    let (line, column) = cause.location().map_or((1, 1), |at| (at.line(), at.column()));
    let saturate = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    PolicyError { path: path.to_owned(), line: saturate(line), column: saturate(column), message, suggestion }
}
