//! Finds, among thousands of unchanged files, those that may hold something a change depends on,
//! without parsing the others.

use std::collections::HashSet;

use regex::bytes::Regex;

use super::loader::{is_custom, is_definition, is_rbac};
use crate::manifest::Object;

/// What to look for. A scalar can only be spelled without its own letters through an escape or a
/// tag, so a file with neither a backslash nor an exclamation mark that lacks every needle holds
/// no object that matters.
#[derive(Debug)]
pub(super) struct Needles {
    names: HashSet<(Box<str>, Box<str>)>,
    wants_rbac: bool,
    wants_definitions: bool,
    pattern: Option<Regex>,
}

impl Needles {
    /// Needles for a set of changed objects.
    pub(super) fn of<'a>(changed: impl Iterator<Item = &'a Object>) -> Self {
        let mut names = HashSet::new();
        let (mut wants_rbac, mut wants_definitions) = (false, false);
        for object in changed {
            names.insert((object.kind.clone(), object.name.clone()));
            wants_rbac |= is_rbac(object);
            wants_definitions |= is_custom(object) || is_definition(object);
        }
        let pattern = pattern(&names, wants_rbac, wants_definitions);
        Self { names, wants_rbac, wants_definitions, pattern }
    }

    /// Whether a file may hold an object that matters; true where the pattern is too large to build.
    pub(super) fn may_stand_in(&self, bytes: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(bytes))
    }

    /// Whether an object matters.
    pub(super) fn wants(&self, object: &Object) -> bool {
        (self.wants_rbac && is_rbac(object))
            || (self.wants_definitions && is_definition(object))
            || self.names.contains(&(object.kind.clone(), object.name.clone()))
    }
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "two facts of one private caller, never swapped: both add a word"
)]
fn pattern(names: &HashSet<(Box<str>, Box<str>)>, rbac: bool, definitions: bool) -> Option<Regex> {
    let mut words = vec![regex::escape("\\"), "!".to_owned()];
    words.extend(names.iter().map(|(_, name)| regex::escape(name)));
    words.extend(rbac.then(|| "Role".to_owned()));
    words.extend(definitions.then(|| "CustomResourceDefinition".to_owned()));
    Regex::new(&words.join("|")).ok()
}
