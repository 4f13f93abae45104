//! One document as it is written: tags, styles and anchors, no scalar resolved and no alias followed.
//! Both readings resolve the same tree.

use std::rc::Rc;

use source_files::Span;

/// A value of the document.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) span: Span,
    /// In full (`tag:yaml.org,2002:int`) or as written (`!x`).
    pub(super) tag: Option<Box<str>>,
    pub(super) content: Content,
}

/// The content of a value.
#[derive(Debug)]
pub(super) enum Content {
    Scalar {
        text: String,
        style: Style,
    },
    Sequence {
        items: Vec<Item>,
        layout: Layout,
    },
    Mapping {
        entries: Vec<(Item, Item)>,
        layout: Layout,
    },
    /// A value with an anchor, at its own place.
    Anchored(Rc<Item>),
    /// A value that is elsewhere, by its anchor.
    Alias(Rc<Item>),
}

/// The style in which a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Literal,
    Folded,
}

/// The layout in which a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Block,
    Flow,
}

impl Item {
    /// The value itself, behind anchor and alias.
    pub(super) fn target(&self) -> &Item {
        match &self.content {
            Content::Anchored(target) | Content::Alias(target) => target.target(),
            Content::Scalar { .. } | Content::Sequence { .. } | Content::Mapping { .. } => self,
        }
    }

    /// The text and style of a scalar that is here.
    pub(super) fn scalar(&self) -> Option<(&str, Style)> {
        match &self.content {
            Content::Scalar { text, style } => Some((text, *style)),
            Content::Anchored(target) => target.scalar(),
            Content::Sequence { .. } | Content::Mapping { .. } | Content::Alias(_) => None,
        }
    }

    /// The tag of the value that is here.
    pub(super) fn own_tag(&self) -> Option<&str> {
        match &self.content {
            Content::Anchored(target) => target.own_tag(),
            Content::Scalar { .. }
            | Content::Sequence { .. }
            | Content::Mapping { .. }
            | Content::Alias(_) => self.tag.as_deref(),
        }
    }
}

/// The prefix of the tags that YAML defines.
const CORE: &str = "tag:yaml.org,2002:";

/// The name of a tag that YAML defines, such as `int`.
pub(super) fn core_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(CORE)
}
