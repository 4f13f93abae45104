//! Squashes and rebases that a forge's key signed: the commits behind them are judged, and nothing else counts.

use crate::common::git::Failure;
use crate::common::ssh_keys::{SshSigner, fingerprint};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, SERVICE_PATH, SETTINGS};
use crate::hooks::server::Server;
use crate::hooks::trusted_keys::{server, sign_head};

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const UNTRUSTED: &str = "error[untrusted-signature]";

fn forge() -> SshSigner {
    SshSigner::ed25519(7)
}

/// A server whose policy counts what the forge computes, and the head of a pull request on it.
struct Scene {
    server: Server,
    alice: Checkout,
}

impl Scene {
    fn begin() -> Result<Self, Failure> {
        let key = fingerprint(&forge().blob()?);
        let (server, alice) =
            server(&format!(", forge: {{keys: ['{key}'], allow: merges}}"), "", &[("notes.txt", LINES)])?;
        Ok(Self { server, alice })
    }

    /// Commits files on a branch that begins at a revision, each commit signed by a key.
    fn branch(&self, from: &str, signer: Option<u8>, files: &[(&str, &str)]) -> Result<(), Failure> {
        self.alice.git.run(&["checkout", "--quiet", "-B", "work", from], b"")?;
        for file in files {
            self.alice.commit("Work", &[*file])?;
            if let Some(signer) = signer {
                sign_head(&self.alice, &SshSigner::ed25519(signer), "git")?;
            }
        }
        Ok(())
    }

    /// Opens pull request 7 for the branch, as a forge keeps its head.
    fn open_pull_request(&self, place: &str) -> Result<(), Failure> {
        self.alice.push(&["--force", "work:refs/heads/proposal"])?.accepted(&[]);
        self.server.force(place, &self.alice.git.run(&["rev-parse", "work"], b"")?)
    }

    /// Goes to the state of main on the server.
    fn main(&self) -> Result<(), Failure> {
        self.alice.git.run(&["fetch", "--quiet", "origin"], b"")?;
        self.alice.git.run(&["checkout", "--quiet", "--force", "-B", "main", "origin/main"], b"").map(drop)
    }

    /// The forge squashes the branch onto main.
    fn squash(&self, message: &str) -> Result<(), Failure> {
        self.main()?;
        self.alice.git.run(&["merge", "--quiet", "--squash", "work"], b"")?;
        self.alice.git.run(&["commit", "--quiet", "--allow-empty", "-m", message], b"")?;
        sign_head(&self.alice, &forge(), "git")
    }

    /// The forge repeats commits on main.
    fn repeat(&self, commits: &[&str]) -> Result<(), Failure> {
        self.main()?;
        for commit in commits {
            self.alice.git.run(&["cherry-pick", "--no-commit", commit], b"")?;
            self.alice.git.run(&["commit", "--quiet", "-m", "Work (#7)"], b"")?;
            sign_head(&self.alice, &forge(), "git")?;
        }
        Ok(())
    }

    /// Another commit goes to main in the meantime.
    fn main_moves(&self) -> Result<(), Failure> {
        self.main()?;
        self.alice.commit("Other", &[("other.txt", "other\n")])?;
        sign_head(&self.alice, &SshSigner::ed25519(1), "git")?;
        self.alice.push_main()?.accepted(&[]);
        Ok(())
    }
}

const TWO: [(&str, &str); 2] = [("prod/settings.yaml", SETTINGS), ("more.txt", "more\n")];
const PULL: &str = "refs/pull/7/head";
const OTHER_CONTENT: &str = "this commit has another content";

impl Scene {
    /// A pull request of two commits, signed by a key.
    fn proposed_by(signer: Option<u8>) -> Result<Self, Failure> {
        let scene = Self::begin()?;
        scene.branch("origin/main", signer, &TWO)?;
        scene.open_pull_request(PULL)?;
        Ok(scene)
    }

    /// The forge squashes the pull request, and the gate refuses it.
    fn squash_is_refused(&self, message: &str, told: &[&str]) -> Result<(), Failure> {
        self.squash(message)?;
        self.alice.push_main()?.rejected(told);
        Ok(())
    }

    /// The forge changes the commit that it made, and the gate refuses it.
    fn amended_is_refused(&self) -> Result<(), Failure> {
        self.alice.git.run(&["commit", "--quiet", "--all", "--amend", "-m", "Work (#7)"], b"")?;
        sign_head(&self.alice, &forge(), "git")?;
        self.alice.push_main()?.rejected(&[UNTRUSTED, OTHER_CONTENT]);
        Ok(())
    }
}

/// An honest squash of two signed commits, after main has moved.
#[test]
fn a_squash_of_signed_commits_counts() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.main_moves()?;
    scene.squash("Work (#7)")?;
    scene.alice.push_main()?.accepted(&["1 commit"]);
    Ok(())
}

/// The same as GitLab names its merge requests.
#[test]
fn a_squash_of_a_merge_request_counts() -> Result<(), Failure> {
    let scene = Scene::begin()?;
    scene.branch("origin/main", Some(1), &TWO)?;
    scene.open_pull_request("refs/merge-requests/7/head")?;
    scene.squash("Work\n\nSee merge request acme/prod!7")?;
    scene.alice.push_main()?.accepted(&["1 commit"]);
    Ok(())
}

