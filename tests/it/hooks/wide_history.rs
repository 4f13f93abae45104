//! Histories that an attacker made long and wide, before this version refused their dates: honest pushes keep
//! getting their verdict, long before the deadline.

use super::checkout::Checkout;
use super::manifests::{SERVICE, SERVICE_PATH, SETTINGS};
use super::server::Server;
use crate::common::git::Failure;

/// How many root commits one wide merge has.
const ROOTS: usize = 9_000;

/// Where the real history is among the parents of a wide merge.
#[derive(Clone, Copy)]
enum MainIs {
    First,
    Last,
}

/// `main` continued by three merges of thousands of roots, all dated in the year 2096.
fn wide(main_is: MainIs) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let old = server.tip("refs/heads/main")?;
    let tree = server.git.run(&["rev-parse", "main^{tree}"], b"")?;
    let mut tip = old.clone();
    for number in 0..3 {
        let stream = roots(number);
        server.git.run(&["fast-import", "--quiet", "--force", "--export-marks=marks"], stream.as_bytes())?;
        let marks = std::fs::read_to_string(server.git_dir.join("marks"))?;
        let roots = marks.lines().filter_map(|line| Some(format!("parent {}\n", line.split_once(' ')?.1)));
        let (roots, main) = (roots.collect::<String>(), format!("parent {tip}\n"));
        let parents = match main_is {
            MainIs::First => main + &roots,
            MainIs::Last => roots + &main,
        };
        let who = "Mallory <mallory@example.com> 4100000000 +0000";
        let merge = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\nWide\n");
        tip = server.git.store("commit", merge.as_bytes())?;
    }
    server.force("refs/heads/main", &tip)?;
    server.git.run(&["update-ref", "-d", "refs/heads/root"], b"")?;
    server.guard("pre-receive", "pre-receive --deadline 5")?;
    let alice = server.checkout("alice")?;
    alice.git.run(&["branch", "old", &old], b"")?;
    Ok((server, alice))
}

/// Root commits as `git fast-import` takes them.
fn roots(number: usize) -> String {
    let root = |index: usize| {
        let seconds = 4_000_000_000 + index;
        format!(
            "reset refs/heads/root\ncommit refs/heads/root\nmark :{}\ncommitter M <m@example.com> {seconds} \
             +0000\ndata 3\n{number}{}\n\n",
            index + 1,
            "ab"
        )
    };
    (0..ROOTS).map(root).collect()
}

#[test]
fn an_honest_push_on_top_of_wide_merges() -> Result<(), Failure> {
    let (_server, alice) = wide(MainIs::First)?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["1 commit", "accepted"]);
    Ok(())
}

#[test]
fn a_branch_from_before_the_wide_merges() -> Result<(), Failure> {
    for main_is in [MainIs::First, MainIs::Last] {
        let (_server, alice) = wide(main_is)?;
        alice.git.run(&["checkout", "--quiet", "old"], b"")?;
        alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
        alice.push(&["HEAD:refs/heads/hotfix"])?.accepted(&["1 commit", "accepted"]);
    }
    Ok(())
}

#[test]
fn a_merge_of_a_branch_from_before_the_wide_merges() -> Result<(), Failure> {
    let (_server, alice) = wide(MainIs::First)?;
    alice.git.run(&["checkout", "--quiet", "old"], b"")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.git.run(&["checkout", "--quiet", "main"], b"")?;
    alice.git.run(&["merge", "--quiet", "--no-ff", "--no-edit", "@{-1}"], b"")?;
    alice.push_main()?.accepted(&["2 commits", "accepted"]);
    Ok(())
}
