//! Which refs are guarded if the policy cannot be loaded. In: the history of the governing ref. Out: the rule of the
//! last policy that can be read. Never: guards less than the server's policy, or nothing because something is broken.

use super::policy::{Floor, policy_of};
use super::session::Session;
use crate::git::GitError;
use crate::policy::{POLICY_PATH, ProtectedRefs};
use source_files::{ObjectId, RepoPath};

/// How many commits are searched for a policy that can be read.
const SEARCHED: usize = 1_000;

/// The rules of the last policies that can be read.
pub(super) struct LastRules(Vec<ProtectedRefs>);

impl LastRules {
    /// Whether any of them guards a ref.
    pub(super) fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        self.0.iter().any(|rule| rule.guards(ref_name, head))
    }
}

impl Session {
    /// The rules by which refs are guarded while the policy cannot be loaded. What no one can know is guarded.
    pub(super) fn last_rules(&self) -> LastRules {
        let own = self.last_own_rule().unwrap_or(None).unwrap_or(ProtectedRefs::Everything);
        let of_server = match self.floor() {
            Ok(floor) => floor.as_ref().map(Floor::protected),
            Err(_) => Some(ProtectedRefs::Everything),
        };
        LastRules(of_server.into_iter().chain([own]).collect())
    }

    /// What the last readable policy of the governing ref guards; `None` if no policy can be read.
    fn last_own_rule(&self) -> Result<Option<ProtectedRefs>, GitError> {
        let path = RepoPath::new(POLICY_PATH);
        let mut broken: Option<ObjectId> = None;
        let mut next = self.governing_tip().cloned();
        for _ in 0..SEARCHED {
            let Some(commit) = next else { return Ok(None) };
            let file = self.repository.file_at(&self.repository.tree_of(&commit)?, &path)?;
            let Some(file) = file else { return Ok(None) };
            if broken.as_ref() != Some(&file.id) {
                if let Some(layer) = policy_of(&self.repository, &file) {
                    return Ok(Some(ProtectedRefs::by(&layer)));
                }
                broken = Some(file.id);
            }
            next = self.repository.parents(&commit)?.into_iter().next();
        }
        Ok(None)
    }
}
