//! Who took part in a change, and whether that is proved.

use super::commits::hash_of;
use super::planning::PlannedRef;
use super::reviews::Proposal;
use super::session::PushFacts;
use crate::approval::{approver_of_person, approver_of_signature};
use crate::evidence::{Claim, CommitFacts, Contributors, Evidence, Makers};
use crate::git::{GitError, ObjectKind, Repository};
use crate::policy::{PersonEntry, signer};
use crate::push::{HostFacts, Via};
use git_trust::raw::{RawPerson, parse_commit, parse_tag};

/// Who made the change: signers by their keys; authors, committers, taggers and the pusher by what is
/// claimed of them, which is enough to be shut out.
pub(super) fn contributors(
    repository: &Repository,
    planned: &PlannedRef,
    facts: &[CommitFacts],
    people: &[PersonEntry],
    push: &PushFacts,
) -> Result<Contributors, GitError> {
    let mut contributors = Contributors::default();
    let signed = facts.iter().filter_map(|facts| match &facts.signature {
        Evidence::Known(status) => approver_of_signature(people, status),
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => None,
    });
    contributors.people.extend(signed.map(|approver| approver.name));
    for id in &planned.commits {
        let bytes = repository.read_kind(id, ObjectKind::Commit)?;
        // The author of a malformed commit is unknown; the commit is reported as malformed.
        let Ok(commit) = parse_commit(&bytes, hash_of(id)) else { continue };
        contributors.claims.extend(claims(&commit.author));
        contributors.claims.extend(claims(&commit.committer));
        contributors.claims.extend(co_authors(commit.message()));
    }
    for id in &planned.tags {
        let bytes = repository.read_kind(id, ObjectKind::Tag)?;
        let tagger = parse_tag(&bytes, hash_of(id)).ok().map(|tag| claims(&tag.tagger));
        contributors.claims.extend(tagger.into_iter().flatten());
    }
    let host = push.host.iter().flat_map(|host| pusher(host).into_iter().chain(&host.others));
    let proposal = push.proposal.iter().flat_map(Proposal::makers);
    contributors.claims.extend(host.chain(proposal).map(|account| Claim::new(account)));
    contributors.makers = makers(facts, people, push);
    Ok(contributors)
}

/// A program that signs counts: it is known who made the change, and it approves nothing. A program that
/// only pushes does not: it may push what the one who approves has made.
fn makers(facts: &[CommitFacts], people: &[PersonEntry], push: &PushFacts) -> Makers {
    let pusher = push.host.as_ref().and_then(pusher).map(|account| Claim::new(account));
    let pushed_by_somebody = pusher.is_some_and(|pusher| {
        let mut meant =
            people.iter().filter(|person| pusher.may_mean(&approver_of_person(person))).peekable();
        meant.peek().is_some() && meant.all(|person| !person.bot)
    });
    let signed_by_somebody = |facts: &CommitFacts| match &facts.signature {
        Evidence::Known(status) => facts.malformed.is_empty() && signer(people, status).is_some(),
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => false,
    };
    let all_signed = !facts.is_empty() && facts.iter().all(signed_by_somebody);
    let proposed_by_somebody = push.proposal.as_ref().is_some_and(Proposal::proves_makers);
    if pushed_by_somebody || all_signed || proposed_by_somebody { Makers::Proved } else { Makers::Unproved }
}

fn claims(person: &RawPerson) -> [Claim; 2] {
    [&person.name, &person.email].map(|bytes| Claim::new(&String::from_utf8_lossy(bytes)))
}

/// `Co-authored-by: Name <address>`, wherever it is in the message.
fn co_authors(message: &[u8]) -> Vec<Claim> {
    let text = String::from_utf8_lossy(message);
    let trailer = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let (name, address) = value.split_once('<')?;
        let known = key.trim().eq_ignore_ascii_case("co-authored-by");
        known.then(|| [Claim::new(name), Claim::new(address.trim_end().trim_end_matches('>'))])
    };
    text.lines().filter_map(trailer).flatten().collect()
}

/// A person who presses the button that merges a pull request adds nothing to it, and proves nothing about who
/// made it.
fn pusher(host: &HostFacts) -> Option<&String> {
    match host.via {
        Via::Merge => None,
        Via::Push | Via::Web => host.pusher.as_ref(),
    }
}
