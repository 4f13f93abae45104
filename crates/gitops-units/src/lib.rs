//! What the Argo CD and Flux objects of a repository deploy, and what each of those deployments gives.
//!
//! In: a [`kustomize::FileTree`] of one revision, the [`Declaration`]s that the caller found in it, and [`Assumptions`].
//! Out: [`DeployedUnit`]s, each with its deployer, source and destination, and a [`UnitRendering`] of each. What cannot be
//! known is [`Unjudged`], with the reason. Never: a process, a network, a disk, a clock, git or a policy.

mod argo;
mod assumptions;
mod declaration;
mod declaration_index;
mod deploy;
mod document_edit;
mod find;
mod flux;
mod glob;
mod limits;
mod maps;
mod mount_tree;
mod render;
mod repository_url;
mod reuse;
mod template;
mod unit;
mod unjudged;
mod watched_tree;
mod written_text;

pub use assumptions::{
    Assumptions, DeclaredCluster, DeclaredClusters, KnownRepository, KnownSource, Revision, UnsetVariables,
};
pub use declaration::{Declaration, DeclarationKind};
pub use deploy::{Deployment, RenderedUnit, deploy, deploy_after};
pub use find::{FoundUnits, find_units};
pub use limits::UnitLimits;
pub use render::{FailedRendering, UnitRenderError, UnitRenderer, UnitRendering};
pub use repository_url::RepositoryUrl;
pub use unit::{
    ArtifactCopy, Authority, DeployedUnit, Deployer, DeployerKind, Destination, DestinationCluster,
    DirectoryDepth, DirectoryOptions, FluxArtifact, ObjectName, OtherVariables, Substitutions, UnitSource,
    Variable, VariableValue,
};
pub use unjudged::Unjudged;
pub use watched_tree::Looks;
pub use written_text::WrittenText;

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
