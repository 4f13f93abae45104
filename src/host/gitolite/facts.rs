//! gitolite ("Environment variables" of its documentation). `GL_USER` is the user that its access rules know.

use crate::host::{
    HookFacts, HostError, HostFacts, HostKind, Installation, MessageStyle, PushOrigin, RepositoryHook,
    Variables, Via, Workflows,
};

pub(in crate::host) static FACTS: HostFacts = HostFacts {
    word: "gitolite",
    hook: HookFacts {
        server: "gitolite",
        speaks: |variables| variables.has("GL_LIBDIR") || variables.has("GL_ADMIN_BASE"),
        origin,
        rehearsal: &[
            ("GL_USER", "portcullis-doctor"),
            ("GL_REPO", "portcullis-doctor"),
            ("GL_LIBDIR", "/nonexistent"),
        ],
        unseen: &[],
    },
    workflows: Workflows::NONE,
    owners: None,
    installation: Installation {
        shim: include_str!("../../../hooks/pre-receive.gitolite"),
        traces: &["gl-conf"],
        repository: RepositoryHook::Elsewhere(
            "gitolite writes the hooks of its repositories itself\n  install into LOCAL_CODE: \
             `portcullis install --local-code DIR`",
        ),
        run_by_host: &[],
    },
    forge: None,
};

fn origin(variables: &Variables) -> Result<PushOrigin, HostError> {
    variables.need(HostKind::Gitolite, "GL_REPO")?;
    let pusher = variables.need(HostKind::Gitolite, "GL_USER")?;
    Ok(PushOrigin {
        kind: HostKind::Gitolite,
        pusher: Some(pusher),
        others: Vec::new(),
        via: Via::Push,
        pull_number: None,
        style: MessageStyle::Plain,
    })
}
