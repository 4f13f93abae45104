//! The `kubectl` reading: go-yaml v2, then JSON as `sigs.k8s.io/yaml` writes it, then the lists of
//! apimachinery.
//!
//! In: the text of a file. Out: its documents as resolved trees, their objects, and what makes the
//! reading stop or the text ambiguous. Never: knows what kustomize makes of it.

mod document;
mod list;
mod mapping;
mod scalar;
mod stream;

pub(super) use list::flatten;
pub(super) use mapping::MappingBuilder;
pub(super) use scalar::{Resolved, ScalarError, decode_binary, resolve};
#[cfg(test)]
pub(super) use stream::composed;
pub(super) use stream::read;

use super::agreement::Agreement;
use super::node::Node;
use super::problem::Problem;
use source_files::Span;

/// The content of a file in this reading.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) roots: Vec<Node>,
    pub(super) problems: Vec<Problem>,
    /// The place of each alias, and the value that it represents.
    pub(super) aliases: Vec<AliasUse>,
    /// Whether kustomize reads all of it alike.
    pub(super) agreement: Agreement,
}

impl Documents {
    /// No document yet, so that nothing can be read in two ways.
    fn none() -> Self {
        Self { roots: Vec::new(), problems: Vec::new(), aliases: Vec::new(), agreement: Agreement::Certain }
    }
}

/// An alias and its anchored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AliasUse {
    /// The alias, such as `*defaults`.
    pub site: Span,
    /// The value with the anchor.
    pub anchored: Span,
}
