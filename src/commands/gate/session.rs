//! One run over a repository: from ref updates to a judgement for each guarded ref.

use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate};

use super::commits;
use super::keyring;
use super::owners;
use super::planning::{Plan, PlannedRef, plan};
use super::policy::{Floor, Governance, Governing, PolicyLoadError, load};
use super::signatures::{Judged, Signatures};
use super::trust_files::{self, OntoHead, TrustInput};
use crate::evidence::{RefEvidence, TrustFileChange};
use crate::git::{GitError, Head, Repository};
use crate::pipeline::{Change, evaluate};
use crate::push::RefUpdate;
use crate::report::Section;
use crate::source::{ObjectId, Snapshot};
use crate::verdict::{Judgement, Mode};

/// What stops a run before anything is judged.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The policy.
    #[error(transparent)]
    Policy(#[from] PolicyLoadError),
}

/// A repository and what is true of it for the whole push.
#[derive(Debug)]
pub struct Session {
    /// The repository.
    pub repository: Repository,
    head: Head,
    governing_tip: Option<ObjectId>,
    governing: Snapshot,
    floor: Option<PathBuf>,
    now: SystemTime,
}

impl Session {
    /// Opens a session at the governing ref's tip as it is now, which inside a hook is before the push.
    pub fn open(repository: Repository, floor: Option<PathBuf>, now: SystemTime) -> Result<Self, GateError> {
        let head = repository.head()?;
        let tip = match &head {
            Head::Branch(name) => repository.tip(name)?,
            Head::Detached(id) => Some(id.clone()),
        };
        Self::governed_by(repository, head, tip, floor, now)
    }

    /// Opens a session governed by a given commit: for judging a history as if it came in pushes.
    pub fn at(
        repository: Repository,
        governing_tip: ObjectId,
        floor: Option<PathBuf>,
        now: SystemTime,
    ) -> Result<Self, GateError> {
        let head = repository.head()?;
        Self::governed_by(repository, head, Some(governing_tip), floor, now)
    }

    fn governed_by(
        repository: Repository,
        head: Head,
        tip: Option<ObjectId>,
        floor: Option<PathBuf>,
        now: SystemTime,
    ) -> Result<Self, GateError> {
        let governing_tip = match tip {
            Some(tip) => repository.peel(&tip)?.commit,
            None => None,
        };
        let governing = snapshot(&repository, governing_tip.as_ref())?;
        Ok(Self { repository, head, governing_tip, governing, floor, now })
    }

    /// Today on the server.
    pub fn today(&self) -> NaiveDate {
        date_of(self.now)
    }

    /// Whether the governing ref has no policy yet.
    pub fn governing_snapshot(&self) -> &Snapshot {
        &self.governing
    }

    /// The policy for a change of a ref whose old tip has the given files.
    pub fn policy(&self, target: Option<&Snapshot>) -> Result<Governing, GateError> {
        let floor = Floor::read(self.floor.as_deref())?;
        Ok(load(&self.repository, &self.governing, target, floor)?)
    }

    fn head_branch(&self) -> Option<&str> {
        match &self.head {
            Head::Branch(name) => Some(name),
            Head::Detached(_) => None,
        }
    }

    /// Judges one ref update; `None` for a ref that nobody guards.
    pub fn judge(&self, update: &RefUpdate) -> Result<Option<Section>, GateError> {
        let governing = self.policy(None)?;
        let guards = |name: &str| governing.policy.guards(name, self.head_branch());
        match plan(&self.repository, update, &self.head, self.governing_tip.as_ref(), guards) {
            Ok(Plan::Unguarded) => Ok(None),
            Ok(Plan::Judged(planned)) => self.judge_planned(&planned).map(Some),
            Err(error) => Ok(Some(Section::undecided(&update.ref_name, error.to_string()))),
        }
    }

    /// Judges a planned ref.
    pub fn judge_planned(&self, planned: &PlannedRef) -> Result<Section, GateError> {
        match self.try_planned(planned) {
            Ok(section) => Ok(section),
            Err(GateError::Git(error)) => Ok(Section::undecided(&planned.ref_name, error.to_string())),
            Err(error @ GateError::Policy(_)) => Err(error),
        }
    }

    fn try_planned(&self, planned: &PlannedRef) -> Result<Section, GateError> {
        let old = if planned.base == self.governing_tip {
            self.governing.clone()
        } else {
            snapshot(&self.repository, planned.base.as_ref())?
        };
        let new = self.new_snapshot(planned, &old)?;
        let governing = self.policy(Some(&old))?;
        let evidence = self.evidence(planned, &governing, &old, &new)?;
        let change = Change {
            old: &old,
            new: &new,
            blobs: &self.repository.blobs(),
            evidence: &evidence,
            mode: Mode::Enforcing,
        };
        let judgement = evaluate(&change, &governing.targets, &governing.policy, self.today());
        let mut section = section(planned, &governing, &evidence, judgement);
        section.notices.extend(self.stray_head()?.map(stray_head_notice));
        Ok(section)
    }

