//! The reasons why a kustomization gives nothing.

use std::fmt;

use source_files::{RepoPath, Span};

/// The kind of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// No folder, no kustomization in it, or more than one.
    NoKustomization,
    /// The kustomization itself cannot be used.
    InvalidKustomization,
    /// A file that is named does not exist, is no file, or is where it may not be.
    Unreadable,
    /// A file that is read is no manifest.
    InvalidManifest,
    /// A kustomization includes itself.
    Cycle,
    /// Two objects have one identity.
    Conflict,
    /// A patch, a replacement or a count of replicas meets no object, or several.
    NoTarget,
    /// A patch cannot be applied.
    InvalidPatch,
    /// Another input of the build cannot be used.
    InvalidInput,
    /// The build is larger than the limits allow.
    BeyondLimits,
}

/// The place of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// The bytes in it; all zero if the file as a whole is meant.
    pub span: Span,
}

/// A build that kustomize refuses, or that is beyond our limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RenderError {
    /// Its kind.
    pub kind: RefusalKind,
    /// The file that the reason is about, where there is one.
    pub place: Option<Place>,
    /// The reason, as a clause that can follow a colon.
    pub reason: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) if place.path.as_str().is_empty() => formatter.write_str(&self.reason),
            Some(place) => write!(formatter, "{}: {}", place.path, self.reason),
            None => formatter.write_str(&self.reason),
        }
    }
}

impl RenderError {
    /// A refusal that names no file.
    pub fn new(kind: RefusalKind, reason: impl Into<String>) -> Self {
        Self { kind, place: None, reason: reason.into() }
    }

    /// A refusal about a place in a file.
    pub fn at(kind: RefusalKind, path: &RepoPath, span: Span, reason: impl Into<String>) -> Self {
        Self { kind, place: Some(Place { path: path.clone(), span }), reason: reason.into() }
    }

    /// The same, about a file, unless it is about one already.
    pub fn about(mut self, path: &RepoPath) -> Self {
        self.place.get_or_insert_with(|| Place { path: path.clone(), span: Span::default() });
        self
    }
}

/// What most functions return.
pub(crate) type Outcome<T> = Result<T, RenderError>;
