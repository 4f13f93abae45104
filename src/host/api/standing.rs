//! The reviews that count as approvals.
//!
//! In: all reviews of a pull request, the oldest first, and the time when its target changed. Out: each account's
//! valid approval, and the reasons why others do not count. Never: counts one that was withdrawn or dismissed, an app's, a vanished account's, one without a
//! commit, or one that was given while the pull request had another target.

use chrono::{DateTime, Utc};

use super::model::{Account, AccountKind, Review, ReviewState};
use source_files::ObjectId;

/// A valid approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The account.
    pub login: String,
    /// The commit that was approved.
    pub commit: ObjectId,
}

/// An approval that does not count. Displays as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the approval by {} does not count: {reason}", .login.as_ref().map_or("a deleted account".to_owned(), |login| format!("@{login}")))]
pub struct Uncounted {
    /// The account. `None` if it is gone.
    pub login: Option<String>,
    /// The reason.
    pub reason: UncountedReason,
}

/// The reason why an approval does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UncountedReason {
    /// The account is gone.
    #[error("no one can say whose it is")]
    Deleted,
    /// The account is a program's.
    #[error("the account is a program's")]
    Program,
    /// The forge does not count it.
    #[error(
        "the forge does not count it, because the account has no write access or the rule of the branch does not list \
         it"
    )]
    Unofficial,
    /// It was dismissed.
    #[error("it was dismissed")]
    Dismissed,
    /// It has no known commit.
    #[error("it is not known which commit it is about")]
    NoCommit,
    /// The target changed since then.
    #[error("the pull request had another target branch then; approve it again")]
    Retargeted,
}

/// The approvals of a pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Those that count.
    pub valid: Vec<Approval>,
    /// Those that do not, except for the ones that their own authors took back.
    pub uncounted: Vec<Uncounted>,
}

/// Sorts the approvals: the newest review of each account that is for or against counts. A comment withdraws nothing,
/// and a dismissed review does not restore an older one. An approval from before a change of the target does not
/// count, because the reviewer did not see everything that the new target lacks.
pub fn approvals(reviews: &[Review], retargeted: Option<DateTime<Utc>>) -> Approvals {
    let mut latest: Vec<(&Account, &Review)> = Vec::new();
    let mut unofficial: Vec<&Account> = Vec::new();
    let mut approvals = Approvals::default();
    // The order is that of the forge's clock, and of the list where times are equal.
    let mut reviews: Vec<&Review> = reviews.iter().collect();
    reviews.sort_by_key(|review| review.at);
    for review in reviews {
        let Some(account) = &review.reviewer else {
            approvals.refuse(None, review, UncountedReason::Deleted);
            continue;
        };
        match (account.kind, review.state) {
            (AccountKind::Program, _) => {
                approvals.refuse(Some(account), review, UncountedReason::Program);
                continue;
            }
            (AccountKind::Person, ReviewState::Commented) => continue,
            (AccountKind::Person, ReviewState::Unofficial) => {
                unofficial.push(account);
                continue;
            }
            (
                AccountKind::Person,
                ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Dismissed,
            ) => {}
        }
        latest.retain(|(known, _)| !known.login.eq_ignore_ascii_case(&account.login));
        latest.push((account, review));
    }
    for (account, review) in &latest {
        approvals.count(account, review, retargeted);
    }
    let is_only =
        |account: &Account| latest.iter().all(|(known, _)| !known.login.eq_ignore_ascii_case(&account.login));
    for account in unofficial.into_iter().filter(|account| is_only(account)) {
        approvals.add_uncounted(Some(account), UncountedReason::Unofficial);
    }
    approvals
}

impl Approvals {
    /// Counts the newest review of a person.
    fn count(&mut self, account: &Account, review: &Review, retargeted: Option<DateTime<Utc>>) {
        match (review.state, &review.commit) {
            (ReviewState::ChangesRequested | ReviewState::Commented | ReviewState::Unofficial, _) => {}
            (ReviewState::Dismissed, _) => self.add_uncounted(Some(account), UncountedReason::Dismissed),
            (ReviewState::Approved, None) => self.add_uncounted(Some(account), UncountedReason::NoCommit),
            (ReviewState::Approved, Some(_)) if !is_after(review, retargeted) => {
                self.add_uncounted(Some(account), UncountedReason::Retargeted);
            }
            (ReviewState::Approved, Some(commit)) => {
                self.valid.push(Approval { login: account.login.clone(), commit: commit.clone() });
            }
        }
    }

    /// Notes an approval that does not count, whatever comes later.
    fn refuse(&mut self, account: Option<&Account>, review: &Review, reason: UncountedReason) {
        match review.state {
            ReviewState::Approved | ReviewState::Unofficial => self.add_uncounted(account, reason),
            ReviewState::ChangesRequested | ReviewState::Dismissed | ReviewState::Commented => {}
        }
    }

