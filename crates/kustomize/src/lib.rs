//! What `kustomize build` gives, without a process, a network, a disk or a clock, and with the origin of every value.
//!
//! In: a [`FileTree`] and the folder of a kustomization. Out: a [`Rendering`]: objects, the file and step that wrote
//! each value, every path that was looked at, and the parts that are not rendered. Never: runs a program, loads what is
//! outside the tree, or gives an object of which something is guessed.

mod build;
mod configuration;
mod crds;
mod decode;
mod emit;
mod entries;
mod error;
mod field_specs;
mod generators;
mod hash;
mod identity;
mod json_patch;
mod key_values;
mod kustomization;
mod label_selector;
mod limits;
mod merge;
mod name_references;
mod notes;
mod paths;
mod plugins;
mod remote;
mod render;
mod rendering;
mod resource;
mod resources;
mod selector;
mod session;
mod snapshot_tree;
mod sorting;
mod steps;
mod transformers;
mod tree;
mod variables;
mod version;
mod writing;

pub use emit::{Comment, to_yaml};
pub use error::{Place, RefusalKind, RenderError};
pub use kustomization::{FIELDS, FILE_NAMES};
pub use limits::RenderLimits;
pub use render::{LoadRestrictor, RenderOptions, Renderer, RootEdit, canonical};
pub use rendering::{Part, RenderedObject, Rendering, Unrendered};
pub use snapshot_tree::SnapshotTree;
pub use tree::{Entry, FileTree, MemoryTree, TreeError};
pub use version::{KustomizeVersion, VersionError};
pub use writing::{Adoption, BuildStep, Writing, Writings, WrittenFile, stamp};

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
