//! Manifests: the content of a YAML or JSON file, as the cluster's tools read it.
//!
//! In: the bytes of one blob. Out: [`Manifest`], its objects and what stopped us from reading it,
//! every key and value with its span. Never: knows a path, a revision or what an object means.

mod agreement;
mod characters;
mod compose;
mod composer;
mod containment;
mod difference;
mod encoding;
mod framing;
mod go_number;
mod json;
mod kubectl;
mod kustomize;
mod libyaml;
mod limits;
mod node;
mod object;
mod ordinary;
mod origin;
mod parse;
mod pointer;
mod portions;
mod problem;
mod reading;
mod sops;
mod syntax;
mod timestamp;
mod traces;
mod variables;

pub use kubectl::AliasUse;
pub use kustomize::{kustomize_block, kustomize_scalar, kustomize_unfolded};
pub use limits::Limits;
pub use node::{Entry, Node, Value};
pub use object::Object;
pub use origin::{FileId, Origin, Step};
pub use parse::{Manifest, documents, kustomize_objects, parse};
pub use pointer::{is_of_any_filter, is_of_filter};
pub use problem::{Meanings, Problem, ProblemKind};
pub use reading::{Reading, Refusal};
pub use sops::is_encrypted;
pub use traces::may_name_an_object;
pub use variables::{Expansion, expand, leaves_a_variable_open, may_name_a_variable};

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
