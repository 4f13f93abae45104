//! Manifests that come in cheaply and that every later push would have to read.

use super::checkout::Checkout;
use super::manifests::{GREEN_SETTINGS, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use crate::common::git::Failure;

/// A text of one MiB that holds no object.
fn junk(number: usize) -> String {
    format!("# {number}\n").repeat(1 << 20).chars().take(1 << 20).collect()
}

/// A repository in which the manifests may have so many MiB.
fn limited(mebibytes: usize) -> Result<(Server, Checkout), Failure> {
    let policy = policy(&format!("limits: {{manifestMebibytes: {mebibytes}}}\n"));
    let server = Server::holding(&[(POLICY_PATH, &policy), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    Ok((server, alice))
}

/// Commits files of junk.
fn grow(alice: &Checkout, numbers: std::ops::Range<usize>) -> Result<(), Failure> {
    for number in numbers {
        alice.write(&format!("junk/{number}.yaml"), junk(number).as_bytes())?;
    }
    alice.commit("Grow", &[]).map(drop)
}

#[test]
fn the_push_that_grows_beyond_the_limit_is_rejected() -> Result<(), Failure> {
    let (_server, alice) = limited(3)?;
    grow(&alice, 0..2)?;
    alice.push_main()?.accepted(&[]);
    grow(&alice, 2..4)?;
    alice.push_main()?.rejected(&[
        "undecided",
        "grow to 5 MiB, more than the 3 MiB",
        "limits.manifestMebibytes",
    ]);
    Ok(())
}

#[test]
fn what_was_above_the_limit_at_the_import_stays_and_can_be_removed() -> Result<(), Failure> {
    let (server, alice) = limited(3)?;
    grow(&alice, 0..6)?;
    let imported = alice.git.run(&["rev-parse", "HEAD"], b"")?;
    server.git.run(&["fetch", "--quiet", &alice.folder.display().to_string(), "HEAD"], b"")?;
    server.force("refs/heads/main", &imported)?;
    alice.commit("Change little", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    grow(&alice, 6..7)?;
    alice.push_main()?.rejected(&["undecided", "grow to 8 MiB, more than the 6 MiB"]);
    alice.git.run(&["reset", "--quiet", "--hard", "origin/main"], b"")?;
    alice.git.run(&["rm", "-r", "--quiet", "junk/0.yaml"], b"")?;
    alice.commit("Remove and change", &[("prod/settings.yaml", GREEN_SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    alice.git.run(&["rm", "-r", "--quiet", "junk"], b"")?;
    alice.commit("Remove all", &[])?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

#[test]
fn the_first_push_may_bring_any_number() -> Result<(), Failure> {
    let server = Server::unborn("repository.git")?;
    server.guard("pre-receive", "pre-receive")?;
    let alice = server.checkout("alice")?;
    alice
        .git
        .run(&["checkout", "--quiet", "-b", "main"], b"")
        .or_else(|_| Ok::<_, Failure>(String::new()))?;
    grow(&alice, 0..130)?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}
