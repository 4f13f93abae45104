//! One decision from everything that was found.
//!
//! In: findings, the policy, what could not be evaluated. Out: [`Judgement`] with its [`Verdict`].
//! Never: looks for anything itself, or prints.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::NaiveDate;

use crate::finding::{Aspect, Finding, Fingerprint, Severity, Subject};
use crate::kube::ClusterName;
use crate::policy::{Decision, Enforcement, Policy, WaivedFinding};
use crate::source::RepoPath;

/// What happens to the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes.
    Accept,
    /// It is turned away because of what it does.
    Reject,
    /// It is turned away because something could not be evaluated.
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
}

/// A finding and what the policy makes of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// The decision.
    pub decision: Decision,
}

impl Judged {
    /// Whether it holds the push back. Nobody can have approved a finding yet: approvals of findings
    /// have no source in this mode, so `approve` blocks and says who is asked.
    pub fn blocks(&self, mode: Mode) -> bool {
        match self.decision.enforcement {
            Enforcement::Deny => true,
            Enforcement::Approve => match mode {
                Mode::Enforcing => true,
                Mode::BeforeCommit => false,
            },
            Enforcement::Warn | Enforcement::Off => false,
        }
    }
}

/// Whether approvals can exist at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A push, a pull request, or a comparison that stands for one.
    Enforcing,
    /// Before there is a commit that anybody could approve.
    BeforeCommit,
}

/// The outcome for one change.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What happens.
    pub verdict: Verdict,
    /// What was found, worst first; what is waived or off is not here, apart from waivers.
    pub findings: Vec<Judged>,
    /// What could not be evaluated, and why.
    pub undecided: Vec<String>,
    /// How many objects change.
    pub objects_changed: usize,
    /// Rules that nobody here evaluates, one sentence each: said in every report, never left out.
    pub not_evaluated: Vec<String>,
}

impl Judgement {
    /// A judgement of nothing: what could not be evaluated stands alone.
    pub fn undecided(reason: impl Into<String>) -> Self {
        let undecided = vec![reason.into()];
        Self {
            verdict: Verdict::Undecided,
            findings: Vec::new(),
            undecided,
            objects_changed: 0,
            not_evaluated: Vec::new(),
        }
    }
}

/// Decides. A finding that no layer enforces is dropped unless a waiver covers it.
pub fn decide(
    findings: Vec<Finding>,
    undecided: Vec<String>,
    objects_changed: usize,
    policy: &Policy,
    mode: Mode,
    today: NaiveDate,
) -> Judgement {
    let judged = findings.into_iter().filter_map(|finding| judge(finding, policy, today));
    let mut ranked: Vec<(Rank, Judged)> = judged.collect();
    ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
    ranked.dedup_by(|(one, _), (other, _)| one.fingerprint == other.fingerprint && one.path == other.path);
    let mut judged: Vec<Judged> = ranked.into_iter().map(|(_, judged)| judged).collect();
    let mut said = HashMap::new();
    judged.retain(|judged| is_first_to_say(&judged.finding, &mut said));
    let blocked = judged.iter().any(|judged| judged.blocks(mode));
    let verdict = match (blocked, undecided.is_empty()) {
        (true, _) => Verdict::Reject,
        (false, false) => Verdict::Undecided,
        (false, true) => Verdict::Accept,
    };
    Judgement { verdict, findings: judged, undecided, objects_changed, not_evaluated: Vec::new() }
}

/// What is said of a value, of which object, in which file; and the check that says it.
type Said = HashMap<(Aspect, Option<ClusterName>, String, Option<RepoPath>), &'static str>;

/// Whether no other check says the same. The finding that stands first, the strictest, is kept, so that a
/// check that is off or only warns never silences one that denies.
fn is_first_to_say(finding: &Finding, said: &mut Said) -> bool {
    let Some(aspect) = finding.aspect.clone() else { return true };
    let path = finding.location.as_ref().map(|location| location.path.clone());
    let saying = (aspect, finding.cluster().cloned(), subject_text(finding), path);
    *said.entry(saying).or_insert(finding.check) == finding.check
}

fn judge(finding: Finding, policy: &Policy, today: NaiveDate) -> Option<(Rank, Judged)> {
    let object = subject_text(&finding);
    let fingerprint = finding.fingerprint();
    let named = WaivedFinding {
        check: finding.check,
        cluster: finding.cluster().map_or("default", |cluster| cluster.as_str()),
        object: &object,
        severity: finding.severity,
        fingerprint: fingerprint.as_str(),
    };
    let decision = strictest(&finding, |path| policy.decide(&named, path, today))?;
    let matters = decision.enforcement != Enforcement::Off || decision.waived.is_some();
    let judged = Judged { finding, decision };
    matters.then(|| (Rank::of(&judged, fingerprint), judged))
}

/// A finding may stand in several files: a binding in one, its role in another. A scope that is lax for
/// one of them must not excuse what happens in the others.
fn strictest(finding: &Finding, decide: impl Fn(Option<&str>) -> Option<Decision>) -> Option<Decision> {
    let Some(location) = &finding.location else { return decide(None) };
    let places = std::iter::once(location).chain(&finding.related);
    let decisions = places.filter_map(|at| decide(Some(at.path.as_str())));
    decisions
        .reduce(|strictest, other| if other.enforcement > strictest.enforcement { other } else { strictest })
}

/// What a waiver calls the subject of a finding.
pub fn subject_text(finding: &Finding) -> String {
    match &finding.subject {
        Subject::Object { id, .. } => id.to_string(),
        Subject::File => finding.location.as_ref().map_or_else(String::new, |at| at.path.to_string()),
        Subject::Commit(id) => id.to_string(),
        Subject::Ref(name) => name.clone(),
    }
}

/// The order in which findings are reported: the worst first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    enforcement: Reverse<Enforcement>,
    severity: Reverse<Severity>,
    path: Option<RepoPath>,
    line: u32,
    check: &'static str,
    fingerprint: Fingerprint,
}

impl Rank {
    fn of(judged: &Judged, fingerprint: Fingerprint) -> Self {
        let finding = &judged.finding;
        let at = finding.location.as_ref();
        Self {
            enforcement: Reverse(judged.decision.enforcement),
            severity: Reverse(finding.severity),
            path: at.map(|at| at.path.clone()),
            line: at.map_or(0, |at| at.start.line),
            check: finding.check,
            fingerprint,
        }
    }
}
