//! The people who took part in a change.
//!
//! In: names that keys prove, and the claims of commits and hosts. Out: [`Contributors`]. Never: takes a claim (an
//! author line, an account) for a proof; a claim can only exclude a person from approving.

use codeowners::Approver;

/// Whether it is proved who made a change. An author line proves nothing: the person who writes another name
/// there could approve their own change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Makers {
    /// A person's trusted key signed every new commit, or the host names a pusher who is a person.
    Proved,
    /// One of the approvers may have made it.
    #[default]
    Unproved,
}

impl Makers {
    /// The number of additional approvals that are required, so that enough remain if one approver may have made the
    /// change.
    pub fn more_approvals(self) -> usize {
        match self {
            Self::Proved => 0,
            Self::Unproved => 1,
        }
    }
}

/// The people who made the change: authors, committers and signers of its commits, and the pusher.
#[derive(Clone, Debug, Default)]
pub struct Contributors {
    /// Whether that is proved.
    pub makers: Makers,
    /// Names of people, proved by their keys.
    pub people: Vec<String>,
    /// The claims of commits and the host, which are enough to exclude a person.
    pub claims: Vec<Claim>,
}

impl Contributors {
    /// Whether a person took part.
    pub fn include(&self, person: &Approver) -> bool {
        self.people.contains(&person.name) || self.claims.iter().any(|claim| claim.may_mean(person))
    }
}

/// A claim of a commit or a host about a person: a name, an address or an account.
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
