//! Why a forge could not be asked.

use std::fmt;

use thiserror::Error;

/// What stops a question or an announcement. Displays as a sentence with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ForgeError {
    /// The settings name no forge that could be asked.
    #[error("{0}")]
    Settings(String),
    /// No answer: the network, a proxy, a certificate, or the time that is left.
    #[error(
        "{route}: could not reach {host}: {reason}\n  check the address, `--ca`, the proxy in HTTPS_PROXY \
         and the \
         network, then try again"
    )]
    Unreachable {
        /// What was asked for.
        route: Route,
        /// The host.
        host: String,
        /// Why, as the network says.
        reason: String,
    },
    /// The forge answered that it will not answer.
    #[error("{route}: {status}: {message}{advice}")]
    Refused {
        /// What was asked for.
        route: Route,
        /// The HTTP status.
        status: u16,
        /// What the forge says.
        message: String,
        /// What the token lacks, if that is known; begins with a line end.
        advice: String,
    },
    /// Too many questions.
    #[error(
        "{route}: the forge's rate limit is used up{until}\n  run the check again then, or give it a token of its own"
    )]
    RateLimited {
        /// What was asked for.
        route: Route,
        /// Until when, as ` until …`; empty where the forge does not say.
        until: String,
    },
    /// The answer is not valid.
    #[error("{route}: unexpected answer: {reason}")]
    Malformed {
        /// What was asked for.
        route: Route,
        /// Why.
        reason: String,
    },
}

/// What was asked for: the method and the path, without host and token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST` or `PATCH`.
    pub method: Method,
    /// The path below the API's base.
    pub path: String,
}

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks; may be asked again.
    Get,
    /// Says something; said once.
    Post,
    /// Says something new about what was said.
    Patch,
    /// The same, as GitLab has it.
    Put,
}

impl Method {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method.as_str(), self.path)
    }
}

/// A reason why no forge can be asked.
#[derive(Debug, thiserror::Error)]
pub enum ForgeAccessError {
    /// Neither the command line nor the runner names a forge.
    #[error("could not determine the forge: name it with --forge")]
    NoForge,
    /// Neither names a repository.
    #[error("could not determine the repository: name it with --project")]
    NoProject,
    /// The name of the repository is not a path.
    #[error("`{0}` is not a repository: write it like `acme/prod`")]
    Project(String),
    /// Neither names an address.
    #[error("could not determine the address of the forge's API: name it with --api")]
    NoApi,
    /// The address would put a secret into messages.
    #[error(
        "the address contains credentials before `@`, and addresses appear in messages: pass a token with \
         PORTCULLIS_TOKEN"
    )]
    Credentials,
}

impl ForgeError {
    /// An answer that was read and means nothing. The reason may hold words of the answer.
    pub(in crate::host) fn malformed(method: Method, path: &str, reason: impl Into<String>) -> Self {
        let reason = one_line(&reason.into());
        Self::Malformed { route: Route { method, path: path.to_owned() }, reason }
    }

    /// Whether the forge knows nothing of what was asked for, or hides it.
    pub fn is_absent(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the token may not do this.
    pub fn is_forbidden(&self) -> bool {
        matches!(self.status(), Some(401 | 403 | 404))
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Settings(_)
            | Self::Unreachable { .. }
            | Self::RateLimited { .. }
            | Self::Malformed { .. } => None,
        }
    }
}

/// How many characters of a forge's own message are shown.
const TOLD: usize = 200;

/// A forge's own words: on one line, because a line of its own may be a command to a runner, and without what
/// commands a terminal.
pub(in crate::host) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(TOLD).collect()
}
