//! The refs that a policy guards. In: the patterns of `protected:`. Out: whether a ref is guarded, and patterns that
//! were meant as the name of a branch. Never: reads a repository.

use globset::{Glob, GlobMatcher, GlobSet};

use super::document::globs;
use super::layer::Layer;

/// The refs that a policy guards.
#[derive(Clone, Debug)]
pub enum ProtectedRefs {
    /// Those that match one of these.
    Patterns(GlobSet),
    /// HEAD's branch and every tag.
    HeadAndTags,
    /// Every branch and every tag: the repository has no policy yet.
    Everything,
}

impl ProtectedRefs {
    /// The refs that a layer's file protects.
    pub fn by(layer: &Layer) -> Self {
        match layer.document().and_then(|document| document.protected.as_deref()) {
            Some(patterns) => Self::matching(patterns),
            None => Self::HeadAndTags,
        }
    }

    /// The refs that patterns protect, as they are meant. Patterns have compiled before; if they did not, all refs are
    /// guarded.
    pub fn matching(patterns: &[String]) -> Self {
        let meant: Vec<String> = patterns.iter().flat_map(|pattern| meant_by(pattern)).collect();
        globs(&meant).map_or(Self::Everything, Self::Patterns)
    }

    /// Whether a ref is guarded. HEAD's branch always is: the trust files are read from it.
    pub fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        let is_head = head == Some(ref_name);
        let is_tag = ref_name.starts_with("refs/tags/");
        let is_branch = ref_name.starts_with("refs/heads/");
        match self {
            Self::Patterns(patterns) => is_head || patterns.is_match(ref_name),
            // A detached HEAD names no branch, so that any of them may be the one that is deployed.
            Self::HeadAndTags => is_head || is_tag || (head.is_none() && is_branch),
            Self::Everything => is_tag || is_branch,
        }
    }
}

/// The full name that a pattern without `refs/` probably means; `None` for a pattern that can match a full name.
pub fn full_name_meant(pattern: &str) -> Option<String> {
    let begin = pattern.trim_start_matches('{');
    if begin.starts_with("refs/") || begin.starts_with(['*', '?', '[']) || pattern == "HEAD" {
        return None;
    }
    let name = pattern.trim_start_matches('/');
    if name.starts_with("refs/") {
        Some(name.to_owned())
    } else if name.starts_with("heads/") || name.starts_with("tags/") {
        Some(format!("refs/{name}"))
    } else {
        Some(format!("refs/heads/{name}"))
    }
}

/// The full patterns that a pattern means: a short name means the branch and the tag of that name.
pub(super) fn meant_by(pattern: &str) -> Vec<String> {
    let Some(full) = full_name_meant(pattern) else { return vec![pattern.to_owned()] };
    let tag = full.strip_prefix("refs/heads/").map(|name| format!("refs/tags/{name}"));
    [Some(pattern.to_owned()), Some(full), tag].into_iter().flatten().collect()
}

/// The patterns of a list that match none of some refs.
pub fn without_refs<'a>(patterns: &'a [String], refs: &[String]) -> Vec<&'a str> {
    let compile = |pattern: &String| -> Vec<GlobMatcher> {
        let globs = meant_by(pattern).into_iter().filter_map(|meant| Glob::new(&meant).ok());
        globs.map(|glob| glob.compile_matcher()).collect()
    };
    let matches = |pattern: &&String| {
        let matchers = compile(pattern);
        refs.iter().any(|name| matchers.iter().any(|matcher| matcher.is_match(name)))
    };
    patterns.iter().filter(|pattern| !matches(pattern)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guards(pattern: &str, ref_name: &str) -> bool {
        ProtectedRefs::matching(&[pattern.to_owned()]).guards(ref_name, None)
    }

    #[test]
    fn a_short_pattern_guards_what_it_means() {
        assert!(guards("main", "refs/heads/main") && guards("main", "refs/tags/main"));
        assert!(guards("release/*", "refs/heads/release/1"));
        assert!(guards("heads/main", "refs/heads/main") && guards("tags/v1", "refs/tags/v1"));
        assert!(guards("/refs/heads/main", "refs/heads/main"));
        assert!(guards("{main,dev}", "refs/heads/dev"));
        assert!(!guards("main", "refs/heads/dev"));
    }

    #[test]
    fn a_full_pattern_means_itself() {
        for pattern in
            ["refs/heads/main", "**", "*/main", "{refs/heads/a,refs/heads/b}", "[r]efs/heads/a", "HEAD"]
        {
            assert_eq!(full_name_meant(pattern), None, "{pattern}");
        }
        assert_eq!(full_name_meant("main").as_deref(), Some("refs/heads/main"));
    }

    #[test]
    fn patterns_without_refs_are_found() {
        let (patterns, refs) =
            (["refs/heads/mian", "main"].map(str::to_owned), ["refs/heads/main".to_owned()]);
        assert_eq!(without_refs(&patterns, &refs), ["refs/heads/mian"]);
    }
}
