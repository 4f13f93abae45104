//! Documents in the form that nearly all manifests have, read in one pass without a YAML library:
//! block mappings and lists, words, texts in quotes on one line, literal blocks, short lists in brackets.
//!
//! In: the text of one document. Out: its value in the `kubectl` reading, or nothing if the document has
//! anything else (a tag, an anchor, a duplicate key, a word over several lines, a tab, a strange character):
//! then the composer reads it. Never: decides that a document is wrong, nor reads one otherwise than the
//! composer would, places included; `tests` and the fuzz target `composer` compare the two.

mod block;
mod flow;
mod lines;
mod literal;
mod scalar;
#[cfg(test)]
mod tests;

use super::agreement::Agreement;
use super::framing::Chunk;
use super::limits::Limits;
use super::node::Node;
use block::Reader;

pub(super) use lines::is_ordinary;

/// An ordinary document.
#[derive(Debug)]
pub(super) struct Ordinary {
    pub(super) root: Node,
    /// Whether kustomize reads all of it alike.
    pub(super) agreement: Agreement,
}

/// The document has something that the ordinary form does not have.
#[derive(Clone, Copy, Debug)]
struct Unusual;

/// Reads a chunk, if it is ordinary; `nodes` is what is left of the file's limit.
pub(super) fn read(text: &str, chunk: Chunk, limits: &Limits, nodes: &mut usize) -> Option<Ordinary> {
    let body = text.get(chunk.start..chunk.end)?;
    if !lines::has_ordinary_characters(body) {
        return None;
    }
    let mut reader = Reader::new(text, chunk, limits, *nodes);
    let root = reader.document().ok()?;
    *nodes = reader.nodes;
    Some(Ordinary { root, agreement: reader.agreement })
}
