//! The files and clusters that a policy is about.

use super::selection::Selection;
use kube_model::{ClusterTarget, ImageKind};

/// The files and clusters that a policy is about.
#[derive(Debug)]
pub struct Targets {
    /// The files that are manifests, and their clusters.
    pub selection: Selection,
    /// The clusters.
    pub clusters: Vec<ClusterTarget>,
    /// Kinds that name images, beside those that portcullis knows.
    pub image_kinds: Vec<ImageKind>,
}
