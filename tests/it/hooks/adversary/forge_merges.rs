//! Commits that a forge's key signed: a merge that the forge computed, and everything else under that key.

use crate::common::git::Failure;
use crate::common::ssh_keys::{SshSigner, fingerprint};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, SERVICE_PATH, SETTINGS};
use crate::hooks::server::Server;
use crate::hooks::trusted_keys::{server, sign_head};

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

/// A server whose policy counts merges by the forge's key, and a clone in which Alice signs.
fn forge_server() -> Result<(Server, Checkout), Failure> {
    let key = fingerprint(&forge().blob()?);
    server(&format!(", forge: {{keys: ['{key}'], allow: merges}}"), "", &[("notes.txt", LINES)])
}

fn forge() -> SshSigner {
    SshSigner::ed25519(7)
}

/// A commit of Alice's on a branch that begins at a revision.
fn branch(alice: &Checkout, name: &str, from: &str, file: (&str, &str)) -> Result<(), Failure> {
    alice.git.run(&["checkout", "--quiet", "-B", name, from], b"")?;
    alice.commit(name, &[file])?;
    sign_head(alice, &SshSigner::ed25519(1), "git")
}

/// Commits what is staged with parents, and signs it as the forge.
fn signed_by_the_forge(alice: &Checkout, parents: &[&str]) -> Result<(), Failure> {
    let tree = alice.git.run(&["write-tree"], b"")?;
    let parents: Vec<&str> = parents.iter().flat_map(|parent| ["-p", parent]).collect();
    let arguments =
        [&["commit-tree", "-m", "Merge pull request"], parents.as_slice(), &[tree.as_str()]].concat();
    let commit = alice.git.run(&arguments, b"")?;
    alice.git.run(&["reset", "--quiet", "--soft", &commit], b"")?;
    sign_head(alice, &forge(), "git")
}

/// Two branches from main: `one` and `other`, each with its own change.
fn diverged(alice: &Checkout, one: (&str, &str), other: (&str, &str)) -> Result<(), Failure> {
    branch(alice, "one", "origin/main", one)?;
    branch(alice, "other", "origin/main", other)?;
    alice.git.run(&["checkout", "--quiet", "one"], b"").map(drop)
}

#[test]
fn a_merge_of_two_branches_counts() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    diverged(&alice, ("prod/settings.yaml", SETTINGS), ("more.txt", "more\n"))?;
    alice.git.run(&["merge", "--quiet", "-m", "Merge", "other"], b"")?;
    sign_head(&alice, &forge(), "git")?;
    alice.push_main()?.accepted(&["3 commits"]);
    Ok(())
}

#[test]
fn a_file_that_both_sides_change_without_a_conflict_counts() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    let (first, last) = (LINES.replace('1', "one"), LINES.replace('9', "nine"));
    diverged(&alice, ("notes.txt", &first), ("notes.txt", &last))?;
    alice.git.run(&["merge", "--quiet", "-m", "Merge", "other"], b"")?;
    sign_head(&alice, &forge(), "git")?;
    alice.push_main()?.accepted(&["3 commits"]);
    Ok(())
}

/// A conflict that a person resolved in the editor of the forge, which signs whatever was typed.
#[test]
fn a_conflict_that_a_person_resolved_does_not_count() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    let (ours, theirs) = (LINES.replace('5', "ours"), LINES.replace('5', "theirs"));
    diverged(&alice, ("notes.txt", &ours), ("notes.txt", &theirs))?;
    alice.write("notes.txt", LINES.replace('5', "resolved").as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    signed_by_the_forge(&alice, &["one", "other"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "notes.txt is not what merging gives"]);
    Ok(())
}

/// A signed merge of two good commits, with a file that neither of them has.
#[test]
fn content_that_neither_side_has_does_not_count() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    diverged(&alice, ("prod/settings.yaml", SETTINGS), ("more.txt", "more\n"))?;
    alice.write("more.txt", b"more\n")?;
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    signed_by_the_forge(&alice, &["one", "other"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "is not what merging gives"]);
    Ok(())
}

/// Only one side's content, as `git merge -s ours` gives it: the other side's change is undone without a word.
#[test]
fn a_merge_that_leaves_a_side_out_does_not_count() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    diverged(&alice, ("prod/settings.yaml", SETTINGS), ("more.txt", "more\n"))?;
    signed_by_the_forge(&alice, &["one", "other"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "more.txt is not what merging gives"]);
    Ok(())
}

/// The second parent is an old commit, so that there is nothing to merge, and the tree is new.
#[test]
fn a_merge_with_an_ancestor_brings_nothing() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    branch(&alice, "one", "origin/main", ("prod/settings.yaml", SETTINGS))?;
    alice.push_main()?.accepted(&[]);
    alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    signed_by_the_forge(&alice, &["one", "one~1"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "is not what merging gives"]);
    Ok(())
}

/// A signed merge of three commits, or of two that have nothing in common.
#[test]
fn more_than_two_parents_and_unrelated_histories_do_not_count() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    diverged(&alice, ("a.txt", "a\n"), ("b.txt", "b\n"))?;
    branch(&alice, "third", "origin/main", ("c.txt", "c\n"))?;
    alice.git.run(&["checkout", "--quiet", "one"], b"")?;
    signed_by_the_forge(&alice, &["one", "other", "third"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "this one has 3"]);
    alice.git.run(&["checkout", "--quiet", "--orphan", "root"], b"")?;
    alice.commit("Root", &[("d.txt", "d\n")])?;
    sign_head(&alice, &SshSigner::ed25519(1), "git")?;
    alice.git.run(&["checkout", "--quiet", "other"], b"")?;
    signed_by_the_forge(&alice, &["other", "root"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "have no common ancestor"]);
    Ok(())
}

/// The mode of a file follows the same rule as its content.
#[test]
fn a_mode_that_neither_side_has_does_not_count() -> Result<(), Failure> {
    let (_server, alice) = forge_server()?;
    diverged(&alice, ("prod/settings.yaml", SETTINGS), ("more.txt", "more\n"))?;
    alice.write("more.txt", b"more\n")?;
    alice.git.run(&["add", "--all"], b"")?;
    alice.git.run(&["update-index", "--chmod=+x", "more.txt"], b"")?;
    signed_by_the_forge(&alice, &["one", "other"])?;
    alice.push_main()?.rejected(&["error[untrusted-signature]", "more.txt is not what merging gives"]);
    Ok(())
}
