//! The persons behind the accounts of a forge, and the teams that they are in.

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::approver_of_account;
use crate::host::ForgeError;
use crate::host::api::Forge;
use crate::policy::PersonEntry;
use codeowners::{Approver, OwnerHandle};

/// The accounts of teams, as far as the forge shows them.
#[derive(Debug, Default)]
pub(super) struct Teams {
    known: BTreeMap<OwnerHandle, Vec<String>>,
    unknown: BTreeMap<OwnerHandle, ForgeError>,
}

/// An assumption about the teams whose accounts the forge hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HiddenTeams {
    /// They are empty.
    Empty,
    /// Everyone is in them. A change that is rejected even then does not depend on them.
    Everyone,
}

/// Teams, with an assumption about those that are hidden.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership<'a> {
    pub(super) teams: &'a Teams,
    pub(super) hidden: HiddenTeams,
}

impl Teams {
    /// Asks for every team among the owners whose approval is needed.
    pub(super) fn ask(forge: &dyn Forge, owners: &BTreeSet<OwnerHandle>) -> Self {
        let mut teams = Self::default();
        for team in owners.iter().filter(|handle| forge.may_be_team(handle)) {
            match forge.team(team) {
                Ok(accounts) => {
                    teams.known.insert(team.clone(), accounts);
                }
                Err(error) => {
                    teams.unknown.insert(team.clone(), error);
                }
            }
        }
        teams
    }

    /// The teams whose accounts the forge hides, each with the reason.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&OwnerHandle, &ForgeError)> {
        self.unknown.iter()
    }

    /// Everyone in a known team.
    pub(super) fn candidates(&self, people: &[PersonEntry]) -> Vec<Approver> {
        let accounts: BTreeSet<&String> = self.known.values().flatten().collect();
        let membership = Membership { teams: self, hidden: HiddenTeams::Empty };
        accounts.into_iter().filter_map(|login| membership.person(people, login)).collect()
    }
}

impl Membership<'_> {
    /// Finds the person behind an account: the policy's, or the account itself if the policy does not list it. `None` for
    /// a program, and if several people claim the account.
    pub(super) fn person(&self, people: &[PersonEntry], login: &str) -> Option<Approver> {
        approver_of_account(people, &format!("@{login}"), &self.teams_of(login))
    }

    fn teams_of(&self, login: &str) -> Vec<String> {
        let mut teams = Vec::new();
        for (team, accounts) in &self.teams.known {
            if accounts.iter().any(|account| account.eq_ignore_ascii_case(login)) {
                teams.push(team.to_string());
            }
        }
        match self.hidden {
            HiddenTeams::Empty => {}
            HiddenTeams::Everyone => teams.extend(self.teams.unknown.keys().map(ToString::to_string)),
        }
        teams
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PersonEntry;

    fn entry(name: &str, handles: &[&str]) -> PersonEntry {
        let handles = handles.iter().map(|handle| (*handle).to_owned()).collect();
        PersonEntry { name: name.into(), handles, ..PersonEntry::default() }
    }

    #[test]
    fn an_account_is_one_person_or_nobody() {
        let bot = PersonEntry { bot: true, ..entry("Renovate", &["@renovate"]) };
        let people = [
            entry("Ann", &["@Ann", "ann@example.com"]),
            entry("Bo", &["@ann2"]),
            entry("Bob", &["@ANN2"]),
            bot,
        ];
        let teams = Teams::default();
        let membership = Membership { teams: &teams, hidden: HiddenTeams::Empty };
        let name = |login| membership.person(&people, login).map(|person| person.name);
        assert_eq!(name("ann"), Some("Ann".into()));
        assert_eq!(name("eve"), Some("@eve".into()));
        assert_eq!(name("ann2"), None);
        assert_eq!(name("renovate"), None);
    }

    #[test]
    fn an_unknown_team_has_nobody_or_everybody_in_it() {
        let team = OwnerHandle("@acme/net".into());
        let mut teams = Teams::default();
        teams.unknown.insert(team, ForgeError::Settings("no".into()));
        let under = |hidden| Membership { teams: &teams, hidden }.teams_of("ann");
        assert!(under(HiddenTeams::Empty).is_empty());
        assert_eq!(under(HiddenTeams::Everyone), ["@acme/net"]);
    }
}
