//! Keys of a mapping: duplicates and merges, as go-yaml v2 treats them.

use std::collections::HashMap;

use super::super::node::{Entry, Node, Value};
use super::super::problem::Problem;
use source_files::Span;

/// The way by which a key came into a mapping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Written,
    Merged,
}

/// Collects the entries of a mapping.
#[derive(Default)]
pub(crate) struct MappingBuilder {
    entries: Vec<Entry>,
    origins: Vec<Origin>,
    index: HashMap<Box<str>, usize>,
}

/// Below this many keys a linear search beats hashing.
const INDEX_FROM: usize = 16;

impl MappingBuilder {
    pub(crate) fn finish(self) -> Value {
        Value::Mapping(self.entries)
    }

    /// Adds a written key. go-yaml v2 lets a second one win, v3 refuses it: we report it.
    pub(crate) fn insert(&mut self, key: Box<str>, key_span: Span, value: Node, problems: &mut Vec<Problem>) {
        let entry = Entry { key, key_span, value };
        match self.find(&entry.key) {
            None => self.push(entry, Origin::Written),
            Some((place, origin)) => {
                if origin == Origin::Written {
                    let reason = format!("the key `{}` is set twice: one of the two is ignored", entry.key);
                    problems.push(Problem::ambiguous(entry.key_span, reason));
                }
                self.replace(place, entry, Origin::Written);
            }
        }
    }

    /// Merges mappings; a later one wins.
    pub(super) fn merge(&mut self, key_span: Span, sources: Vec<Node>, problems: &mut Vec<Problem>) {
        for source in sources {
            if let Value::Mapping(entries) = source.value {
                self.merge_entries(entries, key_span, problems);
            }
        }
    }

    fn merge_entries(&mut self, entries: Vec<Entry>, place: Span, problems: &mut Vec<Problem>) {
        for entry in entries {
            match self.find(&entry.key) {
                None => self.push(entry, Origin::Merged),
                Some((index, origin)) => {
                    if origin == Origin::Written {
                        let reason = format!(
                            "kubectl lets this merge override the key `{}` above it; other tools do not",
                            entry.key
                        );
                        problems.push(Problem::ambiguous(place, reason));
                    }
                    self.replace(index, entry, Origin::Merged);
                }
            }
        }
    }

    fn push(&mut self, entry: Entry, origin: Origin) {
        if self.entries.len() == INDEX_FROM {
            let keys = self.entries.iter().map(|entry| entry.key.clone());
            self.index = keys.zip(0..).collect();
        }
        if self.entries.len() >= INDEX_FROM {
            self.index.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
        self.origins.push(origin);
    }

    fn replace(&mut self, place: usize, entry: Entry, origin: Origin) {
        if let (Some(old), Some(old_origin)) = (self.entries.get_mut(place), self.origins.get_mut(place)) {
            *old = entry;
            *old_origin = origin;
        }
    }

    fn find(&self, key: &str) -> Option<(usize, Origin)> {
        let place = if self.index.is_empty() {
            self.entries.iter().position(|entry| &*entry.key == key)
        } else {
            self.index.get(key).copied()
        }?;
        Some((place, self.origins.get(place).copied()?))
    }
}
