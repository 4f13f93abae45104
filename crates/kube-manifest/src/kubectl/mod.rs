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

use super::node::Node;
use super::problem::Problem;
use source_files::Span;

/// What a file holds in this reading.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) roots: Vec<Node>,
    pub(super) problems: Vec<Problem>,
    /// Where an alias is, and what it represents.
    pub(super) aliases: Vec<AliasUse>,
    /// True if something was met that kustomize may read otherwise.
    pub(super) may_differ: bool,
}

/// An alias and its anchored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AliasUse {
    /// The alias, such as `*defaults`.
    pub site: Span,
    /// The value with the anchor.
    pub anchored: Span,
}
