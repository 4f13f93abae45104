//! The approvals that a line of an owners file asks for, and how far they are met.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::OwnerHandle;
use source_files::RepoPath;

/// The changes that a requirement is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum BoundChanges {
    /// Every change.
    #[default]
    Every,
    /// A change that is pushed to the branch, and not one that a merge request brings: an optional section of GitLab
    /// ("Optional sections" in its documentation).
    DirectPush,
}

/// The approval that one line demands of a path. Every requirement of a path must be met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The file that makes it.
    pub file: RepoPath,
    /// The number of the line, from 1.
    pub line: u32,
    /// The section that the line is in, if the dialect has sections.
    pub section: Option<Box<str>>,
    /// The pattern as written.
    pub pattern: Box<str>,
    /// The owners who may approve.
    pub owners: Vec<OwnerHandle>,
    /// The number of approvals: 1, or the number of a GitLab section.
    pub count: usize,
    /// The changes that it is for.
    pub binding: BoundChanges,
}

/// A person who signed a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name in the policy. It represents the person, however many keys they have.
    pub name: String,
    /// Accounts, teams, roles and e-mail addresses, as CODEOWNERS writes them.
    pub handles: Vec<String>,
}

/// The listed owners who must approve.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum RequiredOwners {
    /// As many as are required, no matter which.
    #[default]
    Any,
    /// Every listed owner. For a team, one person is enough.
    All,
}

/// The approvals that the policy asks for beyond the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyDemand {
    /// The minimum number of approvals by different people.
    pub approvals: usize,
    /// The owners who must give them.
    pub owners: RequiredOwners,
    /// The number of different teams among the owners. Each team needs a person of its own.
    pub distinct_teams: usize,
}

/// The progress of approvals towards a requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// The owners who approved.
    pub approved_by: Vec<String>,
    /// The least number of approvals that are still missing. 0 if the requirement is met.
    pub missing: usize,
    /// The owners who must still approve, if all of them have to.
    pub awaited: Vec<OwnerHandle>,
    /// The number of further teams that must still approve.
    pub teams: usize,
}

impl PolicyDemand {
    /// Describes the demand beyond the number, as a suffix of it. Empty if there is nothing.
    pub fn wording(&self) -> String {
        let all = match self.owners {
            RequiredOwners::Any => "",
            RequiredOwners::All => ", of every listed owner",
        };
        match self.distinct_teams {
            0 => all.to_owned(),
            1 => format!("{all}, of a team"),
            teams => format!("{all}, of {teams} different teams"),
        }
    }
}

impl Requirement {
    /// Returns true if both ask the same of the same people, wherever they are written.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.section == other.section
            && self.owners == other.owners
            && self.count == other.count
            && self.binding == other.binding
    }

    /// Returns the number of approvals that the file and the policy ask for together.
    pub fn needed(&self, demand: &PolicyDemand) -> usize {
        self.count.max(demand.approvals).max(demand.distinct_teams)
    }

    /// Computes how far approvals meet the requirement. One person counts once, whatever handles they have.
    pub fn measure_progress(&self, demand: &PolicyDemand, approvers: &[Approver]) -> Progress {
        let owning: Vec<&Approver> =
            approvers.iter().filter(|approver| self.owners.iter().any(|owner| approver.is(owner))).collect();
        let names: BTreeSet<&str> = owning.iter().map(|approver| approver.name.as_str()).collect();
        let awaited: Vec<OwnerHandle> = match demand.owners {
            RequiredOwners::Any => Vec::new(),
            RequiredOwners::All => {
                self.owners.iter().filter(|owner| !is_held(owner, &owning)).cloned().collect()
            }
        };
        let teams = demand.distinct_teams.saturating_sub(self.count_covered_teams(&owning));
        let approvals = self.needed(demand).saturating_sub(names.len());
        Progress {
            approved_by: names.into_iter().map(str::to_owned).collect(),
            missing: approvals.max(teams).max(usize::from(!awaited.is_empty())),
            awaited,
            teams,
        }
    }

    /// Counts the teams that can be given a person of their own. This is the largest matching of teams and persons,
    /// grown one team at a time.
    fn count_covered_teams(&self, approvers: &[&Approver]) -> usize {
        let mut teams: Vec<&OwnerHandle> = Vec::new();
        for team in self.owners.iter().filter(|owner| owner.is_team()) {
            if teams.iter().all(|known| !known.is(&team.0)) {
                teams.push(team);
            }
        }
        let mut places: Vec<(&str, Option<usize>)> = Vec::new();
        for approver in approvers {
            if places.iter().all(|(name, _)| *name != approver.name) {
                places.push((&approver.name, None));
            }
        }
        let member = |team: usize, name: &str| {
            let held = |team: &&OwnerHandle| approvers.iter().any(|one| one.name == name && one.is(team));
            teams.get(team).is_some_and(held)
        };
        (0..teams.len())
            .filter(|team| assign_person(*team, &member, &mut places, &mut BTreeSet::new()))
            .count()
    }
}

