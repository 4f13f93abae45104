//! The hosts that serve repositories: one folder a host.
//!
//! In: the variables that a host exports to a hook or a job. Out: [`HostFacts`] of each host, the [`PushOrigin`] of a
//! push, the [`Job`] of a runner. Never: uses a network, which is left to [`api`]; nothing that a hook runs names
//! that module.
//!
//! A folder has `facts.rs`, with one value of [`HostFacts`] that leaves no field out, and, for a forge, `api.rs`.

#[cfg(feature = "program")]
pub mod api;
mod event;
mod facts;
mod forge;
#[cfg(feature = "program")]
mod forge_error;
mod git;
mod gitea;
mod github;
mod gitlab;
mod gitolite;
mod origin;
mod runner;
#[cfg(test)]
mod tests;
mod topic;
mod variables;

use std::fmt;

pub use event::{EventError, Subject};
pub use facts::{HookFacts, HostFacts, Installation, RepositoryHook, UnseenChange, Workflows, is_workflow};
pub use forge::{
    BypassReach, ForgeFacts, ForgeHost, OwnersCheck, PipelineSource, SettingsFacts, StatusSource,
};
#[cfg(feature = "program")]
pub use forge_error::{ForgeAccessError, ForgeError, Method, Route};
pub use origin::{HostError, MessageStyle, PushOrigin, Via};
pub use runner::{Job, JobSubject, Runner};
pub use topic::Topic;
pub use variables::Variables;

/// Writes the enumeration of hosts, so that no list of them can lack one.
macro_rules! hosts {
    ($($(#[$comment:meta])* $kind:ident in $folder:ident,)+) => {
        /// A host. Everything that differs between hosts is in its [`HostFacts`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum HostKind {
            $($(#[$comment])* $kind,)+
        }

        impl HostKind {
            /// Every host. A host comes after those whose variables its own runner sets too.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Returns the facts that need no network.
            pub fn facts(self) -> &'static HostFacts {
                match self {
                    $(Self::$kind => &$folder::FACTS,)+
                }
            }
        }
    };
}

hosts! {
    /// `git receive-pack` alone, over SSH or git's own HTTP server.
    Git in git,
    /// gitolite.
    Gitolite in gitolite,
    /// GitHub and GitHub Enterprise Server.
    Github in github,
    /// GitLab.
    Gitlab in gitlab,
    /// Gitea and Forgejo.
    Gitea in gitea,
}

impl HostKind {
    /// Returns the host of a word of `--host`.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Returns the word of `--host` and `--forge`.
    pub fn as_str(self) -> &'static str {
        self.facts().word
    }

    /// Returns the same host as a forge, if it has a known API.
    pub fn forge(self) -> Option<ForgeHost> {
        ForgeHost::of(self)
    }
}

impl fmt::Display for HostKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
