//! The purpose of a signed statement.

use std::fmt;

/// The purpose of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The signer has read the change and lets it pass.
    Approval,
    /// The signer takes the responsibility for passing a change that the gate rejects.
    Override,
    /// The signer states that a person has reviewed the change on a forge and lets it pass.
    Review,
}

impl Purpose {
    /// The first word of the text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Override => "override",
            Self::Review => "review",
        }
    }

    /// Whether it is a person's word that lets the change pass.
    pub fn approves(self) -> bool {
        match self {
            Self::Approval | Self::Review => true,
            Self::Override => false,
        }
    }

    /// The name inside the tag object, so that no tag of another purpose is ever taken for a statement.
    pub fn tag_name(self) -> &'static str {
        match self {
            Self::Approval => "portcullis-approval",
            Self::Override => "portcullis-override",
            Self::Review => "portcullis-review",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
