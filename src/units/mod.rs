//! The kinds of the files of a revision, and their deployment.
//!
//! In: paths, the kustomizations and charts that name them, and the GitOps objects of a revision. Out: [`FileKind`],
//! decided once for every file, and [`Deployments`]. Never: judges an object, or reads a file.

mod deployments;
mod file_kind;

pub use deployments::{DeploymentCertainty, Deployments, MARKS};
pub use file_kind::{ChartMember, FileFacts, FileKind, FolderKind, Naming, is_chart_metadata};
