//! The input of a hook from git, and of a job from a forge's runner.
//!
//! In: standard input, arguments and the environment of a hook or a job. Out: [`RefUpdate`]s and [`HookEnvironment`],
//! or the job's [`Runner`](crate::host::Runner). Never: opens the repository, or believes the pusher about who they
//! are.

mod environment;
mod update;

pub use environment::{EnvironmentError, HookEnvironment, index_file, runner, unattended_variable};
pub use update::{PushError, RefUpdate, parse_updates};
