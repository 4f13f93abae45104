//! The checks of one process.
//!
//! In: the built-in checks, and those that users define. Out: [`CheckSet`], a value that is built once and passed on.
//! Never: two checks with one id.

use std::sync::LazyLock;

use thiserror::Error;

use super::context::Run;
use super::meta::Meta;
use super::registry::built_in;
use crate::finding::{CheckId, Severity};

/// A check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its record.
    pub meta: &'static Meta,
    /// Its enforcement in the profile `baseline`.
    pub default: Default,
    /// Its code.
    pub run: Run,
}

/// The enforcement of a check in the profile `baseline`. `audit` warns about findings that `baseline` denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// It denies all of them.
    Deny,
    /// It denies those of this severity and above, and warns of the others.
    DenyFrom(Severity),
    /// It warns.
    Warn,
    /// It does not run the check.
    Off,
    /// `signatures:` of the policy decides.
    OfSignatures,
    /// `owners:` of the policy decides.
    OfOwners,
}

impl Default {
    /// The rule of `baseline`; `None` if another part of the policy decides.
    fn in_baseline(self) -> Option<String> {
        let list_below = |lowest: Severity| {
            let below = Severity::ALL.into_iter().filter(|severity| *severity < lowest);
            below.map(Severity::as_str).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Deny => Some("{enforce: deny}".to_owned()),
            Self::DenyFrom(lowest) => {
                let below = list_below(lowest);
                Some(format!("{{enforce: deny, scopes: [{{severities: [{below}], enforce: warn}}]}}"))
            }
            Self::Warn => Some("{enforce: warn}".to_owned()),
            Self::Off => Some("{enforce: off}".to_owned()),
            Self::OfSignatures | Self::OfOwners => None,
        }
    }

    /// The rule of `audit`.
    fn in_audit(self) -> &'static str {
        match self {
            Self::Deny | Self::DenyFrom(_) | Self::Warn => "{enforce: warn}",
            Self::Off | Self::OfSignatures | Self::OfOwners => "{enforce: off}",
        }
    }
}

/// Every check that a policy may name, in the order in which they are listed.
#[derive(Clone, Debug)]
pub struct CheckSet(Vec<Check>);

/// A check whose id another one has.
#[derive(Debug, Error)]
#[error("there is already a check `{0}`: give yours another id")]
pub struct TakenId(CheckId);

impl CheckSet {
    /// The checks that portcullis brings.
    pub fn built_in() -> Self {
        Self(built_in())
    }

    /// The checks that portcullis brings, built once for a process.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<CheckSet> = LazyLock::new(CheckSet::built_in);
        &SHARED
    }

    /// The set with one check more.
    ///
    /// # Errors
    ///
    /// If a check of the set has the same id.
    pub fn with(mut self, check: Check) -> Result<Self, TakenId> {
        if self.find(check.meta.id.as_str()).is_some() {
            return Err(TakenId(check.meta.id));
        }
        self.0.push(check);
        Ok(self)
    }

    /// The set with one check alone; empty if no check has the id.
    pub fn only(&self, id: &str) -> Self {
        Self(self.find(id).cloned().into_iter().collect())
    }

    /// The check with an id.
    pub fn find(&self, id: &str) -> Option<&Check> {
        self.iter().find(|check| check.meta.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Check> {
        self.0.iter()
    }

    /// The rules of the profile `baseline`, a line for each check that the profile decides about.
    pub fn baseline_rules(&self) -> String {
        let rules = self.iter().filter_map(|check| Some((check.meta.id, check.default.in_baseline()?)));
        rules
            .flat_map(|(id, rule)| ["  ".to_owned(), id.to_string(), ": ".to_owned(), rule, "\n".to_owned()])
            .collect()
    }

    /// The rules of the profile `audit`, a line for each check.
    pub fn audit_rules(&self) -> String {
        self.iter()
            .flat_map(|check| ["  ", check.meta.id.as_str(), ": ", check.default.in_audit(), "\n"])
            .collect()
    }

    /// The ids of all of them.
    pub fn ids(&self) -> Vec<CheckId> {
        self.iter().map(|check| check.meta.id).collect()
    }
}

impl<'a> IntoIterator for &'a CheckSet {
    type Item = &'a Check;
    type IntoIter = std::slice::Iter<'a, Check>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
