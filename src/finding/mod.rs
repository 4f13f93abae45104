//! Findings: one thing that is wrong, said so that its author can act on it.
//!
//! In: the observations of a check. Out: [`Finding`], with object, place, reason and remedy. Never: decides
//! whether the push passes; that is the verdict's.

mod builder;
mod check_id;
mod fingerprint;
mod former;
mod location;
mod path;
mod redaction;
mod severity;
mod suggestion;

pub use builder::{Aspect, Finding, Lacking, Leeway, Note, Subject};
pub use check_id::CheckId;
pub use fingerprint::{Fact, Fingerprint};
pub use location::{Location, Side};
pub use path::{Edge, Relation, Station, StationKind};
pub use redaction::may_hold_secret;
pub use severity::Severity;
pub use suggestion::Suggestion;
