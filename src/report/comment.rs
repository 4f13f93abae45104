//! The comment of a pull request: blocking findings come first, and the text says how many are left out.

use std::fmt::Write as _;

use super::Report;
use super::counts::{Counts, plural};
use super::entry::{Consequence, ReportEntry, collect_entries, headline, list_remarks, list_undecided};
use super::markdown::{push_what_fits, quote, shorten, write_finding};
use crate::verdict::Verdict;

/// The most bytes of the body. Forges accept 65,536 characters, which are never more than bytes; the rest is for the
/// lines that close the comment.
const LARGEST: usize = 60_000;

/// The name that a status and a comment have, such as `portcullis` or `portcullis/staging`, if there are several runs
/// for one change. A later run with the same context overwrites both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportContext(Box<str>);

/// An invalid context.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a valid status name: use 1 to 64 of the characters A-Z a-z 0-9 . _ / - with spaces between \
     them, such as `portcullis/staging`"
)]
pub struct ReportContextError(String);

impl ReportContext {
    /// The longest context, in characters.
    pub const LENGTH: usize = 64;

    /// Parses a context. The characters that it allows cannot end a comment of Markdown or mislead a reader.
    pub fn parse(text: &str) -> Result<Self, ReportContextError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._/-".contains(&byte);
        let fits = !text.is_empty() && text.len() <= Self::LENGTH && text.trim() == text;
        let wrong = || ReportContextError(super::terminal(&super::length::cut(text, 100)).into_owned());
        (fits && text.bytes().all(plain)).then(|| Self(text.into())).ok_or_else(wrong)
    }

    /// Returns the text of the context.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the status. For pull requests into another branch than the default one, it names the branch: a status
    /// belongs to a commit, and success for one branch is not success for another.
    pub fn status_name(&self, other_branch: Option<&str>) -> String {
        let name = self.as_str();
        other_branch.map_or_else(|| name.to_owned(), |branch| format!("{name} ({})", super::terminal(branch)))
    }

    /// Returns the first line of the comment, by which a later run finds it.
    pub fn marker(&self) -> String {
        match &*self.0 {
            env!("CARGO_PKG_NAME") => "<!-- portcullis -->".to_owned(),
            other => format!("<!-- portcullis:{other} -->"),
        }
    }
}

impl Default for ReportContext {
    fn default() -> Self {
        Self(env!("CARGO_PKG_NAME").into())
    }
}

/// Renders the report as a comment of at most 65,536 characters. If nothing blocks, the comment is one line and a
/// block to unfold. An override is never folded.
pub fn comment(report: &Report, context: &ReportContext) -> String {
    let entries = collect_entries(report);
    let counts = Counts::of(report, &entries);
    let mut text = format!("{}\n", context.marker());
    let green = report.verdict() == Verdict::Accept && counts.count_with(Consequence::Forced) == 0;
    if green {
        push_folded(&mut text, report, &entries, &counts);
    } else {
        let _ = writeln!(text, "## portcullis: {}\n\n{}", headline(report), describe_judged(report, &counts));
        push_body(&mut text, report, &entries);
    }
    text
}

/// Describes what was judged, and the result, on one line.
fn describe_judged(report: &Report, counts: &Counts) -> String {
    let titles: Vec<&str> = report.sections.iter().map(|section| section.title.as_str()).collect();
    let titles = shorten(&titles.join(", "));
    format!("{titles}: {}; {} changed", counts.sentence(), plural(counts.objects, "object"))
}

fn push_folded(text: &mut String, report: &Report, entries: &[ReportEntry<'_>], counts: &Counts) {
    let line = describe_judged(report, counts);
    let _ = writeln!(text, "**portcullis: {}** {line}", headline(report));
    let notes = list_remarks(report).len();
    if entries.is_empty() && notes == 0 {
        return;
    }
    let heading = format!("{}, {}", plural(entries.len(), "finding"), plural(notes, "note"));
    let _ = writeln!(text, "\n<details><summary>{heading}</summary>");
    push_body(text, report, entries);
    text.push_str("\n</details>\n");
}

/// Writes undecided reasons and overrides before the findings, and other notes behind them.
fn push_body(text: &mut String, report: &Report, entries: &[ReportEntry<'_>]) {
    let open = list_undecided(report).into_iter().map(|reason| format!("undecided: {reason}"));
    let forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    let (first, last) =
        if forced { (list_remarks(report), Vec::new()) } else { (Vec::new(), list_remarks(report)) };
    push_what_fits(text, &quote_all(open.chain(first)), LARGEST / 3, "notes");
    let blocks: Vec<String> = entries.iter().map(write_finding).collect();
    push_what_fits(text, &blocks, LARGEST - LARGEST / 6, "findings");
    push_what_fits(text, &quote_all(last.into_iter()), LARGEST, "notes");
}

fn quote_all(notes: impl Iterator<Item = String>) -> Vec<String> {
    notes.map(|note| quote(&note)).collect()
}
