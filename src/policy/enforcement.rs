//! The consequences that a policy gives a finding.

use schemars::JsonSchema;
use serde::Deserialize;

/// The consequence of a finding for the push, from the mildest to the strictest.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// The check does not run.
    Off,
    /// The finding is shown; the push passes.
    Warn,
    /// The push passes once the named owners approve.
    Approve,
    /// The push is rejected.
    Deny,
}

impl Enforcement {
    /// The word of the policy file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }
}
