//! Plain git: over SSH nothing says who pushes; `git http-backend` passes on the web server's
//! `REMOTE_USER` (`git-http-backend`, "ENVIRONMENT").

use super::{HostFacts, HostKind, MessageStyle, Variables, Via};

pub(super) fn facts(variables: &Variables) -> HostFacts {
    HostFacts {
        kind: HostKind::Git,
        pusher: variables.get("REMOTE_USER").map(str::to_owned),
        others: Vec::new(),
        via: Via::Push,
        style: MessageStyle::Plain,
    }
}
