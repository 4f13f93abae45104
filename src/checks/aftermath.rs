//! What all other checks found, for those that look after waivers.

use std::collections::HashSet;

use super::context::Context;
use crate::evidence::{RefEvidence, WaiverFacts};
use crate::finding::Finding;
use crate::world::{ObjectChange, World};

/// The fingerprints of findings; empty where nothing is waived.
#[derive(Debug, Default)]
pub struct Aftermath {
    found: Fingerprints,
    /// What would be found in the old and in the new objects if they were new: only where the push updates
    /// an object that something is waived of.
    old: Fingerprints,
    new: Fingerprints,
}

/// Check and fingerprint of findings.
type Fingerprints = HashSet<(&'static str, String)>;

impl Aftermath {
    /// Gathers it. `judge` runs the checks with the given ids.
    pub(super) fn of(
        context: &Context<'_>,
        found: &[Vec<Finding>],
        judge: impl Fn(&Context<'_>, &HashSet<&str>) -> Vec<Finding>,
    ) -> Self {
        let waivers = &context.evidence.waivers.waivers;
        if waivers.is_empty() {
            return Self::default();
        }
        let found = fingerprints(found.iter().flatten());
        let updated: HashSet<&str> = waivers
            .iter()
            .filter(|waiver| context.changes.iter().any(|change| updates(change, waiver)))
            .map(|waiver| waiver.check.as_str())
            .collect();
        if updated.is_empty() {
            return Self { found, ..Self::default() };
        }
        let [old, new] = [context.old, context.new]
            .map(|world| fingerprints(as_new(world, context, |context| judge(context, &updated)).iter()));
        Self { found, old, new }
    }

    /// Whether the push does what a waiver accepts.
    pub fn found(&self, waiver: &WaiverFacts) -> bool {
        self.found.iter().any(|found| is(found, waiver))
    }

    /// Whether what a waiver accepts was there before the push and is not any more.
    pub fn is_fixed(&self, waiver: &WaiverFacts) -> bool {
        let within = |set: &Fingerprints| set.iter().any(|found| is(found, waiver));
        within(&self.old) && !within(&self.new) && !self.found(waiver)
    }
}

fn is((check, fingerprint): &(&'static str, String), waiver: &WaiverFacts) -> bool {
    *check == waiver.check && *fingerprint == waiver.fingerprint
}

fn fingerprints<'a>(findings: impl Iterator<Item = &'a Finding>) -> Fingerprints {
    findings.map(|finding| (finding.check, finding.fingerprint().to_string())).collect()
}

/// Whether a change leaves another object in the place of one that something is waived of.
fn updates(change: &ObjectChange, waiver: &WaiverFacts) -> bool {
    match change {
        ObjectChange::Update { object, .. } => {
            object.id.cluster.as_str() == waiver.cluster && object.id.to_string() == waiver.object
        }
        ObjectChange::Create { .. } | ObjectChange::Delete { .. } => false,
    }
}

/// Judges the objects of one world as if there had been none before.
fn as_new(
    world: &World,
    context: &Context<'_>,
    judge: impl Fn(&Context<'_>) -> Vec<Finding>,
) -> Vec<Finding> {
    let changes: Vec<ObjectChange> =
        world.objects.iter().map(|object| ObjectChange::Create { object: object.clone() }).collect();
    let (old, evidence) = (World::default(), RefEvidence::none());
    let context = Context {
        old: &old,
        new: world,
        changes: &changes,
        unchanged: &[],
        evidence: &evidence,
        ..context.of_one_change()
    };
    judge(&context)
}
