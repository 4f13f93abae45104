//! A fast acceptance test for objects of Kubernetes' own kinds.
//!
//! In: an object and the name of a definition in a version. Out: certain acceptance, or a doubt. Never: a reason.
//! Callers with a doubt ask the validator, so a definition with a keyword that is not known here costs time and
//! nothing else. Most objects are valid, and their schemas need not be compiled.

use std::sync::OnceLock;

use super::embedded::{Embedded, Name};
use super::shape::{Others, Shape};
use kube_manifest::{Entry, Node, Value};
use kube_model::KubernetesVersion;

/// The shapes of all definitions, each read when the first object needs it.
#[derive(Debug)]
struct Shapes(Vec<OnceLock<Option<Shape>>>);

impl Shapes {
    fn of(embedded: &Embedded) -> &'static Self {
        static SHAPES: OnceLock<Shapes> = OnceLock::new();
        SHAPES.get_or_init(|| Self((0..embedded.count()).map(|_| OnceLock::new()).collect()))
    }

    fn get(&self, embedded: &Embedded, index: usize) -> Option<&Shape> {
        self.0.get(index)?.get_or_init(|| Shape::read(embedded, index)).as_ref()
    }
}

/// The definitions of one version.
#[derive(Clone, Copy)]
pub(super) struct QuickValidator<'a> {
    embedded: &'a Embedded,
    shapes: &'static Shapes,
    version: KubernetesVersion,
}

impl<'a> QuickValidator<'a> {
    pub(super) fn of(embedded: &'a Embedded, version: KubernetesVersion) -> Self {
        Self { embedded, shapes: Shapes::of(embedded), version }
    }

    /// Returns true if a definition certainly accepts a value.
    pub(super) fn accepts(self, definition: &str, node: &Node) -> bool {
        self.embedded.name(definition).is_some_and(|name| self.accepts_named(name, node))
    }

    fn accepts_named(self, name: Name, node: &Node) -> bool {
        let index = self.embedded.index_of(name, self.version);
        let shape = index.and_then(|index| self.shapes.get(self.embedded, index));
        shape.is_some_and(|shape| self.fits(shape, node))
    }

    fn fits(self, shape: &Shape, node: &Node) -> bool {
        let refers = shape.reference.is_none_or(|name| self.accepts_named(name, node));
        if !refers || !shape.types.take(&node.value) {
            return false;
        }
        match &node.value {
            Value::Null | Value::Bool(_) => shape.words.is_none(),
            Value::Unknown(_) => true,
            Value::Integer(number) => {
                shape.words.is_none() && shape.bounds.as_ref().is_none_or(|bounds| bounds.contains(number))
            }
            Value::Float(_) => shape.words.is_none() && shape.bounds.is_none(),
            Value::String(text) => {
                shape.words.as_ref().is_none_or(|words| words.contains(text))
                    && shape.format.is_none_or(|reads| reads(text))
            }
            Value::Sequence(items) => shape.words.is_none() && self.fits_items(shape, items),
            Value::Mapping(entries) => shape.words.is_none() && self.fits_entries(shape, node, entries),
        }
    }

    fn fits_items(self, shape: &Shape, items: &[Node]) -> bool {
        let differ =
            || shape.uniqueness.as_ref().is_none_or(|unique| unique.find_repetitions(items).is_empty());
        let fit = |of_item: &Shape| items.iter().all(|item| self.fits(of_item, item));
        shape.items.as_deref().is_none_or(fit) && (items.len() < 2 || differ())
    }

