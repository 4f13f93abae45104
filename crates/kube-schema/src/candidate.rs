//! An object that a cluster is asked to store.

use std::sync::Arc;

use kube_manifest::Object;
use kube_model::ClusterName;

/// An object and what has to be known of it besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The object.
    pub object: &'a Arc<Object>,
    /// The cluster that it is for: each has custom resource definitions of its own.
    pub cluster: &'a ClusterName,
    /// How much of the object is there.
    pub part: Part,
}

/// How much of an object its text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it, so that what is missing is missing in the cluster.
    Whole,
    /// What a template holds: more may be filled in, and its definitions count.
    Template,
    /// A patch or another fragment: it defines nothing by itself.
    Fragment,
}
