//! From the bytes of a blob to its objects.

use std::sync::Arc;

use super::composer::{self, Budget};
use super::framing::{self, span};
use super::json;
use super::limits::Limits;
use super::list;
use super::node::Node;
use super::object::Object;
use super::pointer::is_pointer;
use super::problem::Problem;
use crate::source::SourceText;

/// What a file holds.
#[derive(Debug)]
pub struct Manifest {
    /// The text, for positions.
    pub source: Arc<SourceText>,
    /// Every Kubernetes object, lists flattened, in the order of the file.
    pub objects: Vec<Object>,
    /// What stopped us from reading the rest with certainty.
    pub problems: Vec<Problem>,
    /// How many keys and values the file holds, aliases expanded.
    pub nodes: usize,
}

/// Reads a blob in the `kubectl` reading. Never fails: what cannot be read is a problem, and a
/// document with neither `apiVersion` nor `kind` is no manifest and no problem.
pub fn parse(bytes: Vec<u8>, limits: &Limits) -> Manifest {
    let source = Arc::new(SourceText::new(bytes));
    let (documents, mut problems) = documents(&source, limits);
    let nodes = documents.iter().map(Node::count).sum();
    let mut objects = Vec::new();
    for document in documents {
        list::flatten(document, &source, &mut objects, &mut problems);
    }
    Manifest { source, objects, problems, nodes }
}

/// The documents of a file as trees, whatever they are.
pub fn documents(source: &SourceText, limits: &Limits) -> (Vec<Node>, Vec<Problem>) {
    let bytes = source.bytes();
    if bytes.len() > limits.bytes {
        let reason = format!("{} bytes are more than the limit of {}", bytes.len(), limits.bytes);
        return (Vec::new(), vec![Problem::unparseable(span(0, 0), reason)]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return (Vec::new(), vec![not_utf8(bytes, error.valid_up_to())]),
    };
    if is_pointer(text) {
        let reason = "it is a pointer of Git LFS: the file itself is on another server and cannot be judged";
        return (Vec::new(), vec![Problem::unparseable(span(0, 0), reason)]);
    }
    let mut problems = odd_characters(text);
    problems.extend(skip_marker(text));
    let (nodes, more) = read(text, limits);
    problems.extend(more);
    (nodes, problems)
}

fn read(text: &str, limits: &Limits) -> (Vec<Node>, Vec<Problem>) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if body.trim_start().starts_with('{') && body.len() == text.len() {
        // A flow mapping may also open a YAML file: JSON that does not parse gets a second chance.
        if let Ok(parsed) = json::parse_stream(text, limits) {
            return parsed;
        }
    }
    read_yaml(text, limits)
}

fn read_yaml(text: &str, limits: &Limits) -> (Vec<Node>, Vec<Problem>) {
    let (chunks, mut problems) = framing::split(text);
    if chunks.len() > limits.documents {
        let reason = format!("more than {} documents", limits.documents);
        return (Vec::new(), vec![Problem::unparseable(span(0, 0), reason)]);
    }
    let mut nodes = Vec::new();
    let mut budget = Budget { nodes: limits.nodes, aliased: limits.aliased };
    for chunk in chunks {
        let body = text.get(chunk.start..chunk.end).unwrap_or_default();
        if is_blank(body) {
            continue;
        }
        match composer::compose(body, chunk.start, limits.depth, &mut budget, &mut problems) {
            Ok(node) => nodes.extend(node),
            Err(problem) => problems.push(problem),
        }
    }
    (nodes, problems)
}

fn is_blank(body: &str) -> bool {
    body.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    })
}

fn not_utf8(bytes: &[u8], offset: usize) -> Problem {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let reason = if utf16 {
        "the file is UTF-16, which kubectl reads and other tools do not: save it as UTF-8"
    } else {
        "the bytes here are not UTF-8"
    };
    Problem::unparseable(span(offset, offset + 1), reason)
}

/// Argo CD leaves out every file that holds this marker (`reposerver/repository/repository.go`), so
/// that adding it to a file takes its objects away.
fn skip_marker(text: &str) -> Option<Problem> {
    const MARKER: &str = "+argocd:skip-file-rendering";
    let start = text.find(MARKER)?;
    let reason = "Argo CD deploys nothing of a file with this marker, other tools all of it";
    Some(Problem::ambiguous(span(start, start + MARKER.len()), reason))
}

/// Characters that YAML 1.1 takes for line ends and nearly everybody else does not, so that text
/// hidden in a comment becomes a key; and marks that make a key look like another.
fn odd_characters(text: &str) -> Vec<Problem> {
    let odd = |(offset, character): (usize, char)| {
        let bare_return =
            character == '\r' && !text.get(offset + 1..).is_some_and(|rest| rest.starts_with('\n'));
        let reason = match character {
            '\r' if bare_return => "a carriage return without a line feed ends the line for kubectl only",
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                "this character ends the line for kubectl and for nobody else"
            }
            '\u{feff}' if offset > 0 => "a byte order mark inside the file becomes part of a name",
            '\0' => "a NUL byte",
            _ => return None,
        };
        Some(Problem::ambiguous(span(offset, offset + character.len_utf8()), reason))
    };
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'\r' && byte != 0) {
        return Vec::new();
    }
    text.char_indices().filter_map(odd).take(10).collect()
}
