//! Finds the people who took part in a change, and whether that is proved.

use std::collections::BTreeSet;

use super::commits::hash_of;
use super::reviews::{Proposal, PushedBy};
use super::session::PushFacts;
use crate::approval::{approver_of_person, approver_of_signature};
use crate::evidence::{Claim, CommitFacts, Contributors, Evidence, Makers, SignedObject, Vouched};
use crate::git::{GitError, ObjectKind, Repository};
use crate::host::{PushOrigin, Via};
use crate::policy::{PersonEntry, signer};
use git_trust::raw::{RawPerson, parse_commit, parse_tag};
use source_files::ObjectId;

/// The commits and tags that people made.
#[derive(Clone, Copy)]
pub(super) struct MadeByPeople<'a> {
    /// The commits.
    pub(super) commits: &'a [ObjectId],
    /// The tags.
    pub(super) tags: &'a [ObjectId],
    /// The facts about both.
    pub(super) facts: &'a [CommitFacts],
    /// The account that brings them, if that takes part.
    pub(super) pusher: Option<&'a String>,
}

/// The people who made the change: signers by their keys; authors, committers, taggers and the pusher by what is
/// claimed of them, which is enough to be shut out.
pub(super) fn contributors(
    repository: &Repository,
    made: MadeByPeople<'_>,
    people: &[PersonEntry],
    push: &PushFacts,
) -> Result<Contributors, GitError> {
    let MadeByPeople { commits, tags, facts, pusher } = made;
    let mut contributors = Contributors::default();
    let signed = facts.iter().filter_map(|facts| match &facts.signature {
        Evidence::Known(status) => approver_of_signature(people, status),
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => None,
    });
    contributors.people.extend(signed.map(|approver| approver.name));
    // Those that a forge squashed or rebased are among the facts.
    let of_facts = facts.iter().filter(|facts| facts.kind == SignedObject::Commit).map(|facts| &facts.id);
    let all: BTreeSet<&ObjectId> = commits.iter().chain(of_facts).collect();
    for id in all {
        contributors.claims.extend(claims_of(repository, id)?);
    }
    for id in tags {
        contributors.claims.extend(tagger_of(repository, id)?);
    }
    let host = pusher.into_iter().chain(push.host.iter().flat_map(|host| &host.others));
    let proposal = push.proposal.iter().flat_map(Proposal::makers);
    contributors.claims.extend(host.chain(proposal).map(|account| Claim::new(account)));
    contributors.makers = makers(facts, people, push);
    Ok(contributors)
}

/// The people that a commit claims as author, committer and co-authors.
pub(super) fn claims_of(repository: &Repository, id: &ObjectId) -> Result<Vec<Claim>, GitError> {
    let bytes = repository.read_kind(id, ObjectKind::Commit)?;
    // The author of a malformed commit is unknown; the commit is reported as malformed.
    let Ok(commit) = parse_commit(&bytes, hash_of(id)) else { return Ok(Vec::new()) };
    let named = [&commit.author, &commit.committer].into_iter().flat_map(claims);
    Ok(named.chain(co_authors(commit.message())).collect())
}

/// The person that a tag claims as its tagger.
pub(super) fn tagger_of(repository: &Repository, id: &ObjectId) -> Result<Vec<Claim>, GitError> {
    let bytes = repository.read_kind(id, ObjectKind::Tag)?;
    let tagger = parse_tag(&bytes, hash_of(id)).ok().map(|tag| claims(&tag.tagger));
    Ok(tagger.into_iter().flatten().collect())
}

/// The one rule of who made a change, for hooks and pull requests alike. A person of the policy proves it: by the
/// keys that signed every commit, by the account that pushed, or by all accounts that moved the branch. A program
/// proves nothing, because it signs and pushes what the person who approves may have made. Nor does a merge: it was
/// signed by the person who merged, and anyone may have made what it brings.
fn makers(facts: &[CommitFacts], people: &[PersonEntry], push: &PushFacts) -> Makers {
    if facts.iter().any(|facts| facts.vouched == Vouched::ByMerge) {
        return Makers::Unproved;
    }
    let is_signed = |facts: &CommitFacts| match &facts.signature {
        Evidence::Known(status) => {
            facts.malformed.is_empty() && signer(people, status).is_some_and(|person| !person.bot)
        }
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => false,
    };
    let all_signed = !facts.is_empty() && facts.iter().all(is_signed);
    let pushed =
        push.host.as_ref().and_then(pushing_account).is_some_and(|account| is_a_person(people, account));
    let proposed = push.proposal.as_ref().is_some_and(|proposal| proves_makers(proposal, people));
    if all_signed || pushed || proposed { Makers::Proved } else { Makers::Unproved }
}

/// Whether an account is that of exactly one person of the policy, and of no program.
fn is_a_person(people: &[PersonEntry], account: &str) -> bool {
    let claim = Claim::new(account);
    let mut meant = people.iter().filter(|person| claim.may_mean(&approver_of_person(person)));
    match (meant.next(), meant.next()) {
        (Some(person), None) => !person.bot,
        (None | Some(_), _) => false,
    }
}

/// If the policy names no people, the forge's members are the only ones who can be known.
fn proves_makers(proposal: &Proposal, people: &[PersonEntry]) -> bool {
    match proposal.pushed_by {
        PushedBy::Anybody | PushedBy::Programs => false,
        PushedBy::Members if people.is_empty() => true,
        PushedBy::Members | PushedBy::People => {
            !proposal.accounts.is_empty()
                && proposal.accounts.iter().all(|account| is_a_person(people, account))
        }
    }
}

fn claims(person: &RawPerson) -> [Claim; 2] {
    [&person.name, &person.email].map(|bytes| Claim::new(&String::from_utf8_lossy(bytes)))
}

/// The trailers of forges and of the Linux kernel.
const CO_AUTHORS: [&str; 2] = ["co-authored-by", "co-developed-by"];

/// `Co-authored-by: Name <address>`, wherever it is in the message.
fn co_authors(message: &[u8]) -> Vec<Claim> {
    let text = String::from_utf8_lossy(message);
    let trailer = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let (name, address) = value.split_once('<')?;
        let known = CO_AUTHORS.iter().any(|known| key.trim().eq_ignore_ascii_case(known));
        known.then(|| [Claim::new(name), Claim::new(address.trim_end().trim_end_matches('>'))])
    };
    text.lines().filter_map(trailer).flatten().collect()
}

/// The account that a push by git itself proves. A page of the host proves nothing: behind it may be a merge button
/// or a queue, which bring what others made.
pub(super) fn pushing_account(host: &PushOrigin) -> Option<&String> {
    match host.via {
        Via::Merge | Via::Web => None,
        Via::Push => host.pusher.as_ref(),
    }
}

/// The account that may have taken part by bringing a change. Pressing the button that merges a pull request adds nothing
/// to it.
pub(super) fn pusher(host: &PushOrigin) -> Option<&String> {
    match host.via {
        Via::Merge => None,
        Via::Push | Via::Web => host.pusher.as_ref(),
    }
}
