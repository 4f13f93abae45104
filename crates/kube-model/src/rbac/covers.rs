//! Kubernetes' own relation between grants: `Covers` of
//! `component-helpers/auth/rbac/validation/policy_comparator.go`. Every atom of the new rule must be
//! covered by one owned rule; an enumeration never covers a wildcard.

use super::rule::{Atom, PolicyRule};

/// Returns the atoms of `wanted` that no rule of `owned` covers.
pub fn find_uncovered(owned: &[&PolicyRule], wanted: &PolicyRule) -> Vec<Atom> {
    // Most rules of a repository are in both worlds. A rule covers itself, so its atoms need not be counted.
    if owned.contains(&wanted) {
        return Vec::new();
    }
    let covered = |atom: &Atom| owned.iter().any(|rule| covers(rule, atom));
    wanted.atoms().into_iter().filter(|atom| !covered(atom)).collect()
}

fn covers(rule: &PolicyRule, atom: &Atom) -> bool {
    match atom {
        Atom::Resource { verb, group, resource, name } => {
            has(&rule.verbs, verb)
                && has(&rule.api_groups, group)
                && has_resource(&rule.resources, resource)
                && has_name(&rule.resource_names, name.as_deref())
        }
        Atom::Url { verb, url } => {
            has(&rule.verbs, verb) && rule.non_resource_urls.iter().any(|owned| has_url(owned, url))
        }
    }
}

fn has(owned: &[Box<str>], wanted: &str) -> bool {
    owned.iter().any(|owned| &**owned == "*" || &**owned == wanted)
}

/// Returns true if a resource is covered. `*` covers everything, `*/sub` every subresource of that name. There are no
/// other wildcards.
fn has_resource(owned: &[Box<str>], wanted: &str) -> bool {
    let of_all = wanted.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
    has(owned, wanted) || of_all.is_some_and(|of_all| owned.iter().any(|owned| **owned == *of_all))
}

fn has_name(owned: &[Box<str>], wanted: Option<&str>) -> bool {
    owned.is_empty() || wanted.is_some_and(|wanted| owned.iter().any(|owned| &**owned == wanted))
}

fn has_url(owned: &str, wanted: &str) -> bool {
    owned == wanted || owned.strip_suffix('*').is_some_and(|prefix| wanted.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]) -> PolicyRule {
        let list = |items: &[&str]| items.iter().map(|item| Box::from(*item)).collect();
        PolicyRule {
            verbs: list(verbs),
            api_groups: list(groups),
            resources: list(resources),
            resource_names: list(names),
            non_resource_urls: Vec::new(),
        }
    }

    fn is_covered(owned: &[PolicyRule], wanted: &PolicyRule) -> bool {
        find_uncovered(&owned.iter().collect::<Vec<_>>(), wanted).is_empty()
    }

    #[test]
    fn the_relation_is_kubernetes_own() {
        let all_pods = rule(&["*"], &[""], &["pods"], &[]);
        assert!(is_covered(std::slice::from_ref(&all_pods), &rule(&["get"], &[""], &["pods"], &["a"])));
        assert!(!is_covered(
            &[rule(&["get"], &[""], &["pods"], &["a"])],
            &rule(&["get"], &[""], &["pods"], &[])
        ));
        assert!(!is_covered(
            &[rule(&["get", "list"], &[""], &["pods"], &[])],
            &rule(&["*"], &[""], &["pods"], &[])
        ));
        assert!(is_covered(
            &[rule(&["get"], &[""], &["*/log"], &[])],
            &rule(&["get"], &[""], &["pods/log"], &[])
        ));
        assert!(!is_covered(
            &[rule(&["get"], &[""], &["pods/*"], &[])],
            &rule(&["get"], &[""], &["pods/log"], &[])
        ));
        let halves = [rule(&["get"], &[""], &["pods"], &[]), rule(&["list"], &[""], &["pods"], &[])];
        assert!(is_covered(&halves, &rule(&["get", "list"], &[""], &["pods"], &[])));
    }
}
