//! Gitea's and Forgejo's CODEOWNERS: every line that matches counts.
//!
//! In: the file. Out: [`GiteaRules`]. Never: skips a line that Gitea would skip with a warning; it is a problem.
//!
//! Sources: "Code Owners" in Gitea's documentation, and Gitea's `models/issues/pull.go`, which splits lines and
//! anchors expressions.

mod line;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::line::GiteaLine;
use super::glob::Negation;
use super::go_expression::GoExpression;
use super::index::{Index, split_path};
use super::problem::ProblemCollector;
use super::requirement::{BoundChanges, Requirement};
use source_files::RepoPath;

/// The weight of a rule besides its expression, in states.
const RULE_WEIGHT: usize = 100;
/// The most that the rules of a file may weigh together, about 10,000 usual rules. It bounds the memory that they
/// take.
const HEAVIEST_FILE: usize = 2_000_000;

#[derive(Clone, Debug)]
struct GiteaRule {
    requirement: Arc<Requirement>,
    expression: GoExpression,
    negation: Negation,
}

/// The rules of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct GiteaRules {
    rules: Vec<GiteaRule>,
    index: Index,
}

impl GiteaRules {
    /// Parses the file.
    pub(super) fn parse(file: &RepoPath, bytes: &[u8], problems: &mut ProblemCollector<'_>) -> Self {
        let (mut rules, mut weight) = (Vec::new(), 0_usize);
        for (number, text) in problems.number_lines(bytes) {
            match line::parse(text) {
                Ok(Some(line)) => {
                    weight = weight.saturating_add(RULE_WEIGHT).saturating_add(line.expression.weight);
                    if weight > HEAVIEST_FILE {
                        let reason = "the expressions up to this line are too large in total";
                        problems.add(number, text, reason.to_owned());
                        break;
                    }
                    rules.push(rule(file, number, line));
                }
                Ok(None) => {}
                Err(problem) => problems.add(number, text, problem.to_string()),
            }
        }
        let keys: Vec<_> = rules.iter().map(keys_of).collect();
        Self { index: Index::of(&keys), rules }
    }

    /// Returns every line that matches, in the order of the file.
    pub(super) fn find_matching(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        let names = split_path(path.as_str());
        let candidates: BTreeSet<usize> = self.index.candidates(&names).flatten().copied().collect();
        self.filter_matching(candidates.into_iter(), path)
    }

    /// Returns every line's requirement, in the order of the file.
    pub(super) fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.rules.iter().map(|rule| &*rule.requirement)
    }

    fn filter_matching(
        &self,
        candidates: impl Iterator<Item = usize>,
        path: &RepoPath,
    ) -> Vec<Arc<Requirement>> {
        let rules = candidates.filter_map(|number| self.rules.get(number));
        rules.filter(|rule| applies(rule, path)).map(|rule| Arc::clone(&rule.requirement)).collect()
    }

    #[cfg(test)]
    pub(super) fn naive(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        self.filter_matching(0..self.rules.len(), path)
    }
}

fn applies(rule: &GiteaRule, path: &RepoPath) -> bool {
    let matches = rule.expression.matches(path.as_str());
    match rule.negation {
        Negation::Plain => matches,
        Negation::Negated => !matches,
    }
}

/// Returns the keys of a rule. The paths that a negated rule applies to have none in common.
fn keys_of(rule: &GiteaRule) -> Vec<super::index::PathKey> {
    match rule.negation {
        Negation::Plain => rule.expression.keys.clone(),
        Negation::Negated => Vec::new(),
    }
}

fn rule(file: &RepoPath, number: u32, line: GiteaLine) -> GiteaRule {
    let GiteaLine { text, expression, negation, owners } = line;
    let requirement = Requirement {
        file: file.clone(),
        line: number,
        section: None,
        pattern: text,
        owners,
        count: 1,
        binding: BoundChanges::Every,
    };
    GiteaRule { requirement: Arc::new(requirement), expression, negation }
}
