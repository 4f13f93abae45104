//! The severity of a finding, whatever the policy decides about it.

use schemars::JsonSchema;
use serde::Deserialize;

/// The worst that a finding means for the cluster.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Weakens the cluster or breaks a deployment.
    Medium,
    /// Opens a way in or takes something down.
    High,
    /// Hands over the cluster.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
