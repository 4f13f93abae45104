//! Genuine statements in another place, about another ref, or about what has changed since.

use super::statements::{APPROVAL, SETTINGS_PATH, proposed};
use crate::common::git::Failure;
use crate::hooks::approvals::{approve, clone_of, proposal, server, sign, text};
use crate::hooks::checkout::Checkout;
use crate::hooks::kept_approvals::pushed_after;
use crate::hooks::manifests::{GREEN_SETTINGS, NODE_PORT, SERVICE, SERVICE_PATH, SETTINGS};

/// A genuine statement stands under `refs/tags/` and not where statements are judged when they come in.
#[test]
fn a_statement_among_the_tags() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    let name = sign(&alice, &[])?;
    alice.push(&[&format!("{name}:refs/tags/portcullis-approval")])?.accepted(&[]);
    mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// The folder of statements in other letters: another case, a Cyrillic `а`, one folder too many.
#[test]
fn a_statement_in_a_folder_that_only_looks_right() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    let name = sign(&alice, &[])?;
    for place in ["heads/Main", "heads/m\u{430}in", "heads/main/more", "tags/main"] {
        let place = name.replace("heads/main", place);
        alice.push(&[&format!("{name}:{place}")])?.rejected(&["it belongs at refs/approvals/heads/main/"]);
    }
    let capital = name.replace("refs/approvals", "refs/Approvals");
    alice.push(&[&format!("{name}:{capital}")])?.accepted(&[]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

/// `refs/approvals` itself, or a folder of it, becomes a ref, so that no statement can be stored any more.
#[test]
fn a_ref_in_the_place_of_the_folder_of_statements() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    for place in ["refs/approvals/heads", "refs/approvals/heads/main"] {
        mallory.push(&[&format!("HEAD:{place}")])?.rejected(&["must not be pushed", "not a signed tag"]);
    }
    mallory.push(&["HEAD:refs/approvals"])?.rejected(&["refusing to create funny ref"]);
    approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["alice approves"]);
    Ok(())
}

/// A statement about the tag `main` stands where it belongs and is offered for the branch `main`.
#[test]
fn a_statement_about_a_tag_of_the_same_name() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    let text = text(&alice)?.replace("ref: refs/heads/main", "ref: refs/tags/main");
    alice.git.run(
        &["tag", "--sign", "--cleanup=verbatim", "--file=-", APPROVAL, "origin/proposal"],
        text.as_bytes(),
    )?;
    let object = alice.git.run(&["rev-parse", "refs/tags/portcullis-approval"], b"")?;
    let tree = alice.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    alice
        .push(&[&format!("{object}:refs/approvals/tags/main/{tree}/{object}")])?
        .accepted(&["alice approves refs/tags/main"]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

/// A statement about an alias of `main`: a push to the alias is judged as one to `main`, and so must be
/// what is said of it.
#[test]
fn a_statement_about_an_alias() -> Result<(), Failure> {
    let (server, alice, mallory) = proposed("")?;
    server.git.run(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"], b"")?;
    let text = text(&alice)?.replace("ref: refs/heads/main", "ref: refs/heads/alias");
    alice.git.run(
        &["tag", "--sign", "--cleanup=verbatim", "--file=-", APPROVAL, "origin/proposal"],
        text.as_bytes(),
    )?;
    let object = alice.git.run(&["rev-parse", "refs/tags/portcullis-approval"], b"")?;
    let tree = alice.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    alice.push(&[&format!("{object}:refs/approvals/heads/alias/{tree}/{object}")])?.accepted(&[]);
    mallory.push(&["HEAD:refs/heads/alias"])?.rejected(&["portcullis: main", "error[missing-approval]"]);
    Ok(())
}

/// A symbolic ref of the server stands for a genuine statement about another change.
#[test]
fn a_symbolic_ref_among_the_statements() -> Result<(), Failure> {
    let (server, alice, mallory) = proposed("")?;
    let name = sign(&alice, &[])?;
    alice.push(&[&format!("{name}:refs/tags/kept")])?.accepted(&[]);
    server.git.run(&["symbolic-ref", &name, "refs/tags/kept"], b"")?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// The change and its approval come together, and a third ref of the push takes an older statement away.
#[test]
fn a_push_that_also_deletes_a_statement() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let (old, new) = (sign(&alice, &["--reason", "old"])?, sign(&alice, &["--reason", "new"])?);
    alice.push(&[&old])?.accepted(&[]);
    let push = alice.push(&[&new, "origin/proposal:refs/heads/main", &format!(":{old}")])?;
    push.rejected(&["can only be added"]);
    Ok(())
}

/// A statement about a base that `main` has left: the same result on top of something else is another change.
#[test]
fn an_approved_finding_after_main_has_moved() -> Result<(), Failure> {
    let rule = "checks: {node-port: {enforce: approve, approvers: ['@alice']}}\n";
    let server = server(1, rule)?;
    let (alice, bob, mallory) =
        (clone_of(&server, "alice")?, clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["alice approves"]);
    bob.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    bob.commit("Mend", &[(SERVICE_PATH, SERVICE)])?;
    bob.push(&["--force", "HEAD:refs/heads/proposal"])?.accepted(&[]);
    approve(&alice, &[])?;
    bob.push_main()?.accepted(&[]);
    mallory.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    mallory.commit("Open it again", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push_main()?.rejected(&["needs approval[node-port]", "approved by no one yet"]);
    Ok(())
}

/// Alice approved one file; the pushed change has another in its place, of the same name in another folder.
#[test]
fn an_approval_moved_to_another_path() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    approve(&alice, &[])?;
    mallory.git.run(&["mv", SETTINGS_PATH, "prod/elsewhere.yaml"], b"")?;
    mallory.commit("Move it", &[])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "prod/elsewhere.yaml"]);
    mallory.commit("And change it", &[("prod/elsewhere.yaml", GREEN_SETTINGS)])?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "prod/elsewhere.yaml"]);
    Ok(())
}

