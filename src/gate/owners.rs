//! Finds the approvals that changed paths need, and those that were given.

use std::sync::Arc;

use super::approvals::Approvals;
use crate::approval::{NewCommit, SignerApprovals};
use crate::evidence::{CommitFacts, Evidence, OwnedChange};
use crate::git::{GitError, Repository};
use crate::governance::{ApprovedBy, OwnersError, TrustInput, is_trust_file, owners_dialect, owners_of};
use crate::policy::{AuthorPaths, OwnersEntry};
use codeowners::{
    Approver, BoundChanges, Coverage, Dialect, OwnersFile, OwnersProblem, PolicyDemand, Progress, ReadFrom,
    Requirement, locate, may_name_owners,
};
use source_files::{ObjectId, RepoPath, Snapshot};

/// The state of the owners' approval of a change.
pub(super) struct Ownership {
    pub(super) owned: Evidence<Vec<OwnedChange>>,
    pub(super) unowned: Vec<RepoPath>,
    pub(super) problems: Vec<OwnersProblem>,
}

impl Ownership {
    /// No owner is asked.
    pub(super) fn not_asked() -> Self {
        Self { owned: Evidence::Known(Vec::new()), unowned: Vec::new(), problems: Vec::new() }
    }
}

/// The state of the owners' approval. Without `owners:` in the policy, nothing is required.
pub(super) fn judge(
    input: &TrustInput<'_>,
    commits: &[CommitFacts],
    tip: Option<&ObjectId>,
    approvals: &Approvals,
) -> Result<Ownership, GitError> {
    let nothing = |owned| Ownership { owned, unowned: Vec::new(), problems: Vec::new() };
    let Some(demand) = input.governing.policy.owners() else {
        return Ok(Ownership::not_asked());
    };
    let changed = Snapshot::changed_paths(input.old, input.new);
    let (base, head) = match base_and_head(input, &changed) {
        Ok(Some(found)) => found,
        Ok(None) if demand.dialect == Some(Dialect::Kubernetes) && has_nested_owners(input) => {
            let unowned = changed;
            return Ok(Ownership { unowned, ..nothing(Evidence::Known(Vec::new())) });
        }
        Ok(None) => return Ok(nothing(Evidence::Unavailable(no_owners(input)))),
        Err(error) => return Ok(nothing(Evidence::Unavailable(error.to_string()))),
    };
    let author_paths = input.governing.policy.author_paths();
    let signers = signer_approvals(input, commits, tip, &author_paths)?;
    let problems = problems(&base, head.as_ref(), &demand, &changed);
    let approvals = PathApprovals { input, signers, author_paths, statements: approvals };
    let mut judge = Judge { approvals, demand, base, head, owned: Vec::new(), unowned: Vec::new() };
    changed.into_iter().for_each(|path| judge.path(&path));
    Ok(Ownership { owned: Evidence::Known(judge.owned), unowned: judge.unowned, problems })
}

/// The owners that hold, and those that would hold after a push that changes them.
type BaseAndHead = (OwnersFile, Option<OwnersFile>);

fn base_and_head(input: &TrustInput<'_>, changed: &[RepoPath]) -> Result<Option<BaseAndHead>, OwnersError> {
    let coverage = Coverage::Of(changed);
    let known = owners_dialect(input);
    let Some(base) = owners_of(input.repository, input.base, known, coverage)? else {
        return Ok(None);
    };
    let changes = changed.iter().any(|path| may_name_owners(Some(base.dialect()), path));
    let head = if changes { owners_of(input.repository, input.new, known, coverage)? } else { None };
    Ok(Some((base, head)))
}

/// Nested files need not be above every path.
fn has_nested_owners(input: &TrustInput<'_>) -> bool {
    let located = locate(owners_dialect(input), input.base, Coverage::Everything);
    located.is_ok_and(|located| !located.files.is_empty())
}

fn no_owners(input: &TrustInput<'_>) -> String {
    let known = owners_dialect(input);
    let looked_for = known.policy.or(known.host).unwrap_or(Dialect::Github).looked_for();
    format!("the policy requires the approval of owners, but the governing ref does not contain {looked_for}")
}

/// A broken line of the base blocks every push but the one that corrects it and changes
/// nothing else; one that the push brings blocks itself.
fn problems(
    base: &OwnersFile,
    head: Option<&OwnersFile>,
    demand: &OwnersEntry,
    changed: &[RepoPath],
) -> Vec<OwnersProblem> {
    let dialect = demand.dialect.unwrap_or(base.dialect());
    let only_owners = changed.iter().all(|path| may_name_owners(Some(dialect), path));
    let of_head = head.map(OwnersFile::problems).unwrap_or_default();
    if only_owners && head.is_some() && of_head.is_empty() {
        return Vec::new();
    }
    let known = |problem: &&OwnersProblem| !base.problems().contains(problem);
    let of_head = of_head.iter().filter(known).cloned();
    let of_head = of_head.map(|problem| OwnersProblem { read_from: ReadFrom::Head, ..problem });
    base.problems().iter().cloned().chain(of_head).collect()
}

