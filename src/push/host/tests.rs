//! The environments of every host, whole, mixed and with holes.

use super::*;

const GITHUB: &[(&str, &str)] = &[("GITHUB_USER_LOGIN", "alice"), ("GITHUB_REPO_NAME", "acme/prod")];
const GITLAB: &[(&str, &str)] =
    &[("GL_ID", "user-4"), ("GL_USERNAME", "alice"), ("GL_REPOSITORY", "project-7"), ("GL_PROTOCOL", "ssh")];
const GITEA: &[(&str, &str)] = &[("GITEA_REPO_NAME", "prod"), ("GITEA_PUSHER_NAME", "alice")];
const GITOLITE: &[(&str, &str)] =
    &[("GL_USER", "alice"), ("GL_REPO", "prod"), ("GL_LIBDIR", "/usr/share/gitolite3/lib")];

fn variables(set: &[&[(&str, &str)]]) -> Variables {
    let set: BTreeMap<&str, &str> = set.concat().into_iter().collect();
    Variables::read(|name| set.get(name).map(|value| (*value).to_owned()))
}

fn facts(set: &[&[(&str, &str)]]) -> Result<HostFacts, HostError> {
    HostFacts::read(&variables(set), None)
}

#[test]
fn every_host_is_told_by_its_variables_and_names_the_pusher() {
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
            let error = HostFacts::read(&variables(&[&rest]), Some(kind)).unwrap_err();
            assert!(error.to_string().contains(&format!("{absent} is not set")), "{error}");
        }
    }
}

#[test]
fn two_hosts_at_once_are_none_unless_one_is_named() {
    assert_eq!(facts(&[GITOLITE, GITLAB]), Err(HostError::Ambiguous(HostKind::Gitolite, HostKind::Gitlab)));
    let both = variables(&[GITHUB, GITEA]);
    assert!(HostFacts::read(&both, None).is_err());
    assert_eq!(HostFacts::read(&both, Some(HostKind::Gitea)).unwrap().kind, HostKind::Gitea);
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
}
