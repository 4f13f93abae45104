//! Path patterns of GitHub's CODEOWNERS.
//!
//! In: a pattern. Out: [`Pattern`], which matches paths in time proportional to path times pattern.
//! Never: a regular expression, and never gitignore's own rules where GitHub differs (`docs/*` is
//! not nested; `!` and `[ ]` do not exist).
//!
//! Sources: "About code owners" in GitHub's documentation; hmarr/codeowners, which was checked
//! against GitHub.

use thiserror::Error;

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum PatternProblem {
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
    #[error("the pattern holds an empty part, `.` or `..`, and so never matches a path")]
    NeverMatches,
}

/// A part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: one character.
    AnyCharacter,
    /// `*`: any number of characters.
    AnyRun,
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Any number of names, none included.
    AnyNames,
    /// One name.
    Name(Vec<Token>),
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    matches_nothing: bool,
}

/// How rules with this pattern can be found without trying them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The path has to begin with this name.
    First(Vec<u8>),
    /// This name has to stand somewhere in the path.
    Somewhere(Vec<u8>),
    /// The pattern has to be tried.
    None,
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, PatternProblem> {
        refuse_unsupported(text)?;
        if text == "/" {
            return Ok(Self { parts: Vec::new(), matches_nothing: true });
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
        Ok(Self { parts: compile(&names)?, matches_nothing: false })
    }

    /// Whether a path, cut at its slashes, matches.
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        !self.matches_nothing
            && wildcard_match(
                &self.parts,
                path,
                |part| *part == Part::AnyNames,
                |part, rest| match part {
                    Part::AnyNames => None,
                    Part::Name(tokens) => rest.first().filter(|name| name_matches(tokens, name)).map(|_| 1),
                },
            )
    }

    /// What has to stand in every path that matches.
    pub(super) fn anchor(&self) -> Anchor {
        match self.parts.as_slice() {
            [Part::Name(tokens), ..] => literal(tokens).map_or(Anchor::None, Anchor::First),
            [Part::AnyNames, Part::Name(tokens), ..] => {
                literal(tokens).map_or(Anchor::None, Anchor::Somewhere)
            }
            [] | [Part::AnyNames] | [Part::AnyNames, Part::AnyNames, ..] => Anchor::None,
        }
    }
}

fn refuse_unsupported(text: &str) -> Result<(), PatternProblem> {
    if text.starts_with('!') {
        return Err(PatternProblem::Exclusion);
    }
    if text.starts_with("\\#") {
        return Err(PatternProblem::EscapedHash);
    }
    if text.contains("***") {
        return Err(PatternProblem::ThreeStars);
    }
    Ok(())
}

/// `**` is any number of names, but behind a slash at the end at least one. A name at the end stands
/// for what is below it too, unless it is `*`.
fn compile(names: &[&str]) -> Result<Vec<Part>, PatternProblem> {
    let last = names.len().saturating_sub(1);
    let mut parts = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match *name {
            "**" if index == last => parts.extend([Part::Name(vec![Token::AnyRun]), Part::AnyNames]),
            "**" => parts.push(Part::AnyNames),
            "" | "." | ".." => return Err(PatternProblem::NeverMatches),
            "*" => parts.push(Part::Name(vec![Token::AnyRun])),
            name if index == last => parts.extend([Part::Name(tokens(name)?), Part::AnyNames]),
            name => parts.push(Part::Name(tokens(name)?)),
        }
    }
    Ok(parts)
}

fn tokens(name: &str) -> Result<Vec<Token>, PatternProblem> {
    let mut tokens = Vec::new();
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        tokens.push(match byte {
            b'\\' => Token::Byte(bytes.next().ok_or(PatternProblem::DanglingEscape)?),
            b'[' | b']' => return Err(PatternProblem::CharacterClass),
            b'?' => Token::AnyCharacter,
            b'*' => Token::AnyRun,
            byte => Token::Byte(byte),
        });
    }
    Ok(tokens)
}

fn literal(tokens: &[Token]) -> Option<Vec<u8>> {
    let byte = |token: &Token| match token {
        Token::Byte(byte) => Some(*byte),
        Token::AnyCharacter | Token::AnyRun => None,
    };
    tokens.iter().map(byte).collect()
}

fn name_matches(tokens: &[Token], name: &[u8]) -> bool {
    wildcard_match(
        tokens,
        name,
        |token| *token == Token::AnyRun,
        |token, rest| match token {
            Token::Byte(byte) => (rest.first() == Some(byte)).then_some(1),
            Token::AnyCharacter => character_width(rest),
            Token::AnyRun => None,
        },
    )
}

/// The width of the UTF-8 character that begins here; none in the middle of one.
fn character_width(rest: &[u8]) -> Option<usize> {
    let (first, behind) = rest.split_first()?;
    let is_continuation = |byte: &&u8| **byte & 0xC0 == 0x80;
    (!is_continuation(&first)).then(|| 1 + behind.iter().take_while(is_continuation).count())
}

/// Matches a whole text against items of which some (stars) stand for any run of the text. Only the
/// last star is ever reconsidered, which is enough and keeps hostile patterns at text times pattern.
fn wildcard_match<Item, Unit>(
    items: &[Item],
    text: &[Unit],
    is_star: impl Fn(&Item) -> bool,
    step: impl Fn(&Item, &[Unit]) -> Option<usize>,
) -> bool {
    let (mut item, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let rest = text.get(place..).unwrap_or_default();
        match items.get(item) {
            Some(current) if is_star(current) => {
                item += 1;
                retry = Some((item, place));
                continue;
            }
            Some(current) => {
                if let Some(width) = step(current, rest) {
                    (item, place) = (item + 1, place + width);
                    continue;
                }
            }
            None if rest.is_empty() => return true,
            None => {}
        }
        let Some((behind_star, from)) = retry.filter(|(_, from)| *from < text.len()) else { return false };
        (item, place) = (behind_star, from + 1);
        retry = Some((behind_star, from + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let path: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
        Pattern::parse(pattern).unwrap().matches(&path)
    }

    /// `pattern => path`, separated by commas and line ends.
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
        let problem = |text| Pattern::parse(text).unwrap_err();
        assert_eq!(problem("!a"), PatternProblem::Exclusion);
        assert_eq!(problem("[ab].md"), PatternProblem::CharacterClass);
        assert_eq!(problem("a/***"), PatternProblem::ThreeStars);
        assert_eq!(problem("\\#a"), PatternProblem::EscapedHash);
        assert_eq!(problem("a\\"), PatternProblem::DanglingEscape);
        for never in ["a//b", "./a", "../a", "//"] {
            assert_eq!(problem(never), PatternProblem::NeverMatches, "{never}");
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
