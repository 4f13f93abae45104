//! Which reviews count as approvals.
//!
//! In: all reviews of a pull request, the oldest first. Out: each account's approval that still stands. Never:
//! counts one that was withdrawn or dismissed, an app's, a vanished account's, or one of no commit.

use super::model::{Account, AccountKind, Review, ReviewState};
use crate::source::ObjectId;

/// An approval that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Whose.
    pub login: String,
    /// The commit that was approved.
    pub commit: ObjectId,
}

/// The approvals that stand: the newest word of each account that is for or against. A comment takes
/// nothing back; a dismissed review does not bring an older one back.
pub fn approvals(reviews: &[Review]) -> Vec<Approval> {
    let mut latest: Vec<(&Account, &Review)> = Vec::new();
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
    let approving = latest.into_iter().filter(|(_, review)| review.state == ReviewState::Approved);
    approving
        .filter_map(|(account, review)| {
            Some(Approval { login: account.login.clone(), commit: review.commit.clone()? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "1111111111111111111111111111111111111111";

    fn review(login: &str, state: ReviewState) -> Review {
        let reviewer = Some(Account { login: login.into(), kind: AccountKind::Person });
        Review { reviewer, state, commit: ObjectId::parse(COMMIT) }
    }

    fn standing(states: &[ReviewState]) -> usize {
        approvals(&states.iter().map(|state| review("ann", *state)).collect::<Vec<_>>()).len()
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
            approvals(&[Review { reviewer, state: ReviewState::Approved, commit }]).len()
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
        assert_eq!(approvals(&reviews), []);
    }
}
