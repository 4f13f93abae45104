//! Commits that hide behind others: by dates, by parents that are not where git looks, by merges.

use crate::common::git::Failure;
use crate::common::keys::person;
use crate::hooks::approvals::{approve, clone_of, proposal};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use crate::hooks::server::Server;

/// A server that wants signed commits, and Alice, who signs.
fn signing() -> Result<(Server, Checkout), Failure> {
    let policy = policy("signatures: {require: trusted, keyring: ['keys/*.asc']}\n");
    let key = String::from_utf8(person("alice")?.key.armored_certificate()?)?;
    let server =
        Server::holding(&[(POLICY_PATH, &policy), ("keys/alice.asc", &key), (SERVICE_PATH, SERVICE)])?;
    let alice = clone_of(&server, "alice")?;
    Ok((server, alice))
}

/// An unsigned commit of HEAD's files, made on a day of one's choice; `parents` are lines.
fn raw(clone: &Checkout, parents: &str, seconds: i64) -> Result<String, Failure> {
    let tree = clone.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let who = format!("Mallory <mallory@example.com> {seconds} +0000");
    let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\nHide\n");
    clone.git.store("commit", text.as_bytes())
}

fn head(clone: &Checkout) -> Result<String, Failure> {
    clone.git.run(&["rev-parse", "HEAD"], b"")
}

fn short(id: &str) -> Result<&str, Failure> {
    Ok(id.get(..7).ok_or("the commit has no id")?)
}

/// An unsigned commit whose date is long before that of the branch, or long after everything, below a signed
/// one: a walk that stops at old dates would miss it.
#[test]
fn an_unsigned_commit_of_another_century() -> Result<(), Failure> {
    for seconds in [0, 4_102_444_800] {
        let (_server, alice) = signing()?;
        let unsigned = raw(&alice, &format!("parent {}\n", head(&alice)?), seconds)?;
        alice.git.run(&["reset", "--quiet", "--hard", &unsigned], b"")?;
        alice.commit("Sign on top", &[("prod/settings.yaml", SETTINGS)])?;
        alice.push_main()?.rejected(&["error[unsigned-commit]", short(&unsigned)?]);
    }
    Ok(())
}

/// Main's own tip has a date before its parents, so that a walk by date meets it late.
#[test]
fn a_branch_whose_tip_is_older_than_its_past() -> Result<(), Failure> {
    let (server, alice) = signing()?;
    let old = raw(&alice, &format!("parent {}\n", head(&alice)?), 1)?;
    alice.push(&[&format!("{old}:refs/heads/past")])?.accepted(&[]);
    server.force("refs/heads/main", &old)?;
    alice.git.run(&["reset", "--quiet", "--hard", &old], b"")?;
    let unsigned = raw(&alice, &format!("parent {old}\n"), 0)?;
    alice.git.run(&["reset", "--quiet", "--hard", &unsigned], b"")?;
    alice.commit("Sign on top", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["2 commits", "error[unsigned-commit]", short(&unsigned)?]);
    Ok(())
}

/// The unsigned commit is the third parent of a signed merge.
#[test]
fn an_unsigned_commit_behind_the_third_parent() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let main = head(&alice)?;
    let unsigned = raw(&alice, &format!("parent {main}\n"), 1_717_200_000)?;
    let second = alice.commit("Second parent", &[("prod/settings.yaml", SETTINGS)])?;
    let tree = alice.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let parents = ["-p", &main, "-p", &second, "-p", &unsigned];
    let merge =
        alice.git.run(&[&["commit-tree", "-S"], &parents[..], &["-m", "Merge", &tree]].concat(), b"")?;
    let push = alice.push(&[&format!("{merge}:refs/heads/main")])?;
    push.rejected(&["error[unsigned-commit]", short(&unsigned)?]);
    Ok(())
}

/// A merge of three clean branches that opens a port in none of them.
#[test]
fn an_evil_octopus() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let main = head(&alice)?;
    let one = alice.commit("One", &[("one.txt", "1\n")])?;
    alice.git.run(&["checkout", "--quiet", "-b", "two", &main], b"")?;
    let two = alice.commit("Two", &[("two.txt", "2\n")])?;
    alice.commit("Evil", &[(SERVICE_PATH, NODE_PORT), ("one.txt", "1\n")])?;
    let tree = alice.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let parents = ["-p", &main, "-p", &one, "-p", &two];
    let merge =
        alice.git.run(&[&["commit-tree", "-S"], &parents[..], &["-m", "Merge", &tree]].concat(), b"")?;
    alice.push(&[&format!("{merge}:refs/heads/main")])?.rejected(&["error[node-port]", "was ClusterIP"]);
    Ok(())
}

/// An unrelated, unsigned root as the second parent of a signed merge.
#[test]
fn an_unsigned_root_behind_the_second_parent() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let root = raw(&alice, "", 1_717_200_000)?;
    let merge = ["merge", "--quiet", "--allow-unrelated-histories", "-s", "ours", "-m", "Merge", &root];
    alice.git.run(&merge, b"")?;
    alice.push_main()?.rejected(&["2 commits", "error[unsigned-commit]", short(&root)?]);
    Ok(())
}

