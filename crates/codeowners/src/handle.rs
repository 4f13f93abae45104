//! Owners as the files write them.

use std::fmt;

/// An owner: `@user`, `@organisation/team`, `@@role` or an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnerHandle(pub Box<str>);

impl OwnerHandle {
    /// Returns true if a handle of the policy's `people:` means this owner. Hosts compare names of accounts and teams
    /// without regard to case. Addresses are compared exactly.
    pub fn is(&self, handle: &str) -> bool {
        // A role may be written in the plural.
        let role = handle.strip_prefix("@@").and_then(|_| handle.strip_suffix(['s', 'S']));
        let handle = role.unwrap_or(handle);
        if self.0.starts_with('@') { self.0.eq_ignore_ascii_case(handle) } else { *self.0 == *handle }
    }

    /// Returns true if the form of the handle is that of a team or group.
    pub fn is_team(&self) -> bool {
        self.0.starts_with('@') && self.0.contains('/')
    }
}

impl fmt::Display for OwnerHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// `@user` or `@organisation/team`.
pub(super) fn is_user_or_team(word: &str) -> bool {
    is_user_or_group(word) && word.matches('/').count() <= 1
}

/// `@user`, `@group` or a group below it.
pub(super) fn is_user_or_group(word: &str) -> bool {
    word.strip_prefix('@').is_some_and(|names| names.split('/').all(is_name))
}

/// Letters, digits and the punctuation that names of users, organisations and teams may hold.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(plain)
}

/// An e-mail address.
pub(super) fn is_address(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_%".contains(&byte))
    };
    text.split_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}
