//! The reasons why a request to a forge failed.

use std::fmt;

use thiserror::Error;

/// A failed request to a forge. Displays as a sentence with advice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ForgeError {
    /// The settings name no forge that could be reached.
    #[error("{0}")]
    Settings(String),
    /// There was no answer: the network, a proxy, a certificate, or the time limit.
    #[error(
        "{route}: could not reach {host}: {reason}\n  check the address, `--ca`, the proxy in HTTPS_PROXY \
         and the \
         network, then try again"
    )]
    Unreachable {
        /// The request.
        route: Route,
        /// The host.
        host: String,
        /// The error from the network.
        reason: String,
    },
    /// The forge refused the request.
    #[error("{route}: {status}: {message}{advice}")]
    Refused {
        /// The request.
        route: Route,
        /// The HTTP status.
        status: u16,
        /// The forge's own message.
        message: String,
        /// The permission that the token lacks, if that is known. Begins with a line end.
        advice: String,
    },
    /// The rate limit is used up.
    #[error(
        "{route}: the forge's rate limit is used up{until}\n  run the check again then, or give it a token of its own"
    )]
    RateLimited {
        /// The request.
        route: Route,
        /// The end of the limit, as ` until …`. Empty if the forge does not report it.
        until: String,
    },
    /// The answer is not valid.
    #[error("{route}: unexpected answer: {reason}")]
    Malformed {
        /// The request.
        route: Route,
        /// The reason.
        reason: String,
    },
}

/// A request: the method and the path, without host and token.
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
    /// Reads; may be repeated.
    Get,
    /// Creates something; sent once.
    Post,
    /// Changes something.
    Patch,
    /// Changes something, on GitLab.
    Put,
}

impl Method {
    /// Returns the word on the wire.
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
    /// Creates the error for an answer that was read and is not valid. The reason may contain words of the answer.
    pub(in crate::host) fn malformed(method: Method, path: &str, reason: impl Into<String>) -> Self {
        let reason = put_on_one_line(&reason.into());
        Self::Malformed { route: Route { method, path: path.to_owned() }, reason }
    }

    /// Replaces the advice of a refusal for want of a permission.
    pub(in crate::host) fn advise(self, advice: &str) -> Self {
        match self {
            Self::Refused { route, status, message, .. } if matches!(status, 403 | 404) => {
                Self::Refused { route, status, message, advice: format!("\n  {advice}") }
            }
            other => other,
        }
    }

    /// Returns true if the object of the request does not exist, or is hidden.
    pub fn is_absent(&self) -> bool {
        self.status() == Some(404)
    }

    /// Returns true if the token lacks the permission.
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

/// The most characters of a forge's own message that are shown.
const TOLD: usize = 200;

/// Writes a forge's own words on one line, because a line of its own may be a command to a runner, and without
/// characters that a terminal would obey.
pub(in crate::host) fn put_on_one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(TOLD).collect()
}
