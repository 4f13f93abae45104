//! The patterns of `.sourceignore` and `spec.ignore` (`fluxcd/pkg/sourceignore`, which matches with go-git's `gitignore`).

use crate::glob::PathPattern;

/// What no artifact holds (`ExcludeVCS`, `ExcludeCI`, `ExcludeExtra`).
const DEFAULTS: [&str; 16] = [
    ".git/",
    ".gitignore",
    ".gitmodules",
    ".gitattributes",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// What a matching pattern does to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Ignore,
    Keep,
}

/// What a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Any,
    OnlyFolders,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathKind {
    File,
    Folder,
}

/// One pattern below the folder that it was written in.
#[derive(Clone, Debug)]
pub(super) struct IgnorePattern {
    domain: Vec<Box<str>>,
    parts: Vec<Part>,
    effect: Effect,
    subject: Subject,
}

#[derive(Clone, Debug)]
enum Part {
    Empty,
    AnyFolders,
    Name(PathPattern),
    /// It matches nothing.
    Broken,
}

impl IgnorePattern {
    /// The patterns of a text that is in a folder.
    pub(super) fn read(text: &str, domain: &[&str]) -> Vec<Self> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        lines.map(|line| Self::of_line(line, domain)).collect()
    }

    /// The patterns that come before all others.
    pub(super) fn defaults() -> Vec<Self> {
        DEFAULTS.iter().map(|line| Self::of_line(line, &[])).collect()
    }

    fn of_line(line: &str, domain: &[&str]) -> Self {
        let (effect, line) =
            line.strip_prefix('!').map_or((Effect::Ignore, line), |line| (Effect::Keep, line));
        let line = if line.ends_with("\\ ") { line } else { line.trim_end_matches(' ') };
        let (subject, line) =
            line.strip_suffix('/').map_or((Subject::Any, line), |line| (Subject::OnlyFolders, line));
        let part = |part: &str| match part {
            "" => Part::Empty,
            "**" => Part::AnyFolders,
            _ if part.contains("**") && line.contains('/') => Part::Broken,
            _ => PathPattern::path_match(part).map_or(Part::Broken, Part::Name),
        };
        let parts = line.split('/').map(part).collect();
        Self { domain: domain.iter().map(|part| Box::from(*part)).collect(), parts, effect, subject }
    }

    fn matches(&self, path: &[&str], kind: PathKind) -> bool {
        if path.len() <= self.domain.len()
            || self.domain.iter().zip(path).any(|(one, other)| **one != **other)
        {
            return false;
        }
        let path = path.get(self.domain.len()..).unwrap_or_default();
        match self.parts.as_slice() {
            [Part::Name(name)] => self.matches_name(name, path, kind),
            [Part::AnyFolders] => {
                !(self.subject == Subject::OnlyFolders && kind == PathKind::File && path.len() == 1)
            }
            [_] => false,
            _ => self.matches_path(path, kind),
        }
    }

    /// A name without a slash matches any part of the path (`simpleNameMatch`).
    fn matches_name(&self, name: &PathPattern, path: &[&str], kind: PathKind) -> bool {
        let Some(place) = path.iter().position(|part| name.matches(part)) else { return false };
        !(self.subject == Subject::OnlyFolders && kind == PathKind::File && place + 1 == path.len())
    }

    /// `globMatch`.
    fn matches_path(&self, mut path: &[&str], kind: PathKind) -> bool {
        let (mut matched, mut may_skip) = (false, false);
        for (index, part) in self.parts.iter().enumerate() {
            let is_last = index + 1 == self.parts.len();
            match part {
                Part::Empty => may_skip = false,
                Part::AnyFolders if is_last => break,
                Part::AnyFolders => may_skip = true,
                Part::Broken => return false,
                Part::Name(name) => {
                    let place = path.iter().position(|part| name.matches(part));
                    match place {
                        Some(0) if !may_skip => {
                            path = path.get(1..).unwrap_or_default();
                            matched = is_last || !path.is_empty();
                        }
                        Some(place) if may_skip => {
                            path = path.get(place + 1..).unwrap_or_default();
                            matched = true;
                        }
                        Some(_) | None if !may_skip || path.is_empty() => return false,
                        Some(_) | None => {
                            path = &[];
                            matched = false;
                        }
                    }
                    may_skip = false;
                }
            }
        }
        matched && !(self.subject == Subject::OnlyFolders && kind == PathKind::File && path.is_empty())
    }
}

/// Whether the last pattern that matches a path ignores it.
pub(super) fn is_ignored<'p>(
    patterns: impl DoubleEndedIterator<Item = &'p IgnorePattern>,
    path: &[&str],
    kind: PathKind,
) -> bool {
    let last = patterns.rev().find(|pattern| pattern.matches(path, kind));
    last.is_some_and(|pattern| pattern.effect == Effect::Ignore)
}

#[cfg(test)]
mod tests {
    use super::{IgnorePattern, PathKind, is_ignored};

    fn ignores(text: &str, path: &str) -> bool {
        let patterns = IgnorePattern::read(text, &[]);
        is_ignored(patterns.iter(), &path.split('/').collect::<Vec<_>>(), PathKind::File)
    }

    #[test]
    fn patterns_match_as_go_git_matches_them() {
        for (text, path) in [
            ("docs/", "docs/a.yaml"),
            ("docs", "a/docs/b.yaml"),
            ("*.md", "a/b.md"),
            ("/*", "a/b"),
            ("a/**/c.yaml", "a/b/b/c.yaml"),
            ("**/x/", "a/x/b"),
            ("a/*", "a/b/c"),
            ("/*\n!/keep\n/keep/not", "keep/not/a"),
        ] {
            assert!(ignores(text, path), "{text:?} {path}");
        }
        for (text, path) in [
            ("docs/", "docs"),
            ("/docs", "a/docs"),
            ("# docs", "docs"),
            ("/*\n!/keep", "keep/a.yaml"),
            ("*.md\n!read.md", "read.md"),
            ("a/b", "b"),
            ("[", "["),
        ] {
            assert!(!ignores(text, path), "{text:?} {path}");
        }
    }

    #[test]
    fn a_pattern_is_below_the_folder_of_its_file() {
        let patterns = IgnorePattern::read("/x\n", &["a"]);
        assert!(is_ignored(patterns.iter(), &["a", "x", "y"], PathKind::File));
        assert!(!is_ignored(patterns.iter(), &["x"], PathKind::File));
    }

    #[test]
    fn the_defaults_leave_the_files_of_other_tools_out() {
        let defaults = IgnorePattern::defaults();
        let ignored =
            |path: &str| is_ignored(defaults.iter(), &path.split('/').collect::<Vec<_>>(), PathKind::File);
        assert!(ignored(".github/workflows/a.yaml") && ignored("a/.sops.yaml") && ignored("x/.gitignore"));
        assert!(!ignored("apps/a.yaml") && !ignored("github/a.yaml"));
    }
}
