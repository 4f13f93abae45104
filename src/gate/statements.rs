//! Signed statements in a session: which come in, and which speak for a change.

use super::approvals::{self, Approvals, Reader};
use super::commits::{self, Reception};
use super::contributors::{MadeByPeople, contributors, pusher};
use super::made_by_host::find_proposed_head;
use super::planning::PlannedRef;
use super::session::{GateError, Session, snapshot};
use super::signatures::Signatures;
use super::statement_store::{self, Stored};
use crate::approval::{Asked, NotGenuine, Record};
use crate::evidence::{CommitFacts, Contributors};
use crate::git::GitError;
use crate::governance::{Governing, KeysError, OntoHead, TrustInput, instant};
use crate::policy::{Age, ForgeUse, PersonEntry};
use crate::push::RefUpdate;
use crate::report::Section;
use source_files::ObjectId;

/// The largest number of live statements of one person about one change.
const OF_ONE_PERSON: usize = 50;
/// The largest number of statements about one change that are looked at to count them.
const MOST_LOOKED_AT: usize = 1_000;

impl Session {
    /// The change as a statement about it must describe it.
    pub fn asked(&self, planned: &PlannedRef) -> Result<Option<Asked>, GateError> {
        let old = snapshot(&self.repository, planned.base.as_ref())?;
        let governing = self.policy(Some(&old))?;
        let input = self.trust_input(&governing, [&old, &old], OntoHead::No);
        Ok(approvals::asked(&input, planned, self.now)?)
    }

    /// Approvals of a change, signed or given as a review on its forge.
    pub(super) fn approvals(
        &self,
        input: &TrustInput<'_>,
        planned: &PlannedRef,
        facts: &[CommitFacts],
        (stored, signatures): (&Stored, &Signatures),
    ) -> Result<Approvals, GitError> {
        let proposal = self.push.proposal.as_ref();
        let said = !stored.refs.is_empty() || proposal.is_some();
        let (Signatures::Judged(judged), true) = (signatures, said) else {
            return Ok(Approvals::default());
        };
        let Some(asked) = approvals::asked(input, planned, self.now)? else {
            return Ok(Approvals::default());
        };
        let (people, issuers) = (input.governing.policy.people(), input.governing.policy.issuers());
        let contributors = self.contributors(planned, facts, people, signatures)?;
        let reader =
            Reader { repository: &self.repository, trusted: &judged.trusted, people, issuers, now: self.now };
        let signed = Approvals::examine(stored, &reader, &asked, &contributors);
        Ok(signed.with_reviews(proposal, &asked.tree, &contributors))
    }

    /// The commits that valid statements about exactly this change point to: the forge may have squashed them.
    pub(super) fn approved_commits(
        &self,
        planned: &PlannedRef,
        governing: &Governing,
        (stored, signatures): (&Stored, &Signatures),
    ) -> Result<Vec<ObjectId>, GitError> {
        let (Signatures::Judged(judged), Some(tip)) = (signatures, &planned.tip) else {
            return Ok(Vec::new());
        };
        if judged.rules.forge == ForgeUse::Never {
            return Ok(Vec::new());
        }
        let tree = planned.result(&self.repository, tip)?;
        let (people, issuers) = (governing.policy.people(), governing.policy.issuers());
        let reader =
            Reader { repository: &self.repository, trusted: &judged.trusted, people, issuers, now: self.now };
        let mut commits = Vec::new();
        for (ref_name, id) in stored.refs.iter().filter(|(name, _)| name.contains(tree.as_str())) {
            let Ok(record) = reader.read(ref_name, id) else { continue };
            let statement = &record.statement;
            let is_of_this = statement.ref_name == planned.ref_name
                && Some(&statement.base) == planned.base.as_ref()
                && statement.tree == tree
                && statement.not_after >= instant(self.now);
            if is_of_this {
                commits.push(record.commit);
            }
        }
        Ok(commits)
    }

    /// The people who made a change. What a host makes of a proposed head adds nothing to it, so the person who presses the
    /// merge button is not among them.
    fn contributors(
        &self,
        planned: &PlannedRef,
        facts: &[CommitFacts],
        people: &[PersonEntry],
        signatures: &Signatures,
    ) -> Result<Contributors, GitError> {
        let tags = planned.tags.as_slice();
        let Some(proposed) = find_proposed_head(&self.repository, planned, &self.push)? else {
            let pusher = self.push.host.as_ref().and_then(pusher);
            let made = MadeByPeople { commits: &planned.commits, tags, facts, pusher };
            return contributors(&self.repository, made, people, &self.push);
        };
        let reception = Reception { signatures, approved: &[], now: self.now };
        let facts = commits::facts(&self.repository, &planned.ref_name, &proposed.commits, tags, reception)?;
        let made = MadeByPeople { commits: &proposed.commits, tags, facts: &facts, pusher: None };
        contributors(&self.repository, made, people, &self.push)
    }