/// A merge "by ours" from the side of an old, bad commit: main's fix is undone by a merge that looks clean.
#[test]
fn a_merge_that_takes_the_old_side() -> Result<(), Failure> {
    let server = Server::unborn("repository.git")?;
    let alice = server.checkout("alice")?;
    let bad = alice.commit("Begin badly", &[(POLICY_PATH, &policy("")), (SERVICE_PATH, NODE_PORT)])?;
    alice.commit("Mend", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    alice.git.run(&["checkout", "--quiet", "-b", "side", &bad], b"")?;
    alice.commit("Work", &[("prod/settings.yaml", SETTINGS)])?;
    alice.git.run(&["merge", "--quiet", "-s", "ours", "-m", "Merge", "main"], b"")?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

/// A parent below the author, where git does not look for one and a laxer reader might.
#[test]
fn a_parent_behind_the_author() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let main = head(&alice)?;
    let tree = alice.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let who = "Mallory <mallory@example.com> 1717200000 +0000";
    let text = format!("tree {tree}\nauthor {who}\nparent {main}\ncommitter {who}\n\nHide\n");
    let commit = alice.git.store("commit", text.as_bytes())?;
    let push = alice.push(&["--force", &format!("{commit}:refs/heads/main")])?;
    push.rejected(&["error[malformed-commit]", "error[history-rewrite]"]);
    Ok(())
}

/// A parent in capital letters, which git reads and a stricter reader takes for none: what lies behind it
/// would not be looked at.
#[test]
fn a_parent_in_capital_letters() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let parent = format!("parent {}\n", head(&alice)?.to_uppercase());
    let commit = raw(&alice, &parent, 1_717_200_000)?;
    alice.push(&[&format!("{commit}:refs/heads/main")])?.rejected(&["error[malformed-commit]"]);
    Ok(())
}

/// A malformed commit two steps below a good one.
#[test]
fn a_malformed_commit_below_good_ones() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let main = head(&alice)?;
    let malformed = raw(&alice, &format!("parent {main}\ngpgsigparent {main}\n"), 1_717_200_000)?;
    alice.git.run(&["reset", "--quiet", "--hard", &malformed], b"")?;
    alice.commit("One", &[("one.txt", "1\n")])?;
    alice.commit("Two", &[("two.txt", "2\n")])?;
    alice.push_main()?.rejected(&["error[malformed-commit]", short(&malformed)?]);
    Ok(())
}

/// More commits than anybody looks at, the unsigned one at the far end.
#[test]
fn an_unsigned_commit_below_ten_thousand_others() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let main = head(&alice)?;
    let mut stream = format!("reset refs/heads/many\nfrom {main}\n\n");
    for number in 0..10_001 {
        let who = format!("committer Alice <alice@example.com> {} +0000\n", 1_717_200_000 + number);
        stream.extend(["commit refs/heads/many\n", &who, "data 1\nx\n\n"]);
    }
    alice.git.run(&["fast-import", "--quiet"], stream.as_bytes())?;
    alice.push(&["many:refs/heads/main"])?.rejected(&["undecided", "more than 10000 new commits"]);
    Ok(())
}

/// An approved change of the same files, on a history of one's own: the statement speaks of the files, and
/// `main` would still be rewritten.
#[test]
fn an_approved_tree_on_another_history() -> Result<(), Failure> {
    let server = crate::hooks::approvals::server(1, "")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[("prod/settings.yaml", SETTINGS)])?;
    approve(&alice, &[])?;
    let orphan = raw(&mallory, "", 1_717_200_000)?;
    let push = mallory.push(&["--force", &format!("{orphan}:refs/heads/main")])?;
    push.rejected(&["error[history-rewrite]", "alice approves"]);
    Ok(())
}

/// A replace ref under a base of one's own: git would show the good commit where the bad one is named.
#[test]
fn a_replace_ref_under_another_name() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let good = head(&alice)?;
    let bad = alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&[&format!("{good}:refs/heads/swap/{bad}")])?.accepted(&[]);
    let arguments = ["push", "origin", "HEAD:refs/heads/main"];
    let push = alice.run_push(&arguments, &[("GIT_REPLACE_REF_BASE", "refs/heads/swap/")])?;
    push.rejected(&["error[node-port]"]);
    Ok(())
}

/// A signed commit of the year 2096 in front of everything that people make until then: a walk by dates would go
/// through all of its past first. An OpenPGP signature says itself when it was made, and so proved nothing of the date.
#[test]
fn a_signed_commit_of_the_next_century() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    alice.write("prod/settings.yaml", SETTINGS.as_bytes())?;
    alice.git.run(&["add", "--all"], b"")?;
    let mut commit = alice.git.command(&["commit", "--quiet", "--message", "Later"]);
    commit.env("GIT_COMMITTER_DATE", "4000000000 +0000");
    assert!(commit.output()?.status.success());
    alice.push_main()?.rejected(&["error[malformed-commit]", "dated 2096-10-02 07:06 UTC"]);
    Ok(())
}

/// A signed tag of the year 2096.
#[test]
fn a_signed_tag_of_the_next_century() -> Result<(), Failure> {
    let (_server, alice) = signing()?;
    let mut tag = alice.git.command(&["tag", "--sign", "--message", "Later", "v1"]);
    tag.env("GIT_COMMITTER_DATE", "4000000000 +0000");
    assert!(tag.output()?.status.success());
    alice.push(&["v1"])?.rejected(&["error[malformed-commit]", "dated 2096-10-02 07:06 UTC"]);
    Ok(())
}
