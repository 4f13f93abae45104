//! The data that a check may look at.

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
pub struct Context<'a> {
    /// Every object before the change.
    pub old: &'a World,
    /// Every object after it.
    pub new: &'a World,
    /// The objects that differ.
    pub changes: &'a [ObjectChange],
    /// Commits, refs, owners and trust files.
    pub evidence: &'a RefEvidence,
    /// The day on the server.
    pub today: NaiveDate,
    /// The settings of the policy that checks need.
    pub settings: Settings<'a>,
    /// The facts that are computed when a check first asks for them.
    pub facts: &'a Facts<'a>,
    stays: Stays,
    outcomes: Outcomes,
}

/// The objects beside the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stays {
    /// The objects that do not change.
    Unchanged,
    /// Nothing: all objects are judged as new.
    Nothing,
}

/// The settings of the policy that checks need.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The clusters; a change names the one that it is in.
    pub clusters: &'a [ClusterTarget],
    /// The ids of all checks.
    pub check_ids: &'a [CheckId],
    /// The checks whose findings an annotation of the object may accept.
    pub annotations: &'a [CheckId],
    /// Kinds in which the policy says that images are named.
    pub image_kinds: &'a [ImageKind],
}

/// A value that is computed when a check first asks for it.
struct Lazy<'a, T> {
    value: OnceLock<T>,
    work_out: Box<dyn Fn() -> T + Send + Sync + 'a>,
}

impl<'a, T> Lazy<'a, T> {
    fn of(work_out: impl Fn() -> T + Send + Sync + 'a) -> Self {
        Self { value: OnceLock::new(), work_out: Box::new(work_out) }
    }

    fn get(&self) -> &T {
        self.value.get_or_init(|| (self.work_out)())
    }
}

/// The facts that are computed when a check first asks for them, once for all checks.
pub struct Facts<'a> {
    unchanged: Lazy<'a, Vec<Arc<Placed>>>,
    schemas: Lazy<'a, SchemaStore>,
    presence: Lazy<'a, Option<Presence>>,
}

impl<'a> Facts<'a> {
    /// Facts by how each is worked out: the objects of the new world that no change creates or updates, the schemas of
    /// both worlds, and the places of waived objects.
    pub fn of(
        unchanged: impl Fn() -> Vec<Arc<Placed>> + Send + Sync + 'a,
        schemas: impl Fn() -> SchemaStore + Send + Sync + 'a,
        presence: impl Fn() -> Option<Presence> + Send + Sync + 'a,
    ) -> Self {
        Self { unchanged: Lazy::of(unchanged), schemas: Lazy::of(schemas), presence: Lazy::of(presence) }
    }

    /// The schemas of the target versions and of the repository's CRDs, old and new.
    pub fn schemas(&self) -> &SchemaStore {
        self.schemas.get()
    }

    /// The waived objects that exist after the change; `None` if the change is not about waivers.
    pub fn presence(&self) -> Option<&Presence> {
        self.presence.get().as_ref()
    }

    /// The schemas, if a check has asked for them: dropping them takes a while.
    pub fn into_schemas(self) -> Option<SchemaStore> {
        self.schemas.value.into_inner()
    }
}

/// The schemas' outcomes for both sides of one change: several checks ask, and each is computed once.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// Of the old object.
    pub(super) old: OnceLock<Outcome>,
    /// Of the new one.
    pub(super) new: OnceLock<Outcome>,
}

impl<'a> Context<'a> {
    /// The context of a change between two worlds.
    pub fn new(
        (old, new, changes): (&'a World, &'a World, &'a [ObjectChange]),
        evidence: &'a RefEvidence,
        today: NaiveDate,
        settings: Settings<'a>,
        facts: &'a Facts<'a>,
    ) -> Self {
        Self {
            old,
            new,
            changes,
            evidence,
            today,
            settings,
            facts,
            stays: Stays::Unchanged,
            outcomes: Outcomes::default(),
        }
    }

    /// The same around another change.
    pub(super) fn of_one_change(&self) -> Self {
        Self { outcomes: Outcomes::default(), ..*self }
    }

    /// The same with all objects of one world as new ones.
    pub(super) fn as_new<'b>(
        &self,
        worlds: (&'b World, &'b World, &'b [ObjectChange]),
        evidence: &'b RefEvidence,
    ) -> Context<'b>
    where
        'a: 'b,
    {
        let context = Context::new(worlds, evidence, self.today, self.settings, self.facts);
        Context { stays: Stays::Nothing, ..context }
    }

    /// The objects of the new world that no change creates or updates.
    pub fn unchanged(&self) -> &[Arc<Placed>] {
        match self.stays {
            Stays::Unchanged => self.facts.unchanged.get(),
            Stays::Nothing => &[],
        }
    }

    /// The schemas' outcomes for the present change.
    pub(super) fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }

    /// The policy's description of a cluster.
    pub fn target(&self, cluster: &ClusterName) -> Option<&ClusterTarget> {
        self.settings.clusters.iter().find(|target| target.name == *cluster)
    }
}

/// Collects the findings of a check.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    undecided: Option<String>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Says that the check could not look at everything, and why. The push is then undecided, which rejects it.
    pub fn undecided(&mut self, reason: impl Into<String>) {
        self.undecided.get_or_insert_with(|| reason.into());
    }

    /// Everything that was added, and the first reason why there may be more.
    pub(super) fn into_parts(self) -> (Vec<Finding>, Option<String>) {
        (self.found, self.undecided)
    }
}

/// The code of a check, by the occasion on which it runs. Checks return nothing that could be ignored and
/// cannot fail: if they lack something, it is evidence that is unavailable.
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
