//! Files that are something else once they are checked out, or stand where nobody would look for them.

use crate::common::git::Failure;
use crate::hooks::approvals::{clone_of, key_files, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::{File, Server};

fn server() -> Result<(Server, Checkout), Failure> {
    let policy = policy("protected: [refs/heads/main, 'refs/heads/release/*', 'refs/tags/*']\n");
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let mallory = server.checkout("mallory")?;
    Ok((server, mallory))
}

/// Prose that becomes a manifest once git has written it as UTF-16, in a file whose attributes look like a
/// comment: for git a line begins with a comment only behind spaces and tabs, not behind other white space.
#[test]
fn attributes_that_look_like_a_comment() -> Result<(), Failure> {
    for space in ["\u{a0}", "\u{b}", "\u{2003}"] {
        let (_server, mallory) = server()?;
        let manifest = format!("\n{NODE_PORT}{}", if NODE_PORT.len().is_multiple_of(2) { "\n" } else { "" });
        let units: Vec<u16> =
            manifest.as_bytes().chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let prose = String::from_utf16(&units)?;
        let name = format!("{space}#port.yaml");
        let attributes = format!("{space}#port.yaml working-tree-encoding=UTF-16LE\n");
        mallory.commit("Prose", &[(".gitattributes", &attributes), ("prod/readme.yaml", "a: b\n")])?;
        let blob = mallory.git.store("blob", prose.as_bytes())?;
        mallory.commit_entry("100644", &blob, format!("prod/{name}").as_bytes())?;
        mallory.git.run(&["checkout", "HEAD", "--", "."], b"")?;
        let checked_out = std::fs::read_to_string(mallory.folder.join("prod").join(&name))?;
        assert_eq!(checked_out, manifest, "git writes the manifest");
        mallory.push_main()?.rejected(&["git checks out other bytes than portcullis judges"]);
    }
    Ok(())
}

/// A branch two folders below the pattern that protects it.
#[test]
fn a_release_branch_in_a_folder_of_its_own() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory
        .push(&["HEAD:refs/heads/release/2026/autumn"])?
        .rejected(&["release/2026/autumn", "error[node-port]"]);
    Ok(())
}

/// The protected branch becomes a folder: it is deleted and another one below its name made in one push.
#[test]
fn a_folder_in_the_place_of_a_protected_branch() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = mallory.push(&[":refs/heads/main", "HEAD:refs/heads/main/fixed"])?;
    push.rejected(&["error[protected-ref-deletion]"]);
    Ok(())
}

