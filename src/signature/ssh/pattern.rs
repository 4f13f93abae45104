//! Lists of patterns as OpenSSH matches them (`match_pattern_list` in its `match.c`).
//!
//! In: the text of a list. Out: whether a name matches. Never: a loop that a pattern can make long.

/// Patterns separated by commas; one that begins with `!` refuses what it matches, wherever it stands.
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

    /// Whether a name is allowed and not refused.
    pub(super) fn matches(&self, name: &str) -> bool {
        let any = |patterns: &[Box<str>]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.allowed) && !any(&self.refused)
    }
}

/// `*` stands for any text, `?` for one byte. Where a text does not fit behind the last `*`, only that
/// one has to be tried further on, so that the time is at most the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut place) = (0, 0);
    let mut retry = None;
    while let Some(byte) = name.get(place) {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, place));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                place += 1;
            }
            Some(_) | None => {
                let Some((behind, tried)) = retry else { return false };
                retry = Some((behind, tried + 1));
                (at, place) = (behind, tried + 1);
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
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
