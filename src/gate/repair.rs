//! Judges the repair of trust files with which no push could pass.
//!
//! In: an update of the governing branch, its damaged state, and the tips that this gate accepted before. Out: the
//! section of the repair, judged by the last accepted state that is still usable. Never: counts a person or a key that
//! was removed or revoked since, changes a file that is not damaged, or lets a rule become weaker than it was.

use super::planning::PlannedRef;
use super::session::{GateError, Session};
use crate::governance::{
    Foundation, Governing, OntoHead, PolicyLoadError, Unusable, find_problem, govern_by_baseline,
    surviving_keys,
};
use crate::policy::{PersonEntry, remaining_people};
use crate::report::Section;
use source_files::{ObjectId, Snapshot};

/// A state of trust files with which no push could pass, and what is left of the one before.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    /// The people of the last usable state who are still there.
    people: Vec<PersonEntry>,
    /// The files of keys of the last usable state as far as they are still there.
    keys: Snapshot,
}

impl Session {
    /// The commit that governs after the push, if the push moves it.
    pub fn resulting_governing_tip(&self) -> Option<&ObjectId> {
        let head = self.head_branch()?;
        let update = self.push.updates.iter().find(|update| update.ref_name == head)?;
        (!update.is_delete()).then_some(&update.new_oid)
    }

    /// The governing commit, if pushes can pass by its trust files.
    pub fn usable_governing_tip(&self) -> Option<&ObjectId> {
        let tip = self.governing_tip()?;
        matches!(self.find_damage(&self.governing), Ok(None)).then_some(tip)
    }

    /// Judges an update as a repair; `None` if nothing is damaged, if the update is of another branch, or if the files
    /// stay damaged.
    pub(super) fn judge_repair(&self, planned: &PlannedRef) -> Result<Option<Section>, GateError> {
        let is_governing = self.head_branch() == Some(&planned.ref_name);
        if !is_governing || planned.base != self.governing_tip || planned.tip.is_none() {
            return Ok(None);
        }
        let Some(problem) = self.find_damage(&self.governing)? else { return Ok(None) };
        let Ok(new) = self.new_snapshot(planned, &self.governing) else { return Ok(None) };
        if self.find_damage(&new)?.is_some() {
            return Ok(None);
        }
        let Some((former_tip, former)) = self.find_last_usable()? else { return Ok(None) };
        let session = self.judged_by(former_tip.clone(), former, &self.governing)?;
        let mut section = session.judge_planned(planned)?;
        section.notices.insert(0, notice(&former_tip, &problem));
        Ok(Some(section))
    }

    /// Why no push could pass by the trust files of a revision.
    fn find_damage(&self, files: &Snapshot) -> Result<Option<Unusable>, GateError> {
        // The policy of the state may be what is damaged, so nothing of it is used to read the state.
        let baseline = govern_by_baseline()?;
        let input = self.trust_input(&baseline, [files, files], OntoHead::Yes);
        Ok(find_problem(&input, files))
    }

    /// The newest accepted tip by whose trust files a push can pass today.
    fn find_last_usable(&self) -> Result<Option<(ObjectId, Snapshot)>, GateError> {
        for tip in self.push.accepted_tips.iter().rev() {
            // A commit that is gone, because the branch was rewritten, cannot be judged by.
            let Ok(tree) = self.repository.tree_of(tip) else { continue };
            let files = self.repository.snapshot(&tree)?;
            if Some(tip) != self.governing_tip() && self.find_damage(&files)?.is_none() {
                return Ok(Some((tip.clone(), files)));
            }
        }
        Ok(None)
    }

    /// The same session for changes of a commit: if its trust files are damaged, they are judged as a repair.
    pub fn repairing(self, damaged: &ObjectId) -> Result<Self, GateError> {
        let files = self.repository.snapshot(&self.repository.tree_of(damaged)?)?;
        match self.governing_tip().cloned() {
            Some(tip) if tip != *damaged && self.find_damage(&files)?.is_some() => {
                self.judged_by(tip, self.governing.clone(), &files)
            }
            Some(_) | None => Ok(self),
        }
    }

    /// The same session, governed by a former state.
    fn judged_by(
        &self,
        former_tip: ObjectId,
        former: Snapshot,
        damaged: &Snapshot,
    ) -> Result<Self, GateError> {
        let by_former = self.policy_of(&former)?;
        let people = by_former.policy.people();
        let people = match self.policy_of(damaged) {
            Ok(today) => remaining_people(people, today.policy.people()),
            Err(_) => people.to_vec(),
        };
        let keys = surviving_keys(&self.repository, &by_former, [&former, damaged]);
        let damage = Damage { people, keys };
        Ok(self.clone_governed_by(former_tip, former, damage))
    }

    pub(super) fn policy_of(&self, files: &Snapshot) -> Result<Governing, GateError> {
        let floor = self.floor()?.cloned();
        let foundation = Foundation::read(self.policy_files(), files, floor)?;
        Ok(foundation.govern(self.policy_files(), files, None)?)
    }
}

impl Damage {
    /// The policy of the last usable state, without the people who were removed since. The policy of the damaged
    /// state is a layer more where it can be used.
    pub(super) fn govern(
        &self,
        foundation: &Foundation,
        session: &Session,
        target: Option<&Snapshot>,
    ) -> Result<Governing, PolicyLoadError> {
        let govern = |target| foundation.govern(session.policy_files(), session.governing_snapshot(), target);
        let mut governing = govern(target).or_else(|_| govern(None))?;
        governing.policy.keep_people(self.people.clone());
        governing.former_tip = session.governing_tip().cloned();
        Ok(governing)
    }

    /// The files of keys by which a signature must be good as well.
    pub(super) fn surviving_keys(&self) -> &Snapshot {
        &self.keys
    }
}

fn notice(former_tip: &ObjectId, problem: &Unusable) -> String {
    format!(
        "the trust files on the governing branch are damaged ({}), so this push is judged as their repair by commit \
         {former_tip}, the last that this gate accepted and that can be used",
        problem.reason
    )
}
