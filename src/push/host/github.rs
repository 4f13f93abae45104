//! GitHub Enterprise Server ("Writing scripts for pre-receive hooks" of its documentation).

use super::{HostError, HostFacts, HostKind, MessageStyle, Variables, Via};

/// Actions set `GITHUB_*` too, but never this one.
pub(super) fn speaks(variables: &Variables) -> bool {
    variables.has("GITHUB_USER_LOGIN")
}

pub(super) fn facts(variables: &Variables) -> Result<HostFacts, HostError> {
    variables.need(HostKind::Github, "GITHUB_REPO_NAME")?;
    let pusher = variables.need(HostKind::Github, "GITHUB_USER_LOGIN")?;
    let author = variables.get("GITHUB_PULL_REQUEST_AUTHOR_LOGIN");
    Ok(HostFacts {
        kind: HostKind::Github,
        pusher: Some(pusher.to_owned()),
        via: via(variables.get("GITHUB_VIA"), author),
        others: author.map(str::to_owned).into_iter().collect(),
        style: MessageStyle::Plain,
    })
}

/// `GITHUB_VIA` names how a ref was updated other than by `git push`. Values that are not known are
/// some other page or route of the host.
fn via(said: Option<&str>, author: Option<&str>) -> Via {
    match (said, author) {
        (None, _) => Via::Push,
        (Some("pull request merge button" | "pull request merge api"), Some(_)) => Via::Merge,
        (Some(_), _) => Via::Web,
    }
}
