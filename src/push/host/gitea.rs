//! Gitea and Forgejo (`modules/repository/env.go` of Gitea).

use super::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};

pub(super) fn speaks(variables: &Variables) -> bool {
    variables.has("GITEA_REPO_NAME") || variables.has("GITEA_PUSHER_NAME")
}

pub(super) fn facts(variables: &Variables) -> Result<HostFacts, HostError> {
    variables.need(HostKind::Gitea, "GITEA_REPO_NAME")?;
    let pusher = variables.need(HostKind::Gitea, "GITEA_PUSHER_NAME")?;
    let via = match variables.get("GITEA_PUSH_TRIGGER") {
        None => Via::Push,
        Some("pr-merge-to-base") => Via::Merge,
        Some(_) => Via::Web,
    };
    Ok(HostFacts {
        kind: HostKind::Gitea,
        pusher: Some(pusher.to_owned()),
        others: Vec::new(),
        via,
        style: MessageStyle::Plain,
    })
}
