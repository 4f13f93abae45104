//! What Argo CD deploys.
//!
//! In: an Application or an ApplicationSet. Out: units, and how each is rendered. Never: runs a plugin, Helm or Jsonnet.

pub(crate) mod application;
pub(crate) mod application_set;
pub(crate) mod directory;
mod discovery;
mod image_override;
pub(crate) mod kustomize_edit;
mod overrides;
