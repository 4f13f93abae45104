//! The facts of a finding that every format reports, in one order: blocking findings come first.

use super::{Report, Section};
use crate::evidence::{ApprovalStanding, Purpose};
use crate::finding::{Location, Side, Suggestion};
use crate::policy::{Enforcement, Origin};
use crate::verdict::{Effect, Judged, Verdict};
use source_files::RepoPath;

/// The consequence of a finding for the change, the same in every format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Consequence {
    /// The finding blocks the change.
    Blocks,
    /// The finding would block the change, but an override lets it pass.
    Forced,
    /// The finding is shown and does not block.
    Warns,
    /// All required approvals of the finding are given.
    Approved,
    /// A waiver covers the finding.
    Waived,
}

impl Consequence {
    /// Every consequence, the worst first.
    pub(super) const ALL: [Self; 5] = [Self::Blocks, Self::Forced, Self::Warns, Self::Approved, Self::Waived];

    fn of(section: &Section, judged: &Judged) -> Self {
        match judged.effect() {
            Effect::Denies | Effect::AwaitsApproval => Self::held_back(section),
            Effect::Approved => Self::Approved,
            Effect::Warns => Self::Warns,
            Effect::Waived => Self::Waived,
        }
    }

    /// Returns the consequence of a finding that the policy denies. Before there is a commit, no one can have approved,
    /// so missing approvals do not block.
    fn held_back(section: &Section) -> Self {
        match (section.judgement.verdict, &section.judgement.forced) {
            (_, Some(_)) => Self::Forced,
            (Verdict::Reject, None) => Self::Blocks,
            (Verdict::Accept | Verdict::Undecided, None) => Self::Warns,
        }
    }

    /// Returns the word that reports use.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Forced => "forced",
            Self::Warns => "warns",
            Self::Approved => "approved",
            Self::Waived => "waived",
        }
    }

    /// Returns the word after a number of findings.
    pub(super) fn counted(self) -> &'static str {
        match self {
            Self::Blocks => "blocking",
            Self::Forced => "overridden",
            Self::Warns => "warning",
            Self::Approved => "approved",
            Self::Waived => "waived",
        }
    }
}

/// The most further places that are listed if a format has only one.
const PLACES: usize = 10;

/// One finding with its section and its consequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportEntry<'a> {
    pub(super) section: &'a Section,
    pub(super) judged: &'a Judged,
    pub(super) consequence: Consequence,
}

impl<'a> ReportEntry<'a> {
    /// Returns the message as a sentence.
    pub(super) fn sentence(&self) -> String {
        let message = &self.judged.finding.message;
        let end = if message.ends_with(['.', '…', '?', '!']) { "" } else { "." };
        format!("{message}{end}")
    }

    /// Lists the details as pairs of a label and a text: facts, approvals, the deciding rule, the fingerprint, the
    /// waiver and the remedy.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let Judged { finding, decision, .. } = self.judged;
        let mut details: Vec<(&'static str, String)> =
            finding.notes.iter().map(|note| (note.label, note.text.clone())).collect();
        if let Some(commit) = &finding.commit {
            details.push(("commit", commit.short().to_owned()));
        }
        if decision.enforcement == Enforcement::Approve {
            details.push(("approval", describe_approval(self.judged)));
        }
        details.push(("policy", write_policy_line(&decision.origin)));
        details.push(("fingerprint", finding.fingerprint().to_string()));
        if let Some(accepted) = &decision.waived {
            details.push(("waived", format!("{}: {}", accepted.terms(), accepted.reason())));
        }
        if let Some(suggestion) = self.suggestion() {
            details.push(("change to", suggestion.excerpt().to_owned()));
        }
        if !finding.remediation.is_empty() {
            details.push(("help", finding.remediation.clone()));
        }
        details
    }

    /// Returns the suggested text, unless a person has accepted the finding as it is.
    pub(super) fn suggestion(&self) -> Option<&'a Suggestion> {
        match self.consequence {
            Consequence::Blocks | Consequence::Forced | Consequence::Warns => {
                self.judged.finding.suggestion.as_ref()
            }
            Consequence::Approved | Consequence::Waived => None,
        }
    }

    /// Writes the message, the places besides the first, and all details, one a line.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.sentence()];
        for location in self.judged.finding.related.iter().take(PLACES) {
            lines.push(format!("see: {}", write_labelled(location)));
        }
        for (word, text) in self.details() {
            lines.push(format!("{word}: {text}"));
        }
        lines.join("\n")
    }

    /// Returns the place to which a reader of the new revision is sent.
    pub(super) fn anchor(&self) -> Anchor<'a> {
        let finding = &self.judged.finding;
        let places: Vec<&Location> = finding.location.iter().chain(&finding.related).collect();
        match (places.iter().find(|location| location.side == Side::New), places.first()) {
            (Some(location), _) => Anchor::Line(location),
            (None, Some(location)) => Anchor::File(&location.path),
            (None, None) => Anchor::Nowhere,
        }
    }
}

