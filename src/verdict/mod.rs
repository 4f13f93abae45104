//! Makes one decision from all findings.
//!
//! In: findings, the policy, what could not be evaluated. Out: [`Judgement`] with its [`Verdict`].
//! Never: looks for anything itself, or prints.

mod allowances;
mod trail;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::evidence::{ApprovalStanding, Purpose, RefEvidence};
use crate::finding::{Aspect, CheckId, Finding, Fingerprint, Leeway, Severity};
use crate::policy::{Decision, Enforcement, Policy, WaivedFinding};
use crate::world::ObjectChange;
use codeowners::{Approver, OwnerHandle};
use kube_model::ClusterName;
use source_files::RepoPath;

pub use allowances::Allowances;
pub use trail::{LeftOut, Omission, Step};

/// The decision about the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes.
    Accept,
    /// It is rejected because of its findings.
    Reject,
    /// It is rejected because some checks could not be completed.
    Undecided,
}

impl Verdict {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Undecided => "undecided",
        }
    }

    /// The exit code, the same for every format. 2 is not a verdict: it reports wrong usage.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Accept => 0,
            Self::Reject => 1,
            Self::Undecided => 3,
        }
    }
}

/// A finding and the policy's decision on it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// The decision.
    pub decision: Decision,
    /// With `approve`: the required approvers who have approved exactly this change.
    pub approved_by: Vec<String>,
    /// With `approve`: how many approvals are missing.
    pub missing: usize,
    /// The steps that led to the decision.
    pub trail: Vec<Step>,
}

impl Judged {
    /// The effect on the change. Verdict and reports all use this one.
    pub fn effect(&self) -> Effect {
        match self.decision.enforcement {
            Enforcement::Deny => Effect::Denies,
            Enforcement::Approve if self.missing > 0 => Effect::AwaitsApproval,
            Enforcement::Approve => Effect::Approved,
            Enforcement::Warn => Effect::Warns,
            Enforcement::Off => Effect::Waived,
        }
    }
}

/// The effect of a finding on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It holds the change back.
    Denies,
    /// It holds the change back until people approve, if there are people who can have approved.
    AwaitsApproval,
    /// The people who were asked have approved.
    Approved,
    /// It is shown.
    Warns,
    /// A waiver or an annotation covers it.
    Waived,
}

impl Effect {
    /// Whether it blocks a change in a mode.
    pub fn blocks(self, mode: Mode) -> bool {
        match (self, mode) {
            (Self::Denies, _) | (Self::AwaitsApproval, Mode::Enforcing) => true,
            (Self::AwaitsApproval, Mode::BeforeCommit) | (Self::Approved | Self::Warns | Self::Waived, _) => {
                false
            }
        }
    }
}

/// Whether approvals can exist at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A push, a pull request, or a comparison that represents one.
    Enforcing,
    /// Before there is a commit that anyone could approve.
    BeforeCommit,
}

/// The outcome for one change.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The decision.
    pub verdict: Verdict,
    /// The findings, worst first. One that is off is here only if a waiver or an annotation covers it.
    pub findings: Vec<Judged>,
    /// The findings that are not reported.
    pub left_out: Vec<LeftOut>,
    /// The reasons why a part of the change could not be evaluated.
    pub undecided: Vec<String>,
    /// The number of objects that change.
    pub objects_changed: usize,
    /// The number of changed files without an object, so that nothing in them was judged.
    pub files_not_judged: usize,
    /// Rules that portcullis does not evaluate, one sentence each; every report contains them.
    pub not_evaluated: Vec<String>,
    /// The override of the findings.
    pub forced: Option<Forced>,
    /// The changes that findings are about, for reports that show them. They share the objects.
    pub shown_changes: Vec<ObjectChange>,
}

/// An override that the policy allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// The people who signed it.
    pub people: Vec<String>,
    /// Their reasons.
    pub reasons: Vec<String>,
}

/// The circumstances in which a change is judged.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The evidence of approvals and overrides.
    pub evidence: &'a RefEvidence,
    /// Whether anyone can have approved.
    pub mode: Mode,
    /// The annotations of changed objects.
    pub allowances: &'a Allowances,
    /// The day on the server.
    pub today: NaiveDate,
}

/// The check whose findings no policy can let pass, where they are about a state in which no push could pass.
const ALWAYS_RUN: &str = "weakened-policy";

/// Whether a check runs under a policy.
pub fn runs(policy: &Policy, check: &str) -> bool {
    check == ALWAYS_RUN || policy.runs(check)
}

