//! Decides what a genuine statement counts for.
//!
//! In: a [`Record`], the change that is asked about, who took part in it. Out: [`Covers`], or why it
//! counts for nothing. Never: lets an approval of one change count for another: everything that was
//! signed must be as it was.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use super::digest::Digest;
use super::record::Record;
use super::statement::Statement;
use crate::evidence::{Contributors, Purpose};
use source_files::ObjectId;

/// The change that needs approval.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The repository, as the policy names it; `None` if it names none, and then nothing counts.
    pub repository: Option<String>,
    /// The ref.
    pub ref_name: String,
    /// The commit that the change is compared with.
    pub base: ObjectId,
    /// The tree that results.
    pub tree: ObjectId,
    /// The digest of the trust files that the gate goes by.
    pub trust: Digest,
    /// The server's own policy and keyring, if it has one.
    pub floor: Option<Digest>,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The longest time until an approval expires.
    pub longest: Option<Duration>,
}

/// The part of a change that an approval covers.
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
    #[error("does not count in any repository, because the policy names no `repository`")]
    NoRepository,
    /// Replayed from another repository.
    #[error("was given in repository `{0}`")]
    Repository(String),
    /// Another ref.
    #[error("is for {0}")]
    Ref(String),
    /// Policy, waivers or owners have changed.
    #[error("was given under another policy, other waivers or other owners; approve again")]
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
    #[error("is by a person who took part in the change")]
    OwnChange,
    /// An override of another change.
    #[error("overrides the gate for another change")]
    OtherChange,
}

impl Record {
    /// The part that it covers.
    pub fn standing(&self, asked: &Asked, contributors: &Contributors) -> Result<Covers, Refusal> {
        self.check_place(asked)?;
        self.check_time(asked.now, asked.longest)?;
        let exact = self.statement.base == asked.base && self.statement.tree == asked.tree;
        match (self.statement.purpose, exact) {
            (Purpose::Approval | Purpose::Review, _) if contributors.include(&self.approver) => {
                Err(Refusal::OwnChange)
            }
            (Purpose::Approval | Purpose::Review | Purpose::Override, true) => Ok(Covers::WholeChange),
            (Purpose::Approval | Purpose::Review, false) => Ok(Covers::UnchangedPaths),
            (Purpose::Override, false) => Err(Refusal::OtherChange),
        }
    }

    /// Whether the repository accepts it at all: a statement that does not count, or no longer counts, is not kept.
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
            (_, None) => {
                Err(Refusal::Floor("under a server policy that no longer exists", "none".to_owned()))
            }
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

/// For the person who pushes it.
impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Statement { purpose, ref_name, tree, not_after, .. } = &self.statement;
        let until = not_after.to_rfc3339_opts(SecondsFormat::Secs, true);
        let verb = match purpose {
            Purpose::Approval => "approves",
            Purpose::Override => "overrides the gate for",
            Purpose::Review => "has reviewed, and approves,",
        };
        write!(formatter, "{} {verb} {ref_name} with tree {} until {until}", self.approver.name, tree.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Claim;
    use codeowners::Approver;

    fn id(digit: char) -> ObjectId {
        ObjectId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    fn asked() -> Asked {
        Asked {
            repository: Some("acme/prod".into()),
            ref_name: "refs/heads/main".into(),
            base: id('1'),
            tree: id('2'),
            trust: Digest::of([b"policy".as_slice()]),
            floor: None,
            now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            longest: Some(Duration::from_hours(2)),
        }
    }

    fn record(purpose: Purpose, change: impl Fn(&mut Statement)) -> Record {
        let Asked { repository, ref_name, base, tree, trust, floor, now, longest: _ } = asked();
        let not_after = now + Duration::from_hours(1);
        let (repository, reason) = (repository.unwrap(), "read".to_owned());
        let mut statement = Statement {
            purpose,
            repository,
            ref_name,
            base,
            tree,
            trust,
            floor,
            not_after,
            reason,
            reviewer: Vec::new(),
        };
        change(&mut statement);
        let approver = Approver { name: "Alice".into(), handles: vec!["alice@example.com".into()] };
        Record { object: id('9'), commit: id('8'), statement, approver }
    }

    fn standing(purpose: Purpose, change: impl Fn(&mut Statement)) -> Result<Covers, Refusal> {
        record(purpose, change).standing(&asked(), &Contributors::default())
    }

    #[test]
    fn what_was_signed_has_to_be_as_it_was() {
        let refused = |change: fn(&mut Statement)| standing(Purpose::Approval, change).unwrap_err();
        assert_eq!(refused(|text| text.repository = "x".into()), Refusal::Repository("x".into()));
        assert_eq!(
            refused(|text| text.ref_name = "refs/heads/x".into()),
            Refusal::Ref("refs/heads/x".into())
        );
        assert_eq!(refused(|text| text.trust = Digest::of([])), Refusal::Trust);
        let other_floor = refused(|text| text.floor = Some(Digest::of([])));
        assert!(matches!(other_floor, Refusal::Floor("under a server policy that no longer exists", _)));
        let long_ago = |text: &mut Statement| text.not_after -= Duration::from_secs(3601);
        assert!(matches!(refused(long_ago), Refusal::Expired(_)));
        let long_ahead = |text: &mut Statement| text.not_after += Duration::from_secs(3601);
        assert_eq!(refused(long_ahead), Refusal::TooLong);
        assert_eq!(standing(Purpose::Approval, |text| text.not_after = asked().now), Ok(Covers::WholeChange));
    }

    #[test]
    fn another_change_keeps_paths_and_no_override() {
        let other_tree = |text: &mut Statement| text.tree = id('3');
        assert_eq!(standing(Purpose::Approval, |_| {}), Ok(Covers::WholeChange));
        assert_eq!(standing(Purpose::Approval, other_tree), Ok(Covers::UnchangedPaths));
        assert_eq!(standing(Purpose::Approval, |text| text.base = id('3')), Ok(Covers::UnchangedPaths));
        assert_eq!(standing(Purpose::Override, |_| {}), Ok(Covers::WholeChange));
        assert_eq!(standing(Purpose::Override, other_tree), Err(Refusal::OtherChange));
    }

    #[test]
    fn whoever_took_part_overrides_and_does_not_approve() {
        let by_key = Contributors { people: vec!["Alice".into()], ..Contributors::default() };
        let claims = vec![Claim::new("ALICE@example.com")];
        for contributors in [by_key, Contributors { claims, ..Contributors::default() }] {
            let standing = |purpose| record(purpose, |_| {}).standing(&asked(), &contributors);
            assert_eq!(standing(Purpose::Approval), Err(Refusal::OwnChange));
            assert_eq!(standing(Purpose::Override), Ok(Covers::WholeChange));
        }
    }

    #[test]
    fn without_a_name_for_the_repository_nothing_counts() {
        let nameless = Asked { repository: None, ..asked() };
        let standing = record(Purpose::Approval, |_| {}).standing(&nameless, &Contributors::default());
        assert_eq!(standing, Err(Refusal::NoRepository));
    }
}
