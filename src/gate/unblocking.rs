//! Finds people to ask: the smallest group whose approvals would let a change pass.

use super::planning::PlannedRef;
use super::reviews::Proposal;
use crate::approval::approver_of_person;
use crate::evidence::RefEvidence;
use crate::governance::Governing;
use crate::verdict::{Judgement, Verdict};
use codeowners::{Approver, MissingApprovals, OwnerHandle, Progress, find_smallest_group};

/// One sentence; `None` if no approval is missing.
pub(super) fn people_to_ask(
    planned: &PlannedRef,
    governing: &Governing,
    evidence: &RefEvidence,
    judgement: &Judgement,
    proposal: Option<&Proposal>,
) -> Option<String> {
    let contributors = evidence.contributors.as_ref()?;
    let mut needs = owners(evidence);
    needs.extend(judgement.findings.iter().flat_map(|judged| demands(judged, evidence)));
    let helps = judgement.verdict != Verdict::Accept && planned.tip.is_some();
    if needs.is_empty() || !helps {
        return None;
    }
    let mut candidates = candidates(&needs, governing, proposal);
    candidates.retain(|person| !contributors.include(person));
    let names =
        |group: Vec<&Approver>| group.into_iter().map(|person| person.name.clone()).collect::<Vec<_>>();
    Some(match find_smallest_group(&needs, &candidates).map(names) {
        Some(names) => match names.as_slice() {
            [only] => format!("one approval is missing: {only} can give it"),
            several => {
                format!("{} approvals are missing: {} can give them", several.len(), several.join(", "))
            }
        },
        None => "all approvers have approved or took part in the change, which is not enough: ask an owner \
            of CODEOWNERS and the policy to add more people"
            .to_owned(),
    })
}

fn owners(evidence: &RefEvidence) -> Vec<MissingApprovals> {
    let mut needs: Vec<MissingApprovals> = Vec::new();
    for need in evidence.demands().flat_map(|(requirement, standing)| of_line(&requirement.owners, standing))
    {
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

/// If all listed owners must approve, each of them is a need.
fn of_line(owners: &[OwnerHandle], standing: &Progress) -> Vec<MissingApprovals> {
    let approved_by = || standing.approved_by.clone();
    let of =
        |asked: Vec<OwnerHandle>, missing| MissingApprovals { asked, missing, approved_by: approved_by() };
    match (standing.missing, standing.awaited.as_slice()) {
        (0, _) => Vec::new(),
        (missing, []) => vec![of(owners.to_vec(), missing)],
        (_, awaited) => awaited.iter().map(|owner| of(vec![owner.clone()], 1)).collect(),
    }
}

fn demands(judged: &crate::verdict::Judged, evidence: &RefEvidence) -> Vec<MissingApprovals> {
    if judged.missing == 0 {
        return Vec::new();
    }
    let handles = |names: &[String]| names.iter().map(|name| OwnerHandle(name.as_str().into())).collect();
    let more = if judged.approved_by.is_empty() { evidence.more_from_start } else { evidence.more_approvals };
    let need = |demand: &crate::policy::ApprovalDemand| MissingApprovals {
        asked: handles(&demand.approvers),
        missing: (demand.count + more).saturating_sub(judged.approved_by.len()),
        approved_by: judged.approved_by.clone(),
    };
    judged.decision.demands.iter().map(need).collect()
}

/// People that the policy or the forge knows, and for an unknown team, a member of it.
fn candidates(
    needs: &[MissingApprovals],
    governing: &Governing,
    proposal: Option<&Proposal>,
) -> Vec<Approver> {
    let of_policy = governing.policy.people().iter().filter(|person| !person.bot).map(approver_of_person);
    let of_forge = proposal.into_iter().flat_map(|proposal| proposal.candidates.iter().cloned());
    let mut candidates: Vec<Approver> = of_policy.collect();
    for person in of_forge {
        if candidates.iter().all(|known| known.name != person.name) {
            candidates.push(person);
        }
    }
    for handle in needs.iter().flat_map(|need| &need.asked) {
        if candidates.iter().any(|known| known.is(handle)) {
            continue;
        }
        let approver = |name: String| Approver { name, handles: vec![handle.to_string()] };
        if handle.is_team() {
            candidates.push(approver(format!("a member of {handle}")));
            candidates.push(approver(format!("another member of {handle}")));
        } else {
            candidates.push(approver(handle.to_string()));
        }
    }
    candidates
}
