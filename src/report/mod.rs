//! Judgements for people and for programs.
//!
//! In: [`Report`]. Out: text in a [`Format`]. Never: decides, reads files, or prints anything that a
//! pusher controls without escaping it for the medium.

mod annotation;
mod causes;
mod comment;
mod concise;
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

use crate::evidence::{ApprovalFacts, Makers};
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

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with source excerpts.
    Human,
    /// One line for each finding.
    Concise,
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
    /// A self-contained page.
    Html,
}

/// The page of a check, for formats that carry it.
#[derive(Clone, Copy, Debug)]
pub struct RulePage {
    /// Its id.
    pub id: CheckId,
    /// The title, one line.
    pub title: &'static str,
    /// Its family.
    pub family: &'static str,
    /// The reason why a finding matters.
    pub why: &'static str,
    /// Its page, in Markdown.
    pub markdown: &'static str,
}

/// The appearance of the report for people.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Says whether it has colours.
    pub colour: Colour,
    /// The detail of each finding.
    pub detail: Detail,
}

/// The amount of detail in a report for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The problem, its place, the reason and the remedy.
    Usual,
    /// Also the trail of the policy's decision, and the findings that are left out.
    Trail,
}

/// Says whether the reader's terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The terminal shows colours, and `NO_COLOR` is not set.
    Always,
    /// The terminal would show escape sequences as text.
    Never,
}

/// The judgement of one ref, index or folder.
#[derive(Clone, Debug)]
pub struct Section {
    /// A ref, `the index`, or a path.
    pub title: String,
    /// The commits that were compared, if there are any.
    pub range: (Option<ObjectId>, Option<ObjectId>),
    /// The address of the repository for a browser, if the run knows it.
    pub repository: Option<String>,
    /// The number of new commits.
    pub commits: usize,
    /// The judgement.
    pub judgement: Judgement,
    /// Notes for the reader besides findings.
    pub notices: Vec<String>,
    /// The signed statements about the change.
    pub approvals: Vec<ApprovalFacts>,
    /// Whether it is proved who made the change.
    pub makers: Makers,
}

impl Section {
    /// Creates a section about something that was judged.
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
            makers: Makers::Unproved,
        }
    }

    /// Creates a section about something that could not be judged.
    pub fn undecided(title: &str, reason: String) -> Self {
        Self::of(title, Judgement::undecided(reason))
    }
}

/// The result of one run.
#[derive(Debug)]
pub struct Report {
    /// One section a ref, or the only one.
    pub sections: Vec<Section>,
    /// The duration of the run.
    pub elapsed: Duration,
    /// The number of requests to a forge.
    pub requests: usize,
}

impl Style {
    /// Without colours, and with the usual detail.
    pub const PLAIN: Self = Self { colour: Colour::Never, detail: Detail::Usual };
}

impl Report {
    /// Returns the verdict of the whole push: all refs pass together or none does.
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

    /// Renders the whole report as text, ending in a line end.
    /// `rules` are the pages of the checks, for the formats that carry them.
    pub fn render(&self, format: Format, style: Style, rules: &[RulePage]) -> String {
        match format {
            Format::Human => human::render(self, style, rules),
            Format::Concise => concise::render(self),
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