    fn add_uncounted(&mut self, account: Option<&Account>, reason: UncountedReason) {
        let uncounted = Uncounted { login: account.map(|account| account.login.clone()), reason };
        if !self.uncounted.contains(&uncounted) {
            self.uncounted.push(uncounted);
        }
    }
}

/// Returns true if a review is certainly later than the last change of the target.
fn is_after(review: &Review, retargeted: Option<DateTime<Utc>>) -> bool {
    match (retargeted, review.at) {
        (None, _) => true,
        (Some(since), Some(at)) => at > since,
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "1111111111111111111111111111111111111111";

    fn review(login: &str, state: ReviewState) -> Review {
        let reviewer = Some(Account { login: login.into(), kind: AccountKind::Person });
        Review { reviewer, state, commit: ObjectId::parse(COMMIT), at: DateTime::from_timestamp(100, 0) }
    }

    fn standing(states: &[ReviewState]) -> usize {
        approvals(&states.iter().map(|state| review("ann", *state)).collect::<Vec<_>>(), None).valid.len()
    }

    #[test]
    fn the_newest_word_counts_in_every_order() {
        use ReviewState::{Approved, ChangesRequested, Commented, Dismissed};
        for (states, counted) in [
            (&[Approved][..], 1),
            (&[Approved, Commented], 1),
            (&[Commented, Approved], 1),
            (&[Approved, ChangesRequested], 0),
            (&[ChangesRequested, Approved], 1),
            (&[Approved, Dismissed], 0),
            (&[Approved, Dismissed, Commented], 0),
            (&[Dismissed, Approved], 1),
            (&[Approved, ChangesRequested, Dismissed], 0),
            (&[Commented], 0),
            (&[], 0),
        ] {
            assert_eq!(standing(states), counted, "{states:?}");
        }
    }

    #[test]
    fn only_accounts_that_are_somebody_count() {
        let of = |reviewer: Option<Account>, commit: Option<ObjectId>| {
            approvals(&[Review { reviewer, state: ReviewState::Approved, commit, at: None }], None)
                .valid
                .len()
        };
        let account = |kind| Some(Account { login: "ann".into(), kind });
        assert_eq!(of(account(AccountKind::Person), ObjectId::parse(COMMIT)), 1);
        assert_eq!(of(account(AccountKind::Program), ObjectId::parse(COMMIT)), 0);
        assert_eq!(of(None, ObjectId::parse(COMMIT)), 0);
        assert_eq!(of(account(AccountKind::Person), None), 0);
    }

    #[test]
    fn one_account_in_two_spellings_is_one() {
        let reviews = [review("Ann", ReviewState::Approved), review("ann", ReviewState::ChangesRequested)];
        assert_eq!(approvals(&reviews, None).valid, []);
    }

    #[test]
    fn what_was_approved_beside_another_target_does_not_count() {
        let counted = |since: i64| {
            approvals(&[review("ann", ReviewState::Approved)], DateTime::from_timestamp(since, 0)).valid.len()
        };
        assert_eq!((counted(99), counted(100), counted(101)), (1, 0, 0));
        let timeless = Review { at: None, ..review("ann", ReviewState::Approved) };
        assert_eq!(approvals(&[timeless], DateTime::from_timestamp(1, 0)).valid, []);
    }

    #[test]
    fn an_approval_that_does_not_count_has_a_reason() {
        use ReviewState::{Approved, ChangesRequested, Commented, Dismissed, Unofficial};
        use UncountedReason::{Deleted, NoCommit, Program, Retargeted};
        let told = |states: &[ReviewState]| {
            let reviews: Vec<Review> = states.iter().map(|state| review("ann", *state)).collect();
            let uncounted = approvals(&reviews, None).uncounted;
            uncounted.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        for (states, words) in [
            (&[Approved][..], ""),
            (&[Approved, ChangesRequested], ""),
            (&[Commented], ""),
            (&[Approved, Unofficial], ""),
            (&[Unofficial, Unofficial], "the approval by @ann does not count: the forge does not count it"),
            (&[Dismissed], "the approval by @ann does not count: it was dismissed"),
        ] {
            assert!(told(states).starts_with(words) && told(states).lines().count() <= 1, "{}", told(states));
            assert_eq!(told(states).is_empty(), words.is_empty(), "{states:?}");
        }
        let reviews = [
            Review { reviewer: None, ..review("", Approved) },
            Review { commit: None, ..review("bob", Approved) },
            Review {
                reviewer: Some(Account { login: "ci".into(), kind: AccountKind::Program }),
                ..review("", Approved)
            },
            review("ann", Approved),
        ];
        let reasons: Vec<UncountedReason> = approvals(&reviews, DateTime::from_timestamp(101, 0))
            .uncounted
            .into_iter()
            .map(|uncounted| uncounted.reason)
            .collect();
        assert_eq!(reasons, [Deleted, Program, NoCommit, Retargeted]);
    }
}