    fn fits_entries(self, shape: &Shape, node: &Node, entries: &[Entry]) -> bool {
        let fits = |entry: &Entry| match (shape.field(&entry.key), &shape.others) {
            (Some(field), _) => self.fits(field, &entry.value),
            (None, Others::Shaped(other)) => self.fits(other, &entry.value),
            (None, Others::Free) => true,
            (None, Others::Refused) => false,
        };
        shape.required.iter().all(|key| node.entry(key).is_some()) && entries.iter().all(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::super::closure::Closure;
    use super::super::compile::{CompiledSchema, compile};
    use super::super::embedded::embedded;
    use super::*;
    use kube_manifest::{Limits, parse};
    use source_files::Span;

    const OBJECTS: &str = include_str!("acceptance_objects.yaml");

    #[test]
    fn every_definition_is_plain() {
        let embedded = embedded().unwrap();
        for index in 0..embedded.count() {
            assert!(Shapes::of(embedded).get(embedded, index).is_some(), "{:?}", embedded.text(index));
        }
    }

    #[test]
    fn what_is_accepted_is_valid_and_what_is_valid_is_accepted() {
        let manifest = parse(OBJECTS.into(), &Limits::default());
        assert!(manifest.problems.is_empty() && manifest.objects.len() > 5);
        for version in [KubernetesVersion::OLDEST, KubernetesVersion::NEWEST] {
            for object in &manifest.objects {
                let embedded = embedded().unwrap();
                let name = embedded.name_of(object.group(), object.version(), &object.kind).unwrap();
                let closure = Closure::of(embedded, name, version).unwrap();
                let compiled = compile(closure.document(embedded).unwrap()).unwrap();
                let judged = Both { acceptance: QuickValidator::of(embedded, version), name, compiled };
                assert!(judged.agree(&object.root), "{} {version}", object.kind);
                let mut root = object.root.clone();
                judged.change_each(&mut root, &mut Vec::new());
            }
        }
    }

    struct Both<'a> {
        acceptance: QuickValidator<'a>,
        name: &'static str,
        compiled: CompiledSchema,
    }

    impl Both<'_> {
        /// Returns true if both accept. The shape may doubt a value that the validator accepts only if it is a float.
        fn agree(&self, root: &Node) -> bool {
            let accepted = self.acceptance.accepts(self.name, root);
            assert!(!accepted || self.compiled.validator.is_valid(root), "{root:#?}");
            accepted
        }

        /// Puts every other value into every place of the object.
        fn change_each(&self, root: &mut Node, way: &mut Vec<usize>) {
            let original = at(root, way).value.clone();
            for value in values(&original) {
                let is_float = matches!(value, Value::Float(_));
                at(root, way).value = value;
                let accepted = self.agree(root);
                let valid = self.compiled.validator.is_valid(root);
                assert!(accepted == valid || is_float, "{:?} instead of {original:?}", at(root, way));
            }
            at(root, way).value = original;
            let children = at(root, way).entries().len().max(at(root, way).items().len());
            for child in 0..children {
                way.push(child);
                self.change_each(root, way);
                way.pop();
            }
        }
    }

    fn at<'a>(root: &'a mut Node, way: &[usize]) -> &'a mut Node {
        way.iter().fold(root, |node, index| match &mut node.value {
            Value::Mapping(entries) => &mut entries[*index].value,
            Value::Sequence(items) => &mut items[*index],
            _ => unreachable!("the way goes through lists and mappings"),
        })
    }

    fn values(original: &Value) -> Vec<Value> {
        let node = |value| Node::new(Span::default(), value);
        let entry = |key: &str| Entry {
            key: key.into(),
            key_span: Span::default(),
            value: node(Value::String("a".into())),
        };
        let mut values = vec![
            Value::Null,
            Value::Bool(true),
            Value::Integer(0),
            Value::Integer(-1),
            Value::Integer(1 << 40),
            Value::Float(1.5),
            Value::Float(2.0),
            Value::String("".into()),
            Value::String("a b".into()),
            Value::String("100m".into()),
            Value::String("2026-01-01T00:00:00Z".into()),
            Value::Sequence(Vec::new()),
            Value::Sequence(vec![node(Value::Null)]),
            Value::Mapping(Vec::new()),
            Value::Mapping(vec![entry("unheard-of")]),
        ];
        match original {
            Value::Mapping(entries) => {
                values.push(Value::Mapping(entries.iter().cloned().chain([entry("unheardOf")]).collect()));
                for index in 0..entries.len() {
                    let mut fewer = entries.clone();
                    fewer.remove(index);
                    values.push(Value::Mapping(fewer));
                }
            }
            Value::Sequence(items) => {
                values.push(Value::Sequence(items.iter().chain(items).cloned().collect()));
            }
            _ => {}
        }
        values
    }
}
