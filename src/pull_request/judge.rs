//! One pull request, judged as the merge that it would become.
//!
//! In: a pull request, and the commit that it would be merged into. Out: a section of the report. Never: allows a merge
//! that the forge would make otherwise than git does, or a change that depends on a fact that the forge hides.

use std::time::SystemTime;

use super::error::PullRequestError;
use super::membership::{HiddenTeams, Membership, Teams};
use super::publish::join_lines;
use super::settings::Settings;
use super::stage::{Merge, Stage};
use crate::approval::Asked;
use crate::evidence::RefOperation;
use crate::gate::{PlannedRef, Proposal, PushFacts, PushedBy, Session};
use crate::git::{BLOB_LIMIT, Repository};
use crate::host::api::{
    self, AccountKind, Approval, Approvals, Forge, PullNumber, PullRequest, Pushers, approvals,
};
use crate::host::{ForgeError, MessageStyle, PushOrigin, Via};
use crate::policy::PersonEntry;
use crate::report::Section;
use crate::verdict::Verdict;
use source_files::ObjectId;

/// Everything that pull requests are judged with.
pub(super) struct Judge<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) stage: &'a Stage,
    pub(super) settings: &'a Settings,
    pub(super) now: SystemTime,
}

/// A pull request and the commit that it would be merged into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proposed<'a> {
    pub(super) pull: &'a PullRequest,
    /// The commit that it would be merged into.
    pub(super) base: &'a ObjectId,
    /// The tree of the forge's own merge, if it has made one.
    pub(super) made: Option<&'a ObjectId>,
}

/// The result for a pull request.
pub(super) struct Outcome {
    pub(super) section: Section,
    /// All reviews.
    pub(super) reviews: Vec<api::Review>,
    /// The content of a statement about the change; `None` if there is nothing to approve.
    pub(super) asked: Option<Asked>,
}

/// A pull request whose merge is known, with its valid approvals.
pub(super) struct Case<'a> {
    pub(super) proposed: Proposed<'a>,
    planned: PlannedRef,
    pub(super) approvals: Vec<Approval>,
}

impl Judge<'_> {
    /// Judges a pull request. Counts the approvals that are valid at the time of the call.
    pub(super) fn judge(&self, proposed: Proposed<'_>) -> Result<Outcome, PullRequestError> {
        let title = section_title(proposed.pull);
        let undecided = |reason: String| {
            let section = Section::undecided(&title, reason);
            Ok(Outcome { section, reviews: Vec::new(), asked: None })
        };
        let merged = match self.stage.merge(proposed.base, &proposed.pull.head)? {
            Merge::Tree(tree) => tree,
            Merge::Conflict => return undecided(explain_conflict(proposed.pull)),
        };
        match proposed.made {
            Some(made) if *made != merged => return undecided(explain_difference(&merged, made)),
            Some(_) | None => {}
        }
        let reviews = self.forge.reviews(proposed.pull.number)?;
        let approvals = find_valid_approvals(self.forge, proposed.pull.number, &reviews)?;
        let uncounted = approvals.uncounted.iter().map(ToString::to_string).collect::<Vec<_>>();
        let session = self.open_session()?;
        let planned = plan(&session, proposed, Some(merged))?;
        let asked = session.asked(&planned)?;
        let proposal = self.find_authors(proposed.pull)?;
        let case = Case { proposed, planned, approvals: approvals.valid };
        let mut section = self.judge_case(session, &case, proposal)?;
        section.title = title;
        section.notices.extend(uncounted);
        Ok(Outcome { section, reviews, asked })
    }

    /// Judges a case without the teams that the forge hides. If it is rejected, and would be accepted with everyone in
    /// them, it is undecided.
    fn judge_case(
        &self,
        session: Session,
        case: &Case<'_>,
        proposal: Proposal,
    ) -> Result<Section, PullRequestError> {
        let session = session.of_push(self.push_facts(proposal.clone()));
        if case.approvals.is_empty() {
            return Ok(session.judge_planned(&case.planned)?);
        }
        let teams = Teams::ask(self.forge, &session.asked_for(&case.planned)?);
        let membership = Membership { teams: &teams, hidden: HiddenTeams::Empty };
        let governing = session.policy(None)?;
        let people = governing.policy.people();
        let proposal = Proposal {
            reviews: self.find_reviews(&session, case, membership)?,
            candidates: teams.candidates(people),
            ..proposal
        };
        let strangers = list_strangers(&case.approvals, membership, people);
        let session = session.of_push(self.push_facts(proposal.clone()));
        let mut section = session.judge_planned(&case.planned)?;
        section.notices.extend(strangers);
        if section.judgement.verdict != Verdict::Reject || teams.unknown().next().is_none() {
            return Ok(section);
        }
        let membership = Membership { teams: &teams, hidden: HiddenTeams::Everyone };
        let proposal = Proposal { reviews: self.find_reviews(&session, case, membership)?, ..proposal };
        let session = session.of_push(self.push_facts(proposal));
        if session.judge_planned(&case.planned)?.judgement.verdict == Verdict::Accept {
            leave_undecided(&mut section, &teams);
        } else {
            section.notices.extend(explain_unknown_teams(&teams).map(|reason| join_lines(&reason)));
        }
        Ok(section)
    }

    fn open_session(&self) -> Result<Session, PullRequestError> {
        let repository = Repository::discover(self.stage.folder(), BLOB_LIMIT)?;
        Ok(Session::open(repository, self.settings.options.server_policy.clone(), self.now)?)
    }

    fn push_facts(&self, proposal: Proposal) -> PushFacts {
        let host = PushOrigin {
            kind: self.settings.host(),
            pusher: None,
            others: Vec::new(),
            via: Via::Merge,
            pull_number: None,
            style: MessageStyle::Plain,
        };
        PushFacts {
            updates: Vec::new(),
            host: Some(host),
            proposal: Some(proposal),
            accepted_tips: Vec::new(),
        }
    }

    /// Finds who made the change, without who approved it.
    fn find_authors(&self, pull: &PullRequest) -> Result<Proposal, PullRequestError> {
        let mut accounts: Vec<String> = pull.author.iter().map(|author| author.login.clone()).collect();
        let pushed_by = match self.forge.pushers(pull)? {
            Pushers::Known(pushers) => {
                let people = pushers.iter().all(|account| account.kind == AccountKind::Person);
                accounts.extend(pushers.into_iter().map(|account| account.login));
                if people { self.pushed_by_people(pull) } else { PushedBy::Programs }
            }
            Pushers::Unknown(_) => PushedBy::Anybody,
        };
        Ok(Proposal { accounts, pushed_by, ..Proposal::default() })
    }

    /// An account that moves a branch of the repository itself has write access. A fork is open to any account.
    fn pushed_by_people(&self, pull: &PullRequest) -> PushedBy {
        match &pull.source {
            Some(source) if source.project == self.settings.access.project => PushedBy::Members,
            Some(_) | None => PushedBy::People,
        }
    }
}

