//! Identifies people as the policy names them.
//!
//! In: the policy's people, and a trusted key or an account. Out: persons. Never: counts a key that maps to no
//! person.

use crate::policy::{PersonEntry, signer};
use codeowners::Approver;
use git_trust::SignatureStatus;

/// A person of the policy.
pub fn approver_of_person(person: &PersonEntry) -> Approver {
    Approver { name: person.name.clone(), handles: person.handles.clone() }
}

/// The person who made a signature, if it is a trusted one of a person. A program cannot approve.
pub fn approver_of_signature(people: &[PersonEntry], status: &SignatureStatus) -> Option<Approver> {
    signer(people, status).filter(|person| !person.bot).map(approver_of_person)
}

/// The person behind an account: the policy's, or the account itself if the policy knows no one by it, with
/// more handles. `None` for a program, and where several people claim the account.
pub fn approver_of_account(people: &[PersonEntry], account: &str, more: &[String]) -> Option<Approver> {
    let claims =
        |person: &&PersonEntry| person.handles.iter().any(|known| known.eq_ignore_ascii_case(account));
    let mut claiming = people.iter().filter(claims);
    let mut approver = match (claiming.next(), claiming.next()) {
        (None, _) => Approver { name: account.to_owned(), handles: vec![account.to_owned()] },
        (Some(person), None) if !person.bot => approver_of_person(person),
        (Some(_), None | Some(_)) => return None,
    };
    let new: Vec<String> = more.iter().filter(|handle| !approver.handles.contains(handle)).cloned().collect();
    approver.handles.extend(new);
    Some(approver)
}
