//! An object to be stored by a cluster.

use std::sync::Arc;

use kube_manifest::Object;
use kube_model::ClusterName;

/// An object, and the facts about it besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The object.
    pub object: &'a Arc<Object>,
    /// The cluster that it is for. Each cluster has its own custom resource definitions.
    pub cluster: &'a ClusterName,
    /// The part of the object that the text holds.
    pub part: ObjectPart,
}

/// The part of an object that its text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectPart {
    /// All of it, so that a field that is missing here is missing in the cluster.
    Whole,
    /// A template: more may be filled in, and its definitions count.
    Template,
    /// A patch or another fragment, which defines nothing by itself.
    Fragment,
}
