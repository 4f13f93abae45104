//! Lists of patterns as OpenSSH matches them (`match_pattern_list` in its `match.c`).
//!
//! In: the text of a list. Out: whether a name matches. Never: a loop that a pattern can make long.

use source_files::wildcard_match;

/// Patterns separated by commas; one that begins with `!` refuses what it matches, wherever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternList {
    allowed: Vec<Box<str>>,
    refused: Vec<Box<str>>,
}

impl PatternList {
    /// Reads a list; `None` if it could never match anything.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut list = Self { allowed: Vec::new(), refused: Vec::new() };
        for pattern in text.split(',') {
            match pattern.strip_prefix('!') {
                Some("") => return None,
                Some(refused) => list.refused.push(refused.into()),
                None if pattern.is_empty() => return None,
                None => list.allowed.push(pattern.into()),
            }
        }
        (!list.allowed.is_empty()).then_some(list)
    }

    /// The patterns as git takes them for names, when it asks for the signer of the line.
    pub(super) fn names(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|pattern| format!("!{pattern}"));
        self.allowed.iter().map(ToString::to_string).chain(refused).collect()
    }

    /// Returns true if a name is allowed and not refused.
    pub(super) fn matches(&self, name: &str) -> bool {
        let any = |patterns: &[Box<str>]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.allowed) && !any(&self.refused)
    }
}

/// Matches `*` with any text and `?` with one byte.
fn matches(pattern: &str, name: &str) -> bool {
    let is_star = |byte: &u8| *byte == b'*';
    let step =
        |wanted: &u8, rest: &[u8]| rest.first().filter(|byte| *wanted == b'?' || wanted == *byte).map(|_| 1);
    wildcard_match(pattern.as_bytes(), name.as_bytes(), is_star, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(list: &str, name: &str) -> bool {
        PatternList::parse(list).unwrap().matches(name)
    }

    #[test]
    fn patterns_match_as_openssh_does() {
        assert!(fits("*@example.com", "alice@example.com"));
        assert!(!fits("*@example.com", "alice@example.com.evil.org"));
        assert!(fits("a?ice,bob", "alice"));
        assert!(!fits("a?ice", "aice"));
        assert!(!fits("*@example.com,!mallory@*", "mallory@example.com"));
        assert!(!fits("!mallory@*,*@example.com", "mallory@example.com"));
        assert!(fits("*", "") && fits("a**b*", "aXXb") && !fits("Alice", "alice"));
        assert!(!fits("*a*a*a*a*a*a*a*b", &"a".repeat(10_000)));
    }

    #[test]
    fn a_list_that_matches_nothing_is_none() {
        for list in ["", "!bob", "alice,,bob", "!", "alice,!"] {
            assert_eq!(PatternList::parse(list), None, "{list}");
        }
    }
}
