//! What git tells a hook.
//!
//! In: standard input, arguments and the environment of a hook. Out: [`RefUpdate`]s and
//! [`HookEnvironment`]. Never: opens the repository, or believes the pusher about who they are.

mod environment;
mod host;
mod update;

pub use environment::{EnvironmentError, HookEnvironment, index_file};
pub use host::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};
pub use update::{PushError, RefUpdate, parse_updates};