/// An approved file that becomes executable, or a symbolic link of the same blob, is not what was approved.
#[test]
fn an_approval_of_the_same_blob_in_another_mode() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    approve(&alice, &[])?;
    let blob = mallory.git.run(&["rev-parse", &format!("HEAD:{SETTINGS_PATH}")], b"")?;
    for mode in ["100755", "120000"] {
        mallory.commit_entry(mode, &blob, SETTINGS_PATH.as_bytes())?;
        mallory.push_main()?.rejected(&["error[missing-approval]", SETTINGS_PATH]);
    }
    Ok(())
}

/// Mallory gives another commit the name that whoever approves will type: a tag that is called like the first
/// digits of the proposed commit, or like the branch that it is shown on. git takes tags first.
#[test]
fn a_tag_that_is_called_like_the_commit_or_its_branch() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    let evil = mallory.commit("Not shown", &[(SETTINGS_PATH, GREEN_SETTINGS)])?;
    mallory.push(&["HEAD:refs/heads/elsewhere"])?.accepted(&[]);
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    let shown = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.push_main()?.rejected(&["error[missing-approval]", &format!("portcullis approve main {shown}`")]);
    for name in [shown.get(..7).ok_or("no id")?, "origin/proposal"] {
        mallory.push(&[&format!("{evil}:refs/tags/{name}")])?.accepted(&[]);
        alice.git.run(&["fetch", "--quiet", "--tags", "origin"], b"")?;
        let refused = alice.portcullis(&["approve", "main", name]).map_err(|failure| failure.to_string());
        assert!(refused.is_err_and(|said| said.contains("may refer to more than one commit")), "{name}");
    }
    mallory.push(&[&format!("{evil}:refs/heads/main")])?.rejected(&["error[missing-approval]"]);
    approve_by(&alice, &shown)?;
    mallory.push_main()?.accepted(&["alice approves"]);
    Ok(())
}

/// Signs a statement about a commit and pushes it.
fn approve_by(clone: &Checkout, commit: &str) -> Result<(), Failure> {
    let said = clone.portcullis(&["approve", "main", commit])?;
    let name = said.lines().find_map(|line| line.strip_prefix("signed ")).ok_or("nothing was signed")?;
    clone.push(&[name])?.accepted(&[]);
    Ok(())
}

/// The approver's key is taken out of the keyring, and nothing else changes.
#[test]
fn an_approval_by_a_key_that_was_taken_away() -> Result<(), Failure> {
    let push = pushed_after(&[], &["keys/alice.asc"])?;
    push.rejected(&["error[missing-approval]", "prod/settings.yaml needs 1 more approval"]);
    Ok(())
}

/// A CODEOWNERS by which the approver owns less than she did, brought in between.
#[test]
fn an_approval_from_before_the_owners_changed() -> Result<(), Failure> {
    let push = pushed_after(&[(".github/CODEOWNERS", "/prod/ @bob\n")], &[])?;
    push.rejected(&["error[missing-approval]", "prod/settings.yaml needs 1 more approval by @bob"]);
    Ok(())
}
