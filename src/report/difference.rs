//! Compares two texts line by line.
//!
//! In: lines. Out: kept, removed and added lines with a few lines of context. Never: more than [`CELLS`] steps of work
//! for one pair.

/// The most pairs of lines that are compared. Beyond it, everything between the common beginning and the common end
/// counts as replaced.
const CELLS: usize = 250_000;
/// The number of kept lines that are shown around a change.
const CONTEXT: usize = 3;

/// The fate of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiffLine<'a> {
    /// The line is in both texts.
    Kept(&'a str),
    /// The line is in the old text only.
    Removed(&'a str),
    /// The line is in the new text only.
    Added(&'a str),
    /// A number of kept lines that are not shown.
    Skipped(usize),
}

/// Computes the difference, with context. Empty if the texts are equal.
pub(super) fn compare_lines<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<DiffLine<'a>> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = pairs.take_while(|(one, other)| one == other).count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    let mut lines = keep_all(new.get(..head));
    push_middle(&mut lines, old_middle, new_middle);
    lines.extend(keep_all(new.get(new.len() - tail..)));
    keep_context(lines)
}

fn keep_all<'a>(lines: Option<&[&'a str]>) -> Vec<DiffLine<'a>> {
    lines.unwrap_or_default().iter().map(|line| DiffLine::Kept(line)).collect()
}

/// Keeps a longest common subsequence of lines (the textbook's table, from the end), and writes removed lines before
/// added ones.
fn push_middle<'a>(steps: &mut Vec<DiffLine<'a>>, old: &[&'a str], new: &[&'a str]) {
    let table = if old.len() * new.len() <= CELLS { count_common(old, new) } else { Vec::new() };
    let at = |one: usize, other: usize| table.get(one * (new.len() + 1) + other).copied().unwrap_or(0);
    let (mut one, mut other) = (0, 0);
    while let (Some(gone), Some(come)) = (old.get(one), new.get(other)) {
        if gone == come && !table.is_empty() {
            steps.push(DiffLine::Kept(come));
            (one, other) = (one + 1, other + 1);
        } else if at(one + 1, other) >= at(one, other + 1) {
            steps.push(DiffLine::Removed(gone));
            one += 1;
        } else {
            steps.push(DiffLine::Added(come));
            other += 1;
        }
    }
    steps.extend(old.iter().skip(one).map(|line| DiffLine::Removed(line)));
    steps.extend(new.iter().skip(other).map(|line| DiffLine::Added(line)));
}

/// Counts the lines that the rests of both have in common, row by row.
fn count_common(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut table = vec![0_u32; width * (old.len() + 1)];
    for (one, gone) in old.iter().enumerate().rev() {
        for (other, come) in new.iter().enumerate().rev() {
            let cell = |row: usize, column: usize| table.get(row * width + column).copied().unwrap_or(0);
            let best = if gone == come {
                cell(one + 1, other + 1) + 1
            } else {
                cell(one + 1, other).max(cell(one, other + 1))
            };
            if let Some(place) = table.get_mut(one * width + other) {
                *place = best;
            }
        }
    }
    table
}

fn keep_context(steps: Vec<DiffLine<'_>>) -> Vec<DiffLine<'_>> {
    let changes = |step: &DiffLine<'_>| matches!(step, DiffLine::Removed(..) | DiffLine::Added(..));
    let mut near = vec![false; steps.len()];
    for (index, _) in steps.iter().enumerate().filter(|(_, step)| changes(step)) {
        let range = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(steps.len());
        near.get_mut(range).unwrap_or_default().fill(true);
    }
    let mut shown: Vec<DiffLine<'_>> = Vec::new();
    for (step, near) in steps.into_iter().zip(near) {
        match (near, shown.last_mut()) {
            (true, _) => shown.push(step),
            (false, Some(DiffLine::Skipped(count))) => *count += 1,
            (false, _) => shown.push(DiffLine::Skipped(1)),
        }
    }
    if shown.iter().any(changes) { shown } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::{DiffLine, compare_lines};

    #[test]
    fn what_stays_goes_and_comes() {
        let old = ["a", "b", "c", "d"];
        let new = ["a", "x", "c", "d", "e"];
        let steps = [
            DiffLine::Kept("a"),
            DiffLine::Removed("b"),
            DiffLine::Added("x"),
            DiffLine::Kept("c"),
            DiffLine::Kept("d"),
            DiffLine::Added("e"),
        ];
        assert_eq!(compare_lines(&old, &new), steps);
        assert_eq!(compare_lines(&old, &old), []);
        assert_eq!(compare_lines(&[], &["a"]), [DiffLine::Added("a")]);
        assert_eq!(compare_lines(&["a"], &[]), [DiffLine::Removed("a")]);
    }

    #[test]
    fn lines_far_from_any_change_are_counted() {
        let old: Vec<String> = (0..20).map(|line| line.to_string()).collect();
        let mut new = old.clone();
        new[10] = "x".into();
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
        let steps = compare_lines(&old, &new);
        assert_eq!((steps.first(), steps.last()), (Some(&DiffLine::Skipped(7)), Some(&DiffLine::Skipped(6))));
        assert_eq!(steps.len(), 2 + 6 + 2);
    }

    /// Everything of both is shown, and quickly, if the table would be too large.
    #[test]
    fn large_texts_are_replaced_as_a_whole() {
        let lines = |word: &str| (0..5_000).map(|line| format!("{word} {}", line % 7)).collect::<Vec<_>>();
        let (old, new) = (lines("a"), lines("b"));
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
        let steps = compare_lines(&old, &new);
        assert_eq!(steps.iter().filter(|step| matches!(step, DiffLine::Removed(..))).count(), 5_000);
        assert_eq!(steps.iter().filter(|step| matches!(step, DiffLine::Added(..))).count(), 5_000);
    }
}
