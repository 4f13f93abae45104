//! Roots: the files of a revision that are deployed, alone or together.
//!
//! In: a snapshot and its blobs. Out: [`Layout`]: the files that hold complete objects, and the roots (kustomizations,
//! charts) that must be rendered. Never: judges, or runs anything it finds. Kustomizations and charts are not rendered
//! yet; they are reported as unrendered.

mod attributes;
mod kustomization;
mod layout;
mod links;
mod reach;
mod selection;
mod targets;

pub use kustomization::Reaches;
pub use layout::{Layout, LayoutInput, Listing, Member, Role, Root, RootKind, is_kustomization};
pub use links::{LinkExtent, LinkProblem, join};
pub use reach::Covered;
pub use selection::Selection;
pub use targets::Targets;
