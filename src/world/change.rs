//! The difference between two worlds, object by object.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::unit_place::UnitPlace;
use crate::render::{Listing, Role};
use kube_manifest::{Node, Object, Step};
use kube_model::ObjectRef;
use kube_schema::{Candidate, ObjectPart};
use source_files::RepoPath;

/// An object at its place in a revision.
#[derive(Debug)]
pub struct Placed {
    /// The role of its file.
    pub role: Role,
    /// Says whether a kustomization deploys its file.
    pub listing: Listing,
    /// The path of the file in which it is written.
    pub path: RepoPath,
    /// Its identity in the cluster.
    pub id: ObjectRef,
    /// The object.
    pub object: Arc<Object>,
    /// The unit that deploys it, if it is rendered.
    pub unit: Option<Arc<UnitPlace>>,
}

impl Placed {
    /// Returns what it is deployed with: its unit, or its file.
    pub fn home(&self) -> &RepoPath {
        self.unit.as_ref().map_or(&self.path, |unit| &unit.unit)
    }

    /// Returns the files that wrote a value of it.
    pub fn files_of(&self, node: &Node) -> BTreeSet<RepoPath> {
        match &self.unit {
            Some(unit) => unit.files_of(node),
            None => BTreeSet::from([self.path.clone()]),
        }
    }

    /// Returns the object as YAML.
    pub fn to_yaml(&self) -> String {
        kustomize::to_yaml(std::iter::once(&self.object.root), &|_| None)
    }

    /// Returns the same place with another object.
    #[must_use]
    pub fn with_object(&self, object: Arc<Object>) -> Self {
        Self {
            role: self.role,
            listing: self.listing,
            path: self.path.clone(),
            id: self.id.clone(),
            object,
            unit: self.unit.clone(),
        }
    }

    /// Returns the object as a candidate for storage in its cluster.
    pub fn candidate(&self) -> Candidate<'_> {
        let part = match self.role {
            Role::Complete | Role::Base => ObjectPart::Whole,
            Role::Template => ObjectPart::Template,
            Role::Fragment | Role::Expectation => ObjectPart::Fragment,
        };
        Candidate { object: &self.object, cluster: &self.id.cluster, part }
    }

    /// Returns true if a value of a fragment is inherited from the object that it patches.
    pub fn inherits(&self, node: &Node) -> bool {
        let is_inherited = node.origin.step == Step::Inherited || node.origin == self.object.root.origin;
        self.role == Role::Fragment && is_inherited
    }
}

/// The operation on an object, in AdmissionReview's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The object did not exist.
    Create,
    /// The object existed and differs now.
    Update,
    /// The object no longer exists.
    Delete,
}

impl Operation {
    /// Returns the word that reports use.
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
        /// The new object.
        object: Arc<Placed>,
    },
    /// The object changes.
    Update {
        /// The old object.
        old_object: Arc<Placed>,
        /// The new object.
        object: Arc<Placed>,
    },
    /// The object goes away.
    Delete {
        /// The old object.
        old_object: Arc<Placed>,
    },
}

impl ObjectChange {
    /// Returns the operation.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Create { .. } => Operation::Create,
            Self::Update { .. } => Operation::Update,
            Self::Delete { .. } => Operation::Delete,
        }
    }

    /// Returns the old object.
    pub fn old_object(&self) -> Option<&Arc<Placed>> {
        match self {
            Self::Create { .. } => None,
            Self::Update { old_object, .. } | Self::Delete { old_object } => Some(old_object),
        }
    }

    /// Returns the new object.
    pub fn object(&self) -> Option<&Arc<Placed>> {
        match self {
            Self::Create { object } | Self::Update { object, .. } => Some(object),
            Self::Delete { .. } => None,
        }
    }

    /// Returns the new object, or the old one if there is no new one.
    pub fn subject(&self) -> &Arc<Placed> {
        match self {
            Self::Create { object } | Self::Update { object, .. } => object,
            Self::Delete { old_object } => old_object,
        }
    }
}
