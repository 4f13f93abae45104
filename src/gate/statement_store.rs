//! The statements that are stored below `refs/approvals/`. In: a ref and the tree that it shall get. Out: those that
//! may speak for the change, what matters most first, within a budget. Never: fails because there are many:
//! statements only grow in number, and a limit that fails would close the ref for good.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::commits::hash_of;
use crate::approval::{Asked, Statement};
use crate::git::{GitError, ObjectKind, Repository};
use crate::push::RefUpdate;
use git_trust::raw::parse_tag;
use source_files::ObjectId;

/// The largest number of refs below one folder that are looked at by name.
const NAMED: usize = 100_000;
/// The largest number of statements that are read.
const READ: usize = 20_000;
/// The largest number of statements whose signatures are verified.
const VERIFIED: usize = 1_000;

/// Statements as refs and objects.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) refs: Vec<(String, ObjectId)>,
    /// The number of statements that were left out.
    left_out: usize,
}

/// The possible worth of a statement for a change, the greatest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    ExactChange,
    OtherChange,
    Nothing,
}

impl Stored {
    /// The statements about a ref that are in the repository or come with the push: those about the tree first. A ref
    /// whose name is not that of its object is not a statement and is not read.
    pub(super) fn about(
        repository: &Repository,
        pushed: &[RefUpdate],
        (ref_name, tree): (&str, Option<&ObjectId>),
    ) -> Result<Self, GitError> {
        let folder = Statement::folder(ref_name);
        let new = pushed.iter().filter(|update| !update.is_delete());
        let mut refs: Vec<_> = new.map(|update| (update.ref_name.clone(), update.new_oid.clone())).collect();
        if let Some(tree) = tree {
            refs.extend(repository.some_refs_below(&format!("{folder}{tree}/"), NAMED)?);
        }
        refs.extend(repository.some_refs_below(&folder, NAMED)?);
        let mut known = std::collections::HashSet::new();
        refs.retain(|(name, id)| is_named_for(name, &folder, id) && known.insert(id.clone()));
        let left_out = refs.len().saturating_sub(READ);
        refs.truncate(READ);
        Ok(Self { refs, left_out })
    }

    /// Those that have not expired, as many as may be verified. Later ones come first: they replace earlier ones of the
    /// same person.
    pub(super) fn worth_verifying(&self, repository: &Repository, asked: &Asked) -> Self {
        let valued = self.refs.iter().filter_map(|stored| {
            let statement = read(repository, &stored.1);
            let has_expired = statement.as_ref().is_some_and(|statement| statement.not_after < asked.now);
            let until = statement.as_ref().map(|statement| statement.not_after);
            (!has_expired).then(|| ((worth(statement.as_ref(), asked), Reverse(until)), stored.clone()))
        });
        let mut valued: Vec<_> = valued.collect();
        valued.sort_by_key(|(order, _)| *order);
        let left_out = self.left_out + valued.len().saturating_sub(VERIFIED);
        Self { refs: valued.into_iter().take(VERIFIED).map(|(_, stored)| stored).collect(), left_out }
    }

    /// The notice if not all statements were read.
    pub(super) fn notice(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "portcullis did not read {} of the statements about this ref, because there are too many; run \
                 `portcullis approvals --prune` in the repository on the server",
                self.left_out
            )
        })
    }
}

/// `refs/approvals/heads/main/<tree>/<object>`: only `approve` knows the object before it is stored.
fn is_named_for(name: &str, folder: &str, id: &ObjectId) -> bool {
    let rest = name.strip_prefix(folder).and_then(|rest| rest.split_once('/'));
    rest.is_some_and(|(_, object)| object == id.as_str())
}

fn read(repository: &Repository, id: &ObjectId) -> Option<Statement> {
    let bytes = repository.read_kind(id, ObjectKind::Tag).ok()?;
    Statement::parse(parse_tag(&bytes, hash_of(id)).ok()?.message()).ok()
}

fn worth(statement: Option<&Statement>, asked: &Asked) -> Worth {
    let Some(statement) = statement else { return Worth::Nothing };
    let is_of_here = asked.repository.as_ref() == Some(&statement.repository)
        && statement.ref_name == asked.ref_name
        && statement.trust == asked.trust
        && statement.floor == asked.floor;
    match (is_of_here, statement.tree == asked.tree && statement.base == asked.base) {
        (true, true) => Worth::ExactChange,
        (true, false) => Worth::OtherChange,
        (false, _) => Worth::Nothing,
    }
}

/// Whether a statement is past its time. Its author does not matter any more, and thousands of old ones
/// need no verification.
pub(super) fn has_expired(repository: &Repository, id: &ObjectId, now: DateTime<Utc>) -> bool {
    read(repository, id).is_some_and(|statement| statement.not_after < now)
}

/// The refs below `refs/approvals/` whose statements have expired, with their objects.
pub(super) fn expired(
    repository: &Repository,
    now: DateTime<Utc>,
) -> Result<Vec<(String, ObjectId)>, GitError> {
    let mut refs = repository.some_refs_below("refs/approvals/", usize::MAX)?;
    refs.retain(|(_, id)| has_expired(repository, id, now));
    Ok(refs)
}
