//! What a policy does about a finding.

use schemars::JsonSchema;
use serde::Deserialize;

/// What happens to a push with a finding, from nothing to everything.
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