/// A place that a reader of the new revision can open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor<'a> {
    /// A line of the new revision.
    Line(&'a Location),
    /// A file that had the line before the change. The file may be gone.
    File(&'a RepoPath),
    /// No file, because the finding is in none.
    Nowhere,
}

/// Returns every finding of every section, the blocking ones first, then in the order of the judgements, which is
/// worst first.
pub(super) fn collect_entries(report: &Report) -> Vec<ReportEntry<'_>> {
    let mut entries = Vec::new();
    for section in &report.sections {
        for judged in &section.judgement.findings {
            entries.push(ReportEntry { section, judged, consequence: Consequence::of(section, judged) });
        }
    }
    entries.sort_by_key(|entry| entry.consequence);
    entries
}

/// Lists the reasons why something could not be evaluated. If there are several sections, each reason names its
/// section.
pub(super) fn list_undecided(report: &Report) -> Vec<String> {
    let mut reasons = Vec::new();
    for section in &report.sections {
        for reason in &section.judgement.undecided {
            reasons.push(name_remark(report, section, reason));
        }
    }
    reasons
}

/// Prefixes a remark with its section's name, if there are several sections.
fn name_remark(report: &Report, section: &Section, remark: &str) -> String {
    match report.sections.as_slice() {
        [_] => remark.to_owned(),
        _ => format!("{}: {remark}", section.title),
    }
}

/// Lists what every reader has to know besides findings: overrides, approvals, and what is not evaluated here.
pub(super) fn list_remarks(report: &Report) -> Vec<String> {
    let mut remarks = Vec::new();
    // Overrides come first, because a format may not have room for all remarks.
    for section in &report.sections {
        remarks.extend(describe_override(section).map(|text| name_remark(report, section, &text)));
    }
    for section in &report.sections {
        remarks.extend(list_other_remarks(section).iter().map(|text| name_remark(report, section, text)));
    }
    remarks
}

fn describe_override(section: &Section) -> Option<String> {
    let forced = section.judgement.forced.as_ref()?;
    Some(format!("FORCED by {}: {}", forced.people.join(", "), forced.reasons.join("; ")))
}

/// Lists the remarks on one section. Reviews of a forge are among its notices.
pub(super) fn list_section_remarks(section: &Section) -> Vec<String> {
    describe_override(section).into_iter().chain(list_other_remarks(section)).collect()
}

fn list_other_remarks(section: &Section) -> Vec<String> {
    let mut remarks = section.notices.clone();
    let whole = section.approvals.iter().filter(|facts| facts.standing == ApprovalStanding::WholeChange);
    let whole = whole.filter(|facts| facts.purpose != Some(Purpose::Review));
    let people = whole.filter_map(|facts| facts.approver.as_ref());
    remarks.extend(people.map(|approver| format!("approved by {}", approver.name)));
    remarks
}

/// Returns the verdict as a headline.
pub(super) fn headline(report: &Report) -> &'static str {
    let forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    match (report.verdict(), forced) {
        (Verdict::Accept, false) => "accepted",
        (Verdict::Accept, true) => "accepted, FORCED",
        (Verdict::Reject, _) => "rejected",
        (Verdict::Undecided, _) => "undecided (treated as rejected)",
    }
}

/// Writes a place for readers, and says if it is in the old revision.
pub(super) fn write_place(at: &Location) -> String {
    let side = match at.side {
        Side::Old => " (before the change)",
        Side::New => "",
    };
    format!("{}:{}:{}{side}", at.path, at.start.line, at.start.column)
}

fn write_labelled(at: &Location) -> String {
    let label = at.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
    format!("{}{label}", write_place(at))
}

/// Writes the line of the policy that decides. A profile is not a file to open, so its line is left out.
pub(super) fn write_policy_line(origin: &Origin) -> String {
    let line = if origin.path.contains("profile ") { String::new() } else { format!(":{}", origin.line) };
    format!("{}{line}", origin.path)
}

/// Describes the required approvals, and those that are given.
pub(super) fn describe_approval(judged: &Judged) -> String {
    let mut demands = Vec::new();
    for demand in &judged.decision.demands {
        demands.push(format!("{} of {} must approve", demand.count, demand.approvers.join(", ")));
    }
    let approved =
        if judged.approved_by.is_empty() { "no one yet".into() } else { judged.approved_by.join(", ") };
    format!("{}; approved by {approved}", demands.join(", and "))
}
