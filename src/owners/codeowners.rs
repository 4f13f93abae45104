//! GitHub's CODEOWNERS.

use std::collections::HashMap;

use super::line::{self, Line};
use super::pattern::{Anchor, Pattern};
use super::{OwnerHandle, OwnersProblem};
use crate::source::RepoPath;

/// Where GitHub looks for the file; the first that exists is used.
pub const LOCATIONS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// GitHub does not load a larger file (its documentation: "CODEOWNERS file size").
const LARGEST_FILE: usize = 3 * 1024 * 1024;

/// A rule: one line of the file.
#[derive(Clone, Debug)]
pub struct OwnerRule {
    /// The line, from 1.
    pub line: u32,
    /// The pattern as written.
    pub pattern: Box<str>,
    /// The owners; none if the line takes ownership away.
    pub owners: Vec<OwnerHandle>,
    compiled: Pattern,
}

/// A CODEOWNERS file in GitHub's dialect. Lines that cannot be used are problems and no rules, as on
/// GitHub; whoever relies on the file has to look at [`Codeowners::problems`].
#[derive(Clone, Debug, Default)]
pub struct Codeowners {
    rules: Vec<OwnerRule>,
    problems: Vec<OwnersProblem>,
    by_first_name: HashMap<Vec<u8>, Vec<usize>>,
    by_any_name: HashMap<Vec<u8>, Vec<usize>>,
    to_be_tried: Vec<usize>,
}

impl Codeowners {
    /// Parses the file.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut codeowners = Self::default();
        if bytes.len() > LARGEST_FILE {
            codeowners.problem(
                1,
                b"",
                "the file is larger than 3 MB, and so GitHub does not load it".to_owned(),
            );
            return codeowners;
        }
        for (number, text) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
            match line::parse(text) {
                Ok(Some(line)) => codeowners.add(number, line),
                Ok(None) => {}
                Err(problem) => codeowners.problem(number, text, problem.to_string()),
            }
        }
        codeowners
    }

    /// The lines that cannot be used.
    pub fn problems(&self) -> &[OwnersProblem] {
        &self.problems
    }

    /// The rules, in the order of the file.
    pub fn rules(&self) -> &[OwnerRule] {
        &self.rules
    }

    /// The rule that decides on a path: the last one that matches. It may name nobody.
    pub fn owners_of(&self, path: &RepoPath) -> Option<&OwnerRule> {
        let names: Vec<&[u8]> = path.as_str().split('/').map(str::as_bytes).collect();
        let lists = self.candidates(&names);
        let last_match = |list: &Vec<usize>| {
            list.iter()
                .rev()
                .copied()
                .find(|index| self.rules.get(*index).is_some_and(|rule| rule.compiled.matches(&names)))
        };
        lists.filter_map(last_match).max().and_then(|index| self.rules.get(index))
    }

    /// The lists of rules that can match a path with these names.
    fn candidates<'a>(&'a self, names: &'a [&[u8]]) -> impl Iterator<Item = &'a Vec<usize>> {
        let first = names.first().and_then(|name| self.by_first_name.get(*name));
        let any = names.iter().filter_map(|name| self.by_any_name.get(*name));
        first.into_iter().chain(any).chain([&self.to_be_tried])
    }

    fn add(&mut self, number: u32, line: Line) {
        let index = self.rules.len();
        match line.pattern.anchor() {
            Anchor::First(name) => self.by_first_name.entry(name).or_default().push(index),
            Anchor::Somewhere(name) => self.by_any_name.entry(name).or_default().push(index),
            Anchor::None => self.to_be_tried.push(index),
        }
        let Line { pattern_text, pattern, owners } = line;
        self.rules.push(OwnerRule { line: number, pattern: pattern_text, owners, compiled: pattern });
    }

    fn problem(&mut self, line: u32, text: &[u8], reason: String) {
        let text = String::from_utf8_lossy(text).trim_end_matches('\r').to_owned();
        self.problems.push(OwnersProblem { line, text, reason });
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::{any, prop, proptest};

    use super::*;

    fn owners(file: &str, path: &str) -> Option<(u32, Vec<String>)> {
        let codeowners = Codeowners::parse(file.as_bytes());
        assert_eq!(codeowners.problems(), []);
        let rule = codeowners.owners_of(&RepoPath::new(path))?;
        Some((rule.line, rule.owners.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn the_last_matching_line_decides_and_may_take_ownership_away() {
        let file = "# owners\n*  @acme/all\n/apps/ @ann bob@example.com # inline\n\n/apps/free\r\n";
        assert_eq!(owners(file, "x"), Some((2, vec!["@acme/all".into()])));
        assert_eq!(owners(file, "apps/a.yaml"), Some((3, vec!["@ann".into(), "bob@example.com".into()])));
        assert_eq!(owners(file, "apps/free/a.yaml"), Some((5, vec![])));
        assert_eq!(owners("/a @ann\n", "b"), None);
    }

    #[test]
    fn escaped_spaces_belong_to_the_pattern() {
        assert_eq!(owners("/my\\ app/ @ann\n", "my app/x"), Some((1, vec!["@ann".into()])));
    }

    #[test]
    fn lines_that_cannot_be_used_are_problems() {
        let file = b"/a @ann\n/b ann\n!/c @ann\n/d @\n/e @a/b/c\n/f @ann, @bob\n/g \xff\n/h @ann @bob#x\n";
        let codeowners = Codeowners::parse(file);
        let lines: Vec<u32> = codeowners.problems().iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(Codeowners::parse(&vec![b'#'; LARGEST_FILE + 1]).problems().len(), 1);
        assert_eq!(Codeowners::parse("\u{feff}* @ann".as_bytes()).problems().len(), 1);
    }

    #[test]
    fn many_rules_and_many_paths_are_quick() {
        let mut file = String::new();
        for number in 0..2_500 {
            writeln!(file, "/apps/team-{number}/ @acme/team-{number}\n/team-{number}/**/x @ann").unwrap();
        }
        let codeowners = Codeowners::parse(file.as_bytes());
        for number in 0..10_000 {
            let path = RepoPath::new(&format!("clusters/prod/team-{number}/deployment.yaml"));
            assert!(codeowners.owners_of(&path).is_none());
        }
        let path = RepoPath::new("apps/team-1234/a.yaml");
        assert_eq!(codeowners.owners_of(&path).map(|rule| rule.line), Some(2 * 1234 + 1));
    }

    proptest! {
        #[test]
        fn the_index_finds_what_trying_every_rule_finds(
            patterns in prop::collection::vec("/?[ab*?]{1,2}(/[ab*]{1,2}){0,3}/?", 1..20),
            path in "[ab]{1,2}(/[ab]{1,2}){0,4}",
        ) {
            let file = patterns.join(" @ann\n") + " @ann\n";
            let codeowners = Codeowners::parse(file.as_bytes());
            let names: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
            let every = codeowners.rules().iter().rev().find(|rule| rule.compiled.matches(&names));
            let found = codeowners.owners_of(&RepoPath::new(&path));
            assert_eq!(found.map(|rule| rule.line), every.map(|rule| rule.line));
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), path in ".{0,40}") {
            let _ = Codeowners::parse(&bytes).owners_of(&RepoPath::new(&path));
        }
    }
}
