//! What would be found today if everything were new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::Terms;
use crate::commands::error::CommandError;
use crate::finding::Finding;
use crate::gate::{Governing, Session};
use crate::policy::{Acceptance, Enforcement, WAIVERS_PATH, Waiver, WaiverPlace};
use crate::verdict::Judged;
use crate::world::Presence;
use source_files::{RepoPath, Span};

/// Check, cluster, object and fingerprint: what a waiver names.
type Named = [String; 4];

/// The findings of a revision.
pub(super) struct Today {
    found: BTreeMap<Named, Judged>,
    /// What entries name that quote a fingerprint of version 0.1.
    former: BTreeMap<Named, Vec<Named>>,
    presence: Presence,
}

/// A finding that a waiver is to cover.
pub(super) struct Accepted<'a> {
    name: &'a Named,
    judged: &'a Judged,
}

impl Today {
    /// Judges the revision of a session. What cannot be evaluated would be missing from the waivers.
    pub(super) fn of(
        session: &Session,
        governing: &Governing,
        entries: &[Waiver],
    ) -> Result<Self, CommandError> {
        let judgement = session.judge_as_new(governing);
        if let Some(reason) = judgement.undecided.first() {
            return Err(CommandError::Unjudged(reason.clone()));
        }
        let mut former: BTreeMap<Named, Vec<Named>> = BTreeMap::new();
        for judged in &judgement.findings {
            former.entry(formerly_named(&judged.finding)).or_default().push(named(&judged.finding));
        }
        let found = judgement.findings.into_iter().map(|judged| (named(&judged.finding), judged));
        let objects: BTreeSet<&str> = entries.iter().map(|entry| entry.object.as_str()).collect();
        let presence = session.presence(governing, &objects);
        Ok(Self { found: found.collect(), former, presence })
    }

    /// Whether an entry covers something that is there.
    pub(super) fn has(&self, entry: &Waiver) -> bool {
        let name = name_in(entry);
        self.found.contains_key(&name) || self.former.contains_key(&name)
    }

    /// An entry with the present fingerprints in the place of one of version 0.1. An entry of each: version 0.1 gave
    /// some findings one fingerprint that now have two.
    pub(super) fn migrated(&self, entry: &Waiver) -> Vec<Waiver> {
        let Some(names) = self.former.get(&name_in(entry)) else { return vec![entry.clone()] };
        let fingerprints: BTreeSet<&String> =
            names.iter().map(|[_, _, _, fingerprint]| fingerprint).collect();
        let with = |fingerprint: &String| Waiver { fingerprint: fingerprint.clone(), ..entry.clone() };
        fingerprints.into_iter().map(with).collect()
    }

    /// Whether the same check finds something else about the same object.
    pub(super) fn has_another(&self, entry: &Waiver) -> bool {
        let same = |[check, cluster, object, _]: &Named| {
            (check, cluster, object) == (&entry.check, &entry.cluster, &entry.object)
        };
        self.found.keys().any(same)
    }

    /// Whether the object or the file of an entry is there.
    pub(super) fn has_object(&self, entry: &Waiver) -> bool {
        self.presence.holds(&entry.cluster, &entry.object)
    }

    /// What holds a change back, or would without the file of waivers, and what only warns.
    pub(super) fn all(&self) -> impl Iterator<Item = Accepted<'_>> {
        self.found.iter().map(|(name, judged)| Accepted { name, judged })
    }
}

fn named(finding: &Finding) -> Named {
    let cluster = finding.cluster().map_or("default", |cluster| cluster.as_str());
    [finding.check.to_string(), cluster.into(), finding.subject_text(), finding.fingerprint().to_string()]
}

fn formerly_named(finding: &Finding) -> Named {
    let [check, cluster, object, _] = named(finding);
    [check, cluster, object, finding.former_fingerprint().to_string()]
}

fn name_in(entry: &Waiver) -> Named {
    let Waiver { check, cluster, object, fingerprint, .. } = entry.clone();
    [check, cluster, object, fingerprint]
}

impl Accepted<'_> {
    /// Whether it holds changes back. A waiver of the policy itself is enough.
    pub(super) fn blocks(&self) -> bool {
        match (&self.judged.decision.enforcement, &self.judged.decision.waived) {
            (_, Some(Acceptance::Waiver(waiver))) => waiver.place.path == WAIVERS_PATH,
            (Enforcement::Deny | Enforcement::Approve, None) => true,
            (Enforcement::Warn | Enforcement::Off, None) | (_, Some(Acceptance::Annotation { .. })) => false,
        }
    }

    /// The finding.
    pub(super) fn finding(&self) -> &Finding {
        &self.judged.finding
    }

    /// Whether an entry covers it.
    pub(super) fn is_covered_by(&self, entry: &Waiver) -> bool {
        let name = name_in(entry);
        *self.name == name || formerly_named(self.finding()) == name
    }

    /// The entry that covers it.
    pub(super) fn waiver(&self, terms: &Terms, reason: &str) -> Result<Waiver, CommandError> {
        let path: Option<&RepoPath> = self.finding().location.as_ref().map(|at| &at.path);
        let [check, cluster, object, fingerprint] = self.name.clone();
        let place =
            WaiverPlace { path: WAIVERS_PATH.to_owned(), source: Arc::default(), span: Span::default() };
        Ok(Waiver {
            check,
            cluster,
            object,
            fingerprint,
            reason: terms.reason.clone().unwrap_or_else(|| reason.to_owned()),
            owner: terms.owner(path)?,
            expires: terms.expires(),
            place,
        })
    }
}
