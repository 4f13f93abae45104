//! GitHub's CODEOWNERS: the last line that matches decides.
//!
//! In: the file. Out: [`GithubRules`]. Never: uses a line that GitHub would skip; it is a problem.
//!
//! Source: "About code owners" in GitHub's documentation.

mod line;
mod pattern;

use std::sync::Arc;

use self::line::Line;
use self::pattern::Pattern;
use super::index::{Index, names};
use super::problem::Problems;
use super::requirement::Requirement;
use source_files::RepoPath;

/// A rule: one line of the file.
#[derive(Clone, Debug)]
struct Rule {
    requirement: Arc<Requirement>,
    pattern: Pattern,
}

/// The rules of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct GithubRules {
    rules: Vec<Rule>,
    index: Index,
}

impl GithubRules {
    /// Parses the file.
    pub(super) fn parse(file: &RepoPath, bytes: &[u8], problems: &mut Problems<'_>) -> Self {
        let mut rules = Vec::new();
        for (number, text) in problems.lines(bytes) {
            match line::parse(text) {
                Ok(Some(line)) => rules.push(rule(file, number, line)),
                Ok(None) => {}
                Err(problem) => problems.add(number, text, problem.to_string()),
            }
        }
        let keys: Vec<_> = rules.iter().map(|rule| rule.pattern.keys()).collect();
        Self { index: Index::of(&keys), rules }
    }

    /// Returns the line that decides: the last one that matches. It may name no owner.
    pub(super) fn deciding(&self, path: &RepoPath) -> Option<&Arc<Requirement>> {
        let names = names(path.as_str());
        let matches =
            |number: &usize| self.rules.get(*number).is_some_and(|rule| rule.pattern.matches(&names));
        let last_match = |list: &[usize]| list.iter().rev().copied().find(matches);
        let last = self.index.candidates(&names).filter_map(last_match).max()?;
        self.rules.get(last).map(|rule| &rule.requirement)
    }

    /// Returns every line's requirement, in the order of the file.
    pub(super) fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.rules.iter().map(|rule| &*rule.requirement)
    }

    #[cfg(test)]
    pub(super) fn naive(&self, path: &RepoPath) -> Option<&Arc<Requirement>> {
        let names = names(path.as_str());
        let last = self.rules.iter().rev().find(|rule| rule.pattern.matches(&names));
        last.map(|rule| &rule.requirement)
    }
}

fn rule(file: &RepoPath, number: u32, line: Line) -> Rule {
    let Line { pattern_text, pattern, owners } = line;
    let requirement = Requirement {
        file: file.clone(),
        line: number,
        section: None,
        pattern: pattern_text,
        owners,
        count: 1,
    };
    Rule { requirement: Arc::new(requirement), pattern }
}
