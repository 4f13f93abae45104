//! The gate blocking a real push, in a repository that goes away.
//!
//! In: the git program and this binary. Out: the terminals of two people who push: one change that passes and one that
//! does not. Never: reads the user's git configuration, uses a network or gpg, or leaves anything behind.

mod error;
mod person;
mod server;
mod tree;

use std::io::Write;

use crate::git_program::Transcript;
pub use error::DemoError;
use person::{Person, Push};
use server::Server;

const WELCOME: &str = "\
This is a Git server with portcullis as its pre-receive hook, in a temporary folder. git, the hook and
the OpenPGP signatures are real; the keys are made for this run and thrown away after it.

1. Alice of the platform team pushes the manifests of cluster prod, together with the files that the
   gate trusts from now on: the policy, CODEOWNERS and her public key.

";

const CLEAN: &str = "
2. Alice releases a newer image with one more replica. Her key is in the keyring and she owns the path,
   so her signature is also the owner's approval.

";

const MALICIOUS: &str = "
3. Mallory may push too. Her commit \"Tidy up\" is signed with an untrusted key. It makes the CI's
   account cluster-admin, exposes a Service to the internet, goes back to an old image, breaks a field,
   and has no approval.

";

const WHAT_NEXT: &str = "
The server's main branch is still at Alice's commit, and so is the cluster.

  portcullis explain rbac-escalation     what a check looks at, and what to do about it
  portcullis replay HEAD                 how the gate would have judged your repository's history
  portcullis init                        write a policy for your repository
  hooks/                                 one file for each Git host; see README.md for its place
";

/// Shows the demo, step by step.
pub fn show(terminal: &mut dyn Write) -> Result<(), DemoError> {
    let server = Server::start()?;
    print(terminal, WELCOME)?;
    let alice = Person::new(&server, "alice", "Alice")?;
    alice.begin()?;
    replay(terminal, &alice.commit("Add the shop and its policy", &tree::first(alice.key())?)?)?;
    expect_accepted("the first push", replay(terminal, &alice.push()?)?)?;

    print(terminal, CLEAN)?;
    replay(terminal, &alice.commit("Release web 1.9.0", &tree::clean())?)?;
    expect_accepted("the clean push", replay(terminal, &alice.push()?)?)?;
    let before = server.tip()?;

    print(terminal, MALICIOUS)?;
    let mallory = Person::new(&server, "mallory", "Mallory")?;
    mallory.clone_server()?;
    replay(terminal, &mallory.commit("Tidy up", &tree::malicious())?)?;
    expect_rejected(replay(terminal, &mallory.push()?)?)?;
    if server.tip()? != before {
        return Err(DemoError::Moved);
    }
    print(terminal, WHAT_NEXT)
}

fn print(terminal: &mut dyn Write, text: &str) -> Result<(), DemoError> {
    terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).map_err(DemoError::Output)
}

/// Prints a command and git's answer, and returns what the answer means for a push.
fn replay(terminal: &mut dyn Write, step: &Transcript) -> Result<Push, DemoError> {
    print(terminal, &format!("$ {}\n{}", step.typed, step.text))?;
    Ok(Push::read(step))
}

fn expect_accepted(what: &'static str, push: Push) -> Result<(), DemoError> {
    match push {
        Push::Accepted => Ok(()),
        Push::Rejected | Push::Failed => Err(DemoError::NotAccepted(what)),
    }
}

/// Expects a verdict of the gate: a hook that cannot run rejects pushes too.
fn expect_rejected(push: Push) -> Result<(), DemoError> {
    match push {
        Push::Rejected => Ok(()),
        Push::Accepted | Push::Failed => Err(DemoError::NotRejected),
    }
}
