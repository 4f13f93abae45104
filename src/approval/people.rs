//! Who is who, as the policy says.
//!
//! In: the policy's people, and a trusted key or the claims of a commit. Out: persons. Never: takes a
//! claim (an author line, an account) for a proof; a claim can only shut somebody out.

use crate::owners::Approver;
use crate::policy::{PersonEntry, signer};
use crate::signature::SignatureStatus;

impl Approver {
    /// A person of the policy.
    pub fn of(person: &PersonEntry) -> Self {
        Self { name: person.name.clone(), handles: person.handles.clone() }
    }

    /// The person who made a signature, if it is a trusted one of somebody. A program approves nothing.
    pub fn of_signature(people: &[PersonEntry], status: &SignatureStatus) -> Option<Self> {
        signer(people, status).filter(|person| !person.bot).map(Self::of)
    }

    /// The person behind an account: the policy's, or the account itself where the policy knows nobody by it, with
    /// more handles. `None` for a program, and where several people claim the account.
    pub fn of_account(people: &[PersonEntry], account: &str, more: &[String]) -> Option<Self> {
        let claims =
            |person: &&PersonEntry| person.handles.iter().any(|known| known.eq_ignore_ascii_case(account));
        let mut claiming = people.iter().filter(claims);
        let mut approver = match (claiming.next(), claiming.next()) {
            (None, _) => Self { name: account.to_owned(), handles: vec![account.to_owned()] },
            (Some(person), None) if !person.bot => Self::of(person),
            (Some(_), None | Some(_)) => return None,
        };
        let new: Vec<String> =
            more.iter().filter(|handle| !approver.handles.contains(handle)).cloned().collect();
        approver.handles.extend(new);
        Some(approver)
    }

    /// Each person once, however often they signed.
    pub fn distinct<'a>(approvers: impl Iterator<Item = &'a Self>) -> Vec<&'a Self> {
        let mut people: Vec<&Self> = Vec::new();
        for approver in approvers {
            if people.iter().all(|known| known.name != approver.name) {
                people.push(approver);
            }
        }
        people
    }
}

/// What a commit or a host claims of somebody: a name, an address or an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim(String);

impl Claim {
    /// A claim as it was read, control characters and all: it is only compared.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Whether it may mean this person. Forges' own addresses (`12345+login@users.noreply.…`) name an
    /// account.
    pub fn may_mean(&self, person: &Approver) -> bool {
        let account = self.0.split_once('@').and_then(|(local, domain)| {
            let login = local.rsplit('+').next().unwrap_or(local);
            domain.to_ascii_lowercase().contains("noreply").then(|| format!("@{login}"))
        });
        let bare = format!("@{}", self.0);
        let has = |claimed: &str| person.handles.iter().any(|handle| handle.eq_ignore_ascii_case(claimed));
        self.0.eq_ignore_ascii_case(&person.name)
            || has(&self.0)
            || has(&bare)
            || account.is_some_and(|account| has(&account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_means_whoever_it_may_mean() {
        let handles = ["@Alice", "alice@example.com"].map(str::to_owned).to_vec();
        let alice = Approver { name: "Alice Smith".into(), handles };
        for claim in
            ["ALICE@example.com", "alice", "@alice", "alice smith", "123+alice@users.noreply.github.com"]
        {
            assert!(Claim::new(claim).may_mean(&alice), "{claim}");
        }
        for claim in ["", "bob", "alice@example.org", "malice", "bob+alice@example.com"] {
            assert!(!Claim::new(claim).may_mean(&alice), "{claim}");
        }
    }
}
