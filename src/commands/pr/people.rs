//! Which persons the accounts of a forge are, and which teams they are in.

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::approver_of_account;
use crate::host::ForgeError;
use crate::host::api::Forge;
use crate::policy::PersonEntry;
use codeowners::{Approver, OwnerHandle};

/// The accounts of teams, as far as the forge tells.
#[derive(Debug, Default)]
pub(super) struct Teams {
    known: BTreeMap<OwnerHandle, Vec<String>>,
    unknown: BTreeMap<OwnerHandle, ForgeError>,
}

/// How a team is taken whose accounts the forge does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No one is in it.
    Nobody,
    /// Everyone is: what fails even then does not depend on it.
    Everybody,
}

impl Teams {
    /// Asks for every team among those who are asked to approve.
    pub(super) fn ask(forge: &dyn Forge, asked: &BTreeSet<OwnerHandle>) -> Self {
        let mut teams = Self::default();
        for team in asked.iter().filter(|handle| forge.may_be_team(handle)) {
            match forge.team(team) {
                Ok(accounts) => teams.known.insert(team.clone(), accounts).map_or((), drop),
                Err(error) => teams.unknown.insert(team.clone(), error).map_or((), drop),
            }
        }
        teams
    }

    /// The teams whose accounts the forge does not tell, each with the reason.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&OwnerHandle, &ForgeError)> {
        self.unknown.iter()
    }

    /// Everyone who is in a known team.
    pub(super) fn candidates(&self, people: &[PersonEntry]) -> Vec<Approver> {
        let accounts: BTreeSet<&String> = self.known.values().flatten().collect();
        accounts.into_iter().filter_map(|login| person(people, login, self, Doubt::Nobody)).collect()
    }

    /// The teams of an account.
    fn of(&self, login: &str, doubt: Doubt) -> Vec<String> {
        let has = |accounts: &Vec<String>| accounts.iter().any(|account| account.eq_ignore_ascii_case(login));
        let known = self.known.iter().filter(|(_, accounts)| has(accounts)).map(|(team, _)| team);
        let doubted = self.unknown.keys().filter(|_| doubt == Doubt::Everybody);
        known.chain(doubted).map(ToString::to_string).collect()
    }
}

/// The person behind an account: the policy's, or the account itself if the policy knows no one by it.
/// `None` for a program, and where several people claim the account.
pub(super) fn person(people: &[PersonEntry], login: &str, teams: &Teams, doubt: Doubt) -> Option<Approver> {
    approver_of_account(people, &format!("@{login}"), &teams.of(login, doubt))
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
        let person = |login| person(&people, login, &Teams::default(), Doubt::Nobody);
        assert_eq!(person("ann").map(|person| person.name), Some("Ann".into()));
        assert_eq!(person("eve").map(|person| person.name), Some("@eve".into()));
        assert_eq!(person("ann2"), None);
        assert_eq!(person("renovate"), None);
    }

    #[test]
    fn an_unknown_team_has_nobody_or_everybody_in_it() {
        let team = OwnerHandle("@acme/net".into());
        let mut teams = Teams::default();
        teams.unknown.insert(team, ForgeError::Settings("no".into()));
        assert!(teams.of("ann", Doubt::Nobody).is_empty());
        assert_eq!(teams.of("ann", Doubt::Everybody), ["@acme/net"]);
    }
}
