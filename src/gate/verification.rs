//! The signatures of single commits, as a push of them would be judged.

use super::commits::{self, Reception};
use super::session::{GateError, Session};
use super::signatures::Signatures;
use crate::evidence::{CommitFacts, Evidence};
use crate::git::ObjectKind;
use crate::policy;
use source_files::ObjectId;

/// A commit and whose it is.
#[derive(Debug)]
pub struct VerifiedCommit {
    /// The facts about it.
    pub facts: CommitFacts,
    /// The person who signed it, by the policy's name; `None` for a key that `people:` does not name.
    pub person: Option<String>,
}

impl Session {
    /// Verifies commits and annotated tags by the governing policy's keys, whether or not it asks for signatures.
    pub fn verify(&self, objects: &[ObjectId]) -> Result<Vec<VerifiedCommit>, GateError> {
        let (mut tags, mut commits) = (Vec::new(), Vec::new());
        for id in objects {
            match self.repository.read(id)?.kind {
                ObjectKind::Tag => tags.push(id.clone()),
                ObjectKind::Commit | ObjectKind::Tree | ObjectKind::Blob => commits.push(id.clone()),
            }
        }
        let governing = self.policy(None)?;
        let signatures = Signatures::Judged(Box::new(self.judged(&governing)));
        let facts = commits::facts(
            &self.repository,
            "",
            &commits,
            &tags,
            Reception { signatures: &signatures, approved: &[], now: self.now },
        )?;
        let people = governing.policy.people();
        let verified = facts.into_iter().map(|facts| {
            let person = match &facts.signature {
                Evidence::Known(status) => policy::signer(people, status),
                Evidence::Unavailable(_) | Evidence::NotEvaluatedHere => None,
            };
            VerifiedCommit { person: person.map(|person| person.name.clone()), facts }
        });
        Ok(verified.collect())
    }
}
