//! Who is who, as the policy says.
//!
//! In: the policy's people, and a trusted key or an account. Out: persons. Never: counts a key that maps to no
//! person.

use crate::owners::Approver;
use crate::policy::{PersonEntry, signer};
use crate::signature::SignatureStatus;

impl Approver {
    /// A person of the policy.
    pub fn of(person: &PersonEntry) -> Self {
        Self { name: person.name.clone(), handles: person.handles.clone() }
    }

    /// The person who made a signature, if it is a trusted one of a person. A program cannot approve.
    pub fn of_signature(people: &[PersonEntry], status: &SignatureStatus) -> Option<Self> {
        signer(people, status).filter(|person| !person.bot).map(Self::of)
    }

    /// The person behind an account: the policy's, or the account itself if the policy knows no one by it, with
    /// more handles. `None` for a program, and where several people claim the account.
    pub fn of_account(people: &[PersonEntry], account: &str, more: &[String]) -> Option<Self> {
        let claims =
            |person: &&PersonEntry| person.handles.iter().any(|known| known.eq_ignore_ascii_case(account));
        let mut claiming = people.iter().filter(claims);
        let mut approver = match (claiming.next(), claiming.next()) {
            (None, _) => Self { name: account.to_owned(), handles: vec![account.to_owned()] },
            (Some(person), None) if !person.bot => Self::of(person),
            (Some(_), None | Some(_)) => return None,
        };
        let new: Vec<String> =
            more.iter().filter(|handle| !approver.handles.contains(handle)).cloned().collect();
        approver.handles.extend(new);
        Some(approver)
    }

    /// Each person once, however often they signed.
    pub fn distinct<'a>(approvers: impl Iterator<Item = &'a Self>) -> Vec<&'a Self> {
        let mut people: Vec<&Self> = Vec::new();
        for approver in approvers {
            if people.iter().all(|known| known.name != approver.name) {
                people.push(approver);
            }
        }
        people
    }
}
