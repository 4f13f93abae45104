//! One pull request, judged as the merge that it would become.
//!
//! In: a pull request, the commit that it would be merged into. Out: a section of the report. Never: allows
//! what the forge would merge otherwise than git does, or what depends on a fact that the forge does not tell.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

use super::people::{Doubt, Teams, person};
use super::settings::Settings;
use super::stage::{Merge, Stage};
use crate::approval::Asked;
use crate::commands::error::CommandError;
use crate::evidence::{RefOperation, Seen};
use crate::gate::{Merged, PlannedRef, Proposal, PushFacts, PushedBy, Review, Session};
use crate::git::{BLOB_LIMIT, Repository};
use crate::host::api::{self, AccountKind, Approval, Forge, PullNumber, PullRequest, Pushers, approvals};
use crate::host::{ForgeError, MessageStyle, PushOrigin, Via};
use crate::report::Section;
use crate::verdict::Verdict;
use source_files::{ObjectId, RepoPath};

/// What pull requests are judged with.
pub(super) struct Judge<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) stage: &'a Stage,
    pub(super) settings: &'a Settings,
    pub(super) floor: Option<PathBuf>,
    pub(super) now: SystemTime,
}

/// A pull request and what it would be merged into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proposed<'a> {
    pub(super) pull: &'a PullRequest,
    /// The commit that it would be merged into.
    pub(super) base: &'a ObjectId,
    /// The tree that the forge makes of it, where it has made one.
    pub(super) made: Option<&'a ObjectId>,
}

/// What came of a pull request.
pub(super) struct Outcome {
    pub(super) section: Section,
    /// The reviews that there were.
    pub(super) reviews: Vec<api::Review>,
    /// Whether it is proved who made it.
    pub(super) pushed_by: PushedBy,
    /// What a statement about it says; `None` if there is nothing that could be approved.
    pub(super) asked: Option<Asked>,
}

