//! What a genuine statement counts for.
//!
//! In: a [`Record`], the change that is asked about, who took part in it. Out: [`Covers`], or why it
//! counts for nothing. Never: lets an approval of one change count for another: everything that was
//! signed has to be as it was.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use super::digest::Digest;
use super::people::Claim;
use super::record::Record;
use super::statement::{Purpose, Statement};
use crate::owners::Approver;
use crate::source::ObjectId;

/// The change that needs approval.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The repository, as the policy names it; `None` where it names none, and then nothing counts.
    pub repository: Option<String>,
    /// The ref.
    pub ref_name: String,
    /// The commit that the change is compared with.
    pub base: ObjectId,
    /// The tree that results.
    pub tree: ObjectId,
    /// What the gate goes by.
    pub trust: Digest,
    /// The server's own policy and keyring, if it has one.
    pub floor: Option<Digest>,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// How far ahead an approval may expire.
    pub longest: Option<Duration>,
}

/// Who made the change: authors, committers and signers of its commits, and the pusher.
#[derive(Clone, Debug, Default)]
pub struct Contributors {
    /// Names of people, proved by their keys.
    pub people: Vec<String>,
    /// What commits and the host claim: enough to be shut out.
    pub claims: Vec<Claim>,
}

impl Contributors {
    /// Whether a person took part.
    pub fn include(&self, person: &Approver) -> bool {
        self.people.contains(&person.name) || self.claims.iter().any(|claim| claim.may_mean(person))
    }
}

/// What an approval is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Exactly this change.
    WholeChange,
    /// Another change of the same ref: it holds for those paths whose old and new content is still what
    /// was approved, and for no finding.
    UnchangedPaths,
}

/// Why a statement does not count here. Displays as a clause that follows "it".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The policy has no name for the repository.
    #[error("counts nowhere, because the policy names no `repository`")]
    NoRepository,
    /// Replayed from another repository.
    #[error("was given in repository `{0}`")]
    Repository(String),
    /// Another ref.
    #[error("is for {0}")]
    Ref(String),
    /// Policy, owners or keys have changed.
    #[error("was given under another policy, other owners or other keys; approve again")]
    Trust,
    /// The server's policy has changed, or the approver did not know it.
    #[error("was given {0}; approve again with `--floor {1}`")]
    Floor(&'static str, String),
    /// It is too late.
    #[error("expired at {0}")]
    Expired(String),
    /// It would hold longer than allowed.
    #[error("expires later than the policy's `approvals.maxAge` allows")]
    TooLong,
    /// Their own change.
    #[error("is by somebody who took part in the change")]
    OwnChange,
    /// An override of another change.
    #[error("overrides the gate for another change")]
    OtherChange,
}

impl Record {
    /// What it counts for.
    pub fn standing(&self, asked: &Asked, contributors: &Contributors) -> Result<Covers, Refusal> {
        self.check_place(asked)?;
        self.check_time(asked.now, asked.longest)?;
        let exact = self.statement.base == asked.base && self.statement.tree == asked.tree;
        match (self.statement.purpose, exact) {
            (Purpose::Approval, _) if contributors.include(&self.approver) => Err(Refusal::OwnChange),
            (Purpose::Approval | Purpose::Override, true) => Ok(Covers::WholeChange),
            (Purpose::Approval, false) => Ok(Covers::UnchangedPaths),
            (Purpose::Override, false) => Err(Refusal::OtherChange),
        }
    }

    /// Whether it may come in at all: a statement that counts nowhere, or no more, is not worth keeping.
    pub fn acceptable(
        self,
        repository: Option<&str>,
        now: DateTime<Utc>,
        longest: Option<Duration>,
    ) -> Result<Self, Refusal> {
        self.check_repository(repository)?;
        self.check_time(now, longest)?;
        Ok(self)
    }

    fn check_repository(&self, repository: Option<&str>) -> Result<(), Refusal> {
        let stated = &self.statement.repository;
        match repository {
            None => Err(Refusal::NoRepository),
            Some(repository) if repository != stated => Err(Refusal::Repository(stated.clone())),
            Some(_) => Ok(()),
        }
    }

    fn check_place(&self, asked: &Asked) -> Result<(), Refusal> {
        let statement = &self.statement;
        self.check_repository(asked.repository.as_deref())?;
        if statement.ref_name != asked.ref_name {
            return Err(Refusal::Ref(statement.ref_name.clone()));
        }
        if statement.trust != asked.trust {
            return Err(Refusal::Trust);
        }
        match (&statement.floor, &asked.floor) {
            (given, wanted) if given == wanted => Ok(()),
            (_, None) => Err(Refusal::Floor("under a server policy that is gone", "none".to_owned())),
            (None, Some(wanted)) => Err(Refusal::Floor("without the server's policy", wanted.to_string())),
            (Some(_), Some(wanted)) => Err(Refusal::Floor("under another server policy", wanted.to_string())),
        }
    }

    /// Whether it holds now, by the server's clock.
    fn check_time(&self, now: DateTime<Utc>, longest: Option<Duration>) -> Result<(), Refusal> {
        let until = self.statement.not_after;
        if now > until {
            return Err(Refusal::Expired(until.to_rfc3339_opts(SecondsFormat::Secs, true)));
        }
        let ahead = (until - now).to_std().unwrap_or_default();
        if longest.is_some_and(|longest| ahead > longest) { Err(Refusal::TooLong) } else { Ok(()) }
    }
}

/// For whoever pushes it.
impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Statement { purpose, ref_name, tree, not_after, .. } = &self.statement;
        let until = not_after.to_rfc3339_opts(SecondsFormat::Secs, true);
        let verb = match purpose {
            Purpose::Approval => "approves",
            Purpose::Override => "overrides the gate for",
        };
        write!(formatter, "{} {verb} {ref_name} with tree {} until {until}", self.approver.name, tree.short())
    }
}
