//! portcullis judges what a Git push would make of a Kubernetes cluster, before it lands.

pub mod checks;
pub mod evidence;
pub mod finding;
pub mod git;
pub mod kube;
pub mod manifest;
pub mod owners;
pub mod schema;
pub mod signature;
pub mod source;
pub mod world;
