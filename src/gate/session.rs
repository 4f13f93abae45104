//! One run over a repository: from ref updates to a judgement for each guarded ref.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use chrono::NaiveDate;

use super::commits::{self, Reception};
use super::covered_merges;
use super::growth::Growth;
use super::lanes::{self, AskOwners, LaneInput};
use super::made_by_host::find_commit_to_approve;
use super::notices::{how_to_move_in, section, stray_head_notice};
use super::owners::{self, Ownership};
use super::planning::{Plan, PlannedRef, Surroundings, plan};
use super::repair::Damage;
use super::reviews::Proposal;
use super::rules::{known_checks, rules_of};
use super::signatures::Signatures;
use super::statement_store::Stored;
use super::trees;
use super::unblocking::people_to_ask;
use crate::approval::Digest;
use crate::evidence::{RefEvidence, TrustFileChange};
use crate::git::{GitError, Head, Repository};
use crate::governance::{
    ChangeApprovals, Floor, Foundation, Governing, LastRules, OntoHead, PolicyFiles, PolicyLoadError,
    TrustInput, changes, changes_keys_only, date_of, govern_by_baseline, load_keys, repair_changes,
    waiver_facts, waivers_notice,
};
use crate::host::PushOrigin;
use crate::pipeline::{Change, evaluate};
use crate::push::RefUpdate;
use crate::report::Section;
use crate::verdict::{Mode, Verdict};
use codeowners::Dialect;
use source_files::{ObjectId, Snapshot};

/// An error that stops a run before anything is judged.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The policy.
    #[error(transparent)]
    Policy(Arc<PolicyLoadError>),
    /// The policy, for a ref that the last readable one guards.
    #[error(
        "{0}\n  until this is fixed, portcullis rejects every push to a branch or tag that the last readable policy \
         guards"
    )]
    WithoutPolicy(Box<GateError>),
}

/// A repository and what is true of it for the whole push.
#[derive(Debug)]
pub struct Session {
    /// The repository.
    pub repository: Rc<Repository>,
    pub(super) head: Head,
    pub(super) governing_tip: Option<ObjectId>,
    pub(super) governing: Snapshot,
    /// The server's policy, read once: everything of a run is judged by the same version.
    floor: Result<Option<Arc<Floor>>, Arc<PolicyLoadError>>,
    foundation: OnceLock<Result<Foundation, Arc<PolicyLoadError>>>,
    floor_digest: Option<Digest>,
    pub(super) now: SystemTime,
    pub(super) push: PushFacts,
    /// The state that the push would repair, where it is judged as a repair.
    pub(super) damage: Option<Damage>,
}

/// Facts about the push as a whole.
#[derive(Clone, Debug, Default)]
pub struct PushFacts {
    /// All its updates: a statement may come with the change that it is about.
    pub updates: Vec<RefUpdate>,
    /// The origin of the push, as the host reports it.
    pub host: Option<PushOrigin>,
    /// The facts of the forge, if it is a pull request.
    pub proposal: Option<Proposal>,
    /// The tips of the governing branch that this gate accepted before, newest last.
    pub accepted_tips: Vec<ObjectId>,
}

impl From<PolicyLoadError> for GateError {
    fn from(error: PolicyLoadError) -> Self {
        Self::Policy(Arc::new(error))
    }
}

impl From<Arc<PolicyLoadError>> for GateError {
    fn from(error: Arc<PolicyLoadError>) -> Self {
        Self::Policy(error)
    }
}

