//! Git LFS pointers: the file itself is on another server.
//!
//! In: the text of a file. Out: whether Git LFS would put another file in its place, as the
//! [specification](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) says. Never: fetches it.

/// Git LFS takes nothing longer for a pointer.
const LONGEST: usize = 1024;
/// The names that the specification has had.
const NAMES: [&str; 3] = ["git-lfs", "hawser", "git-media"];

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
    use super::is_pointer;

    #[test]
    fn only_a_pointer_is_one() {
        assert!(is_pointer("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"));
        assert!(!is_pointer("version: https://git-lfs.github.com/spec/v1\noid: sha256\n"));
        assert!(!is_pointer("apiVersion: v1\nkind: ConfigMap\n"));
    }
}
