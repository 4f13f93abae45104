//! The order of the objects (`SortOrderTransformer`).

use kube_manifest::Node;

use super::configuration::{FIRST, LAST, sort_text};
use super::decode::{Fields, Strictness, invalid};
use super::error::Outcome;
use super::identity::GvkView;
use super::merge::Schemas;
use super::resource::Resource;
use super::resources::Resources;

/// `sortOptions`.
#[derive(Debug)]
pub(crate) enum SortOrder {
    /// As they were read.
    Fifo,
    /// By kind, with kinds that come first and last, then by name.
    Legacy { first: Vec<Box<str>>, last: Vec<Box<str>> },
}

impl SortOrder {
    pub(crate) fn read(node: &Node) -> Outcome<Self> {
        let fields = Fields::read(node, &["order", "legacySortOptions"], Strictness::Strict)?;
        let options = fields.node("legacySortOptions");
        match (&*fields.text("order")?, options) {
            ("fifo", None) => Ok(Self::Fifo),
            ("fifo", Some(_)) => Err(invalid("`legacySortOptions` needs the order `legacy`")),
            ("legacy", None) => Ok(Self::default()),
            ("legacy", Some(options)) => {
                let fields = Fields::read(options, &["orderFirst", "orderLast"], Strictness::Strict)?;
                let kinds = |name: &str| -> Outcome<Vec<Box<str>>> {
                    Ok(fields.settings(name)?.into_iter().map(|setting| setting.text).collect())
                };
                Ok(Self::Legacy { first: kinds("orderFirst")?, last: kinds("orderLast")? })
            }
            (other, _) => Err(invalid(format!("the order `{other}` is neither `fifo` nor `legacy`"))),
        }
    }

    pub(crate) fn sort(&self, resources: &mut Resources, schemas: &Schemas) {
        let Self::Legacy { first, last } = self else { return };
        resources.0.sort_by_cached_key(|resource| key_of(resource, schemas, first, last));
    }
}

impl Default for SortOrder {
    fn default() -> Self {
        let boxed = |kinds: &[&str]| kinds.iter().map(|kind| Box::from(*kind)).collect();
        Self::Legacy { first: boxed(&FIRST), last: boxed(&LAST) }
    }
}

/// The order of an object: the place of its kind, its kind, its name.
fn key_of(
    resource: &Resource,
    schemas: &Schemas,
    first: &[Box<str>],
    last: &[Box<str>],
) -> (i64, SortText, String) {
    let id = resource.id(schemas);
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    let gvk = id.gvk;
    let name = format!("{}|{}|{}", shown(gvk), or(id.namespace, "~X"), or(id.name, "~N"));
    (rank(gvk.kind, first, last), SortText::of(gvk), name)
}

fn rank(kind: &str, first: &[Box<str>], last: &[Box<str>]) -> i64 {
    let index = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
    if let Some(place) = last.iter().rposition(|known| **known == *kind) {
        return 1 + index(place);
    }
    match first.iter().rposition(|known| **known == *kind) {
        Some(place) => index(place) - index(first.len()),
        None => 0,
    }
}

fn shown(gvk: GvkView<'_>) -> String {
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    format!("{}.{}.{}", or(gvk.kind, "[noKind]"), or(gvk.version, "[noVer]"), or(gvk.group, "[noGrp]"))
}

/// Namespaces of the core group come before those of other groups, everything else by its text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortText {
    CoreNamespace,
    Kind(String),
}

impl SortText {
    fn of(gvk: GvkView<'_>) -> Self {
        if gvk.kind == "Namespace" && gvk.group.is_empty() {
            Self::CoreNamespace
        } else {
            Self::Kind(sort_text(gvk.group, gvk.version, gvk.kind))
        }
    }
}
