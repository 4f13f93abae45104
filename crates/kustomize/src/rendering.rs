//! What a build gives.

use std::collections::BTreeMap;

use kube_manifest::{Node, Origin};
use source_files::RepoPath;

use super::error::Place;
use super::tree::Entry;
use super::writing::Writings;

/// The result of a build.
#[derive(Debug)]
pub struct Rendering {
    /// The objects, in kustomize's order.
    pub objects: Vec<RenderedObject>,
    /// The parts that are not rendered. Whatever is rendered may be incomplete where there are any.
    pub unrendered: Vec<Unrendered>,
    /// The files and steps that wrote the values.
    pub writings: Writings,
    /// Every path that the build looked at, also in vain, and what was there.
    pub looks: BTreeMap<RepoPath, Entry>,
}

/// One object.
#[derive(Clone, Debug)]
pub struct RenderedObject {
    /// The object. [`Node::origin`] of every value is one of [`Rendering::writings`].
    pub node: Node,
    /// The folders of the kustomizations that it has passed, the innermost one first.
    pub via: Vec<RepoPath>,
    /// The entries of kustomizations through which it came, the innermost one first: each is an origin of
    /// [`Rendering::writings`].
    pub listed: Vec<Origin>,
}

/// A part of a build that cannot be rendered here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrendered {
    /// What it is.
    pub part: Part,
    /// The place that asks for it.
    pub place: Option<Place>,
}

/// The parts that are not rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Part {
    /// A base in another repository.
    #[error("the base `{0}` is in another repository")]
    RemoteBase(String),
    /// A file on another server.
    #[error("the file `{0}` is on another server")]
    RemoteFile(String),
    /// A chart that kustomize would give to Helm.
    #[error("the chart `{0}` needs Helm")]
    Chart(String),
    /// A generator, transformer or validator that kustomize would run as a program or container.
    #[error("`{0}` is a program or a container, which never runs here")]
    Function(String),
}
