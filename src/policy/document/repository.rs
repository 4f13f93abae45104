//! `repository:`, the name that approvals quote.

use super::super::error::PolicyError;
use super::super::layers::Policy;
use super::super::position::Positioned;

/// A name that cannot be typed or seen could not be quoted in an approval.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let name = file.document.repository.as_deref();
    if name.is_some_and(|name| name.trim().is_empty() || name.chars().any(char::is_control)) {
        let message = "`repository` must be a name, such as `acme/production`";
        return Err(file.error("/repository", message, None));
    }
    Ok(())
}

/// Another name makes other approvals count.
pub(super) fn weakening(old: Option<&String>, new: Option<&String>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("approvals that were given in repository `{new}` count, not those of `{old}`"))
        }
        (None, Some(new)) => Some(format!("signed approvals count, for repository `{new}`")),
        (Some(_), Some(_) | None) | (None, None) => None,
    }
}

impl Policy {
    /// The name of the repository in approvals: the server's, else the governing policy's.
    pub fn repository(&self) -> Option<&str> {
        self.authoritative().find_map(|document| document.repository.as_deref())
    }
}
