//! Decides whether `automation:` of the policy covers a change: a program changed versions, and nothing else.
//!
//! In: the change, the facts about its commits, what the host says of the push. Out: [`Excuse`], what the change need
//! not have, and what to tell. Never: excuses a finding, or a change of a trust file.

use std::collections::BTreeSet;

use super::contributors::{claims_of, pushing_account, tagger_of};
use super::planning::PlannedRef;
use super::program_account::{find_strangers, prove_account};
use super::session::PushFacts;
use super::versions::{ChangedVersion, Outside, find_versions};
use crate::approval::approver_of_person;
use crate::evidence::{Claim, CommitFacts, Evidence, RefOperation, SignedObject, Vouched};
use crate::git::GitError;
use crate::governance::TrustInput;
use crate::policy::{AutomationEntry, AutomationLane, AutomationProof, LayerAutomation, PersonEntry, signer};
use git_trust::SignatureStatus;

/// More changed versions are counted and not listed.
const LISTED: usize = 3;

/// Causes of a signature that a forge made: it signs what programs commit through its API, which says nothing about who
/// asked for it.
const BY_FORGE: [&str; 2] = ["forgeKey", "forgeKeyOfMoreThanAMerge"];

/// What a change need not have.
#[derive(Default)]
pub(super) struct Excuse {
    /// Whether its owners are asked.
    pub(super) owners: AskOwners,
    /// What to tell the person who pushes.
    pub(super) notices: Vec<String>,
}

/// Whether owners are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AskOwners {
    #[default]
    Yes,
    No,
}

/// The change that a lane may cover.
pub(super) struct LaneInput<'a> {
    pub(super) trust: &'a TrustInput<'a>,
    pub(super) planned: &'a PlannedRef,
    pub(super) push: &'a PushFacts,
}

/// Finds what the policy lets a program do without, and marks the objects that need no signature.
pub(super) fn excuse(input: &LaneInput<'_>, facts: &mut [CommitFacts]) -> Result<Excuse, GitError> {
    let layers = input.trust.governing.policy.automation();
    if layers.is_empty() || input.planned.refused.is_some() {
        return Ok(Excuse::default());
    }
    let mut case = Case { input, facts, versions: None };
    let mut covering = Vec::new();
    let mut notices = BTreeSet::new();
    for layer in &layers {
        covering.push((layer, case.find_lane(layer, &mut notices)?));
    }
    let versions = case.versions.unwrap_or_default();
    let mut excuse = Excuse { owners: AskOwners::Yes, notices: notices.into_iter().collect() };
    let Some(lane) = covering.iter().find_map(|(_, lane)| *lane) else { return Ok(excuse) };
    let is_tag = input.planned.ref_name.starts_with("refs/tags/");
    let owners = demanding(&covering, |layer| layer.demands_owners);
    let signatures = demanding(&covering, |layer| layer.demands_signatures);
    let by_account =
        |lane: Option<&AutomationLane>| lane.is_some_and(|lane| lane.entry.proof == AutomationProof::Account);
    if !is_tag && !owners.is_empty() && owners.iter().all(Option::is_some) {
        excuse.owners = AskOwners::No;
    }
    let needs_no_signature = !signatures.is_empty() && signatures.iter().all(|lane| by_account(*lane));
    if needs_no_signature {
        facts.iter_mut().for_each(|facts| facts.vouched = Vouched::ByAccount);
    }
    if !is_tag {
        excuse.notices.extend(covering.iter().filter_map(|(layer, lane)| describe_demand(layer, *lane)));
    }
    if excuse.owners == AskOwners::No || needs_no_signature {
        excuse.notices.push(describe(lane, &versions));
    }
    Ok(excuse)
}

/// The lanes of the layers that demand something.
fn demanding<'a>(
    covering: &[(&LayerAutomation, Option<&'a AutomationLane>)],
    demands: impl Fn(&LayerAutomation) -> bool,
) -> Vec<Option<&'a AutomationLane>> {
    covering.iter().filter(|(layer, _)| demands(layer)).map(|(_, lane)| *lane).collect()
}

