//! The builder of case repositories: what it makes is what `push.yaml` says.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use git_trust::raw::{HashKind, RawCommit, parse_commit, parse_tag};
use git_trust::{Keyring, SignatureStatus, TrustedKeys};
use source_files::RepoPath;

use crate::common::case_repository::{CaseRepository, all_cases, build};
use crate::common::git::Failure;
use crate::common::keys::{TODAY, person};

fn case(push: &str) -> Result<CaseRepository, Failure> {
    let folder = tempfile::tempdir()?;
    for (name, text) in
        [("before/a.yaml", "a: 1\n"), ("after/a.yaml", "a: 2\n"), ("after/keys/alice.asc.placeholder", "")]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
    }
    fs::write(folder.path().join("policy.yaml"), "kind: GatePolicy\n")?;
    if !push.is_empty() {
        fs::write(folder.path().join("push.yaml"), push)?;
    }
    build(folder.path())
}

fn git(repository: &CaseRepository, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let git_dir = format!("--git-dir={}", repository.git_dir.display());
    Ok(Command::new("git").arg(git_dir).args(arguments).output()?.stdout)
}

fn new_commit(repository: &CaseRepository) -> Result<Result<RawCommit, String>, Failure> {
    let (_, new, _) = repository.updates.first().ok_or("no ref is updated")?;
    let bytes = git(repository, &["cat-file", "commit", new])?;
    Ok(parse_commit(&bytes, HashKind::Sha1).map_err(|problems| format!("{problems:?}")))
}

fn keyring(names: &[&str]) -> Result<TrustedKeys, Failure> {
    let mut files = Vec::new();
    for name in names {
        files.push((RepoPath::new(name), person(name)?.key.armored_certificate()?));
    }
    Ok(Keyring::from_files(files.into_iter())?.into())
}

/// What the new commit's signature is worth where everybody but Mallory is in the keyring.
fn status(signed_by: &str) -> Result<String, Failure> {
    let commit = new_commit(&case(&format!("commits: [{{signed_by: {signed_by}}}]\n"))?)??;
    let Some(signature) = &commit.signature else { return Ok("unsigned".to_owned()) };
    let now: SystemTime = UNIX_EPOCH + Duration::from_secs(TODAY);
    Ok(match keyring(&["alice", "expired", "retired"])?.verify(&commit.payload, signature, now) {
        SignatureStatus::Trusted { key, .. } => format!("trusted {key}"),
        SignatureStatus::Forge { key } => format!("forge {key}"),
        SignatureStatus::Untrusted { reason, .. } => reason,
        SignatureStatus::Unsigned => "unsigned".to_owned(),
    })
}

#[test]
fn the_default_is_one_unsigned_commit_on_main() -> Result<(), Failure> {
    let repository = case("")?;
    let (old, new, name) = &repository.updates[0];
    assert_eq!(name, "refs/heads/main");
    assert_eq!(git(&repository, &["rev-parse", "refs/heads/main"])?.trim_ascii(), old.as_bytes());
    let files = git(&repository, &["ls-tree", "-r", "--name-only", new])?;
    assert_eq!(files, b".portcullis.yaml\na.yaml\nkeys/alice.asc\n");
    assert_eq!(git(&repository, &["show", &format!("{old}:a.yaml")])?, b"a: 1\n");
    assert_eq!(new_commit(&repository)??.signature, None);
    assert_eq!(repository.stand_ins.apply(&new[..7]), "c0ffee2");
    Ok(())
}

#[test]
fn signatures_are_worth_what_they_are_made_for() -> Result<(), Failure> {
    assert_eq!(status("alice")?, format!("trusted {}", person("alice")?.key.fingerprint()));
    assert!(status("mallory")?.ends_with("which is not in the keyring"));
    assert!(status("expired")?.contains("which expired on 2023-05-"));
    assert!(status("retired")?.ends_with("which has been revoked"));
    assert!(status("stolen")?.starts_with("does not match"));
    assert!(status("two")?.starts_with("is not readable"));
    assert_eq!(status("message")?, "unsigned");
    assert_eq!(status("other-hash")?, "unsigned");
    Ok(())
}

#[test]
fn malformed_commits_are_stored_and_refused_by_our_parser() -> Result<(), Failure> {
    for raw in ["duplicate-tree-header", "missing-author", "nul-in-message", "gpgsigparent-header"] {
        let repository = case(&format!("commits: [{{raw: {raw}}}]\n"))?;
        assert!(new_commit(&repository)?.is_err(), "{raw}");
    }
    assert!(new_commit(&case("commits: [{raw: double-signature, signed_by: alice}]\n")?)?.is_err());
    Ok(())
}

#[test]
fn refs_stand_where_they_stood_before_the_push() -> Result<(), Failure> {
    let rewind = case("operation: rewind\ncommits: [{}]\n")?;
    let (old, new, _) = &rewind.updates[0];
    assert!(git(&rewind, &["merge-base", old, new])?.trim_ascii().len() == 40);
    assert_ne!(git(&rewind, &["merge-base", old, new])?.trim_ascii(), old.as_bytes());
    let delete = case("operation: delete\nref: refs/heads/release\ncommits: []\n")?;
    assert_eq!(delete.updates[0].1, "0".repeat(40));
    let create = case("operation: create\nref: refs/tags/v1\ntag: {signed_by: alice}\n")?;
    let (old, new, _) = &create.updates[0];
    assert_eq!(old, &"0".repeat(40));
    let tag = parse_tag(&git(&create, &["cat-file", "tag", new])?, HashKind::Sha1);
    assert!(tag.is_ok_and(|tag| tag.signature.is_some() && tag.name == "v1"));
    Ok(())
}

#[test]
fn unknown_keys_and_empty_pushes_are_errors() {
    assert!(case("comits: []\n").is_err());
    assert!(case("commits: []\n").is_err());
    assert!(case("commits: [{signed_by: bob}]\n").is_err());
}

#[test]
fn every_case_with_a_push_file_can_be_built() -> Result<(), Failure> {
    for (_, case) in all_cases()?.into_iter().filter(|(_, case)| case.join("push.yaml").exists()) {
        build(&case).map_err(|failure| format!("{}: {failure}", case.display()))?;
    }
    Ok(())
}
