//! The patterns of paths that Argo CD and Flux use, each with its own meaning of a star.
//!
//! In: a pattern. Out: whether a path matches. Never: takes longer than the length of the path times that of the
//! pattern: each pattern becomes an expression that never goes back.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// A pattern that is too long or has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no pattern of paths: {reason}")]
pub(crate) struct PatternError {
    pattern: String,
    reason: &'static str,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct PathPattern(Regex);

/// What a pattern may use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// `gobwas/glob` without separators: `*` matches slashes, `{a,b}` are alternatives.
    Gobwas,
    /// Go's `path.Match`: `*` stops at a slash.
    PathMatch,
    /// A pathspec of git: `*` matches slashes, and a folder means all that is below.
    Pathspec,
}

/// Bytes of a pattern.
const LONGEST: usize = 1_024;
/// Bytes that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

impl PathPattern {
    /// The patterns of `source.directory` (`util/glob/glob.go`).
    pub(crate) fn gobwas(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, Dialect::Gobwas)
    }

    /// The patterns of the directories of a git generator.
    pub(crate) fn path_match(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, Dialect::PathMatch)
    }

    /// The patterns of the files of a git generator (`git ls-files`).
    pub(crate) fn pathspec(pattern: &str) -> Result<Self, PatternError> {
        Self::compile(pattern, Dialect::Pathspec)
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }

    fn compile(pattern: &str, dialect: Dialect) -> Result<Self, PatternError> {
        let fail = |reason| PatternError { pattern: pattern.chars().take(80).collect(), reason };
        if pattern.len() > LONGEST {
            return Err(fail("it is too long"));
        }
        let mut writer = ExpressionWriter { dialect, text: String::from("^"), open: 0 };
        writer.write(&mut pattern.chars().peekable()).map_err(fail)?;
        writer.text.push_str(if dialect == Dialect::Pathspec { "(?:/.*)?$" } else { "$" });
        let built = RegexBuilder::new(&writer.text).dot_matches_new_line(true).size_limit(LARGEST).build();
        built.map(Self).map_err(|_| fail("it is too large"))
    }
}

struct ExpressionWriter {
    dialect: Dialect,
    text: String,
    open: usize,
}

impl ExpressionWriter {
    fn write(&mut self, pattern: &mut Peekable<Chars<'_>>) -> Result<(), &'static str> {
        while let Some(character) = pattern.next() {
            match character {
                '*' => {
                    while pattern.next_if_eq(&'*').is_some() {}
                    self.text.push_str(if self.dialect == Dialect::PathMatch { "[^/]*" } else { ".*" });
                }
                '?' => self.text.push_str(if self.dialect == Dialect::PathMatch { "[^/]" } else { "." }),
                '[' => self.class(pattern)?,
                '\\' => {
                    let next = pattern.next().ok_or("it ends with a backslash")?;
                    self.literal(next);
                }
                '{' if self.dialect == Dialect::Gobwas => {
                    self.open += 1;
                    self.text.push_str("(?:");
                }
                '}' if self.open > 0 => {
                    self.open -= 1;
                    self.text.push(')');
                }
                ',' if self.open > 0 => self.text.push('|'),
                other => self.literal(other),
            }
        }
        if self.open > 0 { Err("a brace is not closed") } else { Ok(()) }
    }

    fn literal(&mut self, character: char) {
        self.text.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    fn class(&mut self, pattern: &mut Peekable<Chars<'_>>) -> Result<(), &'static str> {
        self.text.push('[');
        if pattern.next_if(|next| matches!(next, '!' | '^')).is_some() {
            self.text.push('^');
        }
        let mut members = 0;
        loop {
            match pattern.next().ok_or("a bracket is not closed")? {
                ']' if members > 0 => break,
                '-' if members > 0 && pattern.peek() != Some(&']') => self.text.push('-'),
                '\\' => {
                    let next = pattern.next().ok_or("a bracket is not closed")?;
                    self.member(next);
                }
                other => self.member(other),
            }
            members += 1;
        }
        self.text.push(']');
        Ok(())
    }

    fn member(&mut self, character: char) {
        if !character.is_alphanumeric() {
            self.text.push('\\');
        }
        self.text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::PathPattern;

    #[test]
    fn a_star_matches_slashes_where_the_tool_says_so() {
        let gobwas = |pattern: &str, path: &str| PathPattern::gobwas(pattern).unwrap().matches(path);
        assert!(gobwas("*.yaml", "a/b.yaml") && gobwas("{a,b}/*", "b/c/d") && gobwas("x[!a-c]", "xd"));
        assert!(!gobwas("*.yaml", "a.yml") && !gobwas("{a,b}/*", "c/d") && !gobwas("a.c", "abc"));
        let matches = |pattern: &str, path: &str| PathPattern::path_match(pattern).unwrap().matches(path);
        assert!(matches("apps/*", "apps/web") && matches("a/*/c", "a/b/c") && matches("[a-c]-?", "b-x"));
        assert!(!matches("apps/*", "apps/web/base") && !matches("{a,b}", "a") && matches("{a,b}", "{a,b}"));
        let spec = |pattern: &str, path: &str| PathPattern::pathspec(pattern).unwrap().matches(path);
        assert!(
            spec("envs/*.json", "envs/a/b.json") && spec("envs", "envs/a.json") && !spec("env", "envs/a")
        );
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        for pattern in ["[a", "{a", "\\", &"*a".repeat(600)] {
            assert!(PathPattern::gobwas(pattern).is_err(), "{pattern}");
        }
        for pattern in ["[]]", "[\\]&&]", "[a&&b]", "a{b}c", "*?*?*?*"] {
            assert!(PathPattern::gobwas(pattern).is_ok(), "{pattern}");
        }
    }
}
