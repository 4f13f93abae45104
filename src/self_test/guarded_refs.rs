//! The refs that a policy guards today.
//!
//! In: a repository and a policy. Out: the names of guarded refs, patterns that match no ref, and refs that can be taken
//! for guarded ones. Never: judges a push.

use std::collections::BTreeSet;

use crate::gate::is_taken_for;
use crate::git::{GitError, Head, Repository};
use crate::policy::{Policy, without_refs};

/// The number of refs that are examined.
const MOST_REFS: usize = 50_000;
/// The number of names that one line lists.
const LISTED: usize = 10;

/// The meaning of a policy for the refs of a repository.
#[derive(Debug)]
pub struct GuardedRefs {
    /// The guarded refs, as a list for people.
    pub guarded: String,
    /// The patterns that match no ref.
    pub unmatched: Vec<String>,
    /// Patterns without `refs/`.
    pub short: Vec<ShortPattern>,
    /// Unguarded refs that can be taken for a guarded branch.
    pub shadows: Vec<ShadowRef>,
}

/// A pattern without `refs/`.
#[derive(Debug)]
pub struct ShortPattern {
    /// The pattern.
    pub pattern: String,
    /// The full name that it probably means.
    pub full_name: String,
}

/// An unguarded ref that can be taken for a guarded branch.
#[derive(Debug)]
pub struct ShadowRef {
    /// The ref.
    pub name: String,
    /// The branch.
    pub branch: String,
}

impl GuardedRefs {
    /// Compares the policy with the refs of a repository.
    pub fn find(repository: &Repository, policy: &Policy) -> Result<Self, GitError> {
        let head = match repository.head()? {
            Head::Branch(name) => Some(name),
            Head::Detached(_) => None,
        };
        let present = repository.ref_names(MOST_REFS)?;
        let guards = |name: &str| policy.guards(name, head.as_deref());
        let names = names_on_server(&present, repository);
        let guarded: Vec<&str> = names.iter().map(String::as_str).filter(|name| guards(name)).collect();
        let is_guarded_branch = |name: &str| guards(name) && names.contains(name);
        let mut shadows = Vec::new();
        for name in present.iter().filter(|name| names.contains(*name) && !guards(name)) {
            if let Some(branch) = is_taken_for(name, is_guarded_branch) {
                shadows.push(ShadowRef { name: name.clone(), branch });
            }
        }
        let refs: Vec<String> = names.iter().cloned().collect();
        let patterns = policy.protected_patterns();
        let unmatched = without_refs(&patterns, &refs);
        let short = policy.short_patterns().into_iter();
        Ok(Self {
            guarded: list(&guarded),
            unmatched: unmatched.into_iter().map(str::to_owned).collect(),
            short: short.map(|(pattern, full_name)| ShortPattern { pattern, full_name }).collect(),
            shadows,
        })
    }
}

/// Lists the refs as the server has them: a clone keeps its branches under `refs/remotes/<remote>/`.
fn names_on_server(present: &[String], repository: &Repository) -> BTreeSet<String> {
    let is_clone = repository.work_tree().is_some();
    let mut names = BTreeSet::new();
    for name in present {
        match name.strip_prefix("refs/remotes/").filter(|_| is_clone) {
            Some(tracking) => match tracking.split_once('/') {
                Some((_, branch)) if branch != "HEAD" => {
                    names.insert(format!("refs/heads/{branch}"));
                }
                Some(_) | None => {}
            },
            None if name.starts_with("refs/approvals/") => {}
            None => {
                names.insert(name.clone());
            }
        }
    }
    names
}

fn list(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "no ref".to_owned(),
        count if count <= LISTED => shown,
        count => format!("{shown} and {} more", count - LISTED),
    }
}