/// Findings that an override cannot accept: changes of the gate's own rules, and files that could not be read with
/// certainty.
const NEVER_FORCED: [CheckId; 3] =
    [CheckId::new("weakened-policy"), CheckId::new("forbidden-ref"), CheckId::new("malformed-commit")];

impl Judgement {
    /// The judgement by some checks alone.
    #[must_use]
    pub fn only(mut self, checks: &[CheckId]) -> Self {
        self.findings.retain(|judged| checks.contains(&judged.finding.check));
        self.left_out.retain(|left_out| checks.contains(&left_out.judged.finding.check));
        let blocks = self.findings.iter().any(|judged| judged.effect().blocks(Mode::Enforcing));
        self.verdict = match (blocks && self.forced.is_none(), self.undecided.is_empty()) {
            (true, _) => Verdict::Reject,
            (false, false) => Verdict::Undecided,
            (false, true) => Verdict::Accept,
        };
        self
    }

    /// A judgement without findings, only with reasons why checks could not be completed.
    pub fn undecided(reason: impl Into<String>) -> Self {
        let undecided = vec![reason.into()];
        Self {
            verdict: Verdict::Undecided,
            findings: Vec::new(),
            left_out: Vec::new(),
            undecided,
            objects_changed: 0,
            files_not_judged: 0,
            not_evaluated: Vec::new(),
            forced: None,
            shown_changes: Vec::new(),
        }
    }
}

/// Decides. A finding that no layer enforces is dropped unless a waiver covers it.
pub fn decide(
    findings: Vec<Finding>,
    undecided: Vec<String>,
    objects_changed: usize,
    circumstances: Circumstances<'_>,
) -> Judgement {
    let (judged, left_out) = reported(findings, &circumstances);
    let blocking: Vec<&Judged> =
        judged.iter().filter(|judged| judged.effect().blocks(circumstances.mode)).collect();
    let forced = if blocking.is_empty() { None } else { forced(&blocking, &circumstances) };
    let verdict = match (blocking.is_empty() || forced.is_some(), undecided.is_empty()) {
        (false, _) => Verdict::Reject,
        (true, false) => Verdict::Undecided,
        (true, true) => Verdict::Accept,
    };
    let (not_evaluated, shown_changes) = (Vec::new(), Vec::new());
    let files_not_judged = 0;
    Judgement {
        verdict,
        findings: judged,
        left_out,
        undecided,
        objects_changed,
        files_not_judged,
        not_evaluated,
        forced,
        shown_changes,
    }
}

/// The findings that the report shows, worst first, and those that it leaves out.
fn reported(findings: Vec<Finding>, circumstances: &Circumstances<'_>) -> (Vec<Judged>, Vec<LeftOut>) {
    let mut ranked: Vec<(Rank, Judged)> = Vec::new();
    let mut left_out = Vec::new();
    for finding in findings {
        let judged = judge(finding, circumstances);
        if judged.decision.enforcement == Enforcement::Off && judged.decision.waived.is_none() {
            left_out.push(LeftOut::new(judged, Omission::Off));
        } else {
            ranked.push((Rank::of(&judged), judged));
        }
    }
    ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut kept: Vec<Judged> = Vec::new();
    let mut said = HashMap::new();
    let mut last: Option<(Fingerprint, Option<RepoPath>)> = None;
    for (rank, judged) in ranked {
        let this = Some((rank.fingerprint, rank.path));
        let omission =
            if last == this { Some(Omission::Repeated) } else { said_before(&judged.finding, &mut said) };
        last = this;
        match omission {
            Some(omission) => left_out.push(LeftOut::new(judged, omission)),
            None => kept.push(judged),
        }
    }
    (kept, left_out)
}

/// The override, if enough of the people that the policy allows signed it.
fn forced(blocking: &[&Judged], circumstances: &Circumstances<'_>) -> Option<Forced> {
    let allowed = circumstances.policy.overriders()?;
    if blocking.iter().any(|judged| NEVER_FORCED.contains(&judged.finding.check)) {
        return None;
    }
    let people: Vec<String> = circumstances
        .evidence
        .signers_for(Purpose::Override)
        .into_iter()
        .map(|approver| approver.name.clone())
        .filter(|name| allowed.people.contains(name))
        .collect();
    let counted = |approver: &Approver| people.contains(&approver.name);
    let statements = circumstances.evidence.approvals.iter().filter(|approval| {
        let exact = approval.standing == ApprovalStanding::WholeChange;
        exact
            && approval.purpose == Some(Purpose::Override)
            && approval.approver.as_ref().is_some_and(counted)
    });
    let reasons = statements.map(|approval| approval.reason.clone()).collect();
    (people.len() >= allowed.count).then_some(Forced { people, reasons })
}

