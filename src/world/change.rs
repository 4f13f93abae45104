//! The difference between two worlds, object by object.

use std::sync::Arc;

use crate::render::{Listing, Role};
use kube_manifest::{Node, Object, Step};
use kube_model::ObjectRef;
use kube_schema::{Candidate, Part};
use source_files::RepoPath;

/// An object at its place in a revision.
#[derive(Debug)]
pub struct Placed {
    /// Whether it is applied as it is.
    pub role: Role,
    /// Whether a kustomization deploys its file.
    pub listing: Listing,
    /// The file it is in.
    pub path: RepoPath,
    /// Its identity in the cluster.
    pub id: ObjectRef,
    /// The object.
    pub object: Arc<Object>,
}

impl Placed {
    /// The object as a cluster is asked to store it.
    pub fn candidate(&self) -> Candidate<'_> {
        let part = match self.role {
            Role::Complete | Role::Base => Part::Whole,
            Role::Template => Part::Template,
            Role::Fragment | Role::Expectation => Part::Fragment,
        };
        Candidate { object: &self.object, cluster: &self.id.cluster, part }
    }

    /// Whether a value of a fragment is that of the object that it patches, and no word of the patch itself.
    pub fn inherits(&self, node: &Node) -> bool {
        let is_inherited = node.origin.step == Step::Inherited || node.origin == self.object.root.origin;
        self.role == Role::Fragment && is_inherited
    }
}

/// What happens to an object: AdmissionReview's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It did not exist.
    Create,
    /// It existed and is different now.
    Update,
    /// It no longer exists.
    Delete,
}

impl Operation {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// One object that a change creates, updates or deletes.
#[derive(Clone, Debug)]
pub enum ObjectChange {
    /// The object is new.
    Create {
        /// What it is.
        object: Arc<Placed>,
    },
    /// The object changes.
    Update {
        /// What it was.
        old_object: Arc<Placed>,
        /// What it becomes.
        object: Arc<Placed>,
    },
    /// The object goes away.
    Delete {
        /// What it was.
        old_object: Arc<Placed>,
    },
}

impl ObjectChange {
    /// What happens.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Create { .. } => Operation::Create,
            Self::Update { .. } => Operation::Update,
            Self::Delete { .. } => Operation::Delete,
        }
    }

    /// The object as it was.
    pub fn old_object(&self) -> Option<&Arc<Placed>> {
        match self {
            Self::Create { .. } => None,
            Self::Update { old_object, .. } | Self::Delete { old_object } => Some(old_object),
        }
    }

    /// The object as it becomes.
    pub fn object(&self) -> Option<&Arc<Placed>> {
        match self {
            Self::Create { object } | Self::Update { object, .. } => Some(object),
            Self::Delete { .. } => None,
        }
    }

    /// The new object, or the old one if there is no new one.
    pub fn subject(&self) -> &Arc<Placed> {
        match self {
            Self::Create { object } | Self::Update { object, .. } => object,
            Self::Delete { old_object } => old_object,
        }
    }
}