/// A layer that asks for owners although another one does not.
fn describe_demand(layer: &LayerAutomation, lane: Option<&AutomationLane>) -> Option<String> {
    let policy = if layer.is_servers { "the server's policy" } else { "a policy of this repository" };
    let demand =
        || format!("{policy} asks for owners and has no entry under `automation` that covers this change");
    (layer.demands_owners && lane.is_none()).then(demand)
}

fn describe(lane: &AutomationLane, versions: &[ChangedVersion]) -> String {
    let AutomationLane { entry, origin, .. } = lane;
    let place = format!("{}:{}", origin.path, origin.line);
    if versions.is_empty() {
        return format!("the account of {} may create this tag without a signature ({place})", entry.person);
    }
    let steps: Vec<String> = versions.iter().take(LISTED).map(ToString::to_string).collect();
    let more = versions.len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    format!("{} may change this without owners ({place}): {}{more}", entry.person, steps.join(", "))
}

/// A change, and what is found out about it on the way.
struct Case<'a> {
    input: &'a LaneInput<'a>,
    facts: &'a [CommitFacts],
    /// The versions that it changes, once they are known.
    versions: Option<Vec<ChangedVersion>>,
}

impl Case<'_> {
    /// The first entry of a layer that covers the change. Entries of the program that made it say why they do not.
    fn find_lane<'l>(
        &mut self,
        layer: &'l LayerAutomation,
        reasons: &mut BTreeSet<String>,
    ) -> Result<Option<&'l AutomationLane>, GitError> {
        let mut own = BTreeSet::new();
        for lane in &layer.lanes {
            if !self.is_about(lane)? {
                continue;
            }
            match self.cover(lane) {
                Ok(()) => return Ok(Some(lane)),
                Err(Outside::Git(error)) => return Err(error),
                Err(Outside::Refused(reason)) => {
                    let AutomationLane { entry, origin, .. } = lane;
                    own.insert(format!(
                        "`automation` for {} ({}:{}) does not cover this change: {reason}",
                        entry.person, origin.path, origin.line
                    ));
                }
            }
        }
        reasons.extend(own);
        Ok(None)
    }

    /// Whether an entry is about this ref, and its program seems to have to do with the change.
    fn is_about(&self, lane: &AutomationLane) -> Result<bool, GitError> {
        let PlannedRef { ref_name, commits, tags, .. } = self.input.planned;
        let Some(program) = self.program(&lane.entry) else { return Ok(false) };
        if !lane.has_branch(ref_name) && !lane.has_tag(ref_name) {
            return Ok(false);
        }
        if self.facts.iter().any(|facts| is_signed_by(facts, self.people(), program)) {
            return Ok(true);
        }
        let mut claims: Vec<Claim> = self.accounts().map(|account| Claim::new(account)).collect();
        for commit in commits {
            claims.extend(claims_of(self.input.trust.repository, commit)?);
        }
        for tag in tags {
            claims.extend(tagger_of(self.input.trust.repository, tag)?);
        }
        let approver = approver_of_person(program);
        Ok(claims.iter().any(|claim| claim.may_mean(&approver)))
    }

    fn accounts(&self) -> impl Iterator<Item = &String> {
        let PushFacts { host, proposal, .. } = self.input.push;
        let pusher = host.iter().filter_map(pushing_account);
        pusher.chain(proposal.iter().flat_map(|proposal| &proposal.accounts))
    }

    fn people(&self) -> &[PersonEntry] {
        self.input.trust.governing.policy.people()
    }

    fn program(&self, entry: &AutomationEntry) -> Option<&PersonEntry> {
        self.people().iter().find(|person| person.name == entry.person && person.bot)
    }

    fn cover(&mut self, lane: &AutomationLane) -> Result<(), Outside> {
        let planned = self.input.planned;
        let program = self.program(&lane.entry).ok_or(Outside::Refused(format!(
            "`people` of the policy in force does not list {} as a program",
            lane.entry.person
        )))?;
        if lane.has_tag(&planned.ref_name) {
            prove_account(self.input.push, self.people(), program)?;
            return self.expect_plain_tag(program);
        }
        self.expect_new_commits()?;
        match lane.entry.proof {
            AutomationProof::Signature => self.expect_signatures(program)?,
            AutomationProof::Account => {
                prove_account(self.input.push, self.people(), program)?;
                self.expect_no_other_signer(program)?;
            }
        }
        for commit in &planned.commits {
            find_strangers(self.input.trust.repository, commit, (self.people(), program))?;
        }
        if self.versions.is_none() {
            self.versions = Some(find_versions(self.input.trust, planned)?);
        }
        self.versions.iter().flatten().try_for_each(|version| version.expect_within(lane))
    }

    /// A branch that goes forward by commits of its own.
    fn expect_new_commits(&self) -> Result<(), Outside> {
        let PlannedRef { ref_name, operation, commits, tags, .. } = self.input.planned;
        if *operation != RefOperation::FastForward {
            return refuse(format!(
                "{ref_name} is created, rewritten or deleted, and a program may only add commits"
            ));
        }
        if commits.is_empty() || !tags.is_empty() {
            return refuse(format!("it brings no new commit to {ref_name}"));
        }
        Ok(())
    }

    /// An annotated tag on a commit that passed the gate before brings nothing but its name.
    fn expect_plain_tag(&self, program: &PersonEntry) -> Result<(), Outside> {
        let PlannedRef { ref_name, operation, commits, tags, .. } = self.input.planned;
        if *operation != RefOperation::Create {
            return refuse(format!("{ref_name} exists already, and a program may only create tags"));
        }
        if !commits.is_empty() {
            return refuse("its commit is not on the governing branch".to_owned());
        }
        if tags.len() != 1 {
            return refuse("it is a tag of a tag".to_owned());
        }
        self.expect_no_other_signer(program)
    }

    fn expect_signatures(&self, program: &PersonEntry) -> Result<(), Outside> {
        let stranger = self.facts.iter().find(|facts| !is_signed_by(facts, self.people(), program));
        stranger.map_or(Ok(()), |facts| {
            refuse(format!(
                "{} {} is not signed with a trusted key of {}",
                facts.kind.as_str(),
                facts.id.short(),
                program.name
            ))
        })
    }

    /// What another key signed is not the program's own, whichever account pushes it.
    fn expect_no_other_signer(&self, program: &PersonEntry) -> Result<(), Outside> {
        if let Some(facts) = self.facts.iter().find(|facts| !facts.malformed.is_empty()) {
            return refuse(format!("{} {} is malformed", facts.kind.as_str(), facts.id.short()));
        }
        let is_own = |facts: &&CommitFacts| {
            let by_no_one = match &facts.signature {
                Evidence::Known(SignatureStatus::Unsigned) | Evidence::NotEvaluatedHere => true,
                Evidence::Known(SignatureStatus::Forge { .. }) => facts.kind == SignedObject::Commit,
                Evidence::Known(SignatureStatus::Untrusted { cause, .. }) => BY_FORGE.contains(cause),
                Evidence::Known(SignatureStatus::Trusted { .. }) | Evidence::Unavailable(_) => false,
            };
            by_no_one || is_signed_by(facts, self.people(), program)
        };
        self.facts.iter().find(|facts| !is_own(facts)).map_or(Ok(()), |facts| {
            let (kind, id) = (facts.kind.as_str(), facts.id.short());
            refuse(format!("{kind} {id} is signed by a key that is not one of {}", program.name))
        })
    }
}

fn refuse(reason: String) -> Result<(), Outside> {
    Err(Outside::Refused(reason))
}

fn is_signed_by(facts: &CommitFacts, people: &[PersonEntry], program: &PersonEntry) -> bool {
    match &facts.signature {
        Evidence::Known(status) => {
            facts.malformed.is_empty()
                && signer(people, status).is_some_and(|person| person.name == program.name)
        }
        Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => false,
    }
}
