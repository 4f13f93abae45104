//! Paths as kustomize joins and cleans them.
//!
//! In: a folder of the tree and the text of a kustomization. Out: a path of the tree, or the reason why the text names no path.
//! Never: looks at a file.

use source_files::RepoPath;

/// `filepath.Join(folder, text)` for a text that is not absolute. `None` if it leaves the tree.
pub(crate) fn join(folder: &RepoPath, text: &str) -> Option<RepoPath> {
    clean(folder.as_str().split('/').chain(text.split('/')))
}

/// The path that is left without `.`, `..` and empty parts.
pub(crate) fn clean<'a>(parts: impl Iterator<Item = &'a str>) -> Option<RepoPath> {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop()?;
            }
            _ => kept.push(part),
        }
    }
    Some(RepoPath::new(&kept.join("/")))
}

/// Whether a folder is another one, or above it (`ConfirmedDir.HasPrefix`).
pub(crate) fn holds(folder: &RepoPath, path: &RepoPath) -> bool {
    let folder = folder.as_str();
    folder.is_empty()
        || path.as_str().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a part of the path is a name with `..` in it, which kustomize takes for a slip (`hasAmbiguousPathSegment`).
pub(crate) fn is_ambiguous(text: &str) -> bool {
    text.split('/').any(|part| part != ".." && part.contains(".."))
}

/// The path of a file as an annotation shows it (`filepath.Join` of texts).
pub(crate) fn shown(base: &str, text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in base.split('/').chain(text.split('/')) {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cleaned_as_go_cleans_it() {
        let base = RepoPath::new("a/b");
        assert_eq!(join(&base, "../c/./d//e"), Some(RepoPath::new("a/c/d/e")));
        assert_eq!(join(&base, "../.."), Some(RepoPath::new("")));
        assert_eq!(join(&base, "../../.."), None);
        assert_eq!(shown("x", "../../y"), "../y");
    }

    #[test]
    fn a_folder_holds_itself_and_what_is_below() {
        let held = |folder, path| holds(&RepoPath::new(folder), &RepoPath::new(path));
        assert!(held("", "a") && held("a", "a") && held("a", "a/b"));
        assert!(!held("a", "ab") && !held("a/b", "a"));
    }
}
