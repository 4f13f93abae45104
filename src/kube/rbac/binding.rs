//! Bindings: who gets which role.

use std::fmt;

use super::{OPENSHIFT, is_rbac_group};
use crate::manifest::{Node, Object};

/// Somebody who can be granted something (`AppliesTo` of the API server's rule resolver).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A user, by exact name.
    User(Box<str>),
    /// A group.
    Group(Box<str>),
    /// A service account; `User system:serviceaccount:<namespace>:<name>` is the same.
    ServiceAccount {
        /// Its namespace.
        namespace: Box<str>,
        /// Its name.
        name: Box<str>,
    },
    /// Every subject that has a role by a binding which is not in the repository.
    BoundTo(RoleReference),
}

impl Subject {
    /// Reads a subject of a binding in a namespace; `None` for what the API server refuses. The kinds
    /// `SystemUser` and `SystemGroup` are OpenShift's.
    pub fn of(node: &Node, binding_namespace: Option<&str>) -> Option<Self> {
        let name = node.text_at(&["name"])?;
        match node.text_at(&["kind"])? {
            "User" | "SystemUser" => Some(Self::user(name)),
            "Group" | "SystemGroup" => Some(Self::Group(name.into())),
            "ServiceAccount" => {
                let namespace = node.text_at(&["namespace"]).or(binding_namespace).unwrap_or_default();
                Some(Self::ServiceAccount { namespace: namespace.into(), name: name.into() })
            }
            _ => None,
        }
    }

    /// A user by name, which may be that of a service account.
    pub fn user(name: &str) -> Self {
        let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        match account {
            Some((namespace, name)) => {
                Self::ServiceAccount { namespace: namespace.into(), name: name.into() }
            }
            None => Self::User(name.into()),
        }
    }

    /// The groups that it belongs to without being told.
    pub fn implied_groups(&self) -> Vec<Self> {
        let group = |name: &str| Self::Group(name.into());
        match self {
            Self::ServiceAccount { namespace, .. } => vec![
                group("system:authenticated"),
                group("system:serviceaccounts"),
                group(&format!("system:serviceaccounts:{namespace}")),
            ],
            Self::User(name) if &**name == "system:anonymous" => vec![group("system:unauthenticated")],
            Self::User(_) => vec![group("system:authenticated")],
            Self::Group(name) if name.starts_with("system:serviceaccounts:") => {
                vec![group("system:authenticated"), group("system:serviceaccounts")]
            }
            Self::Group(name) if &**name == "system:serviceaccounts" => vec![group("system:authenticated")],
            Self::Group(_) | Self::BoundTo(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(formatter, "User {name}"),
            Self::Group(name) => write!(formatter, "Group {name}"),
            Self::ServiceAccount { namespace, name } => {
                write!(formatter, "ServiceAccount {namespace}/{name}")
            }
            Self::BoundTo(role) => write!(formatter, "Every subject bound to {role}"),
        }
    }
}

/// The role that a binding names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleReference {
    /// A ClusterRole.
    ClusterRole(Box<str>),
    /// A Role of the binding's own namespace.
    Role(Box<str>),
}

impl fmt::Display for RoleReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClusterRole(name) => write!(formatter, "ClusterRole {name}"),
            Self::Role(name) => write!(formatter, "Role {name}"),
        }
    }
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug)]
pub struct Binding<'a> {
    /// Its subjects, with the nodes that name them.
    pub subjects: Vec<(Subject, &'a Node)>,
    /// The role.
    pub role: RoleReference,
    /// The node that names the role.
    pub role_node: &'a Node,
}

impl<'a> Binding<'a> {
    /// OpenShift's `roleRef` has no kind: one with a namespace names a Role, one without a ClusterRole.
    fn openshift_role(object: &Object, name: &str) -> Option<RoleReference> {
        let of_openshift = object.group() == OPENSHIFT;
        let local = object.at(&["roleRef", "namespace"]).is_some();
        let role =
            if local { RoleReference::Role(name.into()) } else { RoleReference::ClusterRole(name.into()) };
        of_openshift.then_some(role)
    }

    /// Reads a binding; `None` for any other object. A `roleRef` whose kind is absent or unknown is
    /// refused by the API server and grants nothing.
    pub fn of(object: &'a Object, namespace: Option<&str>) -> Option<Self> {
        let is_binding = matches!(&*object.kind, "RoleBinding" | "ClusterRoleBinding");
        if !is_rbac_group(object.group()) || !is_binding {
            return None;
        }
        let role_node = object.at(&["roleRef", "name"])?;
        let name = role_node.as_str()?;
        let role = match object.at(&["roleRef", "kind"]).and_then(Node::as_str) {
            Some("ClusterRole") => RoleReference::ClusterRole(name.into()),
            Some("Role") => RoleReference::Role(name.into()),
            Some(_) => return None,
            None => Self::openshift_role(object, name)?,
        };
        let nodes = object.at(&["subjects"]).map(Node::items).unwrap_or_default();
        let mut subjects: Vec<_> =
            nodes.iter().filter_map(|node| Some((Subject::of(node, namespace)?, node))).collect();
        subjects.extend(Self::named_by_openshift(object));
        Some(Self { subjects, role, role_node })
    }

    /// `userNames` and `groupNames`, which count beside `subjects` in OpenShift's own bindings
    /// (`BuildSubjects` of openshift/apiserver-library-go).
    fn named_by_openshift(object: &'a Object) -> Vec<(Subject, &'a Node)> {
        if object.group() != OPENSHIFT {
            return Vec::new();
        }
        let names = |key: &str| object.at(&[key]).map(Node::items).unwrap_or_default();
        let users = names("userNames").iter().filter_map(|node| Some((Subject::user(node.as_str()?), node)));
        let groups = names("groupNames").iter();
        users.chain(groups.filter_map(|node| Some((Subject::Group(node.as_str()?.into()), node)))).collect()
    }
}
