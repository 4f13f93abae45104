//! `demo`: the gate blocking a real push.
//!
//! In: the git program and this binary. Out: what two people see when they push, one change that
//! passes and one that does not. Never: reads the user's git configuration, uses a network or
//! gpg, or leaves anything behind.

mod error;
mod git;
mod person;
mod server;
mod tree;

use super::error::{CommandError, Exit};
use super::output::print;
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

pub(super) fn run() -> Result<Exit, CommandError> {
    let server = Server::start()?;
    print(WELCOME)?;
    let alice = Person::new(&server, "alice", "Alice")?;
    alice.begin()?;
    show(&alice.commit("Add the shop and its policy", &tree::first(alice.key())?)?)?;
    accepted("the first push", show(&alice.push()?)?)?;

    print(CLEAN)?;
    show(&alice.commit("Release web 1.9.0", &tree::clean())?)?;
    accepted("the clean push", show(&alice.push()?)?)?;
    let before = server.tip()?;

    print(MALICIOUS)?;
    let mallory = Person::new(&server, "mallory", "Mallory")?;
    mallory.clone_server()?;
    show(&mallory.commit("Tidy up", &tree::malicious())?)?;
    rejected(show(&mallory.push()?)?)?;
    if server.tip()? != before {
        return Err(DemoError::Moved.into());
    }
    print(WHAT_NEXT)?;
    Ok(Exit::Accept)
}

/// Prints what a person typed and what git answered.
fn show(step: &git::Answer) -> Result<Push, CommandError> {
    print(&format!("$ {}\n{}", step.typed, step.text))?;
    Ok(step.push())
}

fn accepted(what: &'static str, push: Push) -> Result<(), DemoError> {
    match push {
        Push::Accepted => Ok(()),
        Push::Rejected | Push::Failed => Err(DemoError::NotAccepted(what)),
    }
}

/// Turned away by the gate with a verdict: a hook that cannot run turns pushes away too.
fn rejected(push: Push) -> Result<(), DemoError> {
    match push {
        Push::Rejected => Ok(()),
        Push::Accepted | Push::Failed => Err(DemoError::NotRejected),
    }
}
