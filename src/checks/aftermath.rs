//! The findings of all other checks, for the checks that look after waivers.

use std::collections::{HashMap, HashSet};

use super::context::Context;
use crate::evidence::{RefEvidence, WaiverFacts};
use crate::finding::Finding;
use crate::world::{ObjectChange, World};
use kube_model::ObjectRef;

/// The effect of a change on waived findings; empty if nothing is waived.
#[derive(Debug, Default)]
pub struct Aftermath {
    objects: HashMap<Name, Fate>,
    /// The files of the objects that are created or updated.
    paths: HashSet<String>,
    found: Fingerprints,
    /// The findings in the old and in the new objects if they were new: only if the push touches an object
    /// that a waiver names.
    old: Fingerprints,
    new: Fingerprints,
}

/// Cluster and object as a waiver names them.
type Name = (String, String);
/// Check and fingerprint of findings.
type Fingerprints = HashSet<(String, String)>;

/// The fate of a changed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is created or updated.
    Touched,
    /// It is deleted in one place and is in another.
    Remains,
    /// It is deleted.
    Gone,
}

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
        let touched = context.changes.iter().filter_map(ObjectChange::object);
        let paths = touched.map(|placed| placed.path.to_string()).collect();
        let found = fingerprints(found.iter().flatten());
        let aftermath = Self { objects: fates(context), paths, found, ..Self::default() };
        let concerned = waivers.iter().filter(|waiver| aftermath.fate(waiver) == Some(Fate::Touched));
        let checks: HashSet<&str> = concerned.map(|waiver| waiver.check.as_str()).collect();
        if checks.is_empty() {
            return aftermath;
        }
        let [old, new] = [context.old, context.new]
            .map(|world| fingerprints(as_new(world, context, |context| judge(context, &checks)).iter()));
        Self { old, new, ..aftermath }
    }

    fn fate(&self, waiver: &WaiverFacts) -> Option<Fate> {
        self.objects.get(&(waiver.cluster.clone(), waiver.object.clone())).copied()
    }

    /// Whether the push creates or updates what a waiver names, or an object of the file that it names.
    pub fn touches(&self, waiver: &WaiverFacts) -> bool {
        self.fate(waiver) == Some(Fate::Touched) || self.paths.contains(&waiver.object)
    }

    /// Whether the push deletes the object that a waiver names.
    pub fn deletes(&self, waiver: &WaiverFacts) -> bool {
        self.fate(waiver) == Some(Fate::Gone)
    }

    /// Whether the push does what a waiver accepts.
    pub fn found(&self, waiver: &WaiverFacts) -> bool {
        self.found.contains(&identify(waiver))
    }

    /// Whether what a waiver accepts was there before the push and is not any more.
    pub fn is_fixed(&self, waiver: &WaiverFacts) -> bool {
        let finding = identify(waiver);
        self.old.contains(&finding) && !self.new.contains(&finding) && !self.found.contains(&finding)
    }
}

fn identify(waiver: &WaiverFacts) -> (String, String) {
    (waiver.check.clone(), waiver.fingerprint.clone())
}

fn fingerprints<'a>(findings: impl Iterator<Item = &'a Finding>) -> Fingerprints {
    let mut known = Fingerprints::default();
    for finding in findings {
        for fingerprint in [finding.fingerprint(), finding.former_fingerprint()] {
            known.insert((finding.check.to_string(), fingerprint.to_string()));
        }
    }
    known
}

fn fates(context: &Context<'_>) -> HashMap<Name, Fate> {
    let name = |id: &ObjectRef| (id.cluster.to_string(), id.to_string());
    let deleted = context.changes.iter().filter(|change| change.object().is_none());
    let mut fates: HashMap<Name, Fate> =
        deleted.map(|change| (name(&change.subject().id), Fate::Gone)).collect();
    if !fates.is_empty() {
        for placed in &context.new.objects {
            fates.entry(name(&placed.id)).and_modify(|fate| *fate = Fate::Remains);
        }
    }
    let touched = context.changes.iter().filter_map(ObjectChange::object);
    fates.extend(touched.map(|placed| (name(&placed.id), Fate::Touched)));
    fates
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
    judge(&context.as_new((&old, world, &changes), &evidence))
}