/// Gives a team a person, and moves other teams to persons who are still free. The depth is at most the number of
/// persons, because each is asked once.
fn assign_person(
    team: usize,
    member: &dyn Fn(usize, &str) -> bool,
    places: &mut Vec<(&str, Option<usize>)>,
    asked: &mut BTreeSet<usize>,
) -> bool {
    for person in 0..places.len() {
        let Some((name, taken)) = places.get(person).copied() else { continue };
        if !member(team, name) || !asked.insert(person) {
            continue;
        }
        if taken.is_none_or(|other| assign_person(other, member, places, asked)) {
            if let Some(place) = places.get_mut(person) {
                place.1 = Some(team);
            }
            return true;
        }
    }
    false
}

impl Approver {
    /// Returns true if one of the handles means this owner.
    pub fn is(&self, owner: &OwnerHandle) -> bool {
        self.handles.iter().any(|handle| owner.is(handle))
    }

    /// Returns each person once, however often they signed.
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

fn is_held(owner: &OwnerHandle, approvers: &[&Approver]) -> bool {
    approvers.iter().any(|approver| approver.is(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(owners: &[&str], count: usize) -> Requirement {
        Requirement {
            file: RepoPath::new("CODEOWNERS"),
            line: 1,
            section: None,
            pattern: "*".into(),
            owners: owners.iter().map(|owner| OwnerHandle((*owner).into())).collect(),
            count,
            binding: BoundChanges::Every,
        }
    }

    fn approver(name: &str, handles: &[&str]) -> Approver {
        let handles = handles.iter().map(|handle| (*handle).to_owned()).collect();
        Approver { name: name.into(), handles }
    }

    fn demand(approvals: usize, owners: RequiredOwners, distinct_teams: usize) -> PolicyDemand {
        PolicyDemand { approvals, owners, distinct_teams }
    }

    #[test]
    fn persons_are_counted_and_not_handles() {
        let two = demand(2, RequiredOwners::Any, 0);
        let rule = requirement(&["@ann", "@acme/web", "bob@example.com"], 1);
        let ann = approver("Ann", &["@Ann", "@ACME/web"]);
        assert_eq!(rule.measure_progress(&two, &[ann.clone(), ann.clone()]).missing, 1);
        assert_eq!(
            rule.measure_progress(&two, &[ann.clone(), approver("Bob", &["Bob@example.com"])]).missing,
            1
        );
        let met = rule.measure_progress(&two, &[ann, approver("Bob", &["bob@example.com"])]);
        assert_eq!((met.missing, met.approved_by), (0, vec!["Ann".to_owned(), "Bob".to_owned()]));
    }

    #[test]
    fn the_higher_of_file_and_policy_counts() {
        let one = demand(1, RequiredOwners::Any, 0);
        assert_eq!(
            requirement(&["@ann"], 3).measure_progress(&one, &[approver("Ann", &["@ann"])]).missing,
            2
        );
        assert_eq!(requirement(&[], 1).measure_progress(&one, &[approver("Ann", &["@ann"])]).missing, 1);
    }

    #[test]
    fn all_owners_are_waited_for() {
        let rule = requirement(&["@ann", "@bob", "@acme/web"], 1);
        let all = demand(1, RequiredOwners::All, 0);
        let progress = rule.measure_progress(&all, &[approver("Ann", &["@ann", "@acme/web"])]);
        assert_eq!((progress.missing, progress.awaited), (1, vec![OwnerHandle("@bob".into())]));
        let both = [approver("Ann", &["@ann", "@acme/web"]), approver("Bob", &["@bob"])];
        assert_eq!(rule.measure_progress(&all, &both).missing, 0);
    }

    #[test]
    fn two_teams_need_two_persons() {
        let rule = requirement(&["@acme/web", "@acme/net", "@ann"], 1);
        let teams = demand(1, RequiredOwners::Any, 2);
        let ann = approver("Ann", &["@acme/web", "@acme/net"]);
        let progress = rule.measure_progress(&teams, std::slice::from_ref(&ann));
        assert_eq!((progress.missing, progress.teams), (1, 1));
        let lone = approver("Eve", &["@ann"]);
        assert_eq!(rule.measure_progress(&teams, &[ann.clone(), lone]).teams, 1);
        // Bob can only speak for the team that Ann would be asked for first.
        for team in ["@acme/web", "@acme/net"] {
            assert_eq!(
                rule.measure_progress(&teams, &[ann.clone(), approver("Bob", &[team])]).missing,
                0,
                "{team}"
            );
            assert_eq!(
                rule.measure_progress(&teams, &[approver("Bob", &[team]), ann.clone()]).missing,
                0,
                "{team}"
            );
        }
        let twice = requirement(&["@acme/web", "@ACME/web"], 1);
        let both = [approver("Ann", &["@acme/web"]), approver("Bob", &["@acme/web"])];
        assert_eq!(twice.measure_progress(&teams, &both).teams, 1, "one team in two spellings");
        assert_eq!(requirement(&["@acme/web"], 1).measure_progress(&teams, &[ann]).teams, 1);
    }
}