    fn new_snapshot(&self, planned: &PlannedRef, old: &Snapshot) -> Result<Snapshot, GitError> {
        match (&planned.base, &planned.tip) {
            (_, None) => Ok(old.clone()),
            (None, Some(tip)) => snapshot(&self.repository, Some(tip)),
            (Some(base), Some(tip)) => {
                let base = self.repository.tree_of(base)?;
                self.repository.snapshot_beside((&base, old), &self.repository.tree_of(tip)?)
            }
        }
    }

    fn evidence(
        &self,
        planned: &PlannedRef,
        governing: &Governing,
        old: &Snapshot,
        new: &Snapshot,
    ) -> Result<RefEvidence, GateError> {
        let input = TrustInput {
            repository: &self.repository,
            governing,
            base: &self.governing,
            old,
            new,
            onto_head: self.onto_head(&planned.ref_name)?,
        };
        let signatures = self.signatures(governing);
        let facts = commits::facts(
            &self.repository,
            &planned.ref_name,
            &planned.commits,
            &planned.tags,
            &signatures,
        )?;
        let ownership = owners::judge(&input, &facts, planned.tip.as_ref())?;
        Ok(RefEvidence {
            ref_name: planned.ref_name.clone(),
            operation: planned.operation,
            refused: planned.refused.clone(),
            commits: facts,
            owned: ownership.owned,
            owners_file: ownership.file,
            owners_problems: ownership.problems,
            trust_files: trust_files::changes(&input),
        })
    }

    /// The first branch of an unborn repository is as good as HEAD's. Where there are branches and
    /// HEAD's is not one of them, trust files would never govern and could come and go: none may.
    fn onto_head(&self, ref_name: &str) -> Result<OntoHead, GitError> {
        let is_head = self.head_branch() == Some(ref_name);
        let onto_head = match (&self.governing_tip, self.stray_head()?) {
            (Some(_), _) => is_head,
            (None, None) => ref_name.starts_with("refs/heads/"),
            (None, Some(_)) => false,
        };
        Ok(if onto_head { OntoHead::Yes } else { OntoHead::No })
    }

    /// The branch that HEAD points to, where it does not exist and others do.
    fn stray_head(&self) -> Result<Option<&str>, GitError> {
        let unborn = self.head_branch().filter(|_| self.governing_tip.is_none());
        Ok(if self.repository.has_branches()? { unborn } else { None })
    }

    fn signatures(&self, governing: &Governing) -> Signatures {
        let by_owner = governing.policy.owners().is_some_and(|owners| owners.signer_counts);
        if !governing.policy.demands_signatures() && !by_owner && !governing.policy.runs("unsigned-commit") {
            return Signatures::NotDemanded;
        }
        Signatures::Judged(Box::new(Judged {
            trusted: keyring::load(&self.repository, governing, &self.governing),
            rules: governing.policy.signature_rules(),
            people: governing.policy.people().to_vec(),
            now: self.now,
        }))
    }
}

fn section(
    planned: &PlannedRef,
    governing: &Governing,
    evidence: &RefEvidence,
    judgement: Judgement,
) -> Section {
    let mut section = Section::of(&planned.ref_name, judgement);
    section.range = (planned.base.clone(), planned.tip.clone());
    section.commits = planned.commits.len();
    section.notices.extend(notice(governing, evidence).map(str::to_owned));
    section
}

fn stray_head_notice(name: &str) -> String {
    format!(
        "HEAD points to {name}, which does not exist, so no policy governs this repository: have the \
         server's administrator run `git symbolic-ref HEAD refs/heads/<branch>` in it"
    )
}

/// What the policy does not look at is said in one line, never left to be assumed.
fn notice(governing: &Governing, evidence: &RefEvidence) -> Option<&'static str> {
    let brings = |change: &TrustFileChange| change.accepted && change.broken.is_none();
    let first = evidence.trust_files.iter().any(brings);
    let (signatures, owners) = (governing.policy.demands_signatures(), governing.policy.owners().is_some());
    match (governing.governance, signatures, owners) {
        (Governance::None, _, _) if first => {
            Some("this push brings the first trust files; from now on they change only as the server accepts")
        }
        (Governance::None, _, _) => {
            Some("this repository has no policy yet: the profile `baseline` judges every branch and tag")
        }
        (Governance::Established, false, false) => {
            Some("the policy asks neither for signatures nor for owners' approval")
        }
        (Governance::Established, false, true) => Some("the policy does not ask for signatures"),
        (Governance::Established, true, false) => Some("the policy does not ask for owners' approval"),
        (Governance::Established, true, true) => None,
    }
}

/// The day of an instant, in UTC. A clock before 1970 or beyond all calendars makes every waiver expire.
pub fn date_of(now: SystemTime) -> NaiveDate {
    let seconds =
        now.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let day = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    day.map_or(NaiveDate::MAX, |day| day.date_naive())
}

fn snapshot(repository: &Repository, commit: Option<&ObjectId>) -> Result<Snapshot, GitError> {
    match commit {
        Some(commit) => repository.snapshot(&repository.tree_of(commit)?),
        None => Ok(Snapshot::empty()),
    }
}
