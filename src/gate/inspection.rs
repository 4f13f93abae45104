//! Reads a repository's own trust files, without any push.

use std::collections::BTreeSet;

use super::planning::PlannedRef;
use super::rules::{known_checks, rules_of};
use super::session::{GateError, Session, snapshot};
use crate::evidence::RefEvidence;
use crate::governance::{
    ApprovedBy, ChangeApprovals, Governing, KeysError, OntoHead, OwnersError, TrustInput, changes,
    is_trust_file, load_keys, owners_dialect, owners_of, waiver_facts,
};
use crate::host::HostKind;
use crate::pipeline::{Change, evaluate};
use crate::render::{Layout, LayoutInput, Reaches};
use crate::verdict::{Judgement, Mode};
use crate::world::{Presence, PresenceInput};
use codeowners::{Coverage, OwnerHandle, OwnersFile};
use git_trust::TrustedKeys;
use source_files::{RepoPath, Snapshot};

impl Session {
    /// The keys that may sign, or why none may.
    pub fn trusted_keys(&self, governing: &Governing) -> Result<TrustedKeys, KeysError> {
        load_keys(&self.repository, governing, self.governing_snapshot())
    }

    /// The owners that the governing ref names, as a host reads it; `None` if it names none.
    pub fn owners(
        &self,
        governing: &Governing,
        host: Option<HostKind>,
    ) -> Result<Option<OwnersFile>, OwnersError> {
        let input = self.unchanged(governing, host);
        owners_of(&self.repository, self.governing_snapshot(), owners_dialect(&input), Coverage::Everything)
    }

    /// The trust files of the governing ref.
    pub fn trust_files(&self, governing: &Governing, host: Option<HostKind>) -> Vec<RepoPath> {
        let input = self.unchanged(governing, host);
        let paths = self.governing_snapshot().files.keys();
        paths.filter(|path| is_trust_file(&input, path)).cloned().collect()
    }

    /// Everyone who may be asked to approve a change, whether they have or not: the owners of what it touches,
    /// and those that the policy asks about findings.
    pub fn asked_for(&self, planned: &PlannedRef) -> Result<BTreeSet<OwnerHandle>, GateError> {
        let old = snapshot(&self.repository, planned.base.as_ref())?;
        let new = self.new_snapshot(planned, &old)?;
        let governing = self.policy(Some(&old))?;
        let evidence = self.evidence(planned, &governing, &old, &new)?;
        let owners = evidence.demands().flat_map(|(requirement, _)| requirement.owners.clone());
        let approvers = governing.policy.asked_approvers().map(|name| OwnerHandle(name.into()));
        Ok(owners.chain(approvers).collect())
    }

    /// Judges the governing ref as if all of it were new.
    pub fn judge_as_new(&self, governing: &Governing) -> Judgement {
        let change = Change {
            old: &Snapshot::empty(),
            new: self.governing_snapshot(),
            blobs: &*self.repository.blobs(),
            evidence: &RefEvidence::none(),
            mode: Mode::BeforeCommit,
        };
        evaluate(&change, &rules_of(governing), self.today())
    }

    /// The policy that judges files before they are a commit: that of HEAD, or the files' own if HEAD's cannot be used,
    /// so that its correction can be committed.
    ///
    /// # Errors
    ///
    /// If neither can be used.
    pub fn policy_before_commit(&self, new: &Snapshot) -> Result<Governing, GateError> {
        self.policy(None).or_else(|error| self.policy_of(new).map_err(|_| error))
    }

    /// Evidence about files that are not a commit yet: their effect on waivers, and trust files after which no push
    /// could pass. Approvals come later.
    pub fn uncommitted(&self, governing: &Governing, new: &Snapshot) -> RefEvidence {
        let input = self.trust_input(governing, [self.governing_snapshot(), new], OntoHead::Yes);
        let nobody = ChangeApprovals { approvers: Vec::new(), needed_more: 0, needed_from_start: 0 };
        let mut trust_files = changes(&input, &nobody);
        trust_files.retain(|change| change.broken.is_some());
        RefEvidence { trust_files, waivers: waiver_facts(&input, self.today()), ..RefEvidence::none() }
    }

    /// The places of objects of some names in the governing ref.
    pub fn presence(&self, governing: &Governing, objects: &BTreeSet<&str>) -> Presence {
        let (snapshot, blobs) = (self.governing_snapshot(), self.repository.blobs());
        let selection = &governing.targets.selection;
        let reaches = &Reaches::read(std::iter::once(snapshot), &*blobs);
        let layout = Layout::of(&LayoutInput { snapshot, selection, reaches }, &mut *blobs.reader());
        let input = PresenceInput { snapshot, layout: &layout, selection, blobs: &*blobs };
        Presence::of(input, objects)
    }

    /// The governing ref beside itself.
    fn unchanged<'a>(&'a self, governing: &'a Governing, host: Option<HostKind>) -> TrustInput<'a> {
        let files = self.governing_snapshot();
        let host = host.and_then(|host| host.facts().owners);
        TrustInput { host, ..self.trust_input(governing, [files, files], OntoHead::Yes) }
    }

    /// A ref's files before and after, beside what governs them.
    pub(super) fn trust_input<'a>(
        &'a self,
        governing: &'a Governing,
        [old, new]: [&'a Snapshot; 2],
        onto_head: OntoHead,
    ) -> TrustInput<'a> {
        TrustInput {
            repository: &self.repository,
            known: known_checks(),
            governing,
            base: self.governing_snapshot(),
            old,
            new,
            onto_head,
            host: self.owners_host(),
            now: self.now,
            floor: self.floor().ok().flatten(),
            approved_by: if self.push.proposal.is_some() {
                ApprovedBy::Reviews
            } else {
                ApprovedBy::Statements
            },
        }
    }
}
