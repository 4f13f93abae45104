//! Path patterns of GitHub's CODEOWNERS.
//!
//! In: a pattern. Out: [`GithubPattern`], which matches paths in time proportional to path times pattern.
//! Never: a regular expression, and never gitignore's own rules where GitHub differs (`docs/*` is
//! not nested; `!` and `[ ]` do not exist).
//!
//! Sources: "About code owners" in GitHub's documentation; hmarr/codeowners, which was checked
//! against GitHub.

use thiserror::Error;

use crate::glob::{Glob, NameToken, PathPart};
use crate::index::PathKey;

/// The reason why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum GithubPatternProblem {
    /// gitignore's exclusion.
    #[error("`!` does not exclude paths in CODEOWNERS; name the path again without owners instead")]
    Exclusion,
    /// gitignore's character class.
    #[error("`[` and `]` are not supported in CODEOWNERS patterns; write one line for each name")]
    CharacterClass,
    /// `***`
    #[error("`***` is not a wildcard; use `*` within a name and `**` across folders")]
    ThreeStars,
    /// A leading `\#`.
    #[error("GitHub cannot match a path that begins with `#`; match its folder instead")]
    EscapedHash,
    /// A backslash with nothing behind it.
    #[error("the pattern ends with a backslash that escapes nothing")]
    DanglingEscape,
    /// `a//b`, `./a`, `../a`
    #[error("the pattern contains an empty part, `.` or `..`, and so never matches a path")]
    NeverMatches,
}

/// A compiled pattern. `None` for `/`, which matches nothing.
#[derive(Clone, Debug)]
pub(super) struct GithubPattern(Option<Glob>);

impl GithubPattern {
    /// Compiles a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, GithubPatternProblem> {
        refuse_unsupported(text)?;
        if text == "/" {
            return Ok(Self(None));
        }
        let mut names: Vec<&str> = text.split('/').collect();
        if names.first() == Some(&"") {
            names.remove(0);
        } else if matches!(names.as_slice(), [_] | [_, ""]) {
            names.insert(0, "**");
        }
        let below_only = names.last() == Some(&"");
        if below_only {
            names.pop();
            names.push("**");
        }
        Ok(Self(Some(Glob { parts: compile(&names)? })))
    }

    /// Returns true if a path, split at its slashes, matches.
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        self.0.as_ref().is_some_and(|glob| glob.matches(path))
    }

    /// Returns keys that every matching path has.
    pub(super) fn keys(&self) -> Vec<PathKey> {
        self.0.as_ref().map(Glob::keys).unwrap_or_default()
    }
}

fn refuse_unsupported(text: &str) -> Result<(), GithubPatternProblem> {
    if text.starts_with('!') {
        return Err(GithubPatternProblem::Exclusion);
    }
    if text.starts_with("\\#") {
        return Err(GithubPatternProblem::EscapedHash);
    }
    if text.contains("***") {
        return Err(GithubPatternProblem::ThreeStars);
    }
    Ok(())
}

/// Compiles the names of a pattern. `**` is any number of names, but behind a slash at the end at least one. A name at
/// the end also matches everything below it, unless it is `*`.
fn compile(names: &[&str]) -> Result<Vec<PathPart>, GithubPatternProblem> {
    let last = names.len().saturating_sub(1);
    let mut parts = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match *name {
            "**" if index == last => {
                parts.extend([PathPart::Name(vec![NameToken::AnyRun]), PathPart::AnyNames]);
            }
            "**" => parts.push(PathPart::AnyNames),
            "" | "." | ".." => return Err(GithubPatternProblem::NeverMatches),
            "*" => parts.push(PathPart::Name(vec![NameToken::AnyRun])),
            name if index == last => parts.extend([PathPart::Name(split_tokens(name)?), PathPart::AnyNames]),
            name => parts.push(PathPart::Name(split_tokens(name)?)),
        }
    }
    Ok(parts)
}

fn split_tokens(name: &str) -> Result<Vec<NameToken>, GithubPatternProblem> {
    let mut tokens = Vec::new();
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        tokens.push(match byte {
            b'\\' => NameToken::Byte(bytes.next().ok_or(GithubPatternProblem::DanglingEscape)?),
            b'[' | b']' => return Err(GithubPatternProblem::CharacterClass),
            b'?' => NameToken::AnyCharacter,
            b'*' => NameToken::AnyRun,
            byte => NameToken::Byte(byte),
        });
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let path: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
        GithubPattern::parse(pattern).unwrap().matches(&path)
    }

    /// Reads `pattern => path`, separated by commas and line ends.
    fn pairs(table: &str) -> impl Iterator<Item = (&str, &str)> {
        let entries = table.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(|entry| entry.split_once(" => ").unwrap())
    }

    #[test]
    fn patterns_match_as_on_github() {
        let hits = r"
            * => a/b/c.yaml, *.js => a/b.js, /* => README, docs/* => docs/a.md, foo => a/foo
            foo => foo/b/c, foo => a/foo/b, /foo => foo/a, foo/ => a/foo/b, apps/ => x/apps/y/z
            /build/logs/ => build/logs/a/b, a/b => a/b/c, **/logs => x/y/logs/z, a/**/b => a/b
            a/**/b => a/x/y/b, a/** => a/b/c, ** => x, ?oo => foo, ?.md => é.md, a*c => abbc
            foo\ bar => foo bar, f\*o => f*o, a/*/c => a/b/c/d, */b => a/b, **/ => a, x\#y => x#y
        ";
        for (pattern, path) in pairs(hits) {
            assert!(matches(pattern, path), "{pattern} has to match {path}");
        }
    }

    #[test]
    fn patterns_do_not_match_more() {
        let misses = r"
            /* => a/b, docs/* => docs/a/b.md, docs/* => x/docs/a, foo => food, /foo => a/foo
            foo/ => a/foo, a/b => x/a/b, a/** => a, / => a, Foo => foo, f\*o => foo, a/*/c => a/c
            *.js => a.jsx, ??.md => é.md, /docs/*.md => docs/x/a.md
        ";
        for (pattern, path) in pairs(misses) {
            assert!(!matches(pattern, path), "{pattern} must not match {path}");
        }
    }

    #[test]
    fn what_github_does_not_support_is_a_problem() {
        let problem = |text| GithubPattern::parse(text).unwrap_err();
        assert_eq!(problem("!a"), GithubPatternProblem::Exclusion);
        assert_eq!(problem("[ab].md"), GithubPatternProblem::CharacterClass);
        assert_eq!(problem("a/***"), GithubPatternProblem::ThreeStars);
        assert_eq!(problem("\\#a"), GithubPatternProblem::EscapedHash);
        assert_eq!(problem("a\\"), GithubPatternProblem::DanglingEscape);
        for never in ["a//b", "./a", "../a", "//"] {
            assert_eq!(problem(never), GithubPatternProblem::NeverMatches, "{never}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let stars = "*a".repeat(2_000);
        assert!(!matches(&stars, &"a".repeat(1_900)));
        let folders = "**/a/".repeat(500) + "b";
        assert!(!matches(&folders, "a/".repeat(2_000).trim_end_matches('/')));
    }
}
