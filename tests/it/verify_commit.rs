//! `portcullis verify-commit`: who signed, and why it counts or not.

use std::process::{Command, Output};

use crate::common::git::{Failure, Git};
use crate::common::ssh_keys::{Envelope, SshSigner, fingerprint};

fn store(git: &Git, parent: &str, signer: Option<&SshSigner>) -> Result<String, Failure> {
    let tree = git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let who = "Alice <alice@example.com> 1700000000 +0000";
    let headers = format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n");
    let unsigned = format!("{headers}\nChange\n");
    let Some(signer) = signer else { return git.store("commit", unsigned.as_bytes()) };
    let envelope = Envelope { payload: unsigned.as_bytes(), ..Envelope::default() };
    let folded = signer.sign_as(&envelope)?.trim_end().replace('\n', "\n ");
    git.store("commit", format!("{headers}gpgsig {folded}\n\nChange\n").as_bytes())
}

fn verify(folder: &std::path::Path, revisions: &[&str]) -> Result<Output, Failure> {
    let program = env!("CARGO_BIN_EXE_portcullis");
    Ok(Command::new(program).arg("verify-commit").args(revisions).arg("--repo").arg(folder).output()?)
}

#[test]
fn each_commit_is_told_with_its_signer_or_the_reason() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let git = Git::at(folder.path());
    git.run(&["init", "--quiet", "--initial-branch=main", "."], b"")?;
    let (alice, mallory) = (SshSigner::ed25519(1), SshSigner::ed25519(2));
    let key = fingerprint(&alice.blob()?);
    let policy = format!(
        "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {{require: trusted, allowedSigners: \
         signers}}\npeople: [{{name: Alice, keys: ['{key}']}}]\n"
    );
    std::fs::write(folder.path().join(".portcullis.yaml"), policy)?;
    std::fs::write(folder.path().join("signers"), format!("alice {}\n", alice.text()?))?;
    git.run(&["add", "--all"], b"")?;
    git.run(&["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "First"], b"")?;
    let first = git.run(&["rev-parse", "HEAD"], b"")?;
    let good = store(&git, &first, Some(&alice))?;
    let bad = store(&git, &good, Some(&mallory))?;
    let unsigned = store(&git, &bad, None)?;

    let output = verify(folder.path(), &[&good])?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(told, format!("{} counts: signed by Alice with key {key}\n", &good[..7]));
    assert_eq!(output.status.code(), Some(0));

    let output = verify(folder.path(), &[&format!("{first}..{unsigned}")])?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains(&format!("{} does not count: it is not signed\n", &unsigned[..7])), "{told}");
    assert!(
        told.contains(&format!("{} does not count: its signature was made by SSH key", &bad[..7])),
        "{told}"
    );
    assert!(told.contains("\n  help: ask an owner of the allowed signers"), "{told}");
    assert!(told.contains(&format!("{} counts: signed by Alice", &good[..7])), "{told}");
    Ok(())
}

/// The tag is asked for its own signature, and not the commit that it names.
#[test]
fn a_tag_is_verified_by_its_own_signature() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let git = Git::at(folder.path());
    git.run(&["init", "--quiet", "--initial-branch=main", "."], b"")?;
    let alice = SshSigner::ed25519(1);
    let policy = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {require: trusted, allowedSigners: signers}\n";
    std::fs::write(folder.path().join(".portcullis.yaml"), policy)?;
    std::fs::write(folder.path().join("signers"), format!("alice {}\n", alice.text()?))?;
    git.run(&["add", "--all"], b"")?;
    git.run(&["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "First"], b"")?;
    let first = git.run(&["rev-parse", "HEAD"], b"")?;
    let unsigned =
        format!("object {first}\ntype commit\ntag v1\ntagger A <a@b> 1700000000 +0000\n\nRelease\n");
    let envelope = Envelope { payload: unsigned.as_bytes(), ..Envelope::default() };
    let tag = git.store("tag", format!("{unsigned}{}", alice.sign_as(&envelope)?).as_bytes())?;
    git.set_ref("refs/tags/v1", &tag)?;
    let output = verify(folder.path(), &["v1"])?;
    let told = String::from_utf8(output.stdout)?;
    assert!(told.starts_with(&format!("{} counts: signed by", &tag[..7])), "{told}");
    let plain = git.store("tag", unsigned.replace("tag v1", "tag v2").as_bytes())?;
    git.set_ref("refs/tags/v2", &plain)?;
    let output = verify(folder.path(), &["v2"])?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(told, format!("{} does not count: it is not signed\n", &plain[..7]));
    Ok(())
}
