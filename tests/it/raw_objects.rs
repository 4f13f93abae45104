//! The parsers of commits and tags against git itself: what git hands to `gpg.program` is the truth about
//! payload and signature.

#![expect(clippy::indexing_slicing, reason = "a test that cuts in the wrong place fails")]

use std::fs;

use git_trust::raw::{HashKind, Malformation, PersonProblem, parse_commit, parse_tag};
use proptest::prelude::{any, prop, proptest};

use crate::common::git::{Failure, Git};
use crate::common::programs::{GPG_RECORDER, write_program};

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const PARENT: &str = "e83c5163316f89bfbde7d9ab23ca2e25604af290";
const WHO: &str = "Alice <alice@example.com> 1700000000 +0100";
const ARMOR: &str = "-----BEGIN PGP SIGNATURE-----\n \n wsBzBAAB\n =abcd\n -----END PGP SIGNATURE-----";
const BLOCK: &str = "-----BEGIN PGP SIGNATURE-----\n\nwsBzBAAB\n=abcd\n-----END PGP SIGNATURE-----\n";

fn commit(extra: &str, message: &str) -> String {
    format!("tree {TREE}\nparent {PARENT}\nauthor {WHO}\ncommitter {WHO}\n{extra}\n{message}")
}

fn tag(message: &str) -> String {
    format!("object {PARENT}\ntype commit\ntag v1.2.3\ntagger {WHO}\n\n{message}")
}

fn problems(text: &str) -> Vec<Malformation> {
    parse_commit(text.as_bytes(), HashKind::Sha1).err().unwrap_or_default()
}

