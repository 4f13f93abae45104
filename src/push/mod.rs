//! What git tells a hook, and a forge's runner a job.
//!
//! In: standard input, arguments and the environment of a hook or a job. Out: [`RefUpdate`]s and
//! [`HookEnvironment`], or [`Runner`] and [`Subject`]. Never: opens the repository, or believes the pusher
//! about who they are.

mod environment;
mod event;
mod host;
mod runner;
mod update;

pub use environment::{EnvironmentError, HookEnvironment, index_file, runner};
pub use event::{EventError, Subject};
pub use host::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};
pub use runner::{ForgeKind, Runner};
pub use update::{PushError, RefUpdate, parse_updates};
