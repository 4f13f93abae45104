//! GitLab ("Git server hooks" of its documentation).

use super::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};

/// What its web pages show of a hook's output.
const SHOWN_IN_PAGES: &str = "GL-HOOK-ERR: ";

pub(super) fn speaks(variables: &Variables) -> bool {
    let repository = variables.get("GL_REPOSITORY").unwrap_or_default();
    variables.has("GL_ID") || repository.starts_with("project-") || repository.starts_with("wiki-")
}

/// A deploy key has a `GL_ID` of `key-…` and no account.
pub(super) fn facts(variables: &Variables) -> Result<HostFacts, HostError> {
    let host = HostKind::Gitlab;
    variables.need(host, "GL_REPOSITORY")?;
    let id = variables.need(host, "GL_ID")?;
    let pusher = if id.starts_with("key-") { id } else { variables.need(host, "GL_USERNAME")? };
    let protocol = variables.need(host, "GL_PROTOCOL")?;
    let (via, style) = match protocol {
        "ssh" | "http" => (Via::Push, MessageStyle::Plain),
        "web" => (Via::Web, MessageStyle::Prefixed(SHOWN_IN_PAGES)),
        _ => return Err(HostError::Unknown { host, name: "GL_PROTOCOL", value: protocol.to_owned() }),
    };
    Ok(HostFacts { kind: host, pusher: Some(pusher.to_owned()), others: Vec::new(), via, style })
}
