//! Decides whether signatures are judged in a run, and by which keys.
//!
//! In: the policy that governs, the statements about a ref. Out: [`Signatures`]. Never: judges one.

use super::repair::Damage;
use super::session::Session;
use super::signatures::{Judged, Signatures};
use super::statement_store::Stored;
use crate::governance::{Governing, KeysError, load_keys};
use git_trust::TrustedKeys;

impl Session {
    pub(super) fn signatures(&self, governing: &Governing, statements: &Stored) -> Signatures {
        let by_owner = governing.policy.author_paths().may_have_any();
        let asked = by_owner
            || governing.policy.demands_signatures()
            || governing.policy.runs("unsigned-commit")
            || !governing.policy.automation().is_empty();
        if !asked && statements.refs.is_empty() && self.push.proposal.is_none() {
            return Signatures::NotDemanded;
        }
        Signatures::Judged(Box::new(self.judged(governing)))
    }

    /// The trusted keys of the governing ref. In a repair they count only as far as they are still there.
    pub(super) fn load_keys(&self, governing: &Governing) -> Result<TrustedKeys, KeysError> {
        let keys = load_keys(&self.repository, governing, &self.governing)?;
        let left = self.damage.as_ref().map(Damage::surviving_keys);
        // Without any key that is left, the damage is that the files are gone.
        let left = left.and_then(|files| load_keys(&self.repository, governing, files).ok());
        Ok(TrustedKeys { narrowed_by: left.map(Box::new), ..keys })
    }

    /// The keys, rules and people that signatures are judged by.
    pub(super) fn judged(&self, governing: &Governing) -> Judged {
        Judged {
            trusted: self.load_keys(governing),
            rules: governing.policy.signature_rules(),
            people: governing.policy.people().to_vec(),
            renewed: None,
            now: self.now,
        }
    }
}
