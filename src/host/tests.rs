//! The environments of every host, complete, mixed and with gaps; and the facts that no host may lack.

use std::collections::BTreeMap;

use super::*;
use source_files::RepoPath;

const GITHUB: &[(&str, &str)] = &[("GITHUB_USER_LOGIN", "alice"), ("GITHUB_REPO_NAME", "acme/prod")];
const GITLAB: &[(&str, &str)] =
    &[("GL_ID", "user-4"), ("GL_USERNAME", "alice"), ("GL_REPOSITORY", "project-7"), ("GL_PROTOCOL", "ssh")];
const GITEA: &[(&str, &str)] = &[("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "alice")];
const GITOLITE: &[(&str, &str)] =
    &[("GL_USER", "alice"), ("GL_REPO", "prod"), ("GL_LIBDIR", "/usr/share/gitolite3/lib")];

fn variables(set: &[&[(&str, &str)]]) -> Variables {
    let set: BTreeMap<String, String> =
        set.concat().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Variables::new(move |name| set.get(name).cloned())
}

fn facts(set: &[&[(&str, &str)]]) -> Result<PushOrigin, HostError> {
    PushOrigin::read(&variables(set), None)
}

#[test]
fn every_host_is_recognised_by_its_variables_and_names_the_pusher() {
    for (set, kind) in [
        (GITHUB, HostKind::Github),
        (GITLAB, HostKind::Gitlab),
        (GITEA, HostKind::Gitea),
        (GITOLITE, HostKind::Gitolite),
    ] {
        let facts = facts(&[set]).unwrap();
        assert_eq!((facts.kind, facts.pusher.as_deref()), (kind, Some("alice")));
        assert_eq!((facts.via, facts.style), (Via::Push, MessageStyle::Plain));
    }
    let plain = facts(&[]).unwrap();
    assert_eq!((plain.kind, plain.pusher), (HostKind::Git, None));
    assert_eq!(facts(&[&[("REMOTE_USER", "bob")]]).unwrap().pusher.as_deref(), Some("bob"));
}

#[test]
fn every_variable_that_a_host_always_sets_is_needed() {
    for (set, kind) in [
        (GITHUB, HostKind::Github),
        (GITLAB, HostKind::Gitlab),
        (GITEA, HostKind::Gitea),
        (GITOLITE, HostKind::Gitolite),
    ] {
        for (absent, _) in set.iter().filter(|(name, _)| *name != "GL_LIBDIR") {
            let rest: Vec<_> = set.iter().filter(|(name, _)| name != absent).copied().collect();
            let error = PushOrigin::read(&variables(&[&rest]), Some(kind)).unwrap_err();
            assert!(error.to_string().contains(&format!("{absent} is not set")), "{error}");
        }
    }
}

#[test]
fn two_hosts_at_once_are_none_unless_one_is_named() {
    assert_eq!(facts(&[GITOLITE, GITLAB]), Err(HostError::Ambiguous(HostKind::Gitolite, HostKind::Gitlab)));
    let both = variables(&[GITHUB, GITEA]);
    assert!(PushOrigin::read(&both, None).is_err());
    assert_eq!(PushOrigin::read(&both, Some(HostKind::Gitea)).unwrap().kind, HostKind::Gitea);
}

#[test]
fn merges_and_web_pages_are_told_apart() {
    let via = |set: &[&[(&str, &str)]]| facts(set).unwrap().via;
    let button = [("GITHUB_VIA", "pull request merge button"), ("GITHUB_PULL_REQUEST_AUTHOR_LOGIN", "bob")];
    assert_eq!(via(&[GITHUB, &button]), Via::Merge);
    assert_eq!(facts(&[GITHUB, &button]).unwrap().others, ["bob"]);
    assert_eq!(via(&[GITHUB, &button[..1]]), Via::Web);
    assert_eq!(via(&[GITHUB, &[("GITHUB_VIA", "blob#save")]]), Via::Web);
    assert_eq!(via(&[GITEA, &[("GITEA_PUSH_TRIGGER", "pr-merge-to-base")]]), Via::Merge);
    assert_eq!(via(&[GITEA, &[("GITEA_PUSH_TRIGGER", "pr-update-with-base")]]), Via::Web);
    let web = facts(&[GITLAB, &[("GL_PROTOCOL", "web")]]).unwrap();
    assert_eq!((web.via, web.style), (Via::Web, MessageStyle::Prefixed("GL-HOOK-ERR: ")));
    assert!(facts(&[GITLAB, &[("GL_PROTOCOL", "carrier pigeon")]]).is_err());
}

#[test]
fn a_deploy_key_is_its_own_pusher() {
    let set = [("GL_ID", "key-9"), ("GL_REPOSITORY", "project-7"), ("GL_PROTOCOL", "ssh")];
    assert_eq!(facts(&[&set]).unwrap().pusher.as_deref(), Some("key-9"));
    let pusher = |more: &[(&str, &str)]| facts(&[GITEA, more]).unwrap().pusher;
    let nobody = [("GITEA_DEPLOY_KEY_ID", "0"), ("GITEA_ACTIONS_TASK_ID", "0")];
    assert_eq!(pusher(&nobody).as_deref(), Some("alice"));
    assert_eq!(pusher(&[("GITEA_DEPLOY_KEY_ID", "7")]).as_deref(), Some("deploy-key-7"));
    assert_eq!(pusher(&[nobody[0], ("GITEA_ACTIONS_TASK_ID", "12")]).as_deref(), Some("actions-task-12"));
    assert_eq!(pusher(&[("GITEA_DEPLOY_KEY_ID", "odd")]).as_deref(), Some("deploy-key-odd"));
}

#[test]
fn every_host_has_a_word_of_its_own() {
    for kind in HostKind::ALL {
        assert_eq!(HostKind::named(kind.as_str()), Some(*kind));
    }
    assert_eq!(HostKind::named("Git"), None);
    assert!(ForgeHost::named("git").is_none() && ForgeHost::named("gitea").is_some());
}

/// The host's own reader understands what `doctor` pretends.
#[test]
fn every_rehearsal_is_a_push_of_its_host() {
    for kind in HostKind::ALL {
        let origin = facts(&[kind.facts().hook.rehearsal]).unwrap();
        assert_eq!((origin.kind, origin.via), (*kind, Via::Push));
        assert_eq!(origin.pusher.is_some(), *kind != HostKind::Git, "{kind}");
    }
}

/// A forge without them would run the gate, or ask owners, by files that anyone can change.
#[test]
fn every_forge_has_workflows_and_owners() {
    for kind in ForgeHost::all().map(ForgeHost::kind) {
        let Workflows { folders, files } = &kind.facts().workflows;
        assert!(!folders.is_empty() || !files.is_empty(), "{kind} names no workflows");
        assert!(kind.facts().owners.is_some_and(|dialect| !dialect.places().is_empty()), "{kind}: no owners");
    }
}

#[test]
fn every_workflow_is_recognised() {
    for Workflows { folders, files } in HostKind::ALL.iter().map(|kind| &kind.facts().workflows) {
        assert!(
            folders.iter().all(|folder| folder.ends_with('/') && !folder.starts_with('/')),
            "{folders:?}"
        );
        let inside = folders.iter().map(|folder| format!("{folder}gate.yml"));
        let all = inside.chain(files.iter().map(|file| (*file).to_owned()));
        assert!(all.map(|path| RepoPath::new(&path)).all(|path| is_workflow(&path)));
    }
    for known in
        [".github/workflows/x", ".gitea/workflows/x", ".forgejo/workflows/x", ".gitlab/x", ".gitlab-ci.yml"]
    {
        assert!(is_workflow(&RepoPath::new(known)), "{known}");
    }
    for other in [".github/workflows", "a/.github/workflows/x.yml", ".gitlab-ci.yml/x", "x.yml"] {
        assert!(!is_workflow(&RepoPath::new(other)), "{other}");
    }
}

fn runner(set: &[(&str, &str)]) -> Runner {
    Runner::new(variables(&[set]))
}

/// Gitea's runner claims to be GitHub's too, and a token is only for the forge of the runner.
#[test]
fn the_runner_of_gitea_is_not_that_of_github() {
    let set = [("GITHUB_ACTIONS", "true"), ("FORGEJO_ACTIONS", "true"), ("GITHUB_TOKEN", "secret")];
    let (gitea, github) = (HostKind::Gitea.forge().unwrap(), HostKind::Github.forge().unwrap());
    assert_eq!(runner(&set).forge().map(ForgeHost::kind), Some(HostKind::Gitea));
    assert_eq!(runner(&set).job(gitea).token.as_deref(), Some("secret"));
    assert_eq!(runner(&set).job(github).token, None);
    assert_eq!(runner(&set[..1]).forge().map(ForgeHost::kind), Some(HostKind::Github));
    assert!(runner(&[("GITHUB_ACTIONS", "yes")]).forge().is_none());
    let own = runner(&[("PORTCULLIS_TOKEN", "ours"), ("GITEA_TOKEN", "theirs")]);
    assert_eq!(own.job(gitea).token.as_deref(), Some("ours"));
}

#[test]
fn a_server_is_where_its_api_is() {
    for (api, server) in [
        ("https://api.github.com", "https://github.com"),
        ("https://git.example/api/v3", "https://git.example"),
        ("https://git.example/x/api/v4", "https://git.example/x"),
        ("https://git.example/api/v1", "https://git.example"),
        ("https://git.example", "https://git.example"),
    ] {
        assert_eq!(ForgeHost::server_of(api), server);
    }
}
