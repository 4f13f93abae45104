//! Declarations by name, of which the nearest one is taken.
//!
//! In: declarations of one tree, in which several clusters may use one name. Out: the one that a reference means. Never:
//! picks one of several that are equally near and differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube_manifest::Node;

use super::declaration::{Declaration, DeclarationKind};
use super::unit::ObjectName;

/// The declarations of a tree.
#[derive(Debug, Default)]
pub(crate) struct DeclarationIndex {
    by_name: BTreeMap<(DeclarationKind, Box<str>), Vec<Arc<Declaration>>>,
}

/// What a reference leads to.
#[derive(Debug)]
pub(crate) enum Found {
    One(Arc<Declaration>),
    Several,
    Nothing,
}

impl DeclarationIndex {
    pub(crate) fn new(declarations: &[Arc<Declaration>]) -> Self {
        let mut index = Self::default();
        for declaration in declarations {
            if let Some(kind) = declaration.kind() {
                let key = (kind, declaration.name().into());
                index.by_name.entry(key).or_default().push(Arc::clone(declaration));
            }
        }
        index
    }

    /// The object of a name that is nearest to the one that refers to it. A namespace that is not written yet may become
    /// any.
    pub(crate) fn find(&self, kind: DeclarationKind, name: &ObjectName, from: &Declaration) -> Found {
        let named = self.by_name.get(&(kind, name.name.clone())).map(Vec::as_slice).unwrap_or_default();
        nearest_of(named.iter(), &name.namespace, from)
    }

    /// The same for any name, among the objects that a condition holds for.
    pub(crate) fn find_where(
        &self,
        kind: DeclarationKind,
        namespace: &str,
        from: &Declaration,
        condition: &dyn Fn(&Declaration) -> bool,
    ) -> Found {
        let of_kind = self.by_name.iter().filter(|((known, _), _)| *known == kind);
        let fitting = of_kind.flat_map(|(_, declarations)| declarations).filter(|found| condition(found));
        nearest_of(fitting, namespace, from)
    }
}

fn nearest_of<'d>(
    candidates: impl Iterator<Item = &'d Arc<Declaration>>,
    namespace: &str,
    from: &Declaration,
) -> Found {
    let candidates: Vec<&Arc<Declaration>> = candidates.collect();
    let is_exact = |found: &&&Arc<Declaration>| found.namespace() == namespace;
    let is_open = |found: &&&Arc<Declaration>| found.namespace().is_empty() || namespace.is_empty();
    let mut fitting: Vec<&Arc<Declaration>> = candidates.iter().filter(is_exact).copied().collect();
    if fitting.is_empty() {
        fitting = candidates.iter().filter(is_open).copied().collect();
    }
    let nearest = fitting.iter().map(|found| nearness(found, from)).max().unwrap_or_default();
    fitting.retain(|found| nearness(found, from) == nearest);
    let Some((first, rest)) = fitting.split_first() else { return Found::Nothing };
    if rest.iter().all(|other| says_the_same(&other.node, &first.node)) {
        Found::One(Arc::clone(first))
    } else {
        Found::Several
    }
}

/// The number of folders that two declarations share, on the way on which they share most.
fn nearness(one: &Declaration, other: &Declaration) -> usize {
    let folders = |declaration: &Declaration| {
        let own = declaration.path().map(|path| path.parent().to_owned());
        let via = declaration.via.iter().map(|folder| folder.as_str().to_owned());
        own.into_iter().chain(via).collect::<Vec<String>>()
    };
    let theirs = folders(other);
    let shared = folders(one).into_iter().flat_map(|folder| {
        theirs.iter().map(move |other| shared_parts(&folder, other)).collect::<Vec<usize>>()
    });
    shared.max().unwrap_or_default()
}

fn shared_parts(one: &str, other: &str) -> usize {
    let parts =
        |text: &str| text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    parts(one).iter().zip(&parts(other)).take_while(|(one, other)| one == other).count()
}

fn says_the_same(one: &Node, other: &Node) -> bool {
    ["spec", "data", "stringData", "sops"].iter().all(|field| one.get(field) == other.get(field))
}