/// Lists approvals by accounts that are no person's.
fn list_strangers(approvals: &[Approval], membership: Membership<'_>, people: &[PersonEntry]) -> Vec<String> {
    let unknown = approvals.iter().filter(|approval| membership.person(people, &approval.login).is_none());
    let sentence = |approval: &Approval| {
        format!(
            "the approval by @{} does not count: the policy lists the account for a program, or for several people",
            approval.login
        )
    };
    unknown.map(sentence).collect()
}

/// Marks a section whose verdict depends on teams that the forge hides.
fn leave_undecided(section: &mut Section, teams: &Teams) {
    section.judgement.verdict = Verdict::Undecided;
    section.judgement.undecided.extend(explain_unknown_teams(teams));
}

fn explain_unknown_teams(teams: &Teams) -> impl Iterator<Item = String> {
    teams.unknown().map(|(team, error)| {
        format!(
            "could not determine whether the approvers are members of {team}: {error}\n  use a \
            token that can read the members, or list them under `people:` in the policy"
        )
    })
}

fn find_valid_approvals(
    forge: &dyn Forge,
    number: PullNumber,
    reviews: &[api::Review],
) -> Result<Approvals, ForgeError> {
    // If no one approves, no one can have been misled by another target.
    let has_approvals = !approvals(reviews, None).valid.is_empty();
    let retargeted = if has_approvals { forge.retargeted(number)? } else { None };
    Ok(approvals(reviews, retargeted))
}

/// Plans the update of the target branch.
pub(super) fn plan(
    session: &Session,
    proposed: Proposed<'_>,
    merged_tree: Option<ObjectId>,
) -> Result<PlannedRef, PullRequestError> {
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

pub(super) fn section_title(pull: &PullRequest) -> String {
    format!("pull request {} into {}", pull.number, pull.target)
}

fn explain_conflict(pull: &PullRequest) -> String {
    let target = &pull.target;
    format!(
        "it conflicts with {target}, so the result of the merge is unknown\n  merge {target} into its \
         branch, resolve the conflict and push"
    )
}

fn explain_difference(merged: &ObjectId, made: &ObjectId) -> String {
    format!(
        "the forge would merge it to tree {}, but git merges it to {}, so the result of the merge is \
         unknown\n  merge the target into its branch and push",
        made.short(),
        merged.short()
    )
}
