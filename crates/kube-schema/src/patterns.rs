//! Limits the memory of all patterns of definitions together: forty bytes of a definition can become a megabyte of
//! compiled pattern.
//!
//! In: the schemas of definitions. Out: whether there is room for their patterns. Never: keeps one.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::RegexBuilder;
use serde_json::Value as Json;

use super::compile::PATTERN_SIZE_LIMIT;
use super::problem::SchemaProblem;

/// The bytes for the patterns of one change.
const ROOM: usize = 32 << 20;

/// Size classes of patterns, smallest first; a pattern that exceeds all of them has the limit's size.
const SIZES: [usize; 3] = [4 << 10, 32 << 10, 256 << 10];

/// The bytes that are left.
#[derive(Debug)]
pub(super) struct PatternRoom(AtomicUsize);

impl Default for PatternRoom {
    fn default() -> Self {
        Self(AtomicUsize::new(ROOM))
    }
}

impl PatternRoom {
    /// Takes the room that the patterns of a schema need.
    pub(super) fn admit(&self, document: &Json) -> Result<(), SchemaProblem> {
        let mut patterns = BTreeSet::new();
        collect(document, &mut patterns);
        for pattern in patterns {
            self.take(pattern).ok_or_else(no_room)?;
        }
        Ok(())
    }

    /// Takes the room of one pattern. Once there is no room, all later patterns are refused too, because measuring
    /// takes time.
    fn take(&self, pattern: &str) -> Option<()> {
        if self.0.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let needed = measure(pattern);
        let less = |left: usize| Some(left.saturating_sub(needed));
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        (left > needed).then_some(())
    }
}

fn no_room() -> SchemaProblem {
    SchemaProblem::Unusable(format!("compiled, the patterns of all definitions take more than {ROOM} bytes"))
}

fn collect<'a>(json: &'a Json, patterns: &mut BTreeSet<&'a str>) {
    match json {
        Json::Object(fields) => {
            patterns.extend(fields.get("pattern").and_then(Json::as_str));
            fields.values().for_each(|value| collect(value, patterns));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, patterns)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn measure(pattern: &str) -> usize {
    let pattern = ascii_classes(pattern);
    let fits = |limit: &usize| RegexBuilder::new(&pattern).size_limit(*limit).build().is_ok();
    SIZES.into_iter().find(fits).unwrap_or(PATTERN_SIZE_LIMIT)
}

/// Replaces `\d` and `\w` with their ASCII classes. The validator reads them as ECMAScript does, which makes them far
/// smaller.
fn ascii_classes(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('d') => text.push_str("[0-9]"),
            Some('w') => text.push_str("[0-9A-Za-z_]"),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_measured_as_the_validator_compiles_it() {
        assert_eq!(measure("^[a-z0-9]$"), 4 << 10);
        assert_eq!(measure(r"^\w{1,63}$"), measure("^[0-9A-Za-z_]{1,63}$"));
        assert_eq!(measure(r"^\pL{1,20}$"), PATTERN_SIZE_LIMIT);
        assert_eq!(measure(r"[\\w\pL]{1,20}"), PATTERN_SIZE_LIMIT);
        assert_eq!(measure("("), PATTERN_SIZE_LIMIT);
    }

    #[test]
    fn many_large_patterns_have_no_room() {
        let schema =
            |number: usize| serde_json::json!({"items": [{"pattern": format!("^x{number}\\pL{{1,20}}$")}]});
        let room = PatternRoom::default();
        let admitted = (0..200).take_while(|number| room.admit(&schema(*number)).is_ok()).count();
        assert_eq!(admitted, ROOM / PATTERN_SIZE_LIMIT - 1);
    }
}
