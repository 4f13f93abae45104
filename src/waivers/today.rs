//! The findings of a revision, as if everything in it were new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::WaiversError;
use super::terms::Terms;
use crate::finding::Finding;
use crate::gate::{Governing, Session};
use crate::policy::{Acceptance, Enforcement, WAIVERS_PATH, Waiver, WaiverPlace};
use crate::verdict::Judged;
use crate::world::Presence;
use source_files::Span;

/// The names with which a waiver quotes a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FindingName {
    check: String,
    cluster: String,
    object: String,
    fingerprint: String,
}

/// The findings of a revision.
pub(super) struct Today {
    found: BTreeMap<FindingName, Judged>,
    /// The present names of findings that entries may quote with a fingerprint of version 0.1.
    former: BTreeMap<FindingName, Vec<FindingName>>,
    presence: Presence,
}

/// A finding that a waiver is to cover.
pub(super) struct Accepted<'a> {
    name: &'a FindingName,
    judged: &'a Judged,
}

impl FindingName {
    fn of(finding: &Finding) -> Self {
        Self {
            check: finding.check.to_string(),
            cluster: finding.cluster().map_or("default", |cluster| cluster.as_str()).to_owned(),
            object: finding.subject_text(),
            fingerprint: finding.fingerprint().to_string(),
        }
    }

    /// The name with the fingerprint of version 0.1.
    fn former(finding: &Finding) -> Self {
        Self { fingerprint: finding.former_fingerprint().to_string(), ..Self::of(finding) }
    }

    fn in_entry(entry: &Waiver) -> Self {
        let Waiver { check, cluster, object, fingerprint, .. } = entry.clone();
        Self { check, cluster, object, fingerprint }
    }
}

impl Today {
    /// Judges the revision of a session. Fails if something cannot be evaluated, because the waivers would lack it.
    pub(super) fn judge(
        session: &Session,
        governing: &Governing,
        entries: &[Waiver],
    ) -> Result<Self, WaiversError> {
        let judgement = session.judge_as_new(governing);
        if let Some(reason) = judgement.undecided.first() {
            return Err(WaiversError::Unjudged(reason.clone()));
        }
        let mut former: BTreeMap<FindingName, Vec<FindingName>> = BTreeMap::new();
        let mut found = BTreeMap::new();
        for judged in judgement.findings {
            let name = FindingName::of(&judged.finding);
            former.entry(FindingName::former(&judged.finding)).or_default().push(name.clone());
            found.insert(name, judged);
        }
        let objects: BTreeSet<&str> = entries.iter().map(|entry| entry.object.as_str()).collect();
        let presence = session.presence(governing, &objects);
        Ok(Self { found, former, presence })
    }

    /// Reports whether an entry covers a finding.
    pub(super) fn has(&self, entry: &Waiver) -> bool {
        let name = FindingName::in_entry(entry);
        self.found.contains_key(&name) || self.former.contains_key(&name)
    }

    /// Replaces a fingerprint of version 0.1 by the present ones. There is one entry for each: version 0.1 gave some
    /// findings one fingerprint that now have two.
    pub(super) fn migrate(&self, entry: &Waiver) -> Vec<Waiver> {
        let Some(names) = self.former.get(&FindingName::in_entry(entry)) else { return vec![entry.clone()] };
        let fingerprints: BTreeSet<&String> = names.iter().map(|name| &name.fingerprint).collect();
        let mut entries = Vec::new();
        for fingerprint in fingerprints {
            entries.push(Waiver { fingerprint: fingerprint.clone(), ..entry.clone() });
        }
        entries
    }

    /// Reports whether the same check finds something else about the same object.
    pub(super) fn has_another(&self, entry: &Waiver) -> bool {
        self.found.keys().any(|name| {
            (&name.check, &name.cluster, &name.object) == (&entry.check, &entry.cluster, &entry.object)
        })
    }

    /// Reports whether the object or the file of an entry exists.
    pub(super) fn has_object(&self, entry: &Waiver) -> bool {
        self.presence.holds(&entry.cluster, &entry.object)
    }

    /// All findings: those that block, would block without the file of waivers, or only warn.
    pub(super) fn all(&self) -> impl Iterator<Item = Accepted<'_>> {
        self.found.iter().map(|(name, judged)| Accepted { name, judged })
    }
}

impl Accepted<'_> {
    /// Reports whether the finding blocks changes. A waiver of the policy itself is enough.
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

    /// Reports whether an entry covers the finding.
    pub(super) fn is_covered_by(&self, entry: &Waiver) -> bool {
        let name = FindingName::in_entry(entry);
        *self.name == name || FindingName::former(self.finding()) == name
    }

    /// Writes the entry that covers the finding.
    pub(super) fn waive(&self, terms: &Terms, reason: &str) -> Result<Waiver, WaiversError> {
        let FindingName { check, cluster, object, fingerprint } = self.name.clone();
        Ok(Waiver {
            check,
            cluster,
            object,
            fingerprint,
            reason: terms.reason.clone().unwrap_or_else(|| reason.to_owned()),
            owner: terms.owner_of(self.finding().location.as_ref().map(|at| &at.path))?,
            expires: terms.expires,
            place: WaiverPlace {
                path: WAIVERS_PATH.to_owned(),
                source: Arc::default(),
                span: Span::default(),
            },
        })
    }
}
