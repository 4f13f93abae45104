//! The origin of a value.
//!
//! In: the place that a reading or a merge took a value from. Out: an [`Origin`] in every node, so that a location
//! needs no second argument. Never: a place in a file that the object does not name.

use source_files::Span;

/// A file among those that an object was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The file that the object itself is in.
    pub const OWN: Self = Self(0);
}

/// The step that put a value at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// It is written there.
    #[default]
    Written,
    /// It belongs to the object that a patch changes. The span is that of the patch.
    Inherited,
    /// It has been written as JSON and read again, so that nothing is left of the form in which it is written there.
    Rewritten,
}

/// The origin of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
    /// The step that put it there.
    pub step: Step,
}

impl Origin {
    /// A value that is written in the object's own file.
    pub const fn written(span: Span) -> Self {
        Self { file: FileId::OWN, span, step: Step::Written }
    }

    /// A value of the object that a patch changes, at the place of the patch.
    pub const fn inherited(patch: Self) -> Self {
        Self { step: Step::Inherited, ..patch }
    }
}
