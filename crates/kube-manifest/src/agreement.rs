//! Whether kubectl and kustomize certainly read a text alike.
//!
//! In: the peculiarities that a reading meets. Out: an [`Agreement`], which every reading returns with its value.
//! Never: certain if it is not known; two agreements together are certain only if both are.

/// Whether kubectl and kustomize certainly read a text alike. If not, the text is read a second time.
#[must_use = "a reading that drops this would hide a difference between tools"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Both see the same values.
    Certain,
    /// kustomize may see another value.
    Open,
}

impl Agreement {
    /// Certain unless something peculiar was met.
    pub(crate) fn unless(is_peculiar: bool) -> Self {
        if is_peculiar { Self::Open } else { Self::Certain }
    }

    /// The agreement on two parts of a text.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Certain, Self::Certain) => Self::Certain,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
        }
    }
}
