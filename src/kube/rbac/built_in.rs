//! The cluster roles that every API server makes (`bootstrappolicy`), written by
//! `tools/embed-roles.py`. A service account bound to one of them gains what is listed here.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::rule::PolicyRule;

type RawRule = [Vec<Box<str>>; 5];

#[derive(Deserialize)]
struct RawRole(Box<str>, BTreeMap<String, String>, Vec<BTreeMap<String, String>>, Vec<RawRule>);

/// A role of the API server.
#[derive(Debug)]
pub struct BuiltInRole {
    /// Its name.
    pub name: Box<str>,
    /// Its aggregation labels.
    pub labels: BTreeMap<String, String>,
    /// The labels of the roles that it aggregates.
    pub selectors: Vec<BTreeMap<String, String>>,
    /// Its own rules.
    pub rules: Vec<PolicyRule>,
}

/// Every built-in cluster role. The embedded list is checked by a test; a damaged one is empty, and
/// then bindings to its roles grant something unknown, which is reported.
pub fn built_in_roles() -> &'static [BuiltInRole] {
    static ROLES: OnceLock<Vec<BuiltInRole>> = OnceLock::new();
    ROLES.get_or_init(|| {
        let raw: Vec<RawRole> = serde_json::from_str(include_str!("builtin-roles.json")).unwrap_or_default();
        raw.into_iter().map(built_in).collect()
    })
}

fn built_in(RawRole(name, labels, selectors, rules): RawRole) -> BuiltInRole {
    BuiltInRole { name, labels, selectors, rules: rules.into_iter().map(rule).collect() }
}

fn rule([verbs, api_groups, resources, resource_names, non_resource_urls]: RawRule) -> PolicyRule {
    PolicyRule { verbs, api_groups, resources, resource_names, non_resource_urls }
}

#[cfg(test)]
mod tests {
    use super::built_in_roles;

    #[test]
    fn the_roles_that_people_bind_are_there() {
        for name in ["cluster-admin", "admin", "edit", "view", "system:auth-delegator"] {
            assert!(built_in_roles().iter().any(|role| &*role.name == name), "{name}");
        }
    }
}