    /// Reads a statement, or says why it is invalid or belongs to no person.
    pub fn statement(&self, ref_name: &str, object: &ObjectId) -> Result<Record, String> {
        let governing = self.policy(None).map_err(|error| error.to_string())?;
        let trusted = self.load_keys(&governing);
        let (people, issuers) = (governing.policy.people(), governing.policy.issuers());
        let reader =
            Reader { repository: &self.repository, trusted: &trusted, people, issuers, now: self.now };
        reader.read(ref_name, object).map_err(|reason| reason.to_string())
    }

    /// Judges a ref under `refs/approvals/`: only genuine statements come in, and none goes away before it expires.
    pub(super) fn judge_statement(
        &self,
        update: &RefUpdate,
        governing: &Result<Governing, GateError>,
    ) -> Result<Section, GateError> {
        let outcome = self.statement_outcome(update, governing);
        let refused = outcome.as_ref().err().cloned();
        let planned = PlannedRef { refused, ..PlannedRef::empty(&update.ref_name) };
        let mut section = self.judge_refused(&planned, governing.as_ref().ok())?;
        section.notices.extend(outcome.ok());
        Ok(section)
    }

    /// The notice about a statement that may come or go, or the reason why it may not.
    fn statement_outcome(
        &self,
        update: &RefUpdate,
        governing: &Result<Governing, GateError>,
    ) -> Result<String, String> {
        let stored = self.repository.tip(&update.ref_name).map_err(|error| error.to_string())?;
        match (stored, governing) {
            (Some(old), _) if update.is_delete() && self.has_expired(&old) => {
                Ok("this statement has expired and counts for nothing, so it may be deleted".to_owned())
            }
            (None, Ok(governing))
                if update.old_oid.is_zero() && !update.is_delete() && self.has_keys(governing) =>
            {
                self.accept_statement(update, governing).map(|record| record.to_string())
            }
            (None, Ok(_) | Err(_)) if update.old_oid.is_zero() && !update.is_delete() => {
                self.accept_unverified(update)
            }
            (Some(_) | None, Ok(_) | Err(_)) => {
                let reason = "statements can only be added; a statement can be deleted once it has expired";
                Err(reason.to_owned())
            }
        }
    }

    /// Whether the keys of the governing ref can be used at all.
    fn has_keys(&self, governing: &Governing) -> bool {
        match self.load_keys(governing) {
            Ok(_) | Err(KeysError::None) => true,
            Err(
                KeysError::NoPolicy
                | KeysError::Missing(_)
                | KeysError::Unreadable(_)
                | KeysError::Invalid(_),
            ) => false,
        }
    }

    fn has_expired(&self, object: &ObjectId) -> bool {
        statement_store::has_expired(&self.repository, object, instant(self.now))
    }

    /// The refs of all statements that have expired, with their objects.
    pub fn expired_statements(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        statement_store::expired(&self.repository, instant(self.now))
    }

    /// Without a policy and its keys no one knows the people. Each time that a statement is counted it is verified anew.
    fn accept_unverified(&self, update: &RefUpdate) -> Result<String, String> {
        let trusted = Err(KeysError::NoPolicy);
        let reader = Reader {
            repository: &self.repository,
            trusted: &trusted,
            people: &[],
            issuers: &[],
            now: self.now,
        };
        match reader.read(&update.ref_name, &update.new_oid) {
            Ok(_) | Err(NotGenuine::Untrusted(_)) => {
                Ok("the policy or its keys cannot be loaded, so portcullis did not verify \
                who signed this statement: it counts once they can be loaded, or for their repair"
                    .to_owned())
            }
            Err(reason) => Err(reason.to_string()),
        }
    }

    /// One person may not crowd out the statements of others about a change.
    fn check_number(&self, update: &RefUpdate, new: &Record, governing: &Governing) -> Result<(), String> {
        let folder = update.ref_name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = format!("{folder}/");
        let pushed = self.push.updates.iter().filter(|other| other.ref_name.starts_with(&folder)).count();
        let there =
            self.repository.some_refs_below(&folder, MOST_LOOKED_AT).map_err(|error| error.to_string())?;
        if pushed + there.len() <= OF_ONE_PERSON {
            return Ok(());
        }
        let trusted = self.load_keys(governing);
        let (people, issuers) = (governing.policy.people(), governing.policy.issuers());
        let reader =
            Reader { repository: &self.repository, trusted: &trusted, people, issuers, now: self.now };
        let live = there.iter().filter(|(_, id)| !self.has_expired(id));
        let records = live.filter_map(|(name, id)| reader.read(name, id).ok());
        let own =
            records.filter(|record| record.approver.name == new.approver.name).take(OF_ONE_PERSON).count();
        if own + pushed <= OF_ONE_PERSON {
            return Ok(());
        }
        Err(format!("{} would have more than {OF_ONE_PERSON} statements about one change", new.approver.name))
    }

    fn accept_statement(&self, update: &RefUpdate, governing: &Governing) -> Result<Record, String> {
        let record = self.statement(&update.ref_name, &update.new_oid)?;
        let longest = governing.policy.approvals_max_age().map(Age::duration);
        let accepted = record.acceptable(governing.policy.repository(), instant(self.now), longest);
        let record = accepted.map_err(|reason| format!("it {reason}"))?;
        self.check_number(update, &record, governing)?;
        Ok(record)
    }
}
