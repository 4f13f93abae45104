//! The layers that decide together: the repository's policy, the target ref's, the server's.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use globset::GlobSet;

use super::document::{OwnersEntry, PersonEntry, SignatureRequirement};
use super::layer::{Decision, Layer};
use super::signatures::{SignatureRules, rules};
use super::validate::globs;
use super::waiver::WaivedFinding;

/// Which refs a policy guards.
#[derive(Debug)]
pub enum ProtectedRefs {
    /// Those that match one of these.
    Patterns(GlobSet),
    /// HEAD's branch and every tag.
    HeadAndTags,
    /// Every branch and every tag: the repository has no policy yet.
    Everything,
}

impl ProtectedRefs {
    /// What a layer's file asks for. Patterns have compiled before; if they did not, all is guarded.
    pub fn by(layer: &Layer) -> Self {
        let patterns = layer.document().and_then(|document| document.protected.clone());
        match patterns.map(|patterns| globs(&patterns)) {
            Some(Ok(set)) => Self::Patterns(set),
            Some(Err(_)) => Self::Everything,
            None => Self::HeadAndTags,
        }
    }

    /// Whether a ref is guarded. HEAD's branch always is: the trust files are read from it.
    pub fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        let is_head = head == Some(ref_name);
        let is_tag = ref_name.starts_with("refs/tags/");
        let is_branch = ref_name.starts_with("refs/heads/");
        match self {
            Self::Patterns(patterns) => is_head || patterns.is_match(ref_name),
            // A detached HEAD names no branch, so that any of them may be the one that is deployed.
            Self::HeadAndTags => is_head || is_tag || (head.is_none() && is_branch),
            Self::Everything => is_tag || is_branch,
        }
    }
}

/// Everything that decides. The strictest layer wins, so that none can loosen another.
#[derive(Debug)]
pub struct Policy {
    layers: Vec<Layer>,
    protected: Vec<ProtectedRefs>,
    /// Trust files that the server accepts, path to blob id or `deleted`.
    pub accepted_trust_files: BTreeMap<String, String>,
}

impl Policy {
    /// Puts layers together, the governing one first; the server's list of accepted trust files apart,
    /// because no pushed file may extend it.
    pub fn of(
        layers: Vec<Layer>,
        protected: Vec<ProtectedRefs>,
        accepted_trust_files: BTreeMap<String, String>,
    ) -> Self {
        Self { layers, protected, accepted_trust_files }
    }

    /// The layers, the governing one first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Whether a ref is guarded by any layer.
    pub fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        self.protected.iter().any(|protected| protected.guards(ref_name, head))
    }

    /// Whether any layer wants a check to run.
    pub fn runs(&self, check: &str) -> bool {
        self.layers.iter().any(|layer| layer.runs(check))
    }

    /// What happens to a finding: each layer decides, the strictest holds. A waiver counts only for
    /// the layer that it stands in.
    pub fn decide(
        &self,
        finding: &WaivedFinding<'_>,
        path: Option<&str>,
        today: NaiveDate,
    ) -> Option<Decision> {
        let decisions = self.layers.iter().map(|layer| layer.decide(finding, path, today));
        decisions.max_by_key(|decision| (decision.enforcement, decision.waived.is_some()))
    }

    /// Whether any layer demands signatures.
    pub fn demands_signatures(&self) -> bool {
        self.layers.iter().any(|layer| layer.signatures().require == SignatureRequirement::Trusted)
    }

    /// Who is who: the server's list where it has one, otherwise the governing policy's. No other layer
    /// may say whose a key is.
    pub fn people(&self) -> &[PersonEntry] {
        let people = |layer: &'_ Layer| layer.document().map_or(0, |document| document.people.len());
        let of_server = self.layers.iter().find(|layer| layer.is_of_server() && people(layer) > 0);
        let layer = of_server.or(self.layers.first());
        layer.and_then(Layer::document).map(|document| document.people.as_slice()).unwrap_or_default()
    }

    /// What all layers together demand of signatures, beyond that they are good.
    pub fn signature_rules(&self) -> SignatureRules {
        rules(&self.layers)
    }

    /// The strictest demand on owners; `None` where no layer has one.
    pub fn owners(&self) -> Option<OwnersEntry> {
        let demands: Vec<_> = self.layers.iter().filter_map(Layer::owners).collect();
        let approvals = demands.iter().map(|owners| owners.approvals).max()?;
        let signer_counts = demands.iter().all(|owners| owners.signer_counts);
        Some(OwnersEntry { dialect: demands.first()?.dialect, approvals, signer_counts })
    }
}
