//! Manifests: what a YAML or JSON file says, as the cluster's tools read it.
//!
//! In: the bytes of one blob. Out: [`Object`]s and what stopped us from reading them,
//! every key and value with its span. Never: knows a path, a revision or what an object means.

mod node;
mod object;

pub use node::{Entry, Node, Value};
pub use object::Object;
