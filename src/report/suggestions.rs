//! Suggested changes, which a forge offers beside the lines of a pull request.

use super::Report;
use super::entry::{ReportEntry, collect_entries};
use super::markdown::shorten;
use crate::finding::Suggestion;

/// A comment on lines of the new revision, with the lines to put in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestionComment {
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line that is replaced; `None` if that is the last one as well.
    pub start_line: Option<u32>,
    /// The last line that is replaced.
    pub line: u32,
    /// The problem, in Markdown, and the block that a forge offers to commit.
    pub body: String,
}

/// Returns a comment for every finding with a certain remedy that no one has accepted. Findings with the same remedy
/// share one comment. Of two remedies for one line, that of the worse finding is offered.
pub fn suggestions(report: &Report) -> Vec<SuggestionComment> {
    let entries = collect_entries(report);
    let mut offered: Vec<(&Suggestion, Vec<String>)> = Vec::new();
    for entry in &entries {
        let Some(suggestion) = entry.suggestion() else { continue };
        match offered.iter_mut().find(|(known, _)| do_overlap(known, suggestion)) {
            Some((known, why)) if *known == suggestion => why.push(write_sentence(entry)),
            Some(_) => {}
            None => offered.push((suggestion, vec![write_sentence(entry)])),
        }
    }
    offered.into_iter().map(write_comment).collect()
}

fn do_overlap(one: &Suggestion, other: &Suggestion) -> bool {
    one.path == other.path && one.start.line <= other.end.line && other.start.line <= one.end.line
}

fn write_sentence(entry: &ReportEntry<'_>) -> String {
    format!(
        "**{}: {}** {}",
        entry.consequence.as_str(),
        entry.judged.finding.check,
        shorten(&entry.sentence())
    )
}

fn write_comment((suggestion, mut why): (&Suggestion, Vec<String>)) -> SuggestionComment {
    why.dedup();
    let fence = fence_for(&suggestion.replacement);
    let body = format!("{}\n\n{fence}suggestion\n{}\n{fence}\n", why.join("\n\n"), suggestion.replacement);
    let (start, line) = (suggestion.start.line, suggestion.end.line);
    let path = suggestion.path.to_string();
    SuggestionComment { path, start_line: (start != line).then_some(start), line, body }
}

/// Returns a fence that is longer than any run of backticks in the text.
fn fence_for(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::fence_for;

    #[test]
    fn no_text_closes_its_fence() {
        assert_eq!(fence_for("image: nginx"), "```");
        assert_eq!(fence_for("a ```` b ``"), "`````");
    }
}
