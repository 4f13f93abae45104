//! Where the values of a rendered object are written.
//!
//! In: what a unit gives, and the paths that a change touches. Out: for each value, the place that its author wrote, and
//! every other file that contributed to it. Never: a place without a file.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use kube_manifest::{Node, Origin};
use kustomize::{BuildStep, Writings};
use source_files::{RepoPath, SourceText, Span};

/// The unit that deploys a rendered object, and the origins of its values.
#[derive(Debug)]
pub struct UnitPlace {
    /// The folder of the unit.
    pub unit: RepoPath,
    /// The files and steps that wrote the values.
    pub(super) writings: Arc<Writings>,
    /// The entries that list the object, the innermost one first.
    pub(super) listed: Vec<Origin>,
    /// The paths that the change touches.
    pub(super) changed: Arc<HashSet<RepoPath>>,
    /// The kustomizations that the object passed and that the change touches.
    pub(super) kustomizations: Vec<RepoPath>,
    /// Says whether the unit had the object before the change.
    pub(super) arrival: Arrival,
}

/// Says whether a unit had an object before the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It is the object before the change.
    Before,
    /// It had the object.
    Stays,
    /// The object is new to it.
    New,
}

/// A place in a file that wrote something.
#[derive(Clone, Debug)]
pub struct WrittenPlace {
    /// The file.
    pub path: RepoPath,
    /// Its text.
    pub text: Arc<SourceText>,
    /// The bytes.
    pub span: Span,
    /// What is written there.
    pub part: WrittenPart,
}

/// The places that wrote a value.
#[derive(Debug)]
pub struct WrittenPlaces<'a> {
    /// The places, one for each file.
    pub places: Vec<WrittenPlace>,
    /// The kustomizations that the object passed and that the change touches, where no place is part of the change.
    pub kustomizations: &'a [RepoPath],
}

/// What is written at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenPart {
    /// The value, or what it is made from.
    Value,
    /// The entry by which a kustomization deploys the object.
    Listing,
}

impl UnitPlace {
    /// Returns the places of a value. The first one is what the author of the change wrote: a writing of the value in a
    /// file that the change touches; or else, for an object that is new to its unit, the entry that lists it.
    pub fn places_of(&self, node: &Node) -> WrittenPlaces<'_> {
        let mut origins = self.origins_of(node);
        let touched = match self.arrival {
            Arrival::Before => None,
            Arrival::Stays | Arrival::New => origins.iter().position(|origin| self.is_touched(*origin)),
        };
        let listed = match (self.arrival, touched) {
            (Arrival::New, None) => self.listed.iter().copied().find(|origin| self.is_touched(*origin)),
            (Arrival::Before | Arrival::Stays | Arrival::New, _) => None,
        };
        if let Some(index) = touched {
            let author = origins.remove(index);
            origins.insert(0, author);
        }
        let listed_at = listed.map(|origin| (origin, WrittenPart::Listing));
        let values = origins.into_iter().map(|origin| (origin, WrittenPart::Value));
        let mut places: Vec<WrittenPlace> = Vec::new();
        for place in listed_at.into_iter().chain(values).filter_map(|(origin, part)| self.place(origin, part))
        {
            if !places.iter().any(|known| known.path == place.path) {
                places.push(place);
            }
        }
        let is_explained = touched.is_some() || listed.is_some();
        let kustomizations = if is_explained { &[] } else { self.kustomizations.as_slice() };
        WrittenPlaces { places, kustomizations }
    }

    /// Returns the writings of a value, those that decide on it first.
    fn origins_of(&self, node: &Node) -> Vec<Origin> {
        let chain = self.writings.chain(node.origin).map(|(origin, writing)| (origin, writing.step));
        let (own, derived): (Vec<_>, Vec<_>) = chain.partition(|(_, step)| decides(*step));
        own.into_iter().chain(derived).map(|(origin, _)| origin).collect()
    }

    /// Returns the files of the entries that list the object.
    pub fn listing_files(&self) -> impl Iterator<Item = &RepoPath> {
        self.listed.iter().filter_map(|origin| Some(&self.writings.file(*origin)?.path))
    }

    /// Returns every file that wrote something of an object.
    pub fn files_of(&self, node: &Node) -> BTreeSet<RepoPath> {
        let mut files = BTreeSet::new();
        self.collect_files(node, &mut files);
        files
    }

    fn collect_files(&self, node: &Node, files: &mut BTreeSet<RepoPath>) {
        for (origin, _) in self.writings.chain(node.origin) {
            files.extend(self.writings.file(origin).map(|file| file.path.clone()));
        }
        for child in node.entries().iter().map(|entry| &entry.value).chain(node.items()) {
            self.collect_files(child, files);
        }
    }

    fn is_touched(&self, origin: Origin) -> bool {
        self.writings.file(origin).is_some_and(|file| self.changed.contains(&file.path))
    }

    /// Returns the place of an origin in a file of the repository. A text inside a block of another file is at its line
    /// there.
    fn place(&self, origin: Origin, part: WrittenPart) -> Option<WrittenPlace> {
        let file = self.writings.file(origin)?;
        let Some(outer) = file.inside else {
            return Some(WrittenPlace {
                path: file.path.clone(),
                text: Arc::clone(&file.text),
                span: origin.span,
                part,
            });
        };
        let holder = self.writings.file(outer)?;
        if holder.inside.is_some() {
            return self.place(outer, part);
        }
        let line = self.writings.line(origin)?;
        let text = &holder.text;
        let span = text.trimmed(text.line_span(line));
        Some(WrittenPlace { path: holder.path.clone(), text: Arc::clone(text), span, part })
    }
}

/// Returns true if a step decides on a value. The others follow from names and labels.
fn decides(step: BuildStep) -> bool {
    match step {
        BuildStep::Manifest
        | BuildStep::Generator
        | BuildStep::StrategicMerge
        | BuildStep::JsonPatch
        | BuildStep::Namespace
        | BuildStep::Image
        | BuildStep::Replicas
        | BuildStep::Replacement
        | BuildStep::Variable
        | BuildStep::ValueAdd
        | BuildStep::Template
        | BuildStep::Substitution => true,
        BuildStep::NameHash
        | BuildStep::NamePrefix
        | BuildStep::NameSuffix
        | BuildStep::Label
        | BuildStep::Annotation
        | BuildStep::NameReference
        | BuildStep::BuildMetadata => false,
    }
}
