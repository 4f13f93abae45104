//! Finds the refs that are guarded if the policy cannot be loaded. In: the history of the governing ref. Out: the
//! rule of the last policy that can be read. Never: guards less than the server's policy, or nothing because
//! something is broken.

use std::sync::Arc;

use super::floor::Floor;
use super::policy_files::PolicyFiles;
use crate::git::GitError;
use crate::policy::{POLICY_PATH, ProtectedRefs};
use source_files::{ObjectId, RepoPath};

/// The number of commits that are searched for a policy that can be read.
const SEARCHED: usize = 1_000;

/// The rules of the last policies that can be read.
pub(crate) struct LastRules(Vec<ProtectedRefs>);

impl LastRules {
    /// The rules by which refs are guarded while the policy cannot be loaded. What cannot be known is guarded.
    pub(crate) fn find<E>(
        files: PolicyFiles<'_>,
        governing_tip: Option<&ObjectId>,
        floor: &Result<Option<Arc<Floor>>, E>,
    ) -> Self {
        let own = find_own_rule(files, governing_tip).unwrap_or(None).unwrap_or(ProtectedRefs::Everything);
        let of_server = match floor {
            Ok(floor) => floor.as_ref().map(|floor| ProtectedRefs::by(&floor.layer)),
            Err(_) => Some(ProtectedRefs::Everything),
        };
        Self(of_server.into_iter().chain([own]).collect())
    }

    /// Whether any of them guards a ref.
    pub(crate) fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        self.0.iter().any(|rule| rule.guards(ref_name, head))
    }
}

/// The rule of the last readable policy of the governing ref; `None` if no policy can be read.
fn find_own_rule(
    files: PolicyFiles<'_>,
    governing_tip: Option<&ObjectId>,
) -> Result<Option<ProtectedRefs>, GitError> {
    let path = RepoPath::new(POLICY_PATH);
    let repository = files.repository;
    let mut broken: Option<ObjectId> = None;
    let mut next = governing_tip.cloned();
    for _ in 0..SEARCHED {
        let Some(commit) = next else { return Ok(None) };
        let file = repository.file_at(&repository.tree_of(&commit)?, &path)?;
        let Some(file) = file else { return Ok(None) };
        if broken.as_ref() != Some(&file.id) {
            if let Some(layer) = files.policy_of(&file) {
                return Ok(Some(ProtectedRefs::by(&layer)));
            }
            broken = Some(file.id);
        }
        next = repository.parents(&commit)?.into_iter().next();
    }
    Ok(None)
}
