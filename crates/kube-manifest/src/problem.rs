//! The reasons why a file, or a part of it, could not be read with certainty.

use super::reading::{Reading, Refusal};
use source_files::Span;

/// The kind of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No tool could read it, or not within our limits.
    Unparseable,
    /// Tools read it, and not all alike; or it uses what no real manifest needs.
    Ambiguous,
    /// An ordinary way of writing that the two readings take for different values.
    Differing,
    /// A document that is not an object: a tool stops at it, and there is nothing in it to judge.
    NoObject,
    /// A symbolic link that leads nowhere: no tool finds anything to deploy.
    LeadsNowhere,
    /// A list within a list: kubectl stops at it, and what it holds is judged anyway.
    ListInList,
}

impl ProblemKind {
    /// The word that fingerprints use; it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unparseable => "unparseable",
            Self::Ambiguous => "ambiguous",
            Self::Differing => "differing",
            Self::NoObject => "noObject",
            Self::LeadsNowhere => "leadsNowhere",
            Self::ListInList => "listInList",
        }
    }
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
    /// The tools that stop there with an error.
    pub refusal: Refusal,
    /// The value at the place in each reading, if both readings have one.
    pub meanings: Option<Meanings>,
}

/// One place, two values, each as text that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meanings {
    /// For kubectl and Argo CD's plain directories.
    pub kubectl: String,
    /// For kustomize and Flux.
    pub kustomize: String,
}

impl Problem {
    fn new(kind: ProblemKind, span: Span, reason: impl Into<String>, refusal: Refusal) -> Self {
        Self { kind, span, reason: reason.into(), refusal, meanings: None }
    }

    /// No tool could read it.
    pub fn unparseable(span: Span, reason: impl Into<String>) -> Self {
        Self::new(ProblemKind::Unparseable, span, reason, Refusal::Everybody)
    }

    /// Not every tool reads it alike; none stops there.
    pub fn ambiguous(span: Span, reason: impl Into<String>) -> Self {
        Self::new(ProblemKind::Ambiguous, span, reason, Refusal::Nobody)
    }

    /// Written plainly, and still two values.
    pub(super) fn differing(span: Span, reason: impl Into<String>) -> Self {
        Self::new(ProblemKind::Differing, span, reason, Refusal::Nobody)
    }

    /// No object, so that a tool that reads this way stops.
    pub(super) fn no_object(span: Span, reason: impl Into<String>, reading: Reading) -> Self {
        Self::new(ProblemKind::NoObject, span, reason, Refusal::By(reading))
    }

    /// A symbolic link that leads nowhere.
    pub fn leads_nowhere(reason: impl Into<String>) -> Self {
        Self::new(ProblemKind::LeadsNowhere, Span::default(), reason, Refusal::Nobody)
    }

    /// A list within a list.
    pub(super) fn list_in_list(span: Span) -> Self {
        let reason = "kubectl does not open a list within a list";
        Self::new(ProblemKind::ListInList, span, reason, Refusal::By(Reading::Kubectl))
    }

    /// A document with `kind` and without `apiVersion`, which no API server takes.
    pub fn without_version(span: Span) -> Self {
        Self::no_object(span, "this document has no `apiVersion`", Reading::Kubectl)
    }

    pub(super) fn refused(mut self, refusal: Refusal) -> Self {
        self.refusal = refusal;
        self
    }

    pub(super) fn meaning(mut self, meanings: Meanings) -> Self {
        self.meanings = Some(meanings);
        self
    }
}
