//! Which refs a policy guards today. In: a repository and a policy. Out: the names of guarded refs, patterns that
//! match nothing, refs that are taken for guarded ones. Never: judges a push.

use std::collections::BTreeSet;

use crate::gate::is_taken_for;
use crate::git::{GitError, Head, Repository};
use crate::policy::{Policy, without_refs};

/// How many refs are looked at.
const LOOKED_AT: usize = 50_000;
/// How many names one line lists.
const LISTED: usize = 10;

/// What a policy means for the refs that there are.
#[derive(Debug)]
pub(super) struct GuardedRefs {
    /// The guarded refs, as a list for people.
    pub(super) guarded: String,
    /// The patterns that match no ref.
    pub(super) unmatched: Vec<String>,
    /// Patterns without `refs/`, with what they mean.
    pub(super) short: Vec<(String, String)>,
    /// Unguarded refs, with the guarded branch that each is taken for.
    pub(super) shadows: Vec<(String, String)>,
}

impl GuardedRefs {
    pub(super) fn of(repository: &Repository, policy: &Policy) -> Result<Self, GitError> {
        let head = match repository.head()? {
            Head::Branch(name) => Some(name),
            Head::Detached(_) => None,
        };
        let there = repository.ref_names(LOOKED_AT)?;
        let guards = |name: &str| policy.guards(name, head.as_deref());
        let names = of_server(&there, repository);
        let guarded: Vec<&str> = names.iter().map(String::as_str).filter(|name| guards(name)).collect();
        let is_guarded_branch = |name: &str| guards(name) && names.contains(name);
        let shadow = |name: &String| Some((name.clone(), is_taken_for(name, is_guarded_branch)?));
        let unguarded = there.iter().filter(|name| names.contains(*name) && !guards(name));
        let refs: Vec<String> = names.iter().cloned().collect();
        Ok(Self {
            guarded: listed(&guarded),
            unmatched: without_refs(&policy.protected_patterns(), &refs)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            short: policy.short_patterns(),
            shadows: unguarded.filter_map(shadow).collect(),
        })
    }
}

/// The refs as the server has them: a clone keeps its branches under `refs/remotes/<remote>/`.
fn of_server(there: &[String], repository: &Repository) -> BTreeSet<String> {
    let is_clone = repository.work_tree().is_some();
    let tracked = there.iter().filter(|_| is_clone).filter_map(|name| {
        let (_, branch) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
        (branch != "HEAD").then(|| format!("refs/heads/{branch}"))
    });
    let own = there.iter().filter(|name| !(is_clone && name.starts_with("refs/remotes/"))).cloned();
    own.filter(|name| !name.starts_with("refs/approvals/")).chain(tracked).collect()
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "no ref".to_owned(),
        count if count <= LISTED => shown,
        count => format!("{shown} and {} more", count - LISTED),
    }
}
