//! Schemas of Kubernetes and of the repository's own custom resources.
//!
//! In: target versions and CRDs. Out: [`SchemaStore`], which validates an object. Never: the
//! network, and no `$ref` outside the embedded definitions.

/// The schemas that a change is judged by.
#[derive(Debug, Default)]
pub struct SchemaStore;
