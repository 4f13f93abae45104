//! gitolite ("Environment variables" of its documentation): `GL_USER` is who its access rules know.

use super::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};

pub(super) fn speaks(variables: &Variables) -> bool {
    variables.has("GL_LIBDIR") || variables.has("GL_ADMIN_BASE")
}

pub(super) fn facts(variables: &Variables) -> Result<HostFacts, HostError> {
    variables.need(HostKind::Gitolite, "GL_REPO")?;
    let pusher = variables.need(HostKind::Gitolite, "GL_USER")?;
    Ok(HostFacts {
        kind: HostKind::Gitolite,
        pusher: Some(pusher.to_owned()),
        others: Vec::new(),
        via: Via::Push,
        style: MessageStyle::Plain,
    })
}
