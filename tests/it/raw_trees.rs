//! The reader of trees against git itself: what `git fsck --strict` complains about is what it complains about.

use git_trust::raw::{HashKind, read_tree};

use crate::common::git::{Failure, Git};

/// An entry of a tree: mode, name, and what it names.
type Entry<'a> = (&'a str, &'a [u8], Named);

#[derive(Clone, Copy)]
enum Named {
    Blob,
    Folder,
    Zeros,
}

use Named::{Blob, Folder, Zeros};

/// Trees of one entry, by what is special about it: right and wrong ones side by side.
const SINGLE: &[Entry<'_>] = &[
    ("100644", b"a", Blob),
    ("100755", b"a", Blob),
    ("120000", b"a", Blob),
    ("40000", b"a", Folder),
    ("100644", b"caf\xe9", Blob),
    ("100644", b"con", Blob),
    ("100644", b"a\\b", Blob),
    // Modes.
    ("0100644", b"a", Blob),
    ("040000", b"a", Folder),
    ("100600", b"a", Blob),
    ("100645", b"a", Blob),
    ("10644", b"a", Blob),
    ("120777", b"a", Blob),
    ("160001", b"a", Blob),
    ("100644", b"a", Zeros),
    // Names that lead elsewhere.
    ("100644", b"", Blob),
    ("100644", b".", Blob),
    ("100644", b"..", Blob),
    ("100644", b"...", Blob),
    ("100644", b"a/b", Blob),
    ("40000", b"/", Folder),
    // `.git` on HFS+.
    ("100644", b".git", Blob),
    ("40000", b".GIT", Folder),
    ("100644", b".g\xe2\x80\x8cit", Blob),
    ("100644", b".git\xe2\x80\x8f", Blob),
    ("100644", b"\xef\xbb\xbf.git", Blob),
    ("100644", b"\xe2\x80\xaa.g\xe2\x81\xafit", Blob),
    ("100644", b".git\xff", Blob),
    ("100644", b".g\xe2\x80\x8bit", Blob),
    ("100644", b".github", Blob),
    ("100644", b"git", Blob),
    // `.git` on NTFS.
    ("100644", b"git~1", Blob),
    ("100644", b"GIT~1", Blob),
    ("100644", b"git~2", Blob),
    ("100644", b"git~11", Blob),
    ("100644", b"git~1.", Blob),
    ("100644", b".git ", Blob),
    ("100644", b".git.", Blob),
    ("100644", b".git. . ", Blob),
    ("100644", b".git::$INDEX_ALLOCATION", Blob),
    ("100644", b".git:x", Blob),
    ("100644", b".git :x", Blob),
    ("100644", b".git x", Blob),
    ("100644", b"a\\.git", Blob),
    ("100644", b"a\\git~1", Blob),
    ("100644", b".git\\x", Blob),
    ("100644", b"a\\.git\\x", Blob),
    ("100644", b"a\\.github", Blob),
    // Git's own files.
    ("100644", b".gitattributes", Blob),
    ("100644", b".gitignore", Blob),
    ("100644", b".mailmap", Blob),
    ("120000", b".gitmodules", Blob),
    ("120000", b".gitattributes", Blob),
    ("120000", b".gitignore", Blob),
    ("120000", b".mailmap", Blob),
    ("120000", b".GitModules", Blob),
    ("120000", b".gitmodules.", Blob),
    ("120000", b".gitmodules ::$DATA", Blob),
    ("120000", b".gitmodule\xe2\x80\x8cs", Blob),
    ("120000", b".gitmodulesx", Blob),
    ("120000", b"a\\.gitmodules", Blob),
    ("120000", b"gitmod~1", Blob),
    ("120000", b"GITMOD~4", Blob),
    ("120000", b"gitmod~5", Blob),
    ("120000", b"gi7eba~1", Blob),
    ("120000", b"gi7eb~10", Blob),
    ("120000", b"gi7e~100", Blob),
    ("120000", b"gi7eba~0", Blob),
    ("120000", b"gi7d29~1", Blob),
    ("120000", b"gi250a~1", Blob),
    ("120000", b"maba30~1", Blob),
    ("120000", b"~1000000", Blob),
    ("120000", b".gitkeep", Blob),
];

