//! The origin of a push.
//!
//! In: the variables that a host exports to a hook. Out: [`PushOrigin`]. Never: takes a push option or anything else
//! that the pusher can set for an identity, or goes on without a variable that its host always exports: hosts have
//! lost variables in an update before, and rules must not be lost with them.

use super::HostKind;
use super::variables::Variables;

/// The way in which a change came to the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `git push`.
    Push,
    /// The host itself merges a pull request.
    Merge,
    /// An edit in the host's web pages, or by its API.
    Web,
}

impl Via {
    /// Returns the word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Merge => "merge",
            Self::Web => "web",
        }
    }
}

/// The form in which a host shows messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageStyle {
    /// It shows everything.
    Plain,
    /// It shows only lines with this prefix.
    Prefixed(&'static str),
}

/// The facts about a push that its host states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOrigin {
    /// The host.
    pub kind: HostKind,
    /// The account that pushes. Plain git over SSH knows none.
    pub pusher: Option<String>,
    /// Accounts that take part besides the pusher: the author of a pull request that is merged.
    pub others: Vec<String>,
    /// The way in which it came.
    pub via: Via,
    /// The number of the pull request that is merged, if the host names it.
    pub pull_number: Option<u64>,
    /// The form of the report.
    pub style: MessageStyle,
}

/// The reason why the pusher could not be determined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The variables of two hosts are set.
    #[error(
        "the variables of {0} and of {1} are both set, so the host of the push could not be determined\n  \
         name it: `portcullis pre-receive --host {0}`"
    )]
    Ambiguous(HostKind, HostKind),
    /// A variable that the host always exports is missing.
    #[error(
        "{name} is not set, although {host} exports it to every hook, so the person who pushes could not be \
         determined\n  call portcullis from the hook itself and keep its environment, or name another host \
         with --host"
    )]
    Missing {
        /// The host.
        host: HostKind,
        /// The variable.
        name: &'static str,
    },
    /// A variable has a value that the host never writes.
    #[error("{name} is `{value}`, which {host} never sets\n  name another host with --host")]
    Unknown {
        /// The host.
        host: HostKind,
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

impl PushOrigin {
    /// Reads the variables. `named` is the host that the administrator names.
    pub fn read(variables: &Variables, named: Option<HostKind>) -> Result<Self, HostError> {
        let kind = match named {
            Some(kind) => kind,
            None => detect(variables)?,
        };
        (kind.facts().hook.origin)(variables)
    }
}

fn detect(variables: &Variables) -> Result<HostKind, HostError> {
    let mut speaking = HostKind::ALL.iter().copied().filter(|kind| (kind.facts().hook.speaks)(variables));
    match (speaking.next(), speaking.next()) {
        (None, _) => Ok(HostKind::Git),
        (Some(kind), None) => Ok(kind),
        (Some(one), Some(other)) => Err(HostError::Ambiguous(one, other)),
    }
}
