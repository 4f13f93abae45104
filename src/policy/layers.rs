//! The layers that decide together: the repository's policy, the target ref's, the server's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::age::Age;
use super::document::{
    AnnotationUse, LimitsEntry, OwnersEntry, PersonEntry, PolicyDocument, SignatureRequirement,
};
use super::layer::{Decision, Layer};
use super::protected::{ProtectedRefs, full_name_meant};
use super::signatures::{SignatureRules, rules};
use super::waiver::{WaivedFinding, WaiverTerm};

/// Who may override, and how many of them it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overriders {
    /// Names of people.
    pub people: BTreeSet<String>,
    /// How many.
    pub count: usize,
}

impl Overriders {
    fn and(&self, other: &Self) -> Self {
        let people = self.people.intersection(&other.people).cloned().collect();
        Self { people, count: self.count.max(other.count) }
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

    /// The patterns of protected refs: the governing policy's and the server's.
    pub fn protected_patterns(&self) -> Vec<String> {
        let documents = self.authoritative().filter_map(|document| document.protected.as_ref());
        documents.flatten().cloned().collect()
    }

    /// The patterns that lack `refs/`, with what they mean.
    pub fn short_patterns(&self) -> Vec<(String, String)> {
        let patterns = self.protected_patterns().into_iter();
        patterns.filter_map(|pattern| full_name_meant(&pattern).map(|full| (pattern, full))).collect()
    }

    /// Whether any layer wants a check to run.
    pub fn runs(&self, check: &str) -> bool {
        self.layers.iter().any(|layer| layer.runs(check))
    }

    /// What happens to a finding: each layer decides, the strictest holds. A waiver counts only for
    /// the layer that it is in.
    pub fn decide(&self, finding: &WaivedFinding, path: Option<&str>, today: NaiveDate) -> Option<Decision> {
        self.decisions(finding, path, today).into_iter().reduce(Decision::stricter)
    }

    /// What each layer makes of a finding.
    pub fn decisions(&self, finding: &WaivedFinding, path: Option<&str>, today: NaiveDate) -> Vec<Decision> {
        let term = self.waiver_term(today);
        self.layers.iter().map(|layer| layer.decide(finding, path, term)).collect()
    }

    /// Which waivers hold on a day: the shortest term of all layers.
    pub fn waiver_term(&self, today: NaiveDate) -> WaiverTerm {
        WaiverTerm::of(today, self.layers.iter().filter_map(Layer::waivers_max_age).min())
    }

    /// Whether an annotation of an object may accept a finding of a check: every layer that enforces the
    /// check has to allow it.
    pub fn allows_annotation(&self, check: &str) -> bool {
        let mut enforcing = self.layers.iter().filter(|layer| layer.runs(check)).peekable();
        enforcing.peek().is_some() && enforcing.all(|layer| layer.annotation(check) == AnnotationUse::Allowed)
    }

    /// Whether any layer demands signatures.
    pub fn demands_signatures(&self) -> bool {
        self.layers.iter().any(|layer| layer.signatures().require == SignatureRequirement::Trusted)
    }

    /// What all layers together demand of signatures, beyond that they are good.
    pub fn signature_rules(&self) -> SignatureRules {
        rules(&self.layers)
    }

    /// The name of the repository in approvals: the server's, else the governing policy's.
    pub fn repository(&self) -> Option<&str> {
        self.authoritative().find_map(|document| document.repository.as_deref())
    }

    /// The people: the server's list if it has one, else the governing policy's.
    pub fn people(&self) -> &[PersonEntry] {
        self.register().map(|document| document.people.as_slice()).unwrap_or_default()
    }

    /// The document that defines the people.
    fn register(&self) -> Option<&PolicyDocument> {
        self.authoritative().find(|document| !document.people.is_empty())
    }

    /// The server's file and the governing policy's, in the order in which they are believed.
    fn authoritative(&self) -> impl Iterator<Item = &PolicyDocument> {
        let of_server = self.layers.iter().rev().find(|layer| layer.is_servers());
        of_server.into_iter().chain(self.layers.first()).filter_map(Layer::document)
    }

    /// How far ahead an approval may expire: the shortest of all layers.
    pub fn approvals_hold(&self) -> Option<Age> {
        let documents = self.layers.iter().filter_map(Layer::document);
        documents.filter_map(|document| document.approvals.as_ref()?.max_age).min()
    }

    /// How many bytes the manifests of one revision may have: the smallest number that any layer names.
    pub fn manifest_bytes(&self) -> usize {
        let documents = self.layers.iter().filter_map(Layer::document);
        let named = documents.filter_map(|document| document.limits?.manifest_mebibytes).min();
        let mebibytes = named.unwrap_or(LimitsEntry::MANIFEST_MEBIBYTES);
        usize::try_from(mebibytes).unwrap_or(usize::MAX).saturating_mul(1 << 20)
    }

    /// Who may override, and how many of them are required. Every layer has to allow it, so that neither a repository
    /// nor a branch can open what the server keeps shut.
    pub fn overriders(&self) -> Option<Overriders> {
        let mut layers = self.layers.iter();
        let first = layers.next()?.overriders()?;
        layers.try_fold(first, |allowed, layer| Some(allowed.and(&layer.overriders()?)))
    }

    /// Who may state the reviews of others: the policy that defines the people also defines this, so that a repository
    /// cannot let a person speak for the server's people.
    pub fn issuers(&self) -> &[String] {
        let approvals = self.register().and_then(|document| document.approvals.as_ref());
        approvals.map(|approvals| approvals.issuers.as_slice()).unwrap_or_default()
    }

    /// Every approver of findings in any layer, as CODEOWNERS writes them.
    pub fn asked_approvers(&self) -> impl Iterator<Item = &str> {
        let documents = self.layers.iter().flat_map(Layer::documents);
        let rules = documents.flat_map(|document| document.checks.values());
        rules.flat_map(|rule| &rule.approvers).map(String::as_str)
    }

    /// The strictest demand on owners; `None` if no layer has one. The server's word on the dialect
    /// goes before the repository's, which could make a file mean less by reading it otherwise, and for the
    /// same reason that of a target ref's own policy counts only if no one else demands owners.
    pub fn owners(&self) -> Option<OwnersEntry> {
        let demands: Vec<_> = self.layers.iter().filter_map(Layer::owners).collect();
        let of_server = self.layers.iter().find(|layer| layer.is_servers()).and_then(Layer::owners);
        let governing = self.layers.first().and_then(Layer::owners);
        let dialect = of_server.as_ref().and_then(|owners| owners.dialect);
        let believed = of_server.is_some() || governing.is_some();
        let dialects = if believed { governing.as_slice() } else { demands.as_slice() };
        Some(OwnersEntry {
            dialect: dialect.or_else(|| dialects.iter().find_map(|owners| owners.dialect)),
            approvals: demands.iter().map(|owners| owners.approvals).max()?,
            require: demands.iter().map(|owners| owners.require).max()?,
            distinct_teams: demands.iter().map(|owners| owners.distinct_teams).max()?,
            signer_counts: demands.iter().all(|owners| owners.signer_counts),
        })
    }
}
