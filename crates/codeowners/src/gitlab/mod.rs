//! GitLab's CODEOWNERS: the last entry of every section that matches counts.
//!
//! In: the file. Out: [`GitlabRules`]. Never: decides whether a change is a merge request, for which optional sections
//! are optional.
//!
//! Sources: "Syntax of CODEOWNERS file" and "Advanced CODEOWNERS configuration" in GitLab's
//! documentation.

mod class;
mod line;
mod pattern;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use self::line::{GitlabLine, GitlabLineProblem, Heading, SectionKind};
use self::pattern::GitlabPattern;
use super::glob::Glob;
use super::index::{Index, split_path};
use super::problem::ProblemCollector;
use super::requirement::{BoundChanges, Requirement};
use source_files::RepoPath;

/// The effect of a matching line.
#[derive(Clone, Debug)]
enum Effect {
    /// Asks for approval, unless a later line of the section does.
    Require(Arc<Requirement>),
    /// Takes the path out of its section, wherever it is ("Exclude files").
    Exclude,
}

#[derive(Clone, Debug)]
struct GitlabRule {
    section: usize,
    glob: Glob,
    effect: Effect,
}

/// The rules of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct GitlabRules {
    rules: Vec<GitlabRule>,
    index: Index,
}

/// The result of the lines read so far.
struct Reading<'a> {
    file: &'a RepoPath,
    rules: Vec<GitlabRule>,
    /// Sections by name in lower case; the unnamed one is 0.
    sections: HashMap<String, usize>,
    current: usize,
    heading: Option<Heading>,
    /// The stricter of the kinds of each section's headings.
    kinds: HashMap<usize, SectionKind>,
    /// Rules by section and compiled pattern. The same pattern again replaces the rule in its place.
    known: HashMap<(usize, String), usize>,
}

impl GitlabRules {
    /// Parses the file.
    pub(super) fn parse(file: &RepoPath, bytes: &[u8], problems: &mut ProblemCollector<'_>) -> Self {
        let mut reading = Reading {
            file,
            rules: Vec::new(),
            sections: HashMap::new(),
            current: 0,
            heading: None,
            kinds: HashMap::new(),
            known: HashMap::new(),
        };
        for (number, text) in problems.number_lines(bytes) {
            let added = match line::parse(text) {
                Ok(Some(line)) => reading.add(number, line),
                Ok(None) => Ok(()),
                Err(problem) => Err(problem),
            };
            if let Err(problem) = added {
                problems.add(number, text, problem.to_string());
            }
        }
        reading.bind_optional_sections();
        let keys: Vec<_> = reading.rules.iter().map(|rule| rule.glob.keys()).collect();
        Self { index: Index::of(&keys), rules: reading.rules }
    }

    /// Returns the deciding line of each section, in the order of the sections.
    pub(super) fn find_deciding(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        let names = split_path(path.as_str());
        let candidates = self.index.candidates(&names).flatten().copied();
        self.find_per_section(candidates, &names)
    }

    /// Returns every entry's requirement, in the order of the file.
    pub(super) fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.rules.iter().filter_map(|rule| match &rule.effect {
            Effect::Require(requirement) => Some(&**requirement),
            Effect::Exclude => None,
        })
    }

    fn find_per_section(
        &self,
        candidates: impl Iterator<Item = usize>,
        names: &[&[u8]],
    ) -> Vec<Arc<Requirement>> {
        let mut sections: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        for number in candidates {
            let Some(rule) = self.rules.get(number).filter(|rule| rule.glob.matches(names)) else { continue };
            let last = sections.entry(rule.section).or_insert(Some(number));
            *last = match rule.effect {
                Effect::Require(_) => last.map(|last| last.max(number)),
                Effect::Exclude => None,
            };
        }
        let rules = sections.into_values().flatten().filter_map(|number| self.rules.get(number));
        let requirement = |rule: &GitlabRule| match &rule.effect {
            Effect::Require(requirement) => Some(Arc::clone(requirement)),
            Effect::Exclude => None,
        };
        rules.filter_map(requirement).collect()
    }

    #[cfg(test)]
    pub(super) fn naive(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        self.find_per_section(0..self.rules.len(), &split_path(path.as_str()))
    }
}

impl Reading<'_> {
    fn add(&mut self, number: u32, line: GitlabLine) -> Result<(), GitlabLineProblem> {
        match line {
            GitlabLine::Heading(heading) => {
                // Sections whose names differ in case only are one.
                let next = self.sections.len() + 1;
                self.current = *self.sections.entry(heading.name.to_lowercase()).or_insert(next);
                let kind = self.kinds.entry(self.current).or_insert(heading.kind);
                *kind = (*kind).max(heading.kind);
                self.heading = Some(heading);
            }
            GitlabLine::Exclusion { pattern } => self.put(pattern, Effect::Exclude),
            GitlabLine::Entry { text, pattern, owners } => {
                let section = self.heading.as_ref();
                let owners = match section {
                    Some(heading) if owners.is_empty() => heading.owners.clone(),
                    Some(_) | None => owners,
                };
                if owners.is_empty() {
                    return Err(GitlabLineProblem::NoOwner);
                }
                let requirement = Requirement {
                    file: self.file.clone(),
                    line: number,
                    section: section.map(|heading| heading.name.clone()),
                    pattern: text,
                    owners,
                    count: section.map_or(1, |heading| heading.count),
                    binding: BoundChanges::Every,
                };
                self.put(pattern, Effect::Require(Arc::new(requirement)));
            }
        }
        Ok(())
    }

    /// A section is optional if each of its headings says so.
    fn bind_optional_sections(&mut self) {
        for rule in &mut self.rules {
            let is_optional = self.kinds.get(&rule.section) == Some(&SectionKind::Optional);
            if let (Effect::Require(requirement), true) = (&mut rule.effect, is_optional) {
                Arc::make_mut(requirement).binding = BoundChanges::DirectPush;
            }
        }
    }

    fn put(&mut self, pattern: GitlabPattern, effect: Effect) {
        let GitlabPattern { normalized, glob } = pattern;
        let rule = GitlabRule { section: self.current, glob, effect };
        let place = *self.known.entry((self.current, normalized)).or_insert(self.rules.len());
        match self.rules.get_mut(place) {
            Some(same) => *same = rule,
            None => self.rules.push(rule),
        }
    }
}
