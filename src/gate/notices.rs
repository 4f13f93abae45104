//! Writes the notices of a report.

use super::approvals::UNPROVED;
use super::made_by_host::ToApprove;
use super::planning::PlannedRef;
use crate::evidence::{Makers, RefEvidence, TrustApproval, TrustFileChange, Weakening};
use crate::finding::CheckId;
use crate::governance::{Governance, Governing};
use crate::report::{Section, shell_word};
use crate::verdict::{Judged, Judgement, Verdict};
use source_files::ObjectId;

/// The section of one ref.
pub(super) fn section(
    planned: &PlannedRef,
    governing: &Governing,
    evidence: &RefEvidence,
    judgement: Judgement,
    to_approve: &ToApprove,
) -> Section {
    let mut section = Section::of(&planned.ref_name, judgement);
    section.range = (planned.base.clone(), planned.tip.clone());
    section.commits = planned.commits.len();
    section.approvals.clone_from(&evidence.approvals);
    section.makers =
        evidence.contributors.as_ref().map_or(Makers::Unproved, |contributors| contributors.makers);
    section.notices.extend(evidence.notices.iter().cloned());
    section.notices.extend(explain_more(evidence, &section.judgement));
    section.notices.extend(evidence.trust_files.iter().filter_map(approved_weakening));
    section.notices.extend(how_to_approve(planned, governing, &section.judgement, to_approve));
    section.notices.extend(governing.policy.short_patterns().iter().map(short_pattern));
    section.notices.extend(notice(governing, evidence).map(str::to_owned));
    section
}

/// Explains from the first report on why one approval more is required.
fn explain_more(evidence: &RefEvidence, judgement: &Judgement) -> Option<String> {
    let told = evidence.notices.iter().any(|notice| notice == UNPROVED);
    (evidence.more_from_start > 0 && !told && lacks_approvals(judgement)).then(|| UNPROVED.to_owned())
}

/// Whether approvals would help.
fn lacks_approvals(judgement: &Judgement) -> bool {
    let asks = |judged: &Judged| judged.missing > 0 || ASKING.contains(&judged.finding.check);
    judgement.verdict != Verdict::Accept && judgement.findings.iter().any(asks)
}

/// A pattern that an older version took for a full name, which no ref has.
fn short_pattern((pattern, full): &(String, String)) -> String {
    let tag = full.strip_prefix("refs/heads/").map(|name| format!(" and `refs/tags/{name}`"));
    format!(
        "`{pattern}` under `protected:` lacks `refs/`, so it guards `{full}`{}: write the full name in the policy",
        tag.unwrap_or_default()
    )
}

/// The first push of a repository that has a past: all of it counts as new.
pub(super) fn how_to_move_in(planned: &PlannedRef, judgement: &Judgement) -> Option<&'static str> {
    let is_first = planned.base.is_none() && planned.merged_tree.is_none() && planned.tip.is_some();
    (is_first && judgement.verdict != Verdict::Accept).then_some(
        "everything in this push is new to this server; to bring an existing repository behind the gate as it is, an \
         administrator runs `portcullis import SOURCE` in the repository on the server, and later pushes are compared \
         with what came",
    )
}

/// HEAD names a branch that is not there.
pub(super) fn stray_head_notice(name: &str) -> String {
    format!(
        "HEAD points to {name}, which does not exist, so no policy governs this repository: have the \
         server's administrator run `git symbolic-ref HEAD refs/heads/<branch>` in it"
    )
}

/// One line says what the policy does not look at, so that it is not left to be assumed.
fn notice(governing: &Governing, evidence: &RefEvidence) -> Option<&'static str> {
    let accepted = |change: &TrustFileChange| match change.approval {
        TrustApproval::Server | TrustApproval::First | TrustApproval::Governed | TrustApproval::Owners(_) => {
            true
        }
        TrustApproval::Missing(_) | TrustApproval::Nobody(_) => false,
    };
    let brings = |change: &TrustFileChange| accepted(change) && change.broken.is_none();
    let first = evidence.trust_files.iter().any(brings);
    let (signatures, owners) = (governing.policy.demands_signatures(), governing.policy.owners().is_some());
    match (governing.governance, signatures, owners) {
        (Governance::None, _, _) if first => Some(
            "this change adds the first trust files; once there is a policy, their owners must approve every \
             change of them, or the server must accept it",
        ),
        (Governance::None, _, _) => {
            Some("this repository has no policy yet: the profile `baseline` judges every branch and tag")
        }
        (Governance::Established, false, false) => {
            Some("the policy requires neither signatures nor the approval of owners")
        }
        (Governance::Established, false, true) => Some("the policy does not require signatures"),
        (Governance::Established, true, false) => Some("the policy does not require the approval of owners"),
        (Governance::Established, true, true) => None,
    }
}

/// A weakening that owners accepted is no longer a finding, but still worth knowing.
fn approved_weakening(change: &TrustFileChange) -> Option<String> {
    let (TrustApproval::Owners(names), None) = (&change.approval, &change.broken) else { return None };
    let lets = match &change.weakening {
        Weakening::Compared(sentences) if sentences.is_empty() => "no rule becomes weaker".to_owned(),
        Weakening::Compared(sentences) => format!("from now on {}", sentences.join("; ")),
        Weakening::NotCompared => "portcullis did not compare what it newly allows".to_owned(),
    };
    Some(format!("{} changes with the approval of {}: {lets}", change.path, names.join(", ")))
}

/// The command that the person who is asked has to run, where approvals would help. The commit is named in full:
/// a ref or another commit may go by its first digits.
fn how_to_approve(
    planned: &PlannedRef,
    governing: &Governing,
    judgement: &Judgement,
    to_approve: &ToApprove,
) -> Option<String> {
    let tip = planned.tip.as_ref().filter(|_| lacks_approvals(judgement))?;
    if planned.merged_tree.is_some() {
        return Some("to approve, review the newest commit; this check then runs again".to_owned());
    }
    if governing.policy.repository().is_none() {
        return Some("signed approvals are not possible: the policy names no `repository`".to_owned());
    }
    let name = shell_word(short_name(&planned.ref_name));
    let former = governing.former_tip.as_ref().map(|tip| format!(" --governing {tip}")).unwrap_or_default();
    let floor =
        governing.floor_digest.as_ref().map(|digest| format!(" --floor {digest}")).unwrap_or_default();
    let sentence = match to_approve {
        ToApprove::Tip => format!(
            "to approve, fetch this commit from an unprotected branch, run `portcullis approve {name} \
             {tip}{former}{floor}` and push the signed statement; then the author pushes again"
        ),
        ToApprove::Proposed(head) => {
            let head = head.as_ref().map_or("<commit>", ObjectId::as_str);
            format!(
                "to approve, update the pull request from {name}, fetch the newest commit of the pull request, run \
                 `portcullis approve {name} {head}{former}{floor}` with it and push the signed statement; then merge \
                 again; reviews on the forge do not count here unless `portcullis pr --issue-approvals` \
                 records them"
            )
        }
    };
    Some(sentence)
}

/// The argument of `approve` for the ref. A branch called like an option, or like another ref in full, is named
/// in full itself.
fn short_name(ref_name: &str) -> &str {
    let plain = |branch: &&str| !branch.starts_with('-') && !branch.starts_with("refs/");
    ref_name.strip_prefix("refs/heads/").filter(plain).unwrap_or(ref_name)
}

/// Checks that ask for approvals by what they find.
const ASKING: [CheckId; 2] = [CheckId::new("missing-approval"), CheckId::new("weakened-policy")];
