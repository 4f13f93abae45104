//! Why a file, or a part of it, could not be read with certainty.

use crate::source::Span;

/// What kind of problem it is; each has a check of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No tool could read it, or not within our limits.
    Unparseable,
    /// Tools read it, and not all alike; or it uses what no real manifest needs.
    Ambiguous,
}

/// Something that stopped us from reading a file with certainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// What, as a clause that can follow a colon.
    pub reason: String,
}

impl Problem {
    /// No tool could read it.
    pub fn unparseable(span: Span, reason: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Unparseable, span, reason: reason.into() }
    }

    /// Not every tool reads it alike.
    pub fn ambiguous(span: Span, reason: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Ambiguous, span, reason: reason.into() }
    }
}
