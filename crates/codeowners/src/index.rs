//! Finds the rules that can match a path without trying them all.
//!
//! In: the keys that each rule's matching paths share. Out: short lists of rules for a path. Never: leaves out a rule
//! that matches.

use std::collections::HashMap;

/// A property of every path that a rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PathKey {
    /// A folder or file of this name.
    Name(Vec<u8>),
    /// A folder or file with this extension.
    Extension(Vec<u8>),
}

/// The rules of a file by their rarest key.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_name: HashMap<Vec<u8>, Vec<usize>>,
    by_extension: HashMap<Vec<u8>, Vec<usize>>,
    to_be_tried: Vec<usize>,
}

impl Index {
    /// Indexes each rule, given by its keys, under the key that the fewest rules have.
    pub(super) fn of(rules: &[Vec<PathKey>]) -> Self {
        let mut uses: HashMap<&PathKey, usize> = HashMap::new();
        rules.iter().flatten().for_each(|key| *uses.entry(key).or_default() += 1);
        let mut index = Self::default();
        for (number, keys) in rules.iter().enumerate() {
            let rarest = keys.iter().min_by_key(|key| uses.get(key).copied());
            index.list_of(rarest).push(number);
        }
        index
    }

    fn list_of(&mut self, key: Option<&PathKey>) -> &mut Vec<usize> {
        match key {
            Some(PathKey::Name(name)) => self.by_name.entry(name.clone()).or_default(),
            Some(PathKey::Extension(extension)) => self.by_extension.entry(extension.clone()).or_default(),
            None => &mut self.to_be_tried,
        }
    }

    /// Returns the lists of rules that can match a path with these names, each in the order of the file. The same list
    /// may come twice.
    pub(super) fn candidates<'a>(&'a self, names: &'a [&[u8]]) -> impl Iterator<Item = &'a [usize]> {
        let by_name = names.iter().filter_map(|name| self.by_name.get(*name));
        let extension = |name: &&[u8]| name.iter().rposition(|byte| *byte == b'.').map(|dot| dot + 1);
        let by_extension =
            names.iter().filter_map(move |name| self.by_extension.get(name.get(extension(name)?..)?));
        by_name.chain(by_extension).chain([&self.to_be_tried]).map(Vec::as_slice)
    }
}

/// Splits a path at its slashes.
pub(super) fn split_path(path: &str) -> Vec<&[u8]> {
    path.split('/').map(str::as_bytes).collect()
}
