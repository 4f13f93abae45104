//! What Flux deploys.
//!
//! In: a Kustomization or a HelmRelease, and the sources, ConfigMaps and Secrets of the tree. Out: units, and how each is
//! rendered. Never: decrypts a value or asks a cluster.

mod artifact;
mod copies;
mod envsubst;
mod generated;
mod ignore;
pub(crate) mod kustomization;
mod kustomize_edit;
pub(crate) mod render;
mod sources;
mod substitution;
mod variables;