/// Trees of several entries.
const SEVERAL: &[&[Entry<'_>]] = &[
    &[],
    &[("100644", b"a", Blob), ("100644", b"b", Blob)],
    &[("100644", b"b", Blob), ("100644", b"a", Blob)],
    &[("100644", b"a", Blob), ("100644", b"a", Blob)],
    &[("100644", b"a.b", Blob), ("40000", b"a", Folder)],
    &[("40000", b"a", Folder), ("100644", b"a.b", Blob)],
    &[("100644", b"a", Blob), ("100644", b"a.b", Blob), ("40000", b"a", Folder)],
    &[("100644", b"a0", Blob), ("40000", b"a", Folder)],
    &[("40000", b"a", Folder), ("100644", b"a0", Blob)],
    &[("100644", b"B", Blob), ("100644", b"a", Blob)],
    &[("100644", b"a", Blob), ("100644", b"B", Blob)],
];

fn raw(id: &str) -> Result<Vec<u8>, Failure> {
    let digits = id.as_bytes().chunks(2).map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?));
    digits.collect()
}

/// A repository with an empty file and a folder, and the bytes of a tree that names them.
fn stored(entries: &[Entry<'_>]) -> Result<(tempfile::TempDir, Git, Vec<u8>), Failure> {
    let folder = tempfile::tempdir()?;
    let git = Git::init_bare(&folder.path().join("repository.git"))?;
    let blob = raw(&git.store("blob", b"")?)?;
    let inner = raw(&git.store("tree", &[b"100644 x\0", blob.as_slice()].concat())?)?;
    let bytes = entries.iter().flat_map(|(mode, name, named)| {
        let id = match named {
            Blob => blob.clone(),
            Folder => inner.clone(),
            Zeros => vec![0; 20],
        };
        [mode.as_bytes(), b" ", name, b"\0", &id].concat()
    });
    let bytes = bytes.collect();
    Ok((folder, git, bytes))
}

/// Whether `git fsck --strict` says anything about a tree.
fn git_complains(git: &Git, bytes: &[u8]) -> Result<bool, Failure> {
    let tree = git.store("tree", bytes)?;
    let output = git.output(&["fsck", "--strict", "--no-dangling", &tree], b"")?;
    let text = String::from_utf8([output.stdout, output.stderr].concat())?;
    Ok(text.contains(&format!("in tree {tree}")))
}

#[test]
fn trees_are_malformed_where_git_says_so() -> Result<(), Failure> {
    let single = SINGLE.iter().map(std::slice::from_ref);
    for entries in single.chain(SEVERAL.iter().copied()) {
        let (_folder, git, bytes) = stored(entries)?;
        let problems = read_tree(&bytes, HashKind::Sha1).problems;
        let shown: Vec<_> =
            entries.iter().map(|(mode, name, _)| format!("{mode} {}", name.escape_ascii())).collect();
        assert_eq!(!problems.is_empty(), git_complains(&git, &bytes)?, "{shown:?}: {problems:?}");
    }
    Ok(())
}

#[test]
fn what_is_cut_off_is_malformed() -> Result<(), Failure> {
    let (_folder, git, bytes) = stored(&[("100644", b"a", Blob), ("100644", b"b", Blob)])?;
    for length in 1..bytes.len() {
        let cut = &bytes[..length];
        let is_whole = length == bytes.len() / 2;
        assert_eq!(read_tree(cut, HashKind::Sha1).problems.is_empty(), is_whole, "{length} bytes");
        if length % 7 == 0 {
            assert_eq!(git_complains(&git, cut)?, !is_whole, "{length} bytes");
        }
    }
    Ok(())
}

/// Files in the first mode that git wrote are in old histories, which people import.
#[test]
fn the_mode_of_git_s_first_months_is_known() -> Result<(), Failure> {
    let (_folder, _git, bytes) = stored(&[("100664", b"a", Blob)])?;
    assert!(read_tree(&bytes, HashKind::Sha1).problems.is_empty());
    Ok(())
}
