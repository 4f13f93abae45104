//! The versions of kustomize, where they differ.

use std::fmt;
use std::str::FromStr;

/// A version of kustomize.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KustomizeVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

impl Default for KustomizeVersion {
    /// The newest one that this crate is compared with.
    fn default() -> Self {
        Self { major: 5, minor: 8, patch: 2 }
    }
}

impl fmt::Display for KustomizeVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version of kustomize: write it as 5.8.2")]
pub struct VersionError(String);

impl FromStr for KustomizeVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || VersionError(text.to_owned());
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse::<u16>);
        let mut next = || parts.next().and_then(Result::ok).ok_or_else(refuse);
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if parts.next().is_some() { Err(refuse()) } else { Ok(version) }
    }
}

impl KustomizeVersion {
    const fn is_from(self, minor: u16, patch: u16) -> bool {
        self.major > 5
            || (self.major == 5 && (self.minor > minor || (self.minor == minor && self.patch >= patch)))
    }

    /// Whether replacements have a `sourceValue`.
    pub(crate) fn has_source_value(self) -> bool {
        self.is_from(7, 0)
    }

    /// Whether `images` changes the references of image volumes.
    pub(crate) fn changes_image_volumes(self) -> bool {
        self.is_from(7, 0)
    }

    /// Whether a patch without content is nothing, and no error.
    pub(crate) fn takes_empty_patches(self) -> bool {
        self.is_from(7, 0)
    }

    /// Whether a replacement may change a value inside a text that is itself YAML or JSON.
    pub(crate) fn reads_structured_data(self) -> bool {
        self.is_from(8, 0)
    }

    /// Whether the selectors of replacements are regular expressions.
    pub(crate) fn selects_targets_by_expression(self) -> bool {
        self.is_from(8, 0)
    }

    /// Whether a generator that merges into a Secret encodes its `stringData` first.
    pub(crate) fn encodes_string_data(self) -> bool {
        self.is_from(8, 2)
    }

    /// Whether a ValidatingAdmissionPolicy and its binding are known to belong to no namespace.
    pub(crate) fn knows_admission_policies(self) -> bool {
        self.is_from(8, 2)
    }

    /// Whether `labels` tells templates of volume claims from those of pods.
    pub(crate) fn has_claim_template_labels(self) -> bool {
        self.is_from(8, 2)
    }

    /// Whether the pattern of an image may have any digest, and is no crash if it is invalid.
    pub(crate) fn has_new_image_pattern(self) -> bool {
        self.is_from(8, 2)
    }

    /// Whether a path with `..` inside a name is refused.
    pub(crate) fn refuses_ambiguous_paths(self) -> bool {
        self.is_from(8, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_three_numbers() {
        assert_eq!("v5.8.2".parse(), Ok(KustomizeVersion::default()));
        assert!("5.5.0".parse::<KustomizeVersion>().is_ok_and(|version| !version.reads_structured_data()));
        for text in ["5.8", "5.8.2.1", "five", ""] {
            assert!(text.parse::<KustomizeVersion>().is_err(), "{text}");
        }
    }
}