/// An aspect of a value, with its object, its file and the check.
type Said = HashMap<(Aspect, Option<ClusterName>, String, Option<RepoPath>), CheckId>;

/// Whether another check reports the same aspect. The finding that comes first, the strictest, is kept, so that a check
/// that only warns never silences one that denies.
fn said_before(finding: &Finding, said: &mut Said) -> Option<Omission> {
    let aspect = finding.aspect.clone()?;
    let path = finding.location.as_ref().map(|location| location.path.clone());
    let saying = (aspect, finding.cluster().cloned(), finding.subject_text(), path);
    let first = *said.entry(saying).or_insert(finding.check);
    (first != finding.check).then_some(Omission::SaidBy(first))
}

fn judge(finding: Finding, circumstances: &Circumstances<'_>) -> Judged {
    let named = WaivedFinding::of(&finding);
    let mut trail = Vec::new();
    let mut strictest: Option<Decision> = None;
    for place in places(&finding) {
        let decisions =
            circumstances.policy.decisions(&named, place.map(RepoPath::as_str), circumstances.today);
        trail.extend(decisions.iter().flat_map(|decision| trail::steps_of(place, decision)));
        let here = decisions.into_iter().reduce(Decision::stricter);
        strictest = match (here, strictest) {
            (Some(here), Some(elsewhere)) => Some(here.stricter(elsewhere)),
            (here, elsewhere) => here.or(elsewhere),
        };
    }
    let ruled = strictest.unwrap_or_else(Decision::without_a_layer);
    let was_waived = ruled.waived.is_some();
    let decision = circumstances.allowances.applied(ruled, &finding, circumstances.evidence);
    let decision = match finding.leeway {
        Leeway::Policy => decision,
        Leeway::None => Decision { enforcement: Enforcement::Deny, waived: None, ..decision },
    };
    trail.extend(decision.waived.as_ref().filter(|_| !was_waived).map(trail::waived));
    trail.push(Step::Decided(decision.enforcement));
    let (approved_by, missing) = approvals(&decision, circumstances.evidence, &finding.fingerprint());
    if !approved_by.is_empty() {
        trail.push(Step::Approved(approved_by.clone()));
    }
    if missing > 0 {
        trail.push(Step::Missing(missing));
    }
    Judged { finding, decision, approved_by, missing, trail }
}

/// The files that a finding is in: a binding in one, its role in another. A scope that is lax for one of them must not
/// excuse what happens in the others.
fn places(finding: &Finding) -> Vec<Option<&RepoPath>> {
    let mut places: Vec<Option<&RepoPath>> = Vec::new();
    let shown = finding.location.iter().chain(&finding.related).map(|location| &location.path);
    for path in shown.chain(&finding.deployed_by) {
        if !places.contains(&Some(path)) {
            places.push(Some(path));
        }
    }
    if finding.location.is_none() { vec![None] } else { places }
}

/// The people who have approved, and the number of missing approvals. One person may meet several demands, each once.
fn approvals(decision: &Decision, evidence: &RefEvidence, fingerprint: &Fingerprint) -> (Vec<String>, usize) {
    let signers = evidence.approvers_of(fingerprint);
    let mut approved_by = BTreeSet::new();
    let mut missing = 0;
    for demand in &decision.demands {
        let asked = |approver: &&Approver| {
            demand.approvers.iter().any(|wanted| approver.is(&OwnerHandle(wanted.as_str().into())))
        };
        let met: Vec<&Approver> = signers.iter().copied().filter(asked).collect();
        let more = if met.is_empty() { evidence.more_from_start } else { evidence.more_approvals };
        missing += (demand.count + more).saturating_sub(met.len());
        approved_by.extend(met.into_iter().map(|approver| approver.name.clone()));
    }
    (approved_by.into_iter().collect(), missing)
}

/// The order in which findings are reported: the worst first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    enforcement: Reverse<Enforcement>,
    severity: Reverse<Severity>,
    path: Option<RepoPath>,
    line: u32,
    check: CheckId,
    fingerprint: Fingerprint,
}

impl Rank {
    fn of(judged: &Judged) -> Self {
        let finding = &judged.finding;
        let at = finding.location.as_ref();
        Self {
            enforcement: Reverse(judged.decision.enforcement),
            severity: Reverse(finding.severity),
            path: at.map(|at| at.path.clone()),
            line: at.map_or(0, |at| at.start.line),
            check: finding.check,
            fingerprint: finding.fingerprint(),
        }
    }
}
