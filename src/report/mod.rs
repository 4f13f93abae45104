//! Judgements for people and for programs.
//!
//! In: [`Report`]. Out: text in a [`Format`]. Never: decides, reads files, or prints anything that a
//! pusher controls without escaping it for the medium.

mod annotation;
mod comment;
mod counts;
mod difference;
mod doctor;
mod entry;
mod escape;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod junit;
mod length;
mod markdown;
mod mermaid;
mod outputs;
mod rdjsonl;
mod replay;
mod sarif;
mod sarif_result;
mod snippet;
mod status_line;
mod suggestions;
mod summary;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::evidence::ApprovalFacts;
use crate::finding::CheckId;
use crate::verdict::{Judgement, Verdict};
use source_files::ObjectId;

pub use annotation::{Annotation, AnnotationLevel, annotations, unplaced};
pub use comment::{ReportContext, ReportContextError, comment};
pub use doctor::{DoctorLine, DoctorReport, Effect, LineState};
pub use escape::{quoted_word, shell_word, terminal};
pub use outputs::outputs;
pub use replay::{ReplayRow, ReplaySummary};
pub use status_line::status_line;
pub use suggestions::{SuggestionComment, suggestions};
pub use summary::summary;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with source excerpts.
    Human,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// GitHub's workflow commands: annotations.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// A comment for a pull request.
    Markdown,
    /// reviewdog's diagnostics.
    Rdjsonl,
    /// A page that needs nothing beside it.
    Html,
}

/// What a check says of itself, for formats that carry it.
#[derive(Clone, Copy, Debug)]
pub struct RulePage {
    /// Its id.
    pub id: CheckId,
    /// One line.
    pub title: &'static str,
    /// Its family.
    pub family: &'static str,
    /// Why a finding matters.
    pub why: &'static str,
    /// Its page, in Markdown.
    pub markdown: &'static str,
}

/// How the report for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether it has colours.
    pub colour: Colour,
    /// How much it says of each finding.
    pub detail: Detail,
}

/// How much a report for people says of each finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What, where, why, and what to do.
    Usual,
    /// Also how the policy came to its decision, and what is left out.
    Trail,
}

/// Whether the reader's terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It does, and `NO_COLOR` is not set.
    Always,
    /// Escape sequences would be read as text.
    Never,
}

/// The judgement of one ref, index or folder.
#[derive(Clone, Debug)]
pub struct Section {
    /// What was judged: a ref, `the index`, a path.
    pub title: String,
    /// The commits that were compared, if there are any.
    pub range: (Option<ObjectId>, Option<ObjectId>),
    /// The address of the repository for a browser, where the run knows it.
    pub repository: Option<String>,
    /// How many new commits there are.
    pub commits: usize,
    /// The judgement.
    pub judgement: Judgement,
    /// What the reader should know besides findings.
    pub notices: Vec<String>,
    /// What people said of the change by signing it.
    pub approvals: Vec<ApprovalFacts>,
}

impl Section {
    /// A section about something that was judged.
    pub fn of(title: &str, judgement: Judgement) -> Self {
        let notices = judgement.not_evaluated.clone();
        Self {
            title: title.to_owned(),
            range: (None, None),
            repository: None,
            commits: 0,
            judgement,
            notices,
            approvals: Vec::new(),
        }
    }

    /// A section about something that could not be judged.
    pub fn undecided(title: &str, reason: String) -> Self {
        Self::of(title, Judgement::undecided(reason))
    }
}

/// Everything that one run has to say.
#[derive(Debug)]
pub struct Report {
    /// One section a ref, or the only one.
    pub sections: Vec<Section>,
    /// How long it took.
    pub elapsed: Duration,
    /// How many requests a forge was sent.
    pub requests: usize,
}

impl Style {
    /// Without colours, and as much as usual.
    pub const PLAIN: Self = Self { colour: Colour::Never, detail: Detail::Usual };
}

impl Report {
    /// The verdict of the whole push: all refs pass together or none does.
    pub fn verdict(&self) -> Verdict {
        let verdicts = || self.sections.iter().map(|section| section.judgement.verdict);
        if verdicts().any(|verdict| verdict == Verdict::Reject) {
            Verdict::Reject
        } else if verdicts().any(|verdict| verdict == Verdict::Undecided) {
            Verdict::Undecided
        } else {
            Verdict::Accept
        }
    }

    /// The whole report as text, ending in a line end.
    /// `rules` are the pages of the checks, for the formats that carry them.
    pub fn render(&self, format: Format, style: Style, rules: &[RulePage]) -> String {
        match format {
            Format::Human => human::render(self, style),
            Format::Json => json::render(self),
            Format::Sarif => sarif::render(self, rules),
            Format::Junit => junit::render(self),
            Format::Github => github::render(self),
            Format::Gitlab => gitlab::render(self),
            Format::Markdown => comment(self, &ReportContext::default()),
            Format::Rdjsonl => rdjsonl::render(self),
            Format::Html => html::render(self, rules),
        }
    }
}
