//! The name of a check.

use std::fmt;

/// The name of a check in policies, messages and fingerprints: a kebab-case word that reads well after "allow".
/// Two ids are equal if their texts are, so no two checks of one set may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(&'static str);

impl CheckId {
    /// The id of a check that is part of the program.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The id of a check that is known only when the program runs. Its text is kept until the process ends, as the
    /// check is.
    pub fn at_run_time(text: &str) -> Self {
        Self(Box::leak(text.to_owned().into_boxed_str()))
    }

    /// The text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0)
    }
}

impl PartialEq<str> for CheckId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for CheckId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl serde::Serialize for CheckId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
