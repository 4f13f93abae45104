//! Mutated commits, judged by us and by git: what we accept, git accepts as well. Where git accepts
//! more, it is by a rule that is written down in [`STRICTER`].
//!
//! A few hundred commits run always, with a stand-in for gpg that records what git hands it; tens of
//! thousands run with gpg itself from `tests/conformance.sh`.

#![expect(clippy::print_stdout, reason = "the counts by rule are what is looked at")]

mod mutation;
mod oracle;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use git_trust::raw::{HashKind, parse_commit};
use git_trust::{Keyring, SignatureStatus, ThrowAwayKey, TrustedKeys};
use mutation::{Numbers, mutated};
use oracle::{Answer, Oracle, Repository, Verifier};
use source_files::RepoPath;

use crate::common::git::Failure;
use crate::common::pool::each;

const SEED: u64 = 0x0070_6f72_7463_756c;

/// What we refuse and git may accept, and why we do.
const STRICTER: &[(&str, &str)] = &[
    ("BadEncoding", "an encoding nobody knows makes the message unreadable"),
    ("BadHeaderLine", "a line without a name and a value is read differently by every program"),
    ("BadMergeTag", "a merged tag that is malformed would be shown as if it meant something"),
    ("BadObjectId", "ids are full and lower-case; git takes upper-case digits too"),
    ("BadPerson", "dates and addresses that programs read differently"),
    ("Missing", "a commit has a tree, an author and a committer, in this order"),
    ("NulByte", "git shows the message up to it, libgit2 and others read on"),
    ("Repeated", "of two trees, authors or signatures, programs take different ones"),
    ("UnexpectedContinuation", "a header that must be one line is folded"),
    ("UnknownSignatureHeader", "git leaves every `gpgsig…` header out of what is signed"),
    ("is not readable", "gpg takes text around a block, and several blocks"),
    ("is not a single signature", "gpg takes what stands beside a signature"),
];

/// What we and git make of one commit.
type Row = (Result<(), String>, Answer);

/// What we make of a commit: accepted, or the rule that refuses it.
fn ours(bytes: &[u8], trusted: &TrustedKeys) -> Result<(), String> {
    let commit = parse_commit(bytes, HashKind::Sha1).map_err(|problems| {
        let problem = problems.first().map(|problem| format!("{problem:?}")).unwrap_or_default();
        problem.split(|next: char| !next.is_alphanumeric()).next().unwrap_or_default().to_owned()
    })?;
    assert_eq!(commit.reassemble(), bytes, "a commit that parses adds up to its bytes");
    let signature = commit.signature.as_deref().ok_or("unsigned")?;
    match trusted.verify(&commit.payload, signature, SystemTime::now()) {
        SignatureStatus::Trusted { .. } => Ok(()),
        SignatureStatus::Untrusted { reason, .. } => Err(reason),
        SignatureStatus::Unsigned | SignatureStatus::Forge { .. } => Err("another status".to_owned()),
    }
}

fn compare(count: usize, verifier: Verifier) -> Result<(), Failure> {
    println!("{count} mutated commits, seed {SEED:#x}, verified by {verifier:?}");
    let born = SystemTime::now() - Duration::from_hours(24);
    let key = ThrowAwayKey::generate("Alice <alice@example.com>", born, None)?;
    let certificate = key.armored_certificate()?;
    let files = [(RepoPath::new("alice.asc"), certificate.clone())];
    let trusted = TrustedKeys::from(Keyring::from_files(files.into_iter())?);
    let oracle = Oracle::new(verifier, &certificate, trusted.clone())?;
    let mut numbers = Numbers::new(SEED);
    let commits: Vec<Vec<u8>> =
        (0..count).map(|_| mutated(&mut numbers, &key)).collect::<Result<_, Failure>>()?;
    let ids = oracle.repository.store_all(&commits)?;
    check_bytes(&oracle.repository, &ids, &commits)?;
    let pairs: Vec<_> = commits.iter().zip(&ids).collect();
    let rows = each(&pairs, |(bytes, id)| {
        Ok::<_, String>((ours(bytes, &trusted), oracle.judge(id).map_err(|error| error.to_string())?))
    })?;
    report(&rows.into_iter().collect::<Result<Vec<_>, String>>()?, &commits)
}

/// git gives the very bytes back that our parser was given.
fn check_bytes(repository: &Repository, ids: &[String], commits: &[Vec<u8>]) -> Result<(), Failure> {
    for (theirs, bytes) in repository.cat_file(ids)?.iter().zip(commits) {
        assert_eq!(theirs, bytes);
    }
    Ok(())
}

fn report(rows: &[Row], commits: &[Vec<u8>]) -> Result<(), Failure> {
    let mut stricter: BTreeMap<&str, usize> = BTreeMap::new();
    let mut both = 0;
    for ((ours, theirs), bytes) in rows.iter().zip(commits) {
        match (ours, theirs) {
            (Ok(()), Answer::Accepts) => both += 1,
            (Ok(()), Answer::Refuses(why)) => {
                let text = String::from_utf8_lossy(bytes);
                return Err(format!("we accept, git refuses: {why}\n{text}").into());
            }
            (Err(rule), Answer::Accepts) => {
                let known = STRICTER.iter().find(|(name, _)| rule.starts_with(name));
                let shown = || format!("{rule}: git accepts\n{}", String::from_utf8_lossy(bytes));
                *stricter.entry(known.ok_or_else(shown)?.0).or_default() += 1;
            }
            (Err(_), Answer::Refuses(_)) => {}
        }
    }
    println!("both accept {both}, both refuse {}", rows.len() - both - stricter.values().sum::<usize>());
    for (rule, count) in &stricter {
        println!("stricter by {rule}: {count}");
    }
    assert!(both * 20 > rows.len(), "too few good commits: {both} of {}", rows.len());
    assert!(!stricter.is_empty(), "no mutation found a rule in which git is laxer");
    Ok(())
}

#[test]
fn what_we_accept_git_accepts_as_well() -> Result<(), Failure> {
    compare(400, Verifier::Recorder)
}

#[test]
#[ignore = "tests/conformance.sh runs it, with gpg"]
fn what_we_accept_git_and_gpg_accept_as_well() -> Result<(), Failure> {
    let count = std::env::var("COMMITS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    compare(count, Verifier::Gpg)
}
