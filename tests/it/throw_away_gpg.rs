//! git signs commits and tags with throw-away keys, without gpg.

use std::path::Path;
use std::time::{Duration, SystemTime};

use git_trust::raw::{HashKind, parse_commit, parse_tag};
use git_trust::{Keyring, SignatureStatus, ThrowAwayKey, TrustedKeys};
use source_files::RepoPath;

use crate::common::git::{Failure, Git};
use crate::common::programs::write_program;

/// A script that git can call as `gpg.program`.
fn gpg_script(folder: &Path) -> Result<String, Failure> {
    let program = folder.join("gpg");
    let portcullis = env!("CARGO_BIN_EXE_portcullis");
    let keys = folder.display();
    write_program(&program, &format!("exec '{portcullis}' throw-away-gpg --keys '{keys}' -- \"$@\""))?;
    Ok(program.display().to_string())
}

/// A repository in which Alice signs.
fn repository(folder: &Path) -> Result<Git, Failure> {
    let git = Git::init_bare(&folder.join("repository.git"))?;
    git.run(&["config", "user.name", "Alice"], b"")?;
    git.run(&["config", "user.email", "alice@example.com"], b"")?;
    git.run(&["config", "user.signingKey", "alice"], b"")?;
    git.run(&["config", "gpg.program", &gpg_script(folder)?], b"")?;
    Ok(git)
}

#[test]
fn git_signs_commits_and_tags_that_our_keyring_trusts() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let created = SystemTime::now() - Duration::from_hours(1);
    let key = ThrowAwayKey::generate("alice <alice@example.com>", created, None)?;
    key.save(folder.path(), "alice")?;
    let git = repository(folder.path())?;
    let tree = git.run(&["hash-object", "-t", "tree", "-w", "--stdin"], b"")?;
    let commit = git.run(&["commit-tree", "-S", "-m", "Signed", &tree], b"")?;
    git.run(&["tag", "-s", "-m", "Release", "v1", &commit], b"")?;

    let file = (RepoPath::new("keys/alice.asc"), key.armored_certificate()?);
    let keyring = TrustedKeys::from(Keyring::from_files([file].into_iter())?);
    let read = |kind, id| git.run(&["cat-file", kind, id], b"").map(|text| text + "\n");
    let status = |payload: &[u8], signature: Option<Vec<u8>>| {
        signature.map(|signature| keyring.verify(payload, &signature, SystemTime::now()))
    };
    let trusted = Some(SignatureStatus::Trusted { key: key.fingerprint(), principals: Vec::new() });
    let commit = parse_commit(read("commit", &commit)?.as_bytes(), HashKind::Sha1);
    assert_eq!(commit.map(|commit| status(&commit.payload, commit.signature)), Ok(trusted.clone()));
    let tag = parse_tag(read("tag", "v1")?.as_bytes(), HashKind::Sha1);
    assert_eq!(tag.map(|tag| status(&tag.payload, tag.signature)), Ok(trusted));
    Ok(())
}