/// Goes through the changed paths.
struct Judge<'a> {
    approvals: PathApprovals<'a>,
    demand: OwnersEntry,
    base: OwnersFile,
    head: Option<OwnersFile>,
    owned: Vec<OwnedChange>,
    unowned: Vec<RepoPath>,
}

impl Judge<'_> {
    /// The owners of the base count; for a file that names owners, those that it would have afterwards
    /// count too.
    fn path(&mut self, path: &RepoPath) {
        let of_base = self.base.requirements(path);
        let names_owners = may_name_owners(Some(self.base.dialect()), path);
        let head = self.head.as_ref().filter(|_| names_owners);
        let of_head = head.map(|head| head.requirements(path)).unwrap_or_default();
        if of_base.is_empty() && of_head.is_empty() {
            self.unowned.push(path.clone());
            return;
        }
        // A merge request needs no approval of an optional section.
        let binds =
            |requirement: &Arc<Requirement>| match (requirement.binding, self.approvals.input.approved_by) {
                (BoundChanges::Every, _) | (BoundChanges::DirectPush, ApprovedBy::Statements) => true,
                (BoundChanges::DirectPush, ApprovedBy::Reviews) => false,
            };
        let approvals = self.approvals.of(path);
        let known = |head: &Requirement| of_base.iter().any(|base| base.asks_the_same(head));
        let of_head = of_head.into_iter().filter(|requirement| binds(requirement) && !known(requirement));
        let of_head: Vec<_> = of_head.map(|requirement| (ReadFrom::Head, requirement)).collect();
        let of_base = of_base.into_iter().filter(binds).map(|requirement| (ReadFrom::Base, requirement));
        for (read_from, requirement) in of_base.chain(of_head) {
            let standing = approvals.measure_progress(&requirement, &self.demand.demand());
            self.owned.push(OwnedChange { path: path.clone(), requirement, read_from, standing });
        }
    }
}

/// The sources of approvals of a path.
struct PathApprovals<'a> {
    input: &'a TrustInput<'a>,
    signers: SignerApprovals<'a>,
    author_paths: AuthorPaths,
    statements: &'a Approvals,
}

impl PathApprovals<'_> {
    /// Everyone whose approval of a path counts, owner or not. A trust file is approved by no one who only signed its
    /// commit, and by no one who approved another change.
    fn of(&self, path: &RepoPath) -> OfPath {
        let trusted = is_trust_file(self.input, path);
        let statements =
            if trusted { self.statements.of_change() } else { self.statements.of_path(self.input, path) };
        let may_sign = !trusted && self.author_paths.include(path.as_str());
        let signer = if may_sign { self.signers.approver(path) } else { None };
        let more = if statements.is_empty() {
            More::UnlessSigned(self.statements.needed_from_start)
        } else {
            More::Always(self.statements.needed_more)
        };
        OfPath { approvers: statements.into_iter().cloned().chain(signer).collect(), more }
    }
}

/// The approvals of a path.
struct OfPath {
    approvers: Vec<Approver>,
    more: More,
}

/// The approvals that are needed because one of the approvers may have made the change.
enum More {
    /// In any case.
    Always(usize),
    /// Unless the signatures of the commits are enough, which prove who made it.
    UnlessSigned(usize),
}

impl OfPath {
    fn measure_progress(&self, requirement: &Requirement, demand: &PolicyDemand) -> Progress {
        let with = |more: usize| {
            let demand = PolicyDemand { approvals: demand.approvals + more, ..*demand };
            requirement.measure_progress(&demand, &self.approvers)
        };
        match self.more {
            More::Always(more) => with(more),
            More::UnlessSigned(more) => match with(0) {
                standing if standing.missing == 0 => standing,
                _ => with(more),
            },
        }
    }
}

/// The paths that the signatures of the new commits approve, if the policy allows it.
fn signer_approvals<'a>(
    input: &TrustInput<'a>,
    commits: &[CommitFacts],
    tip: Option<&ObjectId>,
    author_paths: &AuthorPaths,
) -> Result<SignerApprovals<'a>, GitError> {
    if !author_paths.may_have_any() {
        return Ok(SignerApprovals::default());
    }
    let people = input.governing.policy.people();
    let tip = commits.iter().find(|facts| Some(&facts.id) == tip);
    let new_commit = |facts| Ok(NewCommit { facts, touched: touched_paths(input.repository, &facts.id)? });
    let commits: Result<Vec<_>, GitError> = commits.iter().map(new_commit).collect();
    Ok(SignerApprovals::of(people, tip, commits?))
}

/// The paths in which a commit differs from any of its parents.
fn touched_paths(repository: &Repository, commit: &ObjectId) -> Result<Vec<RepoPath>, GitError> {
    let (parents, own) = (repository.parents(commit)?, repository.tree_of(commit)?);
    if parents.is_empty() {
        return repository.changed_paths(None, &own);
    }
    let mut touched = Vec::new();
    for parent in parents {
        touched.extend(repository.changed_paths(Some(&repository.tree_of(&parent)?), &own)?);
    }
    Ok(touched)
}