/// An honest rebase of two signed commits, after main has moved.
#[test]
fn a_rebase_of_signed_commits_counts() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.main_moves()?;
    scene.repeat(&["work~1", "work"])?;
    scene.alice.push_main()?.accepted(&["2 commits"]);
    Ok(())
}

/// The squash opens a port that the pull request does not open.
#[test]
fn a_squash_with_more_content() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.squash("Work (#7)")?;
    scene.alice.write(SERVICE_PATH, NODE_PORT.as_bytes())?;
    scene.amended_is_refused()
}

/// The squash leaves one of the files out.
#[test]
fn a_squash_with_less_content() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.squash("Work (#7)")?;
    scene.alice.git.run(&["rm", "--quiet", "more.txt"], b"")?;
    scene.amended_is_refused()
}

/// A commit of the pull request is not signed, and the forge signs the squash.
#[test]
fn a_squash_of_an_unsigned_commit() -> Result<(), Failure> {
    let scene = Scene::proposed_by(None)?;
    scene.squash("Work (#7)")?;
    scene.alice.push_main()?.rejected(&["error[unsigned-commit]"]);
    Ok(())
}

/// A commit of the pull request is signed by a key that no one trusts, and the forge signs the squash.
#[test]
fn a_squash_of_a_strangers_commit() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(9))?;
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED])
}

/// A commit of the pull request was made in the forge's editor, and the forge signs it and the squash.
#[test]
fn a_squash_of_what_the_forge_signed() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(7))?;
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED, OTHER_CONTENT])
}

/// No pull request and no approval names the squashed commits.
#[test]
fn a_squash_of_commits_that_nothing_names() -> Result<(), Failure> {
    let scene = Scene::begin()?;
    scene.branch("origin/main", Some(1), &TWO)?;
    scene.alice.push(&["--force", "work:refs/heads/proposal"])?.accepted(&[]);
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED, OTHER_CONTENT])
}

/// A pull request was squashed and reverted, and is squashed once more.
#[test]
fn a_squash_that_comes_again_after_it_was_reverted() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.squash("Work (#7)")?;
    scene.alice.push_main()?.accepted(&[]);
    scene.main()?;
    scene.alice.git.run(&["revert", "--no-edit", "HEAD"], b"")?;
    sign_head(&scene.alice, &SshSigner::ed25519(1), "git")?;
    scene.alice.push_main()?.accepted(&[]);
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED, OTHER_CONTENT])
}

/// A pull request was rebased and reverted, and is squashed afterwards.
#[test]
fn a_squash_of_what_was_rebased_and_reverted() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.main_moves()?;
    scene.repeat(&["work~1", "work"])?;
    scene.alice.push_main()?.accepted(&[]);
    for _ in 0..2 {
        scene.main()?;
        let last = if scene.alice.git.run(&["log", "-1", "--format=%s"], b"")? == "Work (#7)" {
            "HEAD"
        } else {
            "HEAD~2"
        };
        scene.alice.git.run(&["revert", "--no-edit", last], b"")?;
        sign_head(&scene.alice, &SshSigner::ed25519(1), "git")?;
        scene.alice.push_main()?.accepted(&[]);
    }
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED, OTHER_CONTENT])
}

/// A rebase leaves the first commit out.
#[test]
fn a_rebase_of_a_part() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.repeat(&["work"])?;
    scene.alice.push_main()?.rejected(&[UNTRUSTED, OTHER_CONTENT]);
    Ok(())
}

/// A rebase brings the commits in another order, so that a state in between is one that no one made.
#[test]
fn a_rebase_in_another_order() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    scene.repeat(&["work", "work~1"])?;
    scene.alice.push_main()?.rejected(&[UNTRUSTED, OTHER_CONTENT]);
    Ok(())
}

/// Both sides change a line, and the squash holds what a person typed to resolve it.
#[test]
fn a_squash_that_was_resolved_by_hand() -> Result<(), Failure> {
    let scene = Scene::begin()?;
    let theirs = LINES.replace('5', "theirs");
    scene.branch("origin/main", Some(1), &[("notes.txt", &theirs)])?;
    scene.open_pull_request(PULL)?;
    scene.main()?;
    scene.alice.commit("Other", &[("notes.txt", &LINES.replace('5', "ours"))])?;
    sign_head(&scene.alice, &SshSigner::ed25519(1), "git")?;
    scene.alice.push_main()?.accepted(&[]);
    scene.alice.commit("Work (#7)", &[("notes.txt", &LINES.replace('5', "both"))])?;
    sign_head(&scene.alice, &forge(), "git")?;
    scene.alice.push_main()?.rejected(&[UNTRUSTED, OTHER_CONTENT]);
    Ok(())
}

/// The message names a thousand pull requests, so that the gate looks at all of them.
#[test]
fn a_message_that_names_a_thousand_pull_requests() -> Result<(), Failure> {
    let scene = Scene::proposed_by(Some(1))?;
    let many = "#100 ".repeat(1_000);
    scene.squash_is_refused(&format!("Work {many}#7"), &[UNTRUSTED, OTHER_CONTENT])
}

/// A person pushes a ref in the place of a pull request's head.
#[test]
fn the_head_of_a_pull_request_that_a_person_pushes() -> Result<(), Failure> {
    let scene = Scene::begin()?;
    scene.branch("origin/main", Some(9), &TWO)?;
    scene.alice.push(&["work:refs/pull/7/head"])?;
    scene.squash_is_refused("Work (#7)", &[UNTRUSTED])
}
