//! The two ways in which a cluster's tools read a manifest.

use std::fmt;

/// A family of tools that reads manifests alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// kubectl apply, Argo CD's plain directories, Flux's server-side apply: YAML 1.1 as go-yaml v2
    /// reads it, split by apimachinery's `YAMLReader`.
    Kubectl,
    /// kustomize, and with it Flux Kustomizations and Argo CD's kustomize applications: go-yaml v3,
    /// split by kyaml's `ByteReader`, written out and read again.
    Kustomize,
}

impl Reading {
    /// The word that the command line and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kubectl => "kubectl",
            Self::Kustomize => "kustomize",
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The readings that end in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// None: both tools read the file.
    Nobody,
    /// One of them.
    By(Reading),
    /// Both.
    Everybody,
}

impl Refusal {
    /// True if a tool that reads this way stops.
    pub fn includes(self, reading: Reading) -> bool {
        match self {
            Self::Nobody => false,
            Self::By(other) => other == reading,
            Self::Everybody => true,
        }
    }

    /// The refusal by every tool that either of the two names.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, refusal) | (refusal, Self::Nobody) => refusal,
            (Self::By(left), Self::By(right)) if left == right => Self::By(left),
            (Self::By(_) | Self::Everybody, Self::By(_) | Self::Everybody) => Self::Everybody,
        }
    }
}
