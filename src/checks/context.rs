//! What a check may look at.

use crate::evidence::RefEvidence;
use crate::finding::Finding;
use crate::kube::{ClusterName, ClusterTarget};
use crate::schema::SchemaStore;
use crate::world::{ObjectChange, World};

/// Everything around a change. Plain data: a check asks nobody.
#[derive(Debug)]
pub struct Context<'a> {
    /// Every object before the change.
    pub old: &'a World,
    /// Every object after it.
    pub new: &'a World,
    /// What differs.
    pub changes: &'a [ObjectChange],
    /// Commits, refs, owners and trust files.
    pub evidence: &'a RefEvidence,
    /// The clusters of the policy; a change names the one that it is in.
    pub clusters: &'a [ClusterTarget],
    /// The schemas of the target versions and of the repository's CRDs, old and new.
    pub schemas: &'a SchemaStore,
}

impl Context<'_> {
    /// What the policy says of a cluster.
    pub fn target(&self, cluster: &ClusterName) -> Option<&ClusterTarget> {
        self.clusters.iter().find(|target| target.name == *cluster)
    }
}

/// Where a check puts what it finds.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Everything that was added.
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

/// How a check is called. Checks return nothing that could be ignored and cannot fail: what they
/// need and cannot have is evidence that is unavailable.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Once for every object change.
    Object(fn(&ObjectChange, &Context<'_>, &mut Findings)),
    /// Once for the whole change.
    Push(fn(&Context<'_>, &mut Findings)),
}
