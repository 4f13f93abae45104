//! What each ref update means, before anything is judged.

use crate::evidence::RefOperation;
use crate::git::{Ancestry, GitError, Head, History, Repository};
use crate::push::RefUpdate;
use source_files::ObjectId;

/// What is to be done about a ref update.
#[derive(Debug)]
pub enum Plan {
    /// The ref is not guarded: it passes unjudged.
    Unguarded,
    /// It is judged.
    Judged(PlannedRef),
}

/// A guarded ref update.
#[derive(Debug)]
pub struct PlannedRef {
    /// The ref, symbolic refs resolved.
    pub ref_name: String,
    /// What happens to it.
    pub operation: RefOperation,
    /// Why it may not be updated like this at all.
    pub refused: Option<String>,
    /// The commit that it is compared with.
    pub base: Option<ObjectId>,
    /// The commit that it shall point to; `None` for a deletion.
    pub tip: Option<ObjectId>,
    /// The tree that results, where it is not the commit's own: a pull request is judged as its merge.
    pub merged_tree: Option<ObjectId>,
    /// New tag objects that lead to it.
    pub tags: Vec<ObjectId>,
    /// New commits.
    pub commits: Vec<ObjectId>,
}

/// Refs that no one may push, with the reason, whatever they point to.
const FORBIDDEN: [(&str, &str); 2] = [
    ("refs/replace/", "replace refs make git show one object in place of another"),
    ("refs/namespaces/", "namespaces hide whole repositories of refs under names that no policy covers"),
];

/// Plans an update. `governing_tip` is the old tip of the governing ref.
pub(super) fn plan(
    repository: &Repository,
    update: &RefUpdate,
    head: &Head,
    governing_tip: Option<&ObjectId>,
    guards: impl Fn(&str) -> bool,
) -> Result<Plan, GitError> {
    let forbidden = FORBIDDEN.iter().find(|(prefix, _)| update.ref_name.starts_with(prefix));
    if let Some((_, reason)) = forbidden {
        return Ok(Plan::Judged(PlannedRef::refused(update, reason)));
    }
    let ref_name = repository.resolve_symbolic(&update.ref_name)?;
    let detached_head = matches!(head, Head::Detached(_)) && ref_name == "HEAD";
    if !guards(&ref_name) && !guards(&update.ref_name) && !detached_head {
        return Ok(Plan::Unguarded);
    }
    let current = repository.tip(&ref_name)?;
    let claimed = (!update.old_oid.is_zero()).then(|| update.old_oid.clone());
    if current != claimed {
        let reason = "the ref has moved since the push began: fetch and push again";
        return Ok(Plan::Judged(PlannedRef::refused(update, reason)));
    }
    if update.is_delete() {
        let mut planned = PlannedRef::empty(&ref_name);
        planned.operation = RefOperation::Delete;
        return Ok(Plan::Judged(planned));
    }
    plan_new_tip(repository, update, &ref_name, current.as_ref(), governing_tip).map(Plan::Judged)
}

fn plan_new_tip(
    repository: &Repository,
    update: &RefUpdate,
    ref_name: &str,
    current: Option<&ObjectId>,
    governing_tip: Option<&ObjectId>,
) -> Result<PlannedRef, GitError> {
    let mut planned = PlannedRef::empty(ref_name);
    let peeled = repository.peel(&update.new_oid)?;
    planned.tags = peeled.tags;
    let Some(tip) = peeled.commit else {
        planned.refused = Some("it would point to a tree or a file, not to a commit".into());
        return Ok(planned);
    };
    let is_tag = ref_name.starts_with("refs/tags/");
    let own_base = match current {
        Some(current) if !is_tag => repository.peel(current)?.commit,
        Some(_) | None => None,
    };
    planned.base = own_base.or_else(|| governing_tip.cloned());
    let History { commits, ancestry } = repository.history(planned.base.as_ref(), &tip)?;
    planned.commits = commits;
    planned.tip = Some(tip);
    planned.operation = match (current.is_some(), is_tag, ancestry) {
        (false, _, _) => RefOperation::Create,
        (true, false, Ancestry::Ancestor) => RefOperation::FastForward,
        (true, true, _) | (true, false, Ancestry::Diverged) => RefOperation::Rewrite,
    };
    Ok(planned)
}

impl PlannedRef {
    /// The tree that results from a tip.
    pub(super) fn result(&self, repository: &Repository, tip: &ObjectId) -> Result<ObjectId, GitError> {
        match &self.merged_tree {
            Some(tree) => Ok(tree.clone()),
            None => repository.tree_of(tip),
        }
    }

    pub(super) fn empty(ref_name: &str) -> Self {
        Self {
            ref_name: ref_name.to_owned(),
            operation: RefOperation::Create,
            refused: None,
            base: None,
            tip: None,
            merged_tree: None,
            tags: Vec::new(),
            commits: Vec::new(),
        }
    }

    pub(super) fn refused(update: &RefUpdate, reason: &str) -> Self {
        let mut planned = Self::empty(&update.ref_name);
        planned.refused = Some(reason.to_owned());
        planned
    }
}
