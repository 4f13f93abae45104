//! The variables of a process.
//!
//! In: a function that looks one up. Out: those that are set. Never: keeps a list of names, because a name that is
//! missing from the list would count as not set.

use std::fmt;
use std::rc::Rc;

use super::HostKind;
use super::origin::HostError;

/// Finds the value of a variable.
type LookUp = dyn Fn(&str) -> Option<String>;

/// The variables that are set. Empty ones count as absent.
#[derive(Clone)]
pub struct Variables(Rc<LookUp>);

impl Variables {
    /// Creates the variables for which `look_up` returns a value.
    pub fn new(look_up: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Rc::new(look_up))
    }

    /// Returns one of them.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// Returns true if one is set.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns one that a host always exports.
    pub(super) fn need(&self, host: HostKind, name: &'static str) -> Result<String, HostError> {
        self.get(name).ok_or(HostError::Missing { host, name })
    }
}

/// Values may be secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Variables")
    }
}
