//! Finds the fewest people who could give all missing approvals.
//!
//! In: the missing approvals, and the people who could be asked. Out: the smallest group. Never: decides anything: it
//! is advice.

use super::{Approver, OwnerHandle};

/// Approvals that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingApprovals {
    /// The owners who may give them.
    pub asked: Vec<OwnerHandle>,
    /// The number of missing approvals.
    pub missing: usize,
    /// The people who have approved already. Each counts once.
    pub approved_by: Vec<String>,
}

/// The largest group size of the exact search. A larger group need not be the smallest.
const SEARCHED: usize = 3;
/// The number of people in the exact search.
const CANDIDATES: usize = 40;

/// Finds the smallest group of candidates that meets every need, the first in their order. Returns `None` if all
/// candidates together do not meet them.
pub fn find_smallest_group<'a>(
    needs: &[MissingApprovals],
    candidates: &'a [Approver],
) -> Option<Vec<&'a Approver>> {
    let useful = |candidate: &&Approver| needs.iter().any(|need| need.counts(candidate));
    let useful: Vec<&Approver> = candidates.iter().filter(useful).collect();
    if !meets_all(needs, &useful) {
        return None;
    }
    let searched = useful.get(..useful.len().min(CANDIDATES)).unwrap_or_default();
    let found = (0..=SEARCHED).find_map(|size| search_group(needs, searched, size, &mut Vec::new()));
    Some(found.unwrap_or_else(|| drop_dispensable(needs, useful)))
}

impl MissingApprovals {
    /// Returns true if a person's approval would count.
    fn counts(&self, candidate: &Approver) -> bool {
        !self.approved_by.contains(&candidate.name) && self.asked.iter().any(|owner| candidate.is(owner))
    }
}

fn meets_all(needs: &[MissingApprovals], group: &[&Approver]) -> bool {
    needs.iter().all(|need| group.iter().filter(|person| need.counts(person)).count() >= need.missing)
}

fn search_group<'a>(
    needs: &[MissingApprovals],
    candidates: &[&'a Approver],
    size: usize,
    chosen: &mut Vec<&'a Approver>,
) -> Option<Vec<&'a Approver>> {
    if size == 0 {
        return meets_all(needs, chosen).then(|| chosen.clone());
    }
    let mut rest = candidates;
    while let Some((first, others)) = rest.split_first() {
        chosen.push(first);
        let found = search_group(needs, others, size - 1, chosen);
        chosen.pop();
        if found.is_some() {
            return found;
        }
        rest = others;
    }
    None
}

/// Removes every person that the group does not need, one after the other.
fn drop_dispensable<'a>(needs: &[MissingApprovals], mut group: Vec<&'a Approver>) -> Vec<&'a Approver> {
    let mut index = group.len();
    while index > 0 {
        index -= 1;
        let person = group.remove(index);
        if !meets_all(needs, &group) {
            group.insert(index, person);
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, handles: &[&str]) -> Approver {
        Approver { name: name.into(), handles: handles.iter().map(|handle| (*handle).to_owned()).collect() }
    }

    fn need(asked: &[&str], missing: usize) -> MissingApprovals {
        let asked = asked.iter().map(|handle| OwnerHandle((*handle).into())).collect();
        MissingApprovals { asked, missing, approved_by: vec!["Done".into()] }
    }

    fn names(needs: &[MissingApprovals], candidates: &[Approver]) -> Option<Vec<String>> {
        find_smallest_group(needs, candidates)
            .map(|group| group.into_iter().map(|person| person.name.clone()).collect())
    }

    #[test]
    fn one_who_can_do_it_all_is_named_alone() {
        let people = [person("A", &["@a"]), person("B", &["@b"]), person("C", &["@b", "@acme/a", "@a"])];
        assert_eq!(names(&[need(&["@a"], 1), need(&["@b"], 1)], &people), Some(vec!["C".into()]));
        assert_eq!(names(&[need(&["@a"], 2)], &people), Some(vec!["A".into(), "C".into()]));
        assert_eq!(names(&[need(&["@a"], 3)], &people), None);
        assert_eq!(names(&[], &people), Some(Vec::new()));
    }

    #[test]
    fn whoever_has_approved_is_not_asked_again() {
        assert_eq!(names(&[need(&["@a"], 1)], &[person("Done", &["@a"])]), None);
    }

    #[test]
    fn large_groups_have_nobody_to_spare() {
        let people: Vec<Approver> = (0..60).map(|number| person(&number.to_string(), &["@acme/a"])).collect();
        assert_eq!(names(&[need(&["@acme/a"], 7)], &people).map(|group| group.len()), Some(7));
    }
}
