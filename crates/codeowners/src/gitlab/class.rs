//! Character classes of GitLab's patterns.

use std::str::Chars;

use crate::glob::{Class, Negation};

/// Reads a class behind its `[`, including the closing bracket. Returns `None` if Ruby would never match it.
pub(super) fn read_class(rest: &mut Chars<'_>) -> Option<Class> {
    let mut next = rest.next()?;
    let negation = if matches!(next, '!' | '^') { Negation::Negated } else { Negation::Plain };
    if negation == Negation::Negated {
        next = rest.next()?;
    }
    let mut ranges = Vec::new();
    while next != ']' {
        let first = read_unescaped(next, rest)?;
        next = rest.next()?;
        let mut ahead = rest.clone();
        if next == '-' && ahead.next()? != ']' {
            let end = rest.next()?;
            let last = read_unescaped(end, rest)?;
            if first > last {
                return None;
            }
            ranges.push((first, last));
            next = rest.next()?;
        } else {
            ranges.push((first, first));
        }
    }
    (!ranges.is_empty()).then_some(Class { negation, ranges })
}

fn read_unescaped(character: char, rest: &mut Chars<'_>) -> Option<char> {
    if character == '\\' { rest.next() } else { Some(character) }
}
