//! Typed views of what Kubernetes manifests contain.
//!
//! In: objects. Out: [`ObjectRef`] and views of parts of an object. Never: compares two
//! revisions or judges.

pub mod builtin;
mod cluster;
mod object_ref;

pub use cluster::{Cloud, ClusterTarget, KubernetesVersion};
pub use object_ref::{ClusterName, ObjectRef};
