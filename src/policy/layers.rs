//! The layers that decide together: the repository's policy, the target ref's, the server's.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::document::{PersonEntry, PolicyDocument};
use super::layer::{Decision, Layer};
use super::protected::ProtectedRefs;
use super::waiver::WaivedFinding;

/// Everything that decides. The strictest layer wins, so that none can loosen another.
#[derive(Debug)]
pub struct Policy {
    pub(super) layers: Vec<Arc<Layer>>,
    pub(super) protected: Vec<ProtectedRefs>,
    /// The people who count, where they are fewer than the documents say.
    pub(super) kept_people: Option<Vec<PersonEntry>>,
    /// Trust files that the server accepts, path to blob id or `deleted`.
    pub accepted_trust_files: BTreeMap<String, String>,
}

impl Policy {
    /// Puts layers together, the governing one first; the server's list of accepted trust files apart,
    /// because no pushed file may extend it.
    pub fn of(
        layers: Vec<Arc<Layer>>,
        protected: Vec<ProtectedRefs>,
        accepted_trust_files: BTreeMap<String, String>,
    ) -> Self {
        Self { layers, protected, kept_people: None, accepted_trust_files }
    }

    /// Lets only these people count, such as those who were not removed since the policy was written.
    pub fn keep_people(&mut self, people: Vec<PersonEntry>) {
        self.kept_people = Some(people);
    }

    /// The layers, the governing one first.
    pub fn layers(&self) -> &[Arc<Layer>] {
        &self.layers
    }

    /// Whether any layer wants a check to run.
    pub fn runs(&self, check: &str) -> bool {
        self.layers.iter().any(|layer| layer.runs(check))
    }

    /// Decides about a finding: each layer decides, and the strictest decision holds. A waiver counts only for
    /// the layer that it is in.
    pub fn decide(&self, finding: &WaivedFinding, path: Option<&str>, today: NaiveDate) -> Option<Decision> {
        self.decisions(finding, path, today).into_iter().reduce(Decision::stricter)
    }

    /// The decision of each layer about a finding.
    pub fn decisions(&self, finding: &WaivedFinding, path: Option<&str>, today: NaiveDate) -> Vec<Decision> {
        let term = self.waiver_term(today);
        self.layers.iter().map(|layer| layer.decide(finding, path, term)).collect()
    }

    /// The server's file and the governing policy's, in the order in which they are believed.
    pub(super) fn authoritative(&self) -> impl Iterator<Item = &PolicyDocument> {
        let of_server = self.layers.iter().rev().find(|layer| layer.is_servers());
        of_server.into_iter().chain(self.layers.first()).filter_map(|layer| layer.document())
    }
}
