//! Splits a YAML stream into documents as apimachinery's `YAMLReader` does: at every line that
//! starts with `---`, wherever it stands, before any YAML is parsed.

use super::problem::Problem;
use crate::source::Span;

/// A document's bytes within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The documents of a stream, and the separators that tools read differently.
pub(super) fn split(text: &str) -> (Vec<Chunk>, Vec<Problem>) {
    let (mut chunks, mut problems) = (Vec::new(), Vec::new());
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("---") {
            chunks.push(Chunk { start, end: offset });
            start = offset + line.len();
            problems.extend(separator_problem(rest, offset, line.len()));
        }
        offset += line.len();
    }
    chunks.push(Chunk { start, end: offset });
    (chunks, problems)
}

/// Kubernetes' reader refuses content on a separator line, other splitters drop it silently.
fn separator_problem(rest: &str, offset: usize, length: usize) -> Option<Problem> {
    let content = rest.trim();
    if content.is_empty() || (content.starts_with('#') && rest.starts_with([' ', '\t'])) {
        return None;
    }
    let reason = "text on the same line as the document separator `---` is dropped by some tools";
    Some(Problem::ambiguous(span(offset, offset + length), reason))
}

/// A span from offsets; files beyond 4 GiB never get this far.
pub(super) fn span(start: usize, end: usize) -> Span {
    let bound = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span { start: bound(start), end: bound(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_lines_that_start_with_three_dashes() {
        let (chunks, problems) = split("a: 1\n--- # note\nb: |\n  x\n---\nc: 3");
        assert_eq!(chunks.len(), 3);
        assert!(problems.is_empty());
        assert_eq!(split("--- {a: 1}\n").1.len(), 1);
        assert_eq!(split("---#x\na: 1\n").1.len(), 1);
    }
}
