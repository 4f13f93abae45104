//! Roots: the files of a revision that are deployed, alone or together.
//!
//! In: a snapshot and its blobs. Out: [`Layout`]: the files that hold complete objects, and the roots (kustomizations,
//! charts) that must be rendered; and [`ChangedUnits`]: what kustomizations give before and after a change. Never: judges,
//! or runs anything it finds.

mod affected;
mod attributes;
mod kustomization;
mod layout;
mod links;
mod reach;
mod selection;
mod targets;
mod unit;

pub use kustomization::Reaches;
pub use layout::{
    Layout, LayoutInput, Listing, Member, Onset, Role, Root, RootKind, UnrenderedCause, UnrenderedReason,
    is_kustomization,
};
pub use links::{LinkExtent, LinkProblem, join};
pub use reach::Covered;
pub use selection::Selection;
pub use targets::Targets;
pub use unit::{ChangedUnits, RenderedUnit, Unit, UnitCoverage, UnitState, UnitsInput};
