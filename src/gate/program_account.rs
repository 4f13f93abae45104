//! Proves that a program's account brought a change, and that no person is named as having made it.
//!
//! In: what the host or the forge says. Out: nothing, or why it is no proof. Never: takes an author line for a proof.

use super::contributors::{claims_of, pushing_account};
use super::reviews::PushedBy;
use super::session::PushFacts;
use super::versions::Outside;
use crate::approval::approver_of_person;
use crate::evidence::Claim;
use crate::git::Repository;
use crate::policy::PersonEntry;
use source_files::ObjectId;

/// Expects that the host names the program's account as the one that pushed, or the forge as the only one that moved
/// the branch of the pull request.
pub(super) fn prove_account(
    push: &PushFacts,
    people: &[PersonEntry],
    program: &PersonEntry,
) -> Result<(), Outside> {
    let refuse = |reason: String| Err(Outside::Refused(reason));
    let accounts: Vec<&String> = match (&push.proposal, &push.host) {
        (Some(proposal), _) => match proposal.pushed_by {
            PushedBy::Anybody => {
                return refuse("the forge does not say which accounts moved the branch".to_owned());
            }
            PushedBy::Members | PushedBy::People | PushedBy::Programs => proposal.accounts.iter().collect(),
        },
        (None, host) => host.iter().filter_map(pushing_account).collect(),
    };
    if accounts.is_empty() {
        return refuse("the host does not name the account of a `git push`".to_owned());
    }
    let other = accounts.into_iter().find(|account| !is_account_of(account, people, program));
    other.map_or(Ok(()), |account| {
        refuse(format!("account {account} took part, which is not one of the `handles` of {}", program.name))
    })
}

/// Whether an account is in `handles:` of the program, and can mean no one else. The name of the entry is not an account.
fn is_account_of(account: &str, people: &[PersonEntry], program: &PersonEntry) -> bool {
    let claim = Claim::new(account);
    let mut others = people.iter().filter(|person| person.name != program.name);
    let handle = format!("@{account}");
    let is_listed = program.handles.iter().any(|known| {
        known.eq_ignore_ascii_case(&handle) || (known.eq_ignore_ascii_case(account) && known.contains('@'))
    });
    is_listed && !others.any(|person| claim.may_mean(&approver_of_person(person)))
}

/// Expects that a commit names no other person as its author, committer or co-author.
pub(super) fn find_strangers(
    repository: &Repository,
    commit: &ObjectId,
    (people, program): (&[PersonEntry], &PersonEntry),
) -> Result<(), Outside> {
    let claims = claims_of(repository, commit)?;
    let own = approver_of_person(program);
    let mut others = people.iter().filter(|person| person.name != program.name);
    let named = others.find(|person| {
        let person = approver_of_person(person);
        claims.iter().any(|claim| claim.may_mean(&person) && !claim.may_mean(&own))
    });
    named.map_or(Ok(()), |person| {
        Err(Outside::Refused(format!(
            "commit {} names {}, who is not the program",
            commit.short(),
            person.name
        )))
    })
}