impl Judge<'_> {
    /// The outcome for a pull request. Counts the approvals that are valid at the time of the call.
    pub(super) fn outcome(&self, proposed: Proposed<'_>) -> Result<Outcome, CommandError> {
        let title = title(proposed.pull);
        let undecided = |reason: String| {
            let section = Section::undecided(&title, reason);
            Ok(Outcome { section, reviews: Vec::new(), pushed_by: PushedBy::Anybody, asked: None })
        };
        let merged = match self.stage.merge(proposed.base, &proposed.pull.head)? {
            Merge::Tree(tree) => tree,
            Merge::Conflict => return undecided(conflict(proposed.pull)),
        };
        match proposed.made {
            Some(made) if *made != merged => return undecided(otherwise(&merged, made)),
            Some(_) | None => {}
        }
        let reviews = self.forge.reviews(proposed.pull.number)?;
        let standing = standing(self.forge, proposed.pull.number, &reviews)?;
        let session = self.session()?;
        let planned = planned(&session, proposed, Some(merged))?;
        let asked = session.asked(&planned)?;
        let proposal = self.proposal(proposed.pull)?;
        let pushed_by = proposal.pushed_by;
        let mut section = self.judged(session, &planned, proposed, (proposal, &standing))?;
        section.title = title;
        Ok(Outcome { section, reviews, pushed_by, asked })
    }

    fn judged(
        &self,
        session: Session,
        planned: &PlannedRef,
        proposed: Proposed<'_>,
        (mut proposal, standing): (Proposal, &[Approval]),
    ) -> Result<Section, CommandError> {
        let session = session.of_push(self.facts(Proposal { reviews: Vec::new(), ..proposal.clone() }));
        if standing.is_empty() {
            return Ok(session.judge_planned(planned)?);
        }
        let teams = Teams::ask(self.forge, &session.asked_for(planned)?);
        proposal.reviews = self.reviews(&session, proposed, standing, (&teams, Doubt::Nobody))?;
        proposal.candidates = teams.candidates(session.policy(None)?.policy.people());
        let session = session.of_push(self.facts(proposal.clone()));
        let mut section = session.judge_planned(planned)?;
        if section.judgement.verdict != Verdict::Reject || teams.unknown().next().is_none() {
            return Ok(section);
        }
        proposal.reviews = self.reviews(&session, proposed, standing, (&teams, Doubt::Everybody))?;
        let session = session.of_push(self.facts(proposal));
        if session.judge_planned(planned)?.judgement.verdict == Verdict::Accept {
            section.judgement.verdict = Verdict::Undecided;
            section.judgement.undecided.extend(teams.unknown().map(|(team, error)| {
                format!(
                    "could not determine whether the approvers are members of {team}: {error}\n  use a \
                    token that can read the members, or list them under `people:` in the policy"
                )
            }));
        }
        Ok(section)
    }

    fn session(&self) -> Result<Session, CommandError> {
        let repository = Repository::discover(self.stage.folder(), BLOB_LIMIT)?;
        Ok(Session::open(repository, self.floor.clone(), self.now)?)
    }

    fn facts(&self, proposal: Proposal) -> PushFacts {
        let host = PushOrigin {
            kind: self.settings.host(),
            pusher: None,
            others: Vec::new(),
            via: Via::Merge,
            style: MessageStyle::Plain,
        };
        PushFacts { updates: Vec::new(), host: Some(host), proposal: Some(proposal) }
    }

    /// Who made it, without who approved it.
    fn proposal(&self, pull: &PullRequest) -> Result<Proposal, CommandError> {
        let mut accounts: Vec<String> = pull.author.iter().map(|author| author.login.clone()).collect();
        let pushed_by = match self.forge.pushers(pull)? {
            Pushers::Known(pushers) => {
                let people = pushers.iter().all(|account| account.kind == AccountKind::Person);
                accounts.extend(pushers.into_iter().map(|account| account.login));
                if people { self.pushed_by_people(pull) } else { PushedBy::Anybody }
            }
            Pushers::Unknown(_) => PushedBy::Anybody,
        };
        Ok(Proposal { accounts, pushed_by, ..Proposal::default() })
    }

    /// An account that moves a branch of the repository itself may write to it. A fork is open to any account.
    fn pushed_by_people(&self, pull: &PullRequest) -> PushedBy {
        match &pull.source {
            Some(source) if source.project == self.settings.access.project => PushedBy::Members,
            Some(_) | None => PushedBy::People,
        }
    }

    /// Approving reviews, as far as they are of a person.
    fn reviews(
        &self,
        session: &Session,
        proposed: Proposed<'_>,
        standing: &[Approval],
        (teams, doubt): (&Teams, Doubt),
    ) -> Result<Vec<Review>, CommandError> {
        let governing = session.policy(None)?;
        let people = governing.policy.people();
        let mut reviews = Vec::new();
        for Approval { login, commit } in standing {
            let Some(approver) = person(people, login, teams, doubt) else { continue };
            let merged = self.reviewed(session, proposed, commit)?;
            let seen = self.seen(session, proposed, commit)?;
            reviews.push(Review { approver, commit: commit.clone(), merged, seen });
        }
        Ok(reviews)
    }

    /// What a reviewed commit would give if it were merged now.
    fn reviewed(
        &self,
        session: &Session,
        proposed: Proposed<'_>,
        commit: &ObjectId,
    ) -> Result<Option<Merged>, CommandError> {
        if !self.stage.has(commit)?
            && (self.stage.fetch_commit(commit).is_err() || !self.stage.has(commit)?)
        {
            return Ok(None);
        }
        let (tree, base) =
            match (self.stage.merge(proposed.base, commit)?, self.stage.merge_base(proposed.base, commit)?) {
                (Merge::Tree(tree), Some(base)) => (tree, base),
                (Merge::Conflict, _) | (Merge::Tree(_), None) => return Ok(None),
            };
        let repository = &session.repository;
        let result = repository.changed_paths(Some(&repository.tree_of(proposed.base)?), &tree)?;
        let shown =
            repository.changed_paths(Some(&repository.tree_of(&base)?), &repository.tree_of(commit)?)?;
        let shown: BTreeSet<RepoPath> = shown.into_iter().collect();
        let unseen = result.into_iter().filter(|path| !shown.contains(path)).collect();
        Ok(Some(Merged { tree, unseen }))
    }

    /// What could be seen in a reviewed commit: where the target has moved on, only what was found in it then.
    fn seen(
        &self,
        session: &Session,
        proposed: Proposed<'_>,
        commit: &ObjectId,
    ) -> Result<Seen, CommandError> {
        let governing = session.policy(None)?;
        let asked = governing.policy.asked_approvers().next().is_some();
        if !asked || !self.stage.has(commit)? {
            return Ok(Seen::Everything);
        }
        let base = match self.stage.merge_base(proposed.base, commit)? {
            Some(base) if base == *proposed.base => return Ok(Seen::Everything),
            Some(base) => base,
            None => return Ok(Seen::Only(BTreeSet::new())),
        };
        let pull = PullRequest { head: commit.clone(), ..proposed.pull.clone() };
        let then = planned(session, Proposed { pull: &pull, base: &base, made: None }, None)?;
        let section = session.judge_planned(&then)?;
        let findings = section.judgement.findings.iter();
        Ok(Seen::Only(findings.map(|judged| judged.finding.fingerprint()).collect()))
    }
}

/// The valid approvals.
fn standing(
    forge: &dyn Forge,
    number: PullNumber,
    reviews: &[api::Review],
) -> Result<Vec<Approval>, ForgeError> {
    // If no one approves, no one can have been misled by another target.
    let approving = !approvals(reviews, None).is_empty();
    let retargeted = if approving { forge.retargeted(number)? } else { None };
    Ok(approvals(reviews, retargeted))
}

fn planned(
    session: &Session,
    proposed: Proposed<'_>,
    merged_tree: Option<ObjectId>,
) -> Result<PlannedRef, CommandError> {
    let Proposed { pull, base, made: _ } = proposed;
    let history = session.repository.history(Some(base), &pull.head)?;
    Ok(PlannedRef {
        ref_name: format!("refs/heads/{}", pull.target),
        operation: RefOperation::FastForward,
        refused: None,
        base: Some(base.clone()),
        tip: Some(pull.head.clone()),
        merged_tree,
        tags: Vec::new(),
        commits: history.commits,
    })
}

pub(super) fn title(pull: &PullRequest) -> String {
    format!("pull request {} into {}", pull.number, pull.target)
}

fn conflict(pull: &PullRequest) -> String {
    let target = &pull.target;
    format!(
        "it conflicts with {target}, so the result of the merge is unknown\n  merge {target} into its \
         branch, resolve the conflict and push"
    )
}

fn otherwise(merged: &ObjectId, made: &ObjectId) -> String {
    format!(
        "the forge would merge it to tree {}, but git merges it to {}, so the result of the merge is \
         unknown\n  merge the target into its branch and push",
        made.short(),
        merged.short()
    )
}
