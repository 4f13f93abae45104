//! What a check may look at.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::aftermath::Aftermath;
use crate::evidence::RefEvidence;
use crate::finding::{CheckId, Finding};
use crate::world::{ObjectChange, Placed, Presence, World};
use kube_model::{ClusterName, ClusterTarget, ImageKind};
use kube_schema::{Outcome, SchemaStore};

/// Everything around a change. Plain data: a check makes no requests.
#[derive(Debug)]
pub struct Context<'a> {
    /// Every object before the change.
    pub old: &'a World,
    /// Every object after it.
    pub new: &'a World,
    /// What differs.
    pub changes: &'a [ObjectChange],
    /// The objects of the new world that no change creates or updates.
    pub unchanged: &'a [&'a Arc<Placed>],
    /// Commits, refs, owners and trust files.
    pub evidence: &'a RefEvidence,
    /// The clusters of the policy; a change names the one that it is in.
    pub clusters: &'a [ClusterTarget],
    /// The schemas of the target versions and of the repository's CRDs, old and new.
    pub schemas: &'a SchemaStore,
    /// The day on the server.
    pub today: NaiveDate,
    /// Which waived objects are anywhere after the change; `None` if no one has looked.
    pub presence: Option<&'a Presence>,
    /// The ids of all checks.
    pub check_ids: &'a [CheckId],
    /// The checks whose findings an annotation of the object may accept.
    pub annotations: &'a BTreeSet<CheckId>,
    /// Kinds in which the policy says that images are named.
    pub image_kinds: &'a [ImageKind],
    /// What they say of the change that is being looked at.
    pub outcomes: Outcomes,
}

/// What the schemas say of both sides of one change: several checks ask, and it is worked out once.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Of the old object.
    pub old: OnceLock<Outcome>,
    /// Of the new one.
    pub new: OnceLock<Outcome>,
}

impl Context<'_> {
    /// The same around another change.
    pub(super) fn of_one_change(&self) -> Self {
        Self { outcomes: Outcomes::default(), ..*self }
    }

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
#[derive(Clone)]
pub enum Run {
    /// Once for every object change.
    Object(Arc<OfObject>),
    /// Once for the whole change.
    Push(Arc<OfPush>),
    /// Once, when all others have run, with what they found.
    Afterwards(Arc<OfAftermath>),
}

/// Code that looks at one object change.
type OfObject = dyn Fn(&ObjectChange, &Context<'_>, &mut Findings) + Send + Sync;
/// Code that looks at the whole change.
type OfPush = dyn Fn(&Context<'_>, &mut Findings) + Send + Sync;
/// Code that looks at what all other checks found.
type OfAftermath = dyn Fn(&Context<'_>, &Aftermath, &mut Findings) + Send + Sync;

impl fmt::Debug for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Object(_) => "Object",
            Self::Push(_) => "Push",
            Self::Afterwards(_) => "Afterwards",
        })
    }
}
