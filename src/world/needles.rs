//! Finds the files that may hold something a change depends on, among thousands of unchanged files, without parsing
//! the others.

use std::collections::{BTreeSet, HashSet};
use std::sync::{LazyLock, OnceLock};

use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::differing::Differing;
use super::loader::{is_custom, is_definition, is_rbac};
use super::need::Need;
use super::related::Related;
use kube_manifest::Object;
use kube_model::{builtin, rbac};

/// The words to look for. A scalar can only be spelled without its own letters through an escape in double quotes or
/// through a tag. A file with neither that lacks a word of every needle holds no object that matters.
#[derive(Debug)]
pub(super) struct Needles<'a> {
    identities: HashSet<(&'a str, &'a str)>,
    /// Groups and kinds whose definition changes. It decides on all their objects.
    defined: HashSet<(Box<str>, Box<str>)>,
    words: Option<Vec<Needle>>,
    /// Searchers for the words, made once for all files.
    finders: OnceLock<Vec<Vec<Finder<'static>>>>,
    wants_rbac: Wanted,
    wants_definitions: Wanted,
    related: Related,
}

/// An escape in double quotes, or a tag.
static UNSPELLED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?s)(?-u)(?:^|[\s\[{,:])!|\x22.*\\").ok());

/// Words that all must be in a file.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Needle(Vec<Box<str>>);

/// Says whether a family of objects matters to the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
}

impl Wanted {
    fn from_any(differing: &Differing, wants: fn(&Object) -> bool) -> Self {
        if differing.all().any(wants) { Self::Yes } else { Self::No }
    }
}

/// The number of needles above which looking for each costs more than parsing.
const NEEDLES: usize = 64;

impl<'a> Needles<'a> {
    /// Creates needles for a set of changed objects.
    pub(super) fn of(differing: &'a Differing, needs: &BTreeSet<Need>) -> Self {
        let mut wants_rbac = Wanted::No;
        if needs.contains(&Need::Permissions) {
            wants_rbac = Wanted::from_any(differing, is_rbac);
        }
        let mut wants_definitions = Wanted::No;
        if needs.contains(&Need::Definitions) {
            wants_definitions =
                Wanted::from_any(differing, |object| is_custom(object) || is_definition(object));
        }
        let mut families = Vec::new();
        let mut defined = HashSet::new();
        if wants_rbac == Wanted::Yes {
            families.extend([Needle(vec!["Role".into()]), Needle(vec![rbac::GROUPS.into()])]);
        }
        if wants_definitions == Wanted::Yes {
            families.push(Needle(vec!["CustomResourceDefinition".into()]));
            defined.extend(differing.all().filter_map(find_defined_kind));
        }
        families.extend(defined.iter().map(|(group, kind)| Needle(vec![group.clone(), kind.clone()])));
        Self {
            words: limit_needles(differing.all().map(Needle::of).chain(families)),
            finders: OnceLock::new(),
            defined,
            identities: differing.all().map(|object| (&*object.kind, &*object.name)).collect(),
            wants_rbac,
            wants_definitions,
            related: Related::default(),
        }
    }

    /// Adds needles for objects that name removed objects, and for those that select changed Pods or are selected by
    /// them.
    pub(super) fn with_related(mut self, related: Related) -> Self {
        if let Some(words) = &mut self.words {
            words.extend(related.words().map(Needle));
        }
        self.words = self.words.filter(|words| words.len() <= NEEDLES);
        self.related = related;
        self
    }

    /// Returns true if permissions change, which any other file may affect.
    pub(super) fn depend_on_permissions(&self) -> bool {
        self.wants_rbac == Wanted::Yes
    }

    /// Returns true if a file may hold an object that matters.
    pub(super) fn may_be_in(&self, bytes: &[u8]) -> bool {
        let Some(words) = &self.words else { return true };
        if is_utf_16(bytes) {
            return true;
        }
        let spelled_out = UNSPELLED.as_ref().is_some_and(|unspelled| !unspelled.is_match(bytes));
        let finders = self.finders.get_or_init(|| words.iter().map(Needle::finders).collect());
        let is_in =
            |finders: &Vec<Finder<'static>>| finders.iter().all(|finder| finder.find(bytes).is_some());
        !spelled_out || finders.iter().any(is_in)
    }

    /// Returns true if an object matters.
    pub(super) fn wants(&self, object: &Object) -> bool {
        (self.wants_rbac == Wanted::Yes && is_rbac(object))
            || (self.wants_definitions == Wanted::Yes && is_definition(object))
            || self.identities.contains(&(&*object.kind, &*object.name))
            || self.related.wants(object)
            || (!self.defined.is_empty()
                && self.defined.contains(&(object.group().into(), object.kind.clone())))
    }
}

/// Returns true if the letters of a file are not single bytes, so that no word can be found in it.
fn is_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Removes repeated needles. Returns `None` if they are too many.
fn limit_needles(needles: impl Iterator<Item = Needle>) -> Option<Vec<Needle>> {
    let mut unique = HashSet::new();
    for needle in needles {
        unique.insert(needle);
        if unique.len() > NEEDLES {
            return None;
        }
    }
    Some(unique.into_iter().collect())
}

/// Returns the group and the kind that a definition defines.
fn find_defined_kind(object: &Object) -> Option<(Box<str>, Box<str>)> {
    let text = |keys: &[&str]| object.root.text_at(keys).map(Box::<str>::from);
    Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?)).filter(|_| is_definition(object))
}

impl Needle {
    /// Returns kind, name and namespace of an object. A copy need not spell the namespace if it is `default` or if the
    /// kind has none.
    fn of(object: &Object) -> Self {
        let is_spelled = |namespace: &str| {
            namespace != "default"
                && builtin::scope(object.group(), &object.kind) != builtin::KindScope::Cluster
        };
        let explicit = object.namespace.clone().filter(|namespace| is_spelled(namespace));
        let words = [object.name.clone(), object.kind.clone()].into_iter().chain(explicit);
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    fn finders(&self) -> Vec<Finder<'static>> {
        self.0.iter().map(|word| Finder::new(word.as_bytes()).into_owned()).collect()
    }
}
