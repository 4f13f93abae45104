//! Blobs in the own format of a filter of git: the file itself is on another server, or encrypted.
//!
//! In: the bytes of a file. Out: whether Git LFS would put another file in its place, as the
//! [specification](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) says, or git-crypt would decrypt it. Never:
//! fetches or decrypts it.

/// Git LFS takes nothing longer for a pointer.
const LONGEST: usize = 1024;
/// The names that the specification has had.
const NAMES: [&str; 3] = ["git-lfs", "hawser", "git-media"];

/// The beginning of every file that git-crypt encrypted.
const ENCRYPTED: &[u8] = b"\0GITCRYPT\0";

/// Whether a blob is in the own format of a filter of git, as `filter=` calls it in `.gitattributes`. git-crypt has a
/// filter for each key, such as `git-crypt-production`.
pub fn is_of_filter(bytes: &[u8], filter: &str) -> bool {
    match filter {
        "lfs" => std::str::from_utf8(bytes).is_ok_and(is_pointer),
        "git-crypt" => bytes.starts_with(ENCRYPTED),
        named => named.starts_with("git-crypt-") && bytes.starts_with(ENCRYPTED),
    }
}

/// Whether a blob is in the own format of any known filter.
pub fn is_of_any_filter(bytes: &[u8]) -> bool {
    ["lfs", "git-crypt"].into_iter().any(|filter| is_of_filter(bytes, filter))
}

/// Whether a checkout with Git LFS holds another file than this text.
pub(super) fn is_pointer(text: &str) -> bool {
    let versioned = |line: &str| {
        line.strip_prefix("version ").is_some_and(|version| NAMES.iter().any(|name| version.contains(name)))
    };
    text.len() <= LONGEST
        && text.contains("version ")
        && text.lines().any(versioned)
        && text.lines().any(|line| line.starts_with("oid "))
}

#[cfg(test)]
mod tests {
    use super::{is_of_any_filter, is_of_filter, is_pointer};

    #[test]
    fn a_blob_belongs_to_the_filter_of_its_format() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        let encrypted = b"\0GITCRYPT\0\x01\x02";
        assert!(is_of_filter(pointer, "lfs") && !is_of_filter(pointer, "git-crypt"));
        assert!(is_of_filter(encrypted, "git-crypt") && is_of_filter(encrypted, "git-crypt-production"));
        assert!(!is_of_filter(encrypted, "lfs") && !is_of_filter(encrypted, "crypt"));
        assert!(is_of_any_filter(pointer) && is_of_any_filter(encrypted) && !is_of_any_filter(b"kind: Pod"));
    }

    #[test]
    fn only_a_pointer_is_one() {
        assert!(is_pointer("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"));
        assert!(!is_pointer("version: https://git-lfs.github.com/spec/v1\noid: sha256\n"));
        assert!(!is_pointer("apiVersion: v1\nkind: ConfigMap\n"));
    }
}
