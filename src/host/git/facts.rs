//! Plain git. Over SSH it does not name the pusher; `git http-backend` passes on the web server's `REMOTE_USER`
//! (`git-http-backend`, "ENVIRONMENT").

use crate::host::{
    HookFacts, HostError, HostFacts, HostKind, Installation, MessageStyle, PushOrigin, RepositoryHook,
    Variables, Via, Workflows,
};

pub(in crate::host) static FACTS: HostFacts = HostFacts {
    word: "git",
    hook: HookFacts {
        server: "Plain git",
        // It has no variable of its own, so it is the host if no other one is recognised.
        speaks: |_| false,
        origin,
        rehearsal: &[],
        unseen: &[],
    },
    workflows: Workflows::NONE,
    owners: None,
    installation: Installation {
        shim: include_str!("../../../hooks/pre-receive"),
        traces: &[],
        repository: RepositoryHook::Git,
        run_by_host: &[],
    },
    forge: None,
};

#[expect(clippy::unnecessary_wraps, reason = "the origin of every host may be an error")]
fn origin(variables: &Variables) -> Result<PushOrigin, HostError> {
    Ok(PushOrigin {
        kind: HostKind::Git,
        pusher: variables.get("REMOTE_USER"),
        others: Vec::new(),
        via: Via::Push,
        pull_number: None,
        style: MessageStyle::Plain,
    })
}
