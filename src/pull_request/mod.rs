//! A pull request, or the group that a merge queue is about to merge: what it proposes, its judgement, and how the forge
//! learns of it.
//!
//! In: the choices of a run, and the forge's present answers. Out: a report, and a status and comments on the forge.
//! Never: remembers an earlier run, allows what depends on a fact that the forge hides, or leaves a commit with the
//! verdict of an older run.

mod error;
mod group;
mod issue;
mod judge;
mod membership;
mod options;
mod publish;
mod reviewed;
mod run;
mod schedule;
mod settings;
mod stage;

pub use error::PullRequestError;
pub use options::{CommentOccasion, Delivery, Extra, Options, PublishOptions, ReviewRecords};
pub use run::{Judged, Run};
pub use schedule::Schedule;
pub use settings::Settings;
