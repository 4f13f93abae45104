//! Which host serves the repository, and what it says of the push.
//!
//! In: the variables that a host exports to a hook. Out: [`HostFacts`]. Never: takes a push option or
//! anything else that the pusher can set for an identity, or goes on without a variable that its host
//! always exports: hosts have lost variables in an update before, and rules must not be lost with them.

mod gitea;
mod github;
mod gitlab;
mod gitolite;
mod plain;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

/// A Git host whose hook environment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// `git receive-pack` alone, over SSH or git's own HTTP server.
    Git,
    /// gitolite.
    Gitolite,
    /// GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

impl HostKind {
    /// Every host.
    pub const ALL: [Self; 5] = [Self::Git, Self::Gitolite, Self::Github, Self::Gitlab, Self::Gitea];

    /// The word of `--host`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Gitolite => "gitolite",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Gitea => "gitea",
        }
    }

    /// Whether the variables are of this host. `GL_*` is both gitolite's and GitLab's.
    fn speaks(self, variables: &Variables) -> bool {
        match self {
            Self::Git => false,
            Self::Gitolite => gitolite::speaks(variables),
            Self::Github => github::speaks(variables),
            Self::Gitlab => gitlab::speaks(variables),
            Self::Gitea => gitea::speaks(variables),
        }
    }
}

impl fmt::Display for HostKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How a change came to the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `git push`.
    Push,
    /// The host itself merges a pull request.
    Merge,
    /// A person edits in the host's web pages, or by its API.
    Web,
}

impl Via {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Merge => "merge",
            Self::Web => "web",
        }
    }
}

/// How a host wants to be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageStyle {
    /// It passes everything on as it is.
    Plain,
    /// It shows only lines that begin with this.
    Prefixed(&'static str),
}

/// What the host says of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// Which host it is.
    pub kind: HostKind,
    /// The account that pushes; plain git over SSH knows none.
    pub pusher: Option<String>,
    /// Accounts that take part besides the pusher: the author of the pull request that is merged.
    pub others: Vec<String>,
    /// How it came.
    pub via: Via,
    /// How the report is written.
    pub style: MessageStyle,
}

/// Why the person who pushes could not be determined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Two hosts' variables are set.
    #[error(
        "the variables of {0} and of {1} are both set, so the host of the push could not be determined\n  \
         name it: `portcullis pre-receive --host {0}`"
    )]
    Ambiguous(HostKind, HostKind),
    /// A host without a variable that it always exports.
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
    /// A variable whose value the host never writes.
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

/// The variables of hosts that are set, empty ones left out.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<&'static str, String>);

impl Variables {
    /// Every variable that any adapter asks for.
    pub const NAMES: [&'static str; 16] = [
        "GITEA_PUSHER_NAME",
        "GITEA_PUSH_TRIGGER",
        "GITEA_REPO_NAME",
        "GITHUB_PULL_REQUEST_AUTHOR_LOGIN",
        "GITHUB_REPO_NAME",
        "GITHUB_USER_LOGIN",
        "GITHUB_VIA",
        "GL_ADMIN_BASE",
        "GL_ID",
        "GL_LIBDIR",
        "GL_PROTOCOL",
        "GL_REPO",
        "GL_REPOSITORY",
        "GL_USER",
        "GL_USERNAME",
        "REMOTE_USER",
    ];

    /// The variables for which `read` gives a value.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let set = Self::NAMES.iter().filter_map(|name| Some((*name, read(name)?)));
        Self(set.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn need(&self, host: HostKind, name: &'static str) -> Result<&str, HostError> {
        self.get(name).ok_or(HostError::Missing { host, name })
    }
}

impl HostFacts {
    /// What the variables say; `named` is the administrator's word for which host it is.
    pub fn read(variables: &Variables, named: Option<HostKind>) -> Result<Self, HostError> {
        let kind = match named {
            Some(kind) => kind,
            None => detect(variables)?,
        };
        match kind {
            HostKind::Git => Ok(plain::facts(variables)),
            HostKind::Gitolite => gitolite::facts(variables),
            HostKind::Github => github::facts(variables),
            HostKind::Gitlab => gitlab::facts(variables),
            HostKind::Gitea => gitea::facts(variables),
        }
    }
}

fn detect(variables: &Variables) -> Result<HostKind, HostError> {
    let mut speaking = HostKind::ALL.into_iter().filter(|kind| kind.speaks(variables));
    match (speaking.next(), speaking.next()) {
        (None, _) => Ok(HostKind::Git),
        (Some(kind), None) => Ok(kind),
        (Some(one), Some(other)) => Err(HostError::Ambiguous(one, other)),
    }
}
