//! The reviews that count as approvals.
//!
//! In: all reviews of a pull request, the oldest first, and the time when its target changed. Out: each account's
//! valid approval. Never: counts one that was withdrawn or dismissed, an app's, a vanished account's, one without a
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

/// Returns the valid approvals: the newest review of each account that is for or against. A comment withdraws nothing,
/// and a dismissed review does not restore an older one. An approval from before a change of the target does not
/// count, because the reviewer did not see everything that the new target lacks.
pub fn approvals(reviews: &[Review], retargeted: Option<DateTime<Utc>>) -> Vec<Approval> {
    let mut latest: Vec<(&Account, &Review)> = Vec::new();
    // The order is that of the forge's clock, and of the list where times are equal.
    let mut reviews: Vec<&Review> = reviews.iter().collect();
    reviews.sort_by_key(|review| review.at);
    for review in reviews {
        let Some(account) = &review.reviewer else { continue };
        match (account.kind, review.state) {
            (AccountKind::Program, _) | (AccountKind::Person, ReviewState::Commented) => continue,
            (
                AccountKind::Person,
                ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Dismissed,
            ) => {}
        }
        latest.retain(|(known, _)| !known.login.eq_ignore_ascii_case(&account.login));
        latest.push((account, review));
    }
    let mut approvals = Vec::new();
    for (account, review) in latest {
        let Some(commit) = &review.commit else { continue };
        if review.state == ReviewState::Approved && is_after(review, retargeted) {
            approvals.push(Approval { login: account.login.clone(), commit: commit.clone() });
        }
    }
    approvals
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
        approvals(&states.iter().map(|state| review("ann", *state)).collect::<Vec<_>>(), None).len()
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
            approvals(&[Review { reviewer, state: ReviewState::Approved, commit, at: None }], None).len()
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
        assert_eq!(approvals(&reviews, None), []);
    }

    #[test]
    fn what_was_approved_beside_another_target_does_not_count() {
        let counted = |since: i64| {
            approvals(&[review("ann", ReviewState::Approved)], DateTime::from_timestamp(since, 0)).len()
        };
        assert_eq!((counted(99), counted(100), counted(101)), (1, 0, 0));
        let timeless = Review { at: None, ..review("ann", ReviewState::Approved) };
        assert_eq!(approvals(&[timeless], DateTime::from_timestamp(1, 0)), []);
    }
}
