//! Splits a stream into documents before any YAML is parsed, as each reading does.

use super::problem::Problem;
use super::reading::{Reading, Refusal};
use source_files::Span;

/// A document's bytes within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Document chunks, plus separators that not every tool recognises.
#[derive(Debug, Default)]
pub(super) struct Framed {
    pub(super) chunks: Vec<Chunk>,
    pub(super) problems: Vec<Problem>,
}

/// apimachinery's `YAMLReader`: every line that starts with `---` is a separator, wherever it is;
/// only blanks and a comment may follow on it. Reading begins at `from`.
pub(super) fn split_kubectl(text: &str, from: usize) -> Framed {
    let mut framed = Framed::default();
    let mut start = from;
    for offset in separators(text, from) {
        let line = text.get(offset..).unwrap_or_default();
        let length = memchr::memchr(b'\n', line.as_bytes()).map_or(line.len(), |end| end + 1);
        let rest = line.get(SEPARATOR.len()..length).unwrap_or_default();
        framed.problems.extend(separator_problem(rest, offset, length));
        // With nothing before it, the separator itself becomes the start of the document.
        if start < offset {
            framed.chunks.push(Chunk { start, end: offset });
            start = offset + length;
        }
    }
    framed.chunks.push(Chunk { start, end: text.len().max(from) });
    framed
}

const SEPARATOR: &str = "---";

/// The offsets of the lines that start with the separator.
fn separators(text: &str, from: usize) -> impl Iterator<Item = usize> {
    let body = text.get(from..).unwrap_or_default();
    let first = body.starts_with(SEPARATOR).then_some(from);
    let others = memchr::memmem::find_iter(body.as_bytes(), b"\n---").map(move |place| from + place + 1);
    first.into_iter().chain(others)
}

fn separator_problem(rest: &str, offset: usize, length: usize) -> Option<Problem> {
    let content = rest.trim();
    let place = span(offset, offset + length);
    if content.is_empty() || (content.starts_with('#') && rest.starts_with([' ', '\t'])) {
        return None;
    }
    let reason = "text on the same line as the document separator `---` is dropped by some tools";
    let problem = Problem::ambiguous(place, reason);
    Some(if content.starts_with('#') { problem } else { problem.refused(Refusal::By(Reading::Kubectl)) })
}

/// kyaml's `splitDocuments`: `\n---.*\n`, matches not overlapping, with the same rule for the rest
/// of the line. A first line `---` and one without a line end stay in the document.
pub(super) fn split_kustomize(text: &str) -> Framed {
    let mut framed = Framed::default();
    let (mut start, mut from) = (0, 0);
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("\n---")) {
        let line = from + found + 1;
        let Some(length) = text.get(line..).and_then(|rest| rest.find('\n')) else { break };
        let after = line + length + 1;
        let rest = text.get(line + 3..line + length).unwrap_or_default().trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let reason = "text on the same line as the document separator `---`";
            let problem = Problem::ambiguous(span(line, line + length), reason);
            framed.problems.push(problem.refused(Refusal::By(Reading::Kustomize)));
        }
        framed.chunks.push(Chunk { start, end: line });
        (start, from) = (after, after);
    }
    framed.chunks.push(Chunk { start, end: text.len() });
    framed
}

/// A span from offsets; files beyond 4 GiB never get this far.
pub(super) fn span(start: usize, end: usize) -> Span {
    let bound = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span { start: bound(start), end: bound(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(text: &'a str, framed: &Framed) -> Vec<&'a str> {
        framed.chunks.iter().map(|chunk| &text[chunk.start..chunk.end]).collect()
    }

    #[test]
    fn separators_are_lines_that_start_with_three_dashes() {
        let text = "a: 1\n--- # note\nb: |\n  x\n---\nc: 3";
        assert_eq!(texts(text, &split_kubectl(text, 0)), ["a: 1\n", "b: |\n  x\n", "c: 3"]);
        assert_eq!(texts(text, &split_kustomize(text)), ["a: 1\n", "b: |\n  x\n", "c: 3"]);
        assert!(split_kubectl(text, 0).problems.is_empty());
        assert_eq!(split_kubectl("--- {a: 1}\n", 0).problems.len(), 1);
        assert_eq!(split_kubectl("---#x\na: 1\n", 0).problems.len(), 1);
    }

    #[test]
    fn kustomize_leaves_the_first_and_the_last_line_alone() {
        let kept = |text: &'static str| texts(text, &split_kustomize(text));
        assert_eq!(kept("---\na: 1\n---"), ["---\na: 1\n---"]);
        assert_eq!(kept("a: 1\n---\n---\nb: 1\n"), ["a: 1\n", "---\nb: 1\n"]);
    }
}
