//! The embedded profiles.

use schemars::JsonSchema;
use serde::Deserialize;

/// A profile by name.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// Everything reports, nothing blocks.
    Audit,
    /// Denies what makes things worse and is rarely meant.
    #[default]
    Baseline,
    /// `baseline`, signatures, owners, and every warning denied.
    Strict,
}

/// Every profile.
pub const PROFILES: [ProfileName; 3] = [ProfileName::Audit, ProfileName::Baseline, ProfileName::Strict];

impl ProfileName {
    /// The word of the policy file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Baseline => "baseline",
            Self::Strict => "strict",
        }
    }

    /// Its file in `policies/`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Audit => include_str!("../../policies/audit.yaml"),
            Self::Baseline => include_str!("../../policies/baseline.yaml"),
            Self::Strict => include_str!("../../policies/strict.yaml"),
        }
    }

    /// The name of its file in reports.
    pub fn path(self) -> &'static str {
        match self {
            Self::Audit => "profile audit",
            Self::Baseline => "profile baseline",
            Self::Strict => "profile strict",
        }
    }
}
