//! Regular expressions as Go writes them.
//!
//! In: an expression of Go's `regexp/syntax`. Out: [`GoExpression`], which matches the same paths in linear time.
//! Never: passes text to another engine that might read it differently. The expression is parsed here and written
//! again; anything that is not surely the same in both engines is refused.
//!
//! Source: the documentation of Go's `regexp/syntax` and of the crate `regex`.

mod class;
mod writer;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

use self::writer::{Writer, Written};
use super::index::PathKey;

/// The most states that an expression may have, with repetitions written out. They are counted first, because
/// compiling a large expression takes long.
const MOST_STATES: usize = 5_000;
/// The largest size of a compiled expression, in bytes.
const COMPILED_SIZE: usize = 1 << 20;

/// The reason why an expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ExpressionProblem {
    /// `\p{Greek}`, `\Q`, `\x41`, `\C`
    #[error("`\\{0}` in the expression is not supported; name the characters themselves")]
    Escape(char),
    /// A backslash with nothing behind it.
    #[error("the expression ends with a backslash that escapes nothing")]
    DanglingEscape,
    /// `(?i)`, `(?P<name>…)`
    #[error("`(?` in the expression is supported as `(?:` only; write the cases out")]
    Group,
    /// `(`, `)`
    #[error("the parentheses of the expression do not match")]
    Parentheses,
    /// `*a`, `a**`
    #[error("`{0}` in the expression repeats nothing, or a repetition")]
    Repetition(char),
    /// `a{`, `a{2000}`
    #[error("`{{` in the expression does not begin a repetition up to 1000; write `\\\\{{` for a brace")]
    Count,
    /// `[`, `[z-a]`, `[[:alpha:]]`
    #[error("a character class of the expression is not closed, runs backwards or contains `[:`")]
    Class,
    /// A compiled expression above [`COMPILED_SIZE`].
    #[error("the expression is too large; write several lines")]
    TooLarge,
}

/// The part of a path that an expression has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchExtent {
    /// The whole path. `^` is put before the expression and `$` behind it, without parentheses: of `a|b`, the first
    /// half is anchored at the beginning only and the second at the end only, as in Gitea.
    Whole,
    /// Any part.
    Anywhere,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct GoExpression {
    regex: Regex,
    /// Keys that every matching path has.
    pub(super) keys: Vec<PathKey>,
    /// The approximate number of states, with repetitions written out.
    pub(super) weight: usize,
}

impl GoExpression {
    /// Compiles an expression.
    pub(super) fn parse(text: &str, extent: MatchExtent) -> Result<Self, ExpressionProblem> {
        let Written { rewritten, keys, weight } = Writer::write(text)?;
        if weight > MOST_STATES {
            return Err(ExpressionProblem::TooLarge);
        }
        let (rewritten, keys) = match extent {
            MatchExtent::Whole => (format!("^{rewritten}$"), keys),
            MatchExtent::Anywhere => (rewritten, Vec::new()),
        };
        let built = RegexBuilder::new(&rewritten).size_limit(COMPILED_SIZE).build();
        let regex = built.map_err(|_| ExpressionProblem::TooLarge)?;
        Ok(Self { regex, keys, weight })
    }

    /// Returns true if a path matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    fn whole(expression: &str, path: &str) -> bool {
        GoExpression::parse(expression, MatchExtent::Whole).unwrap().matches(path)
    }

    #[test]
    fn classes_are_ascii_as_in_go() {
        assert!(whole(r"\w+\.\d", "abc_1.7"));
        assert!(!whole(r"\w", "é"));
        assert!(!whole(r"\d", "٣"));
        assert!(!whole(r"\s", "\u{a0}"));
        assert!(whole(r"[\d\w-]+", "a-1"));
        assert!(whole(r"\D\W\S", "é é"));
        assert!(!whole(r"\D", "7"));
    }

    #[test]
    fn characters_with_another_meaning_elsewhere_are_themselves() {
        for (expression, path) in
            [("[a&&b]", "&"), ("[[]", "["), ("[]a]", "]"), ("[a~~b]", "~"), ("[^]]", "a"), ("[-a]", "-")]
        {
            assert!(whole(expression, path), "{expression} {path}");
        }
        assert!(!whole("[a&&b]", "c"));
        assert!(whole("a#b }]", "a#b }]"));
    }

    #[test]
    fn what_may_be_read_in_two_ways_is_refused() {
        for expression in [
            "*a",
            "a**",
            "a*+",
            "a{",
            "a{,2}",
            "a{2000}",
            "a{2,1}",
            "(a",
            "a)",
            "[a",
            "[z-a]",
            "(?i)a",
            "(?P<n>a)",
            "\\pL",
            "\\Qa",
            "\\x41",
            "\\1",
            "a\\",
            "[[:alpha:]]",
            "(*a)",
            "a|*",
            "\\B",
            "[\\W]",
            "^*",
            "a???",
        ] {
            assert!(GoExpression::parse(expression, MatchExtent::Whole).is_err(), "{expression}");
        }
    }

    #[test]
    fn hostile_expressions_are_refused_or_quick() {
        for expression in ["((a{1000}){1000}){1000}", ".{1000}.{1000}.{1000}", &"(".repeat(100_000)] {
            assert!(GoExpression::parse(expression, MatchExtent::Whole).is_err());
        }
        assert!(!whole("(a*)*b", &"a".repeat(10_000)));
        assert!(!whole("(a|a)*b", &"a".repeat(10_000)));
    }

    #[test]
    fn names_that_every_matching_path_has_are_known() {
        let keys = |text| GoExpression::parse(text, MatchExtent::Whole).unwrap().keys;
        let name = |text: &str| PathKey::Name(text.into());
        assert_eq!(keys("apps/team/.*"), [name("apps"), name("team")]);
        assert_eq!(keys("apps/team"), [name("apps"), name("team")]);
        assert_eq!(keys("apps/te?am/x"), [name("apps")]);
        assert_eq!(keys(r"apps/.*\.go"), [name("apps"), PathKey::Extension("go".into())]);
        assert_eq!(keys(r".*\.(go|rs)"), []);
        assert_eq!(keys("apps/x|b/y"), []);
        assert_eq!(keys(r".*/b\.x"), [PathKey::Extension("x".into())]);
    }

    proptest! {
        #[test]
        fn every_key_stands_in_every_matching_path(
            expression in r"([ab/.]|\.\*|a\?|\(a\|b\)|\[ab\]|\\\.){1,8}", path in "[ab./]{0,8}",
        ) {
            let parsed = GoExpression::parse(&expression, MatchExtent::Whole).unwrap();
            let names: Vec<&str> = path.split('/').collect();
            if parsed.matches(&path) {
                for key in &parsed.keys {
                    assert!(match key {
                        PathKey::Name(name) => names.iter().any(|one| one.as_bytes() == name),
                        PathKey::Extension(end) => names.iter().any(|one| {
                            one.rsplit_once('.').is_some_and(|(_, found)| found.as_bytes() == end)
                        }),
                    });
                }
            }
        }

        #[test]
        fn garbage_never_panics(text in r"[a(){}\[\]\\|*+?^$.,:0-9-]{0,30}") {
            let _ = GoExpression::parse(&text, MatchExtent::Anywhere).map(|parsed| parsed.matches("a/b"));
        }
    }
}
