//! The variables of a process.
//!
//! In: a way to look one up. Out: those that are set. Never: keeps a list of the names that some host needs: a name
//! that such a list lacks would be as good as not set.

use std::fmt;
use std::rc::Rc;

use super::HostKind;
use super::origin::HostError;

/// Finds the value of a variable.
type LookUp = dyn Fn(&str) -> Option<String>;

/// The variables that are set, empty ones left out.
#[derive(Clone)]
pub struct Variables(Rc<LookUp>);

impl Variables {
    /// The variables for which `look_up` gives a value.
    pub fn new(look_up: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Rc::new(look_up))
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// Whether one is set.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// One that a host always exports.
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
