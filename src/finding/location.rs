//! A place in a file, with the line itself, so that a report needs no file.

use super::redaction;
use crate::world::{Placed, UnitPlace, WrittenPart, WrittenPlace};
use kube_manifest::{Entry, Node};
use source_files::{Position, RepoPath, SourceText, Span};

/// The revision that a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before the change.
    Old,
    /// After the change.
    New,
}

impl Side {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// A place in a file of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub path: RepoPath,
    /// First character.
    pub start: Position,
    /// One past the last character; never on a later line than the excerpt.
    pub end: Position,
    /// The line that `start` is on.
    pub excerpt: String,
    /// The revision.
    pub side: Side,
    /// The JSON pointer of the node within its object, if it is a node.
    pub pointer: Option<String>,
    /// The text beside the mark, such as `was "view"`.
    pub label: Option<String>,
    /// The places in other files that contributed to the value. A finding takes them among its related places.
    pub beside: Vec<Location>,
    /// Files by which the object is deployed. They are not shown, but the policy's decisions for them count.
    pub deployed_by: Vec<RepoPath>,
}

impl Location {
    /// The place of a span in a text that holds no secrets; [`Location::of_value`] is for objects that may.
    pub fn of(path: &RepoPath, text: &SourceText, span: Span, side: Side) -> Self {
        let start = text.position(span.start);
        let excerpt = text.line(start.line);
        let width = u32::try_from(excerpt.chars().count()).unwrap_or(u32::MAX);
        let line_end = Position { line: start.line, column: width.saturating_add(1) };
        let end = text.position(span.end).min(line_end);
        Self { start, end, excerpt, ..Self::of_file(path, side) }
    }

    /// The place of a span of the file that holds an object. Its line is left out if it may hold the value of a Secret.
    pub(super) fn in_object(placed: &Placed, span: Span, side: Side) -> Self {
        let source = &placed.object.source;
        let location = Self::of(&placed.path, source, span, side);
        let line = source.line_span(location.start.line);
        if redaction::hides(&placed.object, line) { location.without_text() } else { location }
    }

    /// The place of a node of an object.
    pub fn of_node(placed: &Placed, node: &Node, side: Side) -> Self {
        let pointer = placed.object.root.pointer_to(node);
        Self { pointer, ..Self::of_value(placed, node, side) }
    }

    /// The same without the node's pointer.
    pub fn of_value(placed: &Placed, node: &Node, side: Side) -> Self {
        match &placed.unit {
            Some(unit) => Self::in_unit(placed, unit, node, side),
            None => Self::in_object(placed, node.span(), side),
        }
    }

    /// The place of a key of an object.
    pub fn of_key(placed: &Placed, entry: &Entry, side: Side) -> Self {
        match &placed.unit {
            Some(unit) => Self::in_unit(placed, unit, &entry.value, side),
            None => Self::in_object(placed, entry.key_span, side),
        }
    }

    /// The place that the author of a rendered value wrote, with every other file that contributed to it.
    fn in_unit(placed: &Placed, unit: &UnitPlace, node: &Node, side: Side) -> Self {
        let written = unit.places_of(node);
        let mut places = written.places.iter().map(|place| Self::of_written(placed, place, side));
        let mut location = places.next().unwrap_or_else(|| Self::of_file(&placed.path, side));
        location.beside = places.map(|place| place.label_once("contributes to the value")).collect();
        location.deployed_by = unit.listing_files().cloned().collect();
        for path in written.kustomizations {
            let is_named = |known: &Self| known.path == *path;
            if !is_named(&location) && !location.beside.iter().any(is_named) {
                location.beside.push(Self::of_file(path, side).labelled("this kustomization changes it"));
            }
        }
        location
    }

    fn of_written(placed: &Placed, place: &WrittenPlace, side: Side) -> Self {
        let location = Self::of(&place.path, &place.text, place.span, side);
        let location = match place.part {
            WrittenPart::Value => location,
            WrittenPart::Listing => location.labelled("deploys the object"),
        };
        let hides = placed.object.holds_secret() || redaction::may_hold_secret(&place.text);
        if hides { location.without_text() } else { location }
    }

    /// The place of an object: its `kind`, which every reader recognises.
    pub fn of_object(placed: &Placed, side: Side) -> Self {
        let root = &placed.object.root;
        Self::of_node(placed, root.get("kind").unwrap_or(root), side)
    }

    /// The whole file, if there is no better place.
    pub fn of_file(path: &RepoPath, side: Side) -> Self {
        let start = Position { line: 1, column: 1 };
        Self {
            path: path.clone(),
            start,
            end: start,
            excerpt: String::new(),
            side,
            pointer: None,
            label: None,
            beside: Vec::new(),
            deployed_by: Vec::new(),
        }
    }

    /// The place without its line, which may hold what not every reader of the report may see.
    pub fn without_text(mut self) -> Self {
        self.excerpt.clear();
        self.end = self.start;
        self
    }

    /// Says something beside the mark, if nothing is said yet.
    fn label_once(self, label: &str) -> Self {
        if self.label.is_some() { self } else { self.labelled(label) }
    }

    /// Says something beside the mark.
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}