/// A release branch is deleted, to be made again without the rules for moving it.
#[test]
fn a_protected_branch_is_deleted_to_be_made_again() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.push(&["HEAD:refs/heads/release/1"])?.accepted(&[]);
    mallory.push(&[":refs/heads/release/1"])?.rejected(&["error[protected-ref-deletion]"]);
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push(&["--force", "HEAD:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// A tag that looks like the branch to whoever writes `main`: git prefers tags.
#[test]
fn a_tag_that_shadows_the_branch() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push(&["HEAD:refs/tags/main"])?.rejected(&["refs/tags/main", "error[node-port]"]);
    mallory.push(&["HEAD:refs/tags/heads/main"])?.rejected(&["refs/tags/heads/main", "error[node-port]"]);
    Ok(())
}

/// A protected branch that shall point to a tag object, which git's own branches never do.
#[test]
fn a_branch_that_points_to_a_tag() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.git.run(&["tag", "--annotate", "--message", "x", "x"], b"")?;
    mallory.push(&["refs/tags/x:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// Good and bad branches in one push, the bad one last and under a name that sorts last.
#[test]
fn one_bad_branch_behind_many_good_ones() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let good: Vec<String> = (0..40).map(|number| format!("HEAD~1:refs/heads/release/{number:02}")).collect();
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let refs: Vec<&str> = good.iter().map(String::as_str).chain(["HEAD:refs/heads/release/zz"]).collect();
    mallory.push(&refs)?.rejected(&["release/zz", "error[node-port]"]);
    Ok(())
}

/// A branch whose name is a command, in a line that whoever is asked to approve copies into a shell.
#[test]
fn a_branch_that_is_called_like_a_command() -> Result<(), Failure> {
    let server = crate::hooks::approvals::server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    let commit = mallory.commit("Change what is owned", &[("prod/settings.yaml", SETTINGS)])?;
    for (name, word) in [
        ("release/$(id>x)", "'release/$(id>x)'"),
        ("release/1;reboot", "'release/1;reboot'"),
        ("release/it's", "'release/it'\\''s'"),
    ] {
        let push = mallory.push(&[&format!("HEAD:refs/heads/{name}")])?;
        push.rejected(&["error[missing-approval]", &format!("`portcullis approve {word} {commit}`")]);
    }
    Ok(())
}

/// A branch called like `main` in full: the owner copies the command and signs for `main` instead of it.
#[test]
fn a_branch_that_is_called_like_main_in_full() -> Result<(), Failure> {
    let everything =
        trusting_policy(1, "")?.replace("refs/heads/main, 'refs/heads/release/*'", "'refs/heads/*'");
    let keys = key_files()?;
    let mut files: Vec<File<'_>> = keys.iter().map(|(path, key)| (path.as_str(), key.as_str())).collect();
    files.extend([(POLICY_PATH, everything.as_str()), ("CODEOWNERS", "* @alice\n"), (SERVICE_PATH, SERVICE)]);
    let server = Server::holding(&files)?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Change what is owned", &[("prod/settings.yaml", SETTINGS)])?;
    let push = mallory.push(&["HEAD:refs/heads/refs/heads/main"])?;
    push.rejected(&["error[forbidden-ref]", "refs/heads/refs/heads/main must not be pushed"]);
    Ok(())
}

/// A link that climbs out of another link: on disk `inner/..` is the folder above what `inner` leads to, and
/// not the folder that `inner` stands in.
#[test]
fn a_link_that_climbs_out_of_a_link() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let files = [("prod/port.txt", SERVICE), ("deep/port.txt", NODE_PORT), ("deep/inner/x.txt", "x\n")];
    mallory.commit("Prepare", &files)?;
    std::os::unix::fs::symlink("../deep/inner", mallory.folder.join("prod/inner"))?;
    std::os::unix::fs::symlink("inner/../port.txt", mallory.folder.join("prod/port.yaml"))?;
    mallory.git.run(&["rm", "--quiet", SERVICE_PATH], b"")?;
    mallory.commit("Link", &[])?;
    assert_eq!(
        std::fs::read_to_string(mallory.folder.join("prod/port.yaml"))?,
        NODE_PORT,
        "as the disk has it"
    );
    mallory.push_main()?.rejected(&["prod/port.yaml", "climbs out of another link"]);
    Ok(())
}

/// A submodule among the manifests from the time before the gate: its content is another one from now on.
#[test]
fn a_submodule_that_moves_on() -> Result<(), Failure> {
    let (server, mallory) = server()?;
    let commit = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    let before = mallory.commit_entry("160000", &commit, b"prod/apps")?;
    mallory.push(&[&format!("{before}:refs/heads/before")])?.accepted(&[]);
    server.force("refs/heads/main", &before)?;
    mallory.commit_entry("160000", &before, b"prod/apps")?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", "prod/apps", "submodule"]);
    Ok(())
}

/// A submodule whose name looks like that of a file.
#[test]
fn a_submodule_with_a_dot_in_its_name() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let commit = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.commit_entry("160000", &commit, b"prod/apps.d")?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", "prod/apps.d", "submodule"]);
    Ok(())
}

/// A change that is refused on `main`, under names that git or a deployment tool takes for `main`.
#[test]
fn refs_that_are_taken_for_main() -> Result<(), Failure> {
    let policy = policy("protected: [refs/heads/main]\n");
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let mallory = server.checkout("mallory")?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    for name in [
        "refs/remotes/main",
        "refs/remotes/main/HEAD",
        "refs/remotes/origin/main",
        "refs/heads/refs/heads/main",
        "refs/heads/heads/main",
        "refs/tags/main",
        "refs/tags/heads/main",
        "refs/tags/HEAD",
    ] {
        mallory.push(&[&format!("HEAD:{name}")])?.rejected(&["error[forbidden-ref]", "must not be pushed"]);
    }
    Ok(())
}

/// A tag that no one guards waits for a guarded branch of its name to be created.
#[test]
fn a_tag_that_waits_for_a_release_branch() -> Result<(), Failure> {
    let policy = policy("protected: [refs/heads/main, 'refs/heads/release/*']\n");
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let mallory = server.checkout("mallory")?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push(&["HEAD:refs/tags/release/2"])?.accepted(&["not judged"]);
    let push = mallory.push(&["origin/main:refs/heads/release/2"])?;
    push.rejected(&["error[forbidden-ref]", "git push origin :refs/tags/release/2"]);
    Ok(())
}
