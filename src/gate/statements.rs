//! Signed statements in a session: which come in, and which speak for a change.

use super::approvals::{self, Approvals, Reader};
use super::clock::instant;
use super::contributors::contributors;
use super::keyring;
use super::planning::PlannedRef;
use super::policy::Governing;
use super::session::{GateError, Session, snapshot};
use super::signatures::Signatures;
use super::trust_files::{OntoHead, TrustInput};
use crate::approval::{Asked, Record};
use crate::evidence::CommitFacts;
use crate::git::GitError;
use crate::policy::Age;
use crate::push::RefUpdate;
use crate::report::Section;
use source_files::ObjectId;

impl Session {
    /// The change as a statement about it must describe it.
    pub fn asked(&self, planned: &PlannedRef) -> Result<Option<Asked>, GateError> {
        let old = snapshot(&self.repository, planned.base.as_ref())?;
        let governing = self.policy(Some(&old))?;
        let input = self.trust_input(&governing, [&old, &old], OntoHead::No);
        Ok(approvals::asked(&input, planned, self.now)?)
    }

    /// What people said of a change by signing it, or by a review on its forge.
    pub(super) fn approvals(
        &self,
        input: &TrustInput<'_>,
        planned: &PlannedRef,
        facts: &[CommitFacts],
        (stored, signatures): (&[(String, ObjectId)], &Signatures),
    ) -> Result<Approvals, GitError> {
        let proposal = self.push.proposal.as_ref();
        let said = !stored.is_empty() || proposal.is_some();
        let (Signatures::Judged(judged), true) = (signatures, said) else {
            return Ok(Approvals::default());
        };
        let Some(asked) = approvals::asked(input, planned, self.now)? else {
            return Ok(Approvals::default());
        };
        let (people, issuers) = (input.governing.policy.people(), input.governing.policy.issuers());
        let contributors = contributors(&self.repository, planned, facts, people, &self.push)?;
        let reader =
            Reader { repository: &self.repository, trusted: &judged.trusted, people, issuers, now: self.now };
        let signed = Approvals::examine(stored, &reader, &asked, &contributors);
        Ok(signed.with_reviews(proposal, &asked.tree, &contributors))
    }

    /// Reads a statement, or says why it is invalid or belongs to no person.
    pub fn statement(&self, ref_name: &str, object: &ObjectId) -> Result<Record, String> {
        let governing = self.policy(None).map_err(|error| error.to_string())?;
        let trusted = keyring::load(&self.repository, &governing, &self.governing);
        let (people, issuers) = (governing.policy.people(), governing.policy.issuers());
        let reader =
            Reader { repository: &self.repository, trusted: &trusted, people, issuers, now: self.now };
        reader.read(ref_name, object).map_err(|reason| reason.to_string())
    }

    /// Judges a ref under `refs/approvals/`: only genuine statements come in, and none goes away.
    pub(super) fn judge_statement(
        &self,
        update: &RefUpdate,
        governing: &Governing,
    ) -> Result<Section, GateError> {
        let taken = self.repository.tip(&update.ref_name)?.is_some() || !update.old_oid.is_zero();
        if taken || update.is_delete() {
            let reason = "statements can only be added; a statement stops counting when it expires";
            return self.judge_planned(&PlannedRef::refused(update, reason));
        }
        match self.accept_statement(update, governing) {
            Err(reason) => self.judge_planned(&PlannedRef::refused(update, &reason)),
            Ok(record) => {
                let mut section = self.judge_planned(&PlannedRef::empty(&update.ref_name))?;
                section.notices = vec![record.to_string()];
                Ok(section)
            }
        }
    }

    fn accept_statement(&self, update: &RefUpdate, governing: &Governing) -> Result<Record, String> {
        let record = self.statement(&update.ref_name, &update.new_oid)?;
        let longest = governing.policy.approvals_hold().map(Age::duration);
        let accepted = record.acceptable(governing.policy.repository(), instant(self.now), longest);
        accepted.map_err(|reason| format!("it {reason}"))
    }
}