#[test]
fn a_signed_commit_gives_payload_and_signature() {
    let text =
        commit(&format!("encoding UTF-8\ngpgsig {ARMOR}\nchange-id xyz\n"), "Raise replicas\n\nbody\n");
    let parsed = parse_commit(text.as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!(parsed.title, "Raise replicas");
    assert_eq!(parsed.signature.as_deref(), Some(BLOCK.as_bytes()));
    let payload = commit("encoding UTF-8\nchange-id xyz\n", "Raise replicas\n\nbody\n");
    assert_eq!(parsed.payload, payload.as_bytes());
    assert_eq!(parsed.parents.len(), 1);
}

#[test]
fn a_signature_in_the_message_or_for_the_other_hash_is_none() {
    let in_message = parse_commit(commit("", BLOCK).as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!(in_message.signature, None);
    let other_hash = commit(&format!("gpgsig-sha256 {ARMOR}\n"), "x\n");
    let parsed = parse_commit(other_hash.as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!(parsed.signature, None);
    assert_eq!(parsed.payload, commit("", "x\n").as_bytes());
}

#[test]
fn a_merged_tag_is_parsed_and_its_signature_is_not_the_commits() {
    let folded = tag(&format!("Release\n{BLOCK}")).trim_end().replace('\n', "\n ");
    let text = commit(&format!("mergetag {folded}\n"), "Merge\n");
    let parsed = parse_commit(text.as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!(parsed.signature, None);
    assert_eq!(parsed.merge_tags[0].name, "v1.2.3");
    assert_eq!(parsed.payload, text.as_bytes());
    let broken = text.replace("tagger", "tugger");
    assert!(matches!(problems(&broken)[0], Malformation::BadMergeTag { line: 5, .. }));
}

#[test]
fn every_ambiguity_is_refused() {
    let repeated = |name: &str| vec![Malformation::Repeated { name: name.into() }];
    assert_eq!(problems(&commit(&format!("tree {TREE}\n"), "x")), repeated("tree"));
    assert_eq!(problems(&commit(&format!("parent {TREE}\n"), "x")), repeated("parent"));
    let early = format!("tree {TREE}\n{}", commit("", "x"));
    assert_eq!(problems(&early), repeated("tree"));
    let two_authors = commit("", "x").replace("committer", &format!("author {WHO}\ncommitter"));
    assert_eq!(problems(&two_authors), repeated("author"));
    assert_eq!(problems(&commit(&format!("gpgsig {ARMOR}\ngpgsig {ARMOR}\n"), "x")), repeated("gpgsig"));
    assert_eq!(
        problems(&commit(&format!("gpgsigparent {PARENT}\n"), "x")),
        [Malformation::UnknownSignatureHeader { name: "gpgsigparent".into() }]
    );
    assert_eq!(problems(&commit("", "x\0y")), [Malformation::NulByte]);
    assert_eq!(
        problems(&format!("tree {TREE}\nauthor {WHO}\ncommitter {WHO}\n")),
        [Malformation::NoBlankLine]
    );
    assert_eq!(problems(&format!(" tree {TREE}\n\nx")), [Malformation::UnexpectedContinuation { line: 1 }]);
    assert_eq!(problems(&commit("word\n", "x")), [Malformation::BadHeaderLine { line: 5 }]);
    assert_eq!(problems(&commit("encoding \n", "x")), [Malformation::BadEncoding]);
    assert_eq!(problems(&commit(" continued\n", "x"))[0], Malformation::UnexpectedContinuation { line: 5 });
}

#[test]
fn ids_and_people_are_checked() {
    let text = format!("tree {}\nauthor Alice\ncommitter {WHO}\n\nx", TREE.to_uppercase());
    assert_eq!(
        problems(&text),
        [
            Malformation::BadObjectId { name: "tree", length: 40 },
            Malformation::BadPerson { name: "author", problem: PersonProblem::Address },
        ]
    );
    let sha256 = parse_commit(commit("", "x").as_bytes(), HashKind::Sha256);
    assert_eq!(sha256.unwrap_err()[0], Malformation::BadObjectId { name: "tree", length: 64 });
}

#[test]
fn a_tag_ends_with_at_most_one_signature() {
    let unsigned = parse_tag(tag("Release\n").as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!((unsigned.signature, unsigned.title.as_str()), (None, "Release"));
    let signed = parse_tag(tag(&format!("Release\n{BLOCK}")).as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!(signed.payload, tag("Release\n").as_bytes());
    assert_eq!(signed.message(), b"Release\n");
    assert_eq!(signed.signature.as_deref(), Some(BLOCK.as_bytes()));
    let twice = parse_tag(tag(&format!("Release\n{BLOCK}{BLOCK}")).as_bytes(), HashKind::Sha1);
    assert_eq!(twice.unwrap_err(), [Malformation::SeveralSignatures { count: 2 }]);
}

#[test]
fn a_tag_has_exactly_its_four_headers() {
    let ancient = format!("object {PARENT}\ntype commit\ntag v1\n\nx");
    let missing = parse_tag(ancient.as_bytes(), HashKind::Sha1).unwrap_err();
    assert!(matches!(missing[0], Malformation::Missing { name: "tagger", .. }));
    let extra = tag("x").replace("\n\n", &format!("\ngpgsig {ARMOR}\n\n"));
    let extra = parse_tag(extra.as_bytes(), HashKind::Sha1).unwrap_err();
    assert_eq!(extra, [Malformation::UnknownTagHeader { name: "gpgsig".into() }]);
}

/// Payload and signature.
type Reading = (Vec<u8>, Vec<u8>);

/// What git hands to the verifying program; `None` if it calls none.
fn git_reading(kind: &str, bytes: &[u8]) -> Result<Option<Reading>, Failure> {
    let directory = tempfile::tempdir()?;
    let git = Git::init_bare(&directory.path().join("repository.git"))?;
    let program = directory.path().join("record");
    write_program(&program, GPG_RECORDER)?;
    let id = git.store(kind, bytes)?;
    let setting = format!("gpg.program={}", program.display());
    let mut command = git.command(&["-c", &setting, &format!("verify-{kind}"), &id]);
    command.env("ORACLE", directory.path()).output()?;
    let Ok(payload) = fs::read(directory.path().join("payload")) else { return Ok(None) };
    Ok(Some((payload, fs::read(directory.path().join("signature"))?)))
}

#[test]
fn git_hands_the_same_payload_and_signature_to_gpg() -> Result<(), Failure> {
    let mergetag = format!("mergetag object {PARENT}\n type commit\n tag v1\n tagger {WHO}\n \n gpgsig x\n");
    let cases = [
        commit(&format!("gpgsig {ARMOR}\n"), "x\n"),
        commit(&format!("gpgsig {ARMOR}\n \n"), "x"),
        commit(&format!("{mergetag}gpgsig {ARMOR}\n"), ""),
        commit(&format!("gpgsig {ARMOR}\ngpgsig-sha256 {ARMOR}\nHG:extra a b\n"), "x\n\n\ngpgsig y\n z\n"),
        commit(&format!("gpgsig-sha256 {ARMOR}\ngpgsig {ARMOR}\n"), BLOCK),
    ];
    for case in cases {
        let ours = parse_commit(case.as_bytes(), HashKind::Sha1).unwrap();
        let theirs = git_reading("commit", case.as_bytes())?.unwrap();
        assert_eq!((ours.payload, ours.signature.unwrap()), theirs, "{case}");
    }
    let case = tag(&format!("Release\n\n{BLOCK}"));
    let ours = parse_tag(case.as_bytes(), HashKind::Sha1).unwrap();
    assert_eq!((ours.payload, ours.signature.unwrap()), git_reading("tag", case.as_bytes())?.unwrap());
    Ok(())
}

#[test]
fn git_finds_no_signature_where_we_find_none() -> Result<(), Failure> {
    for case in [commit("", BLOCK), commit(&format!("gpgsig-sha256 {ARMOR}\n"), "x\n")] {
        assert_eq!(parse_commit(case.as_bytes(), HashKind::Sha1).unwrap().signature, None);
        assert_eq!(git_reading("commit", case.as_bytes())?, None);
    }
    Ok(())
}

/// `parse_buffer_signed_by_header` of git's `commit.c` for SHA-1, line by line as it stands there.
fn reference(bytes: &[u8]) -> Reading {
    let (mut payload, mut signature) = (Vec::new(), Vec::new());
    let (mut in_signature, mut other_signature, mut in_message) = (false, false, false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if in_message {
            payload.extend_from_slice(line);
            continue;
        }
        let ours = if in_signature { line.strip_prefix(b" ") } else { None };
        let begins = line.strip_prefix(b"gpgsig ");
        if ours.is_none() && begins.is_some() {
            other_signature = false;
        } else if ours.is_none() && line.starts_with(b"gpgsig") {
            other_signature = true;
        } else if ours.is_none() && other_signature && !line.starts_with(b" ") {
            other_signature = false;
        }
        in_signature = ours.or(begins).is_some();
        match ours.or(begins) {
            Some(part) => signature.extend_from_slice(part),
            None if other_signature => {}
            None => payload.extend_from_slice(line),
        }
        in_message = line == b"\n";
    }
    (payload, signature)
}

/// Changes, removes, doubles or inserts bytes.
fn mutate(original: &str, edits: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut bytes = original.as_bytes().to_vec();
    for (place, kind, value) in edits {
        let place = place % bytes.len().max(1);
        match kind % 4 {
            0 => bytes[place] = *value,
            1 if bytes.len() > 1 => drop(bytes.remove(place)),
            2 => bytes.insert(place, *value),
            _ => {
                let copy = bytes[place..].iter().take(usize::from(*value)).copied().collect::<Vec<_>>();
                bytes.splice(place..place, copy);
            }
        }
    }
    bytes
}

proptest! {
    #[test]
    fn a_commit_that_parses_is_read_as_git_reads_it(
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..6)
    ) {
        let merged = format!("object {PARENT}\n type commit\n tag v1\n tagger {WHO}\n \n One");
        let extra = format!("mergetag {merged}\ngpgsig {ARMOR}\ngpgsig-sha256 {ARMOR}\n");
        let bytes = mutate(&commit(&extra, "Title\n\nbody\n"), &edits);
        if let Ok(parsed) = parse_commit(&bytes, HashKind::Sha1) {
            assert_eq!(parsed.reassemble(), bytes);
            assert_eq!((parsed.payload, parsed.signature.unwrap_or_default()), reference(&bytes));
        }
    }

    #[test]
    fn a_tag_that_parses_adds_up(
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..6)
    ) {
        let bytes = mutate(&tag(&format!("Release\n\n{BLOCK}")), &edits);
        if let Ok(parsed) = parse_tag(&bytes, HashKind::Sha1) {
            assert_eq!(parsed.reassemble(), bytes);
            let whole = [parsed.payload.clone(), parsed.signature.clone().unwrap_or_default()].concat();
            assert_eq!(whole, bytes);
            assert!(parsed.payload.ends_with(parsed.message()));
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert!(parse_commit(&bytes, HashKind::Sha1).is_err());
        assert!(parse_tag(&bytes, HashKind::Sha256).is_err());
    }
}
