//! The files that name owners, whatever their dialect.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::dialect::Dialect;
use super::gitea::GiteaRules;
use super::github::GithubRules;
use super::gitlab::GitlabRules;
use super::handle::OwnerHandle;
use super::kubernetes::NestedOwners;
use super::problem::{OwnersProblem, ProblemCollector};
use super::requirement::{Approver, Requirement};
use source_files::RepoPath;

/// The owners that a revision names. A line that cannot be used becomes a problem and not a rule, so callers must look
/// at [`OwnersFile::problems`].
#[derive(Clone, Debug)]
pub struct OwnersFile {
    dialect: Dialect,
    rules: Rules,
    problems: Vec<OwnersProblem>,
}

#[derive(Clone, Debug)]
enum Rules {
    Github(GithubRules),
    Gitlab(GitlabRules),
    Gitea(GiteaRules),
    Kubernetes(NestedOwners),
}

impl OwnersFile {
    /// Parses the files that [`super::locate`] found: one, or for nested files any number.
    pub fn parse(dialect: Dialect, files: &[(RepoPath, Vec<u8>)]) -> Self {
        let nowhere = (RepoPath::new("CODEOWNERS"), Vec::new());
        let (file, bytes) = files.first().unwrap_or(&nowhere);
        let mut problems = ProblemCollector::of(file);
        let rules = match dialect {
            Dialect::Github => Rules::Github(GithubRules::parse(file, bytes, &mut problems)),
            Dialect::Gitlab => Rules::Gitlab(GitlabRules::parse(file, bytes, &mut problems)),
            Dialect::Gitea => Rules::Gitea(GiteaRules::parse(file, bytes, &mut problems)),
            Dialect::Kubernetes => Rules::Kubernetes(NestedOwners::parse(files, &mut problems.found)),
        };
        Self { dialect, rules, problems: problems.found }
    }

    /// Returns the dialect of the file.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the lines that cannot be used.
    pub fn problems(&self) -> &[OwnersProblem] {
        &self.problems
    }

    /// Returns every requirement that must be met before a path may change. Empty if the path has no owner.
    pub fn requirements(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        let mut found = self.find_matching(path);
        found.retain(|requirement| !requirement.owners.is_empty());
        found
    }

    /// Returns the lines that decide on a path, including those that name no owner.
    pub fn find_matching(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        match &self.rules {
            Rules::Github(rules) => rules.find_deciding(path).cloned().into_iter().collect(),
            Rules::Gitlab(rules) => rules.find_deciding(path),
            Rules::Gitea(rules) => rules.find_matching(path),
            Rules::Kubernetes(rules) => rules.find_deciding(path).into_iter().collect(),
        }
    }

    /// Returns every owner that the file names.
    pub fn owners(&self) -> BTreeSet<OwnerHandle> {
        let requirements: Vec<&Requirement> = match &self.rules {
            Rules::Github(rules) => rules.all().collect(),
            Rules::Gitlab(rules) => rules.all().collect(),
            Rules::Gitea(rules) => rules.all().collect(),
            Rules::Kubernetes(rules) => return rules.owners(),
        };
        requirements.into_iter().flat_map(|requirement| requirement.owners.iter().cloned()).collect()
    }

    /// Returns the owners that no person of the policy represents, so that no one can approve for them.
    pub fn owners_without_person(&self, people: &[Approver]) -> Vec<OwnerHandle> {
        let handles = people.iter().flat_map(|person| &person.handles);
        let stands = |owner: &OwnerHandle| handles.clone().any(|handle| owner.is(handle));
        self.owners().into_iter().filter(|owner| !stands(owner)).collect()
    }

    /// Tries every rule without the index, for comparison.
    #[cfg(test)]
    pub(super) fn naive(&self, path: &RepoPath) -> Vec<Arc<Requirement>> {
        match &self.rules {
            Rules::Github(rules) => rules.naive(path).cloned().into_iter().collect(),
            Rules::Gitlab(rules) => rules.naive(path),
            Rules::Gitea(rules) => rules.naive(path),
            Rules::Kubernetes(rules) => rules.naive(path).into_iter().collect(),
        }
    }
}
