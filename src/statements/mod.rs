//! New signed statements about a change.
//!
//! In: a change, as a clone or a pull request has it. Out: [`ServerChange`], and tag objects that git signs with its
//! configured key. Never: chooses a key, or stores a statement that the gate would not count.

mod change;
mod draft;
mod error;
mod expired;

pub use change::{AskedChange, ServerChange};
pub use draft::{Draft, sign};
pub use error::StatementsError;
pub use expired::delete_expired;
