//! Which refs are guarded, what else may be pushed, and what happens while the policy cannot say it.

use super::approvals::{CODEOWNERS, clone_of, key_files, proposal, sign, trusting_policy};
use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::{File, Server};
use crate::common::git::Failure;

fn guarded_by(lines: &str) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy(lines)), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    Ok((server, alice))
}

#[test]
fn a_ref_that_should_not_be_there_can_be_deleted() -> Result<(), Failure> {
    for lines in ["protected: [refs/heads/main]\n", "protected: ['**']\n"] {
        let (server, alice) = guarded_by(lines)?;
        let tip = server.tip("refs/heads/main")?;
        for name in ["refs/remotes/main", "refs/heads/refs/heads/main"] {
            server.force(name, &tip)?;
            alice.push(&[&format!(":{name}")])?.accepted(&[]);
        }
    }
    let (server, alice) = guarded_by("protected: [refs/heads/main]\n")?;
    server.force("refs/tags/main", &server.tip("refs/heads/main")?)?;
    alice.push(&[":refs/tags/main"])?.accepted(&[]);
    Ok(())
}

#[test]
fn a_release_branch_may_come_once_its_shadow_is_gone() -> Result<(), Failure> {
    let (server, alice) = guarded_by("protected: [refs/heads/main, 'refs/heads/release/*']\n")?;
    server.force("refs/tags/release/2", &server.tip("refs/heads/main")?)?;
    let both = [":refs/tags/release/2", "HEAD:refs/heads/release/2"];
    alice.push(&both)?.accepted(&["portcullis: release/2"]);
    Ok(())
}

#[test]
fn a_push_to_an_unguarded_ref_says_so() -> Result<(), Failure> {
    let (_server, alice) = guarded_by("protected: ['refs/heads/release/*']\n")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = alice.push(&["HEAD:refs/heads/idea", "HEAD:refs/tags/v1"])?;
    push.accepted(&["not judged, because the policy does not protect them: refs/heads/idea, refs/tags/v1"]);
    Ok(())
}

#[test]
fn tags_may_come_where_every_branch_is_guarded() -> Result<(), Failure> {
    let (_server, alice) = guarded_by("protected: ['refs/heads/*']\n")?;
    alice.push(&["HEAD:refs/tags/v1"])?.accepted(&["not judged"]);
    Ok(())
}

#[test]
fn a_tag_that_is_guarded_itself_may_be_named_like_a_branch() -> Result<(), Failure> {
    let (_server, alice) = guarded_by("protected: [refs/heads/main, 'refs/tags/*']\n")?;
    alice.push(&["HEAD:refs/tags/main"])?.accepted(&["portcullis: refs/tags/main"]);
    Ok(())
}

#[test]
fn a_pattern_without_refs_does_not_come_in() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    for (pattern, meant) in [
        ("main", "refs/heads/main"),
        ("heads/main", "refs/heads/main"),
        ("'release/*'", "refs/heads/release/*"),
    ] {
        alice.commit("Protect", &[(POLICY_PATH, &policy(&format!("protected: [{pattern}]\n")))])?;
        alice.push_main()?.rejected(&["error[weakened-policy]", &format!("did you mean `{meant}`?")]);
    }
    Ok(())
}

#[test]
fn a_pattern_without_refs_that_is_there_guards_what_it_means() -> Result<(), Failure> {
    let (_server, alice) = guarded_by("protected: [prod]\n")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    let notice =
        "`prod` under `protected:` lacks `refs/`, so it guards `refs/heads/prod` and `refs/tags/prod`";
    alice.push(&["HEAD:refs/heads/prod"])?.accepted(&["portcullis: prod", notice]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/prod"])?.rejected(&["error[node-port]"]);
    alice.push(&["HEAD:refs/tags/prod"])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// A policy that broke behind the gate's back, after one that guards `main` and release branches.
fn broken() -> Result<(Server, Checkout), Failure> {
    let (server, alice) = guarded_by("protected: [refs/heads/main, 'refs/heads/release/*']\n")?;
    let broken = alice.commit("Break", &[(POLICY_PATH, "protected: [")])?;
    server.git.run(&["fetch", "--quiet", &alice.folder.display().to_string(), "HEAD"], b"")?;
    server.force("refs/heads/main", &broken)?;
    Ok((server, alice))
}

#[test]
fn a_broken_policy_holds_what_the_last_one_guarded() -> Result<(), Failure> {
    let (_server, alice) = broken()?;
    alice.push(&["HEAD:refs/heads/idea"])?.accepted(&["not judged"]);
    for name in ["refs/heads/release/1", "refs/heads/main"] {
        alice.commit("Change", &[("notes", name)])?;
        let push = alice.push(&[&format!("HEAD:{name}")])?;
        push.rejected(&[
            "portcullis: error",
            "portcullis rejects every push to a branch or tag that the last",
        ]);
    }
    alice.push(&["HEAD:refs/remotes/main"])?.rejected(&["error[forbidden-ref]"]);
    Ok(())
}

#[test]
fn statements_come_in_whatever_is_broken() -> Result<(), Failure> {
    for (path, text) in [(".github/CODEOWNERS", "/prod/ alice and friends\n"), (POLICY_PATH, "protected: [")]
    {
        let (keys, policy) = (key_files()?, trusting_policy(1, "")?);
        let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
        files.extend([
            (POLICY_PATH, policy.as_str()),
            (".github/CODEOWNERS", CODEOWNERS),
            (SERVICE_PATH, SERVICE),
        ]);
        let server = Server::holding(&files)?;
        let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
        proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
        let broken = mallory.commit("Break", &[(path, text)])?;
        mallory.push(&[&format!("{broken}:refs/heads/breaking")])?.accepted(&[]);
        let statement = sign(&alice, &[])?;
        server.force("refs/heads/main", &broken)?;
        alice.push(&[&statement])?.accepted(&["portcullis"]);
    }
    Ok(())
}

#[test]
fn policy_show_lists_what_is_guarded_and_what_matches_nothing() -> Result<(), Failure> {
    let (_server, alice) = guarded_by("protected: [refs/heads/main, 'refs/heads/mian', dev]\n")?;
    alice.push(&["HEAD:refs/heads/release/1"])?.accepted(&[]);
    alice.git.run(&["fetch", "--quiet"], b"")?;
    let shown = alice.portcullis(&["policy", "show", POLICY_PATH])?;
    for line in [
        "protected now: refs/heads/main\n",
        "`refs/heads/mian` under `protected:` matches no ref\n",
        "`dev` under `protected:` is not the full name of a ref; did you mean `refs/heads/dev`?\n",
    ] {
        assert!(shown.contains(line), "`{line}` is missing:\n{shown}");
    }
    Ok(())
}
