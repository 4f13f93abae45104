//! The roles and bindings that every API server creates by itself (`bootstrappolicy`).
//!
//! In: a Kubernetes version. Out: its [`Bootstrap`]. Never: additions of a distribution, such as the bindings of
//! kubeadm.
//!
//! `bootstrap.json` is written by `tools/embed-roles.py`, which describes it. The API server restores its defaults at
//! every start and keeps additions, so a role of a repository with the name of one of these grants what both grant.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::binding::{RoleReference, Subject};
use super::rule::PolicyRule;
use crate::KubernetesVersion;

/// Labels of an object, or those that a selector asks for.
pub type RoleLabels = BTreeMap<String, String>;

/// A role of the API server.
#[derive(Debug)]
pub struct BuiltInRole {
    /// Its namespace; `None` for a ClusterRole.
    pub namespace: Option<Box<str>>,
    /// Its name.
    pub name: Box<str>,
    /// Its labels. Every ClusterRole has `kubernetes.io/bootstrapping: rbac-defaults`.
    pub labels: RoleLabels,
    /// The labels of the roles that it aggregates.
    pub selectors: Vec<RoleLabels>,
    /// Its own rules.
    pub rules: Vec<Arc<PolicyRule>>,
}

/// A binding of the API server.
#[derive(Debug)]
pub struct BuiltInBinding {
    /// Its namespace; `None` for a ClusterRoleBinding.
    pub namespace: Option<Box<str>>,
    /// Its name.
    pub name: Box<str>,
    /// The role.
    pub role: RoleReference,
    /// The subjects that have it.
    pub subjects: Vec<Subject>,
}

/// The roles and bindings of one version.
#[derive(Debug, Default)]
pub struct Bootstrap {
    /// Cluster roles, controller roles, and the roles of `kube-system` and `kube-public`.
    pub roles: Vec<BuiltInRole>,
    /// The bindings of these roles.
    pub bindings: Vec<BuiltInBinding>,
}

/// The first and last minor version.
type Span = [u8; 2];

#[derive(Deserialize)]
struct RawRule(Span, Vec<Box<str>>, Vec<Box<str>>, Vec<Box<str>>, Vec<Box<str>>, Vec<Box<str>>);

#[derive(Deserialize)]
struct RawRole(Box<str>, Box<str>, RoleLabels, Vec<RoleLabels>, Span, Vec<RawRule>);

#[derive(Deserialize)]
struct RawBinding(Box<str>, Box<str>, Span, Box<str>, Box<str>, Vec<[Box<str>; 3]>);

#[derive(Default, Deserialize)]
struct Raw {
    roles: Vec<RawRole>,
    bindings: Vec<RawBinding>,
}

/// The number of embedded versions.
const VERSIONS: usize = 13;

impl Bootstrap {
    /// Returns the roles and bindings of a version. A test checks the embedded list. A damaged list is empty, and
    /// bindings to its roles then grant something unknown, which is reported.
    pub fn of(version: KubernetesVersion) -> &'static Self {
        static MADE: [OnceLock<Bootstrap>; VERSIONS] = [const { OnceLock::new() }; VERSIONS];
        static NOTHING: Bootstrap = Bootstrap { roles: Vec::new(), bindings: Vec::new() };
        let index = version.minor().checked_sub(KubernetesVersion::OLDEST.minor());
        let cell = index.and_then(|index| MADE.get(usize::from(index)));
        cell.map_or(&NOTHING, |cell| cell.get_or_init(|| Self::read(version.minor())))
    }

    fn read(minor: u8) -> Self {
        static RAW: OnceLock<Raw> = OnceLock::new();
        let raw =
            RAW.get_or_init(|| serde_json::from_str(include_str!("bootstrap.json")).unwrap_or_default());
        let roles = raw.roles.iter().filter(|RawRole(.., span, _)| holds(*span, minor));
        let bindings = raw.bindings.iter().filter(|RawBinding(_, _, span, ..)| holds(*span, minor));
        Self {
            roles: roles.map(|raw| convert_role(raw, minor)).collect(),
            bindings: bindings.map(convert_binding).collect(),
        }
    }
}

fn holds([first, last]: Span, minor: u8) -> bool {
    (first..=last).contains(&minor)
}

fn namespace(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}

fn convert_role(RawRole(folder, name, labels, selectors, _, rules): &RawRole, minor: u8) -> BuiltInRole {
    let rules = rules.iter().filter(|RawRule(span, ..)| holds(*span, minor)).map(convert_rule);
    BuiltInRole {
        namespace: namespace(folder),
        name: name.clone(),
        labels: labels.clone(),
        selectors: selectors.clone(),
        rules: rules.map(Arc::new).collect(),
    }
}

fn convert_rule(
    RawRule(_, verbs, api_groups, resources, resource_names, non_resource_urls): &RawRule,
) -> PolicyRule {
    PolicyRule {
        verbs: verbs.clone(),
        api_groups: api_groups.clone(),
        resources: resources.clone(),
        resource_names: resource_names.clone(),
        non_resource_urls: non_resource_urls.clone(),
    }
}

fn convert_binding(RawBinding(folder, name, _, kind, role, subjects): &RawBinding) -> BuiltInBinding {
    let role = match &**kind {
        "Role" => RoleReference::Role(role.clone()),
        _ => RoleReference::ClusterRole(role.clone()),
    };
    let subject = |[kind, namespace, name]: &[Box<str>; 3]| match &**kind {
        "Group" => Subject::Group(name.clone()),
        "ServiceAccount" => Subject::ServiceAccount { namespace: namespace.clone(), name: name.clone() },
        _ => Subject::user(name),
    };
    BuiltInBinding {
        namespace: namespace(folder),
        name: name.clone(),
        role,
        subjects: subjects.iter().map(subject).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(version: KubernetesVersion, namespace: Option<&str>) -> Vec<&'static str> {
        let roles = Bootstrap::of(version).roles.iter();
        roles.filter(|role| role.namespace.as_deref() == namespace).map(|role| &*role.name).collect()
    }

    #[test]
    fn every_version_has_its_roles() {
        for version in KubernetesVersion::all() {
            let cluster = names(version, None);
            for name in ["cluster-admin", "admin", "edit", "view", "system:auth-delegator"] {
                assert!(cluster.contains(&name), "{version} {name}");
            }
            assert!(cluster.contains(&"system:controller:clusterrole-aggregation-controller"), "{version}");
            assert!(
                names(version, Some("kube-system")).contains(&"extension-apiserver-authentication-reader")
            );
        }
        let newest = names(KubernetesVersion::NEWEST, None);
        assert!(newest.contains(&"system:cluster-trust-bundle-discovery"));
        assert!(!names(KubernetesVersion::OLDEST, None).contains(&"system:cluster-trust-bundle-discovery"));
    }

    #[test]
    fn every_cluster_role_has_the_label_of_the_defaults() {
        let roles = &Bootstrap::of(KubernetesVersion::NEWEST).roles;
        let labelled = |role: &&BuiltInRole| {
            role.labels.get("kubernetes.io/bootstrapping").map(String::as_str) == Some("rbac-defaults")
        };
        assert_eq!(roles.iter().filter(labelled).count(), roles.len());
    }

    #[test]
    fn everybody_may_read_the_version() {
        let bindings = &Bootstrap::of(KubernetesVersion::NEWEST).bindings;
        let public = bindings.iter().find(|binding| &*binding.name == "system:public-info-viewer").unwrap();
        assert!(public.subjects.contains(&Subject::Group("system:unauthenticated".into())));
    }
}
