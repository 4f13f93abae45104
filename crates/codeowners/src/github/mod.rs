//! GitHub's CODEOWNERS: the last line that matches decides.
//!
//! In: the file. Out: [`GithubRules`]. Never: uses a line that GitHub would skip; it is a problem.
//!
//! Source: "About code owners" in GitHub's documentation.

mod line;
mod pattern;

use std::sync::Arc;

use self::line::GithubLine;
use self::pattern::GithubPattern;
use super::index::{Index, split_path};
use super::problem::ProblemCollector;
use super::requirement::{BoundChanges, Requirement};
use source_files::RepoPath;

/// A rule: one line of the file.
#[derive(Clone, Debug)]
struct GithubRule {
    requirement: Arc<Requirement>,
    pattern: GithubPattern,
}

/// The rules of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct GithubRules {
    rules: Vec<GithubRule>,
    index: Index,
}

impl GithubRules {
    /// Parses the file.
    pub(super) fn parse(file: &RepoPath, bytes: &[u8], problems: &mut ProblemCollector<'_>) -> Self {
        let mut rules = Vec::new();
        for (number, text) in problems.number_lines(bytes) {
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
    pub(super) fn find_deciding(&self, path: &RepoPath) -> Option<&Arc<Requirement>> {
        let names = split_path(path.as_str());
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
        let names = split_path(path.as_str());
        let last = self.rules.iter().rev().find(|rule| rule.pattern.matches(&names));
        last.map(|rule| &rule.requirement)
    }
}

fn rule(file: &RepoPath, number: u32, line: GithubLine) -> GithubRule {
    let GithubLine { pattern_text, pattern, owners } = line;
    let requirement = Requirement {
        binding: BoundChanges::Every,
        file: file.clone(),
        line: number,
        section: None,
        pattern: pattern_text,
        owners,
        count: 1,
    };
    GithubRule { requirement: Arc::new(requirement), pattern }
}