/// The refs of signed statements.
const STATEMENTS: &str = "refs/approvals/";

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
        Ok(Self {
            repository: Rc::new(repository),
            head,
            governing_tip,
            governing,
            floor: Floor::read(floor, known_checks()).map(|floor| floor.map(Arc::new)).map_err(Arc::new),
            foundation: OnceLock::new(),
            floor_digest: None,
            now,
            push: PushFacts::default(),
            damage: None,
        })
    }

    /// The same run, judged by a former state of trust files.
    pub(super) fn clone_governed_by(&self, tip: ObjectId, files: Snapshot, damage: Damage) -> Self {
        Self {
            repository: Rc::clone(&self.repository),
            head: self.head.clone(),
            governing_tip: Some(tip),
            governing: files,
            floor: self.floor.clone(),
            foundation: OnceLock::new(),
            floor_digest: self.floor_digest.clone(),
            now: self.now,
            push: self.push.clone(),
            damage: Some(damage),
        }
    }

    /// The same session in a clone, whose user knows the digest of the server's policy and not its text.
    pub fn with_floor_digest(self, floor_digest: Option<Digest>) -> Self {
        Self { floor_digest, ..self }
    }

    /// The same session for a push.
    pub fn of_push(self, push: PushFacts) -> Self {
        Self { push, ..self }
    }

    /// Today on the server.
    pub fn today(&self) -> NaiveDate {
        date_of(self.now)
    }

    /// The files of the governing ref.
    pub fn governing_snapshot(&self) -> &Snapshot {
        &self.governing
    }

    /// The policy for a change of a ref whose old tip has the given files.
    pub fn policy(&self, target: Option<&Snapshot>) -> Result<Governing, GateError> {
        let foundation = self.foundation.get_or_init(|| {
            let floor = self.floor()?.cloned();
            Foundation::read(self.policy_files(), &self.governing, floor).map_err(Arc::new)
        });
        let foundation = foundation.as_ref().map_err(Arc::clone)?;
        let mut governing = match &self.damage {
            Some(damage) => damage.govern(foundation, self, target)?,
            None => foundation.govern(self.policy_files(), &self.governing, target)?,
        };
        governing.floor_digest = governing.floor_digest.or_else(|| self.floor_digest.clone());
        Ok(governing)
    }

    /// The server's policy as it was when the run began.
    pub(super) fn floor(&self) -> Result<Option<&Arc<Floor>>, Arc<PolicyLoadError>> {
        self.floor.as_ref().map(Option::as_ref).map_err(Arc::clone)
    }

    pub(super) fn policy_files(&self) -> PolicyFiles<'_> {
        PolicyFiles { repository: &self.repository, known: known_checks() }
    }

    pub(super) fn governing_tip(&self) -> Option<&ObjectId> {
        self.governing_tip.as_ref()
    }

    /// The branch that HEAD points to.
    pub fn head_branch(&self) -> Option<&str> {
        match &self.head {
            Head::Branch(name) => Some(name),
            Head::Detached(_) => None,
        }
    }

    /// Judges one ref update; `None` for a ref that no one guards. What a ref is comes first: a policy that cannot be
    /// loaded says nothing of refs that the last one did not guard.
    pub fn judge(&self, update: &RefUpdate) -> Result<Option<Section>, GateError> {
        let governing = self.policy(None);
        if update.ref_name.starts_with(STATEMENTS) {
            return self.judge_statement(update, &governing).map(Some);
        }
        let planned = self.plan_by(&governing, update);
        match planned {
            Ok(Plan::Unguarded) => Ok(None),
            Ok(Plan::Refused(planned)) => self.judge_refused(&planned, governing.as_ref().ok()).map(Some),
            Ok(Plan::Judged(planned)) => {
                let judged = governing.map_err(|error| GateError::WithoutPolicy(Box::new(error)));
                let judged = judged.and_then(|_| self.judge_planned(&planned));
                match &judged {
                    Ok(section) if section.judgement.verdict == Verdict::Accept => judged.map(Some),
                    Ok(_) | Err(_) => self.judge_repair(&planned)?.map_or(judged, Ok).map(Some),
                }
            }
            Err(error) => Ok(Some(Section::undecided(&update.ref_name, error.to_string()))),
        }
    }

    fn plan_by(
        &self,
        governing: &Result<Governing, GateError>,
        update: &RefUpdate,
    ) -> Result<Plan, GitError> {
        if let Ok(governing) = governing {
            return self.plan(update, |name| governing.policy.guards(name, self.head_branch()));
        }
        let rules = LastRules::find(self.policy_files(), self.governing_tip(), &self.floor);
        self.plan(update, |name| rules.guards(name, self.head_branch()))
    }

    fn plan(&self, update: &RefUpdate, guards: impl Fn(&str) -> bool) -> Result<Plan, GitError> {
        let around = Surroundings {
            repository: &self.repository,
            head: &self.head,
            governing_tip: self.governing_tip.as_ref(),
            updates: &self.push.updates,
            guards,
        };
        plan(update, &around)
    }

    /// Judges a ref by its name alone: nothing else of the repository is read, so nothing else can be broken.
    pub(super) fn judge_refused(
        &self,
        planned: &PlannedRef,
        governing: Option<&Governing>,
    ) -> Result<Section, GateError> {
        let evidence = RefEvidence {
            ref_name: planned.ref_name.clone(),
            refused: planned.refused.clone(),
            ..RefEvidence::none()
        };
        self.judge_evidence(&evidence, governing)
    }

    /// A revision whose files cannot be read: if its trees are malformed, that says more than the first error.
    fn judge_unreadable(
        &self,
        planned: &PlannedRef,
        governing: &Governing,
        error: GitError,
    ) -> Result<Section, GateError> {
        let malformed_trees = trees::malformed(&self.repository, planned)?;
        let evidence =
            RefEvidence { ref_name: planned.ref_name.clone(), malformed_trees, ..RefEvidence::none() };
        let mut section = self.judge_evidence(&evidence, Some(governing))?;
        match section.judgement.verdict {
            Verdict::Reject => {
                section.range = (planned.base.clone(), planned.tip.clone());
                section.commits = planned.commits.len();
                Ok(section)
            }
            // A policy that accepts the malformed tree cannot make its files readable.
            Verdict::Accept | Verdict::Undecided => Err(error.into()),
        }
    }

    /// Judges evidence without files.
    fn judge_evidence(
        &self,
        evidence: &RefEvidence,
        governing: Option<&Governing>,
    ) -> Result<Section, GateError> {
        let (old, new) = (&Snapshot::empty(), &Snapshot::empty());
        let blobs = &*self.repository.blobs();
        let change = Change { old, new, blobs, evidence, mode: Mode::Enforcing };
        let baseline = govern_by_baseline()?;
        let rules = rules_of(governing.unwrap_or(&baseline));
        let mut section = Section::of(&evidence.ref_name, evaluate(&change, &rules, self.today()));
        section.notices.clear();
        Ok(section)
    }

    /// Judges a planned ref.
    pub fn judge_planned(&self, planned: &PlannedRef) -> Result<Section, GateError> {
        match self.try_planned(planned) {
            Ok(section) => Ok(section),
            Err(GateError::Git(error)) => Ok(Section::undecided(&planned.ref_name, error.to_string())),
            Err(error @ (GateError::Policy(_) | GateError::WithoutPolicy(_))) => Err(error),
        }
    }

    fn try_planned(&self, planned: &PlannedRef) -> Result<Section, GateError> {
        let old = if planned.base == self.governing_tip {
            self.governing.clone()
        } else {
            snapshot(&self.repository, planned.base.as_ref())?
        };
        let governing = self.policy(Some(&old))?;
        let new = match self.new_snapshot(planned, &old) {
            Ok(new) => new,
            Err(error) => return self.judge_unreadable(planned, &governing, error),
        };
        let selection = &governing.targets.selection;
        let growth = Growth { repository: &self.repository, selection, old: &old, new: &new };
        if let Some(problem) = growth.problem(governing.policy.manifest_bytes())? {
            return Ok(Section::undecided(&planned.ref_name, problem));
        }
        let evidence = self.evidence(planned, &governing, &old, &new)?;
        let change = Change {
            old: &old,
            new: &new,
            blobs: &*self.repository.blobs(),
            evidence: &evidence,
            mode: Mode::Enforcing,
        };
        let judgement = evaluate(&change, &rules_of(&governing), self.today());
        let to_ask = people_to_ask(planned, &governing, &evidence, &judgement, self.push.proposal.as_ref());
        let to_approve = find_commit_to_approve(&self.repository, planned, &self.push)?;
        let mut section = section(planned, &governing, &evidence, judgement, &to_approve);
        section.notices.extend(to_ask);
        let moving_in = how_to_move_in(planned, &section.judgement);
        section.notices.extend(moving_in.map(str::to_owned));
        section.notices.extend(waivers_notice(&governing, self.today()));
        section.notices.extend(self.repository.detour().map(str::to_owned));
        section.notices.extend(self.rescue_notice()?);
        section.notices.extend(self.stray_head()?.map(stray_head_notice));
        Ok(section)
    }

    pub(super) fn new_snapshot(&self, planned: &PlannedRef, old: &Snapshot) -> Result<Snapshot, GitError> {
        match (&planned.base, &planned.tip) {
            (_, None) => Ok(old.clone()),
            (None, Some(tip)) => self.repository.snapshot(&planned.result(&self.repository, tip)?),
            (Some(base), Some(tip)) => {
                let base = self.repository.tree_of(base)?;
                self.repository.snapshot_beside((&base, old), &planned.result(&self.repository, tip)?)
            }
        }
    }

    pub(super) fn evidence(
        &self,
        planned: &PlannedRef,
        governing: &Governing,
        old: &Snapshot,
        new: &Snapshot,
    ) -> Result<RefEvidence, GateError> {
        let input = self.trust_input(governing, [old, new], self.onto_head(&planned.ref_name)?);
        let tree = planned.tip.as_ref().map(|tip| planned.result(&self.repository, tip)).transpose()?;
        let about = (planned.ref_name.as_str(), tree.as_ref());
        let stored = Stored::about(&self.repository, &self.push.updates, about)?;
        let mut signatures = self.signatures(governing, &stored);
        if let (Signatures::Judged(judged), true) = (&mut signatures, changes_keys_only(&input)) {
            judged.renewed = load_keys(&self.repository, governing, new).ok();
        }
        let approved = self.approved_commits(planned, governing, (&stored, &signatures))?;
        let mut facts = commits::facts(
            &self.repository,
            &planned.ref_name,
            &planned.commits,
            &planned.tags,
            Reception { signatures: &signatures, approved: &approved, now: self.now },
        )?;
        let covered = covered_merges::vouch(&input, &planned.commits, &mut facts)?;
        let lane = LaneInput { trust: &input, planned, push: &self.push };
        let excuse = lanes::excuse(&lane, &mut facts)?;
        let approvals = self.approvals(&input, planned, &facts, (&stored, &signatures))?;
        let ownership = match excuse.owners {
            AskOwners::Yes => owners::judge(&input, &facts, planned.tip.as_ref(), &approvals)?,
            AskOwners::No => Ownership::not_asked(),
        };
        Ok(RefEvidence {
            ref_name: planned.ref_name.clone(),
            operation: planned.operation,
            refused: planned.refused.clone(),
            commits: facts,
            malformed_trees: trees::malformed(&self.repository, planned)?,
            owned: ownership.owned,
            unowned: ownership.unowned,
            owners_problems: ownership.problems,
            trust_files: self.trust_file_changes(&input, &approvals.of_this_change()),
            approvals: approvals.facts,
            more_approvals: approvals.needed_more,
            more_from_start: approvals.needed_from_start,
            contributors: approvals.contributors,
            waivers: waiver_facts(&input, self.today()),
            notices: approvals.notices.into_iter().chain(covered).chain(excuse.notices).collect(),
        })
    }

    fn trust_file_changes(
        &self,
        input: &TrustInput<'_>,
        approvals: &ChangeApprovals<'_>,
    ) -> Vec<TrustFileChange> {
        match &self.damage {
            Some(_) => repair_changes(input, approvals),
            None => changes(input, approvals),
        }
    }

    /// The dialect of owners that the host reads.
    pub(super) fn owners_host(&self) -> Option<Dialect> {
        self.push.host.as_ref().and_then(|host| host.kind.facts().owners)
    }

    /// The first branch of an unborn repository is as good as HEAD's. If there are branches and
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
}

pub(super) fn snapshot(repository: &Repository, commit: Option<&ObjectId>) -> Result<Snapshot, GitError> {
    match commit {
        Some(commit) => repository.snapshot(&repository.tree_of(commit)?),
        None => Ok(Snapshot::empty()),
    }
}
