//! Classifies each ref update, before anything is judged.

use super::ref_names::{Done, forbidden, namesakes, taken_for};
use crate::evidence::RefOperation;
use crate::git::{Ancestry, GitError, Head, History, Repository};
use crate::push::RefUpdate;
use crate::report::shell_word;
use source_files::ObjectId;

/// The plan for a ref update.
#[derive(Debug)]
pub enum Plan {
    /// The ref is not guarded: it passes unjudged.
    Unguarded,
    /// No one may push it, whatever it points to.
    Refused(PlannedRef),
    /// It is judged.
    Judged(PlannedRef),
}

/// A guarded ref update.
#[derive(Debug)]
pub struct PlannedRef {
    /// The ref, symbolic refs resolved.
    pub ref_name: String,
    /// The operation on it.
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

/// The repository and the push around an update.
pub(super) struct Surroundings<'a, G> {
    pub(super) repository: &'a Repository,
    pub(super) head: &'a Head,
    /// The old tip of the governing ref.
    pub(super) governing_tip: Option<&'a ObjectId>,
    /// All updates of the push.
    pub(super) updates: &'a [RefUpdate],
    /// Whether a ref is guarded.
    pub(super) guards: G,
}

impl<G: Fn(&str) -> bool> Surroundings<'_, G> {
    /// Whether a ref will be there after the push.
    fn stays(&self, name: &str) -> bool {
        match self.updates.iter().find(|update| update.ref_name == name) {
            Some(update) => !update.is_delete(),
            // An invalid ref name does not name a ref.
            None => self.repository.tip(name).is_ok_and(|tip| tip.is_some()),
        }
    }

    /// A guarded branch that is there, or that is deployed.
    fn is_guarded_branch(&self, name: &str) -> bool {
        let is_head = matches!(self.head, Head::Branch(head) if head == name);
        (self.guards)(name) && (is_head || self.stays(name))
    }

    /// Why a ref that no one guards may not be pushed: git or a deployment tool takes it for a guarded one.
    fn shadow(&self, ref_name: &str) -> Option<String> {
        let branch = taken_for(ref_name, |name| self.is_guarded_branch(name))?;
        Some(format!("git and deployment tools can take it for {branch}, which is protected, and it is not"))
    }

    /// Why a guarded branch may not be created: another ref would be taken for it.
    fn shadowed(&self, ref_name: &str) -> Option<String> {
        let others = namesakes(ref_name).into_iter();
        let mut others = others.filter(|name| name.starts_with("refs/") && !(self.guards)(name));
        let other = others.find(|name| self.stays(name))?;
        Some(format!(
            "git and deployment tools can take {other} for it, which is not protected: delete that ref first, with \
             `git push origin {}`",
            shell_word(&format!(":{other}"))
        ))
    }
}

/// Whether the ref may be deleted whatever the policy says: it should not be there.
fn may_always_go(update: &RefUpdate, resolved: &str) -> bool {
    let should_not_be_there = forbidden(&update.ref_name, Done::Written).is_some();
    update.is_delete() && resolved == update.ref_name && should_not_be_there
}

/// Plans an update.
pub(super) fn plan<G: Fn(&str) -> bool>(
    update: &RefUpdate,
    around: &Surroundings<'_, G>,
) -> Result<Plan, GitError> {
    let repository = around.repository;
    let done = if update.is_delete() { Done::Deleted } else { Done::Written };
    let ref_name = repository.resolve_symbolic(&update.ref_name)?;
    let names = [update.ref_name.as_str(), &ref_name];
    let refused = |reason: &str| Ok(Plan::Refused(PlannedRef::refused(update, reason)));
    if let Some(reason) = names.iter().find_map(|name| forbidden(name, done)) {
        return refused(reason);
    }
    let detached_head = matches!(around.head, Head::Detached(_)) && ref_name == "HEAD";
    let is_guarded = names.iter().any(|name| (around.guards)(name)) || detached_head;
    if !is_guarded || may_always_go(update, &ref_name) {
        let shadow = match done {
            Done::Written => names.iter().find_map(|name| around.shadow(name)),
            Done::Deleted => None,
        };
        return shadow.map_or(Ok(Plan::Unguarded), |reason| refused(&reason));
    }
    let current = repository.tip(&ref_name)?;
    let claimed = (!update.old_oid.is_zero()).then(|| update.old_oid.clone());
    if current != claimed {
        let reason = "the ref has moved since the push began: fetch and push again";
        return refused(reason);
    }
    if update.is_delete() {
        let mut planned = PlannedRef::empty(&ref_name);
        planned.operation = RefOperation::Delete;
        return Ok(Plan::Judged(planned));
    }
    let shadowed =
        around.shadowed(&ref_name).filter(|_| current.is_none() && ref_name.starts_with("refs/heads/"));
    if let Some(reason) = shadowed {
        return refused(&reason);
    }
    plan_new_tip(repository, update, &ref_name, current.as_ref(), around.governing_tip).map(Plan::Judged)
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
