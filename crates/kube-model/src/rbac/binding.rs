//! Bindings of roles to subjects.

use std::fmt;

use super::{OPENSHIFT, is_rbac_group};
use kube_manifest::{Node, Object};

/// A subject that can be granted something (`AppliesTo` of the API server's rule resolver).
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
    /// A subject whose kind or name is not known, as written.
    Unknown(Box<str>),
    /// Every subject that has a role by a binding outside the repository.
    BoundTo(RoleReference),
}

impl Subject {
    /// Reads a subject of a binding in a namespace. Returns `None` for a subject that the API server refuses. The
    /// kinds `SystemUser` and `SystemGroup` are OpenShift's.
    pub fn of(node: &Node, binding_namespace: Option<&str>) -> Option<Self> {
        if let Some(text) = unknown_text(node, &["kind", "name"]) {
            return Some(Self::Unknown(text));
        }
        let name = node.text_at(&["name"])?;
        match node.text_at(&["kind"])? {
            "User" | "SystemUser" => Some(Self::user(name)),
            "Group" | "SystemGroup" => Some(Self::Group(name.into())),
            "ServiceAccount" => {
                let own = node.get("namespace").and_then(Node::spelling);
                let namespace = own.or(binding_namespace).unwrap_or_default();
                Some(Self::ServiceAccount { namespace: namespace.into(), name: name.into() })
            }
            _ => None,
        }
    }

    /// Returns the user of a name, which may be that of a service account.
    pub fn user(name: &str) -> Self {
        let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        match account {
            Some((namespace, name)) => {
                Self::ServiceAccount { namespace: namespace.into(), name: name.into() }
            }
            None => Self::User(name.into()),
        }
    }

    /// Returns the groups that it belongs to implicitly.
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
            Self::Group(_) | Self::Unknown(_) | Self::BoundTo(_) => Vec::new(),
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
            Self::Unknown(text) => write!(formatter, "Somebody ({text} is not known)"),
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
    /// A role whose kind or name is not known, as written. It may be any.
    Unknown(Box<str>),
}

impl fmt::Display for RoleReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClusterRole(name) => write!(formatter, "ClusterRole {name}"),
            Self::Role(name) => write!(formatter, "Role {name}"),
            Self::Unknown(text) => write!(formatter, "the role {text}"),
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
    /// Reads OpenShift's `roleRef`, which has no kind: one with a namespace names a Role, one without a ClusterRole.
    fn read_openshift_role(object: &Object, name: &str) -> Option<RoleReference> {
        let of_openshift = object.group() == OPENSHIFT;
        let local = object.at(&["roleRef", "namespace"]).is_some();
        let role =
            if local { RoleReference::Role(name.into()) } else { RoleReference::ClusterRole(name.into()) };
        of_openshift.then_some(role)
    }

    /// Reads a binding. Returns `None` for any other object. A `roleRef` whose kind is absent or unknown is refused by
    /// the API server and grants nothing.
    pub fn of(object: &'a Object, namespace: Option<&str>) -> Option<Self> {
        let is_binding = matches!(&*object.kind, "RoleBinding" | "ClusterRoleBinding");
        if !is_rbac_group(object.group()) || !is_binding {
            return None;
        }
        let (role, role_node) = Self::read_role(object)?;
        let nodes = object.at(&["subjects"]);
        let items = nodes.map(Node::items).unwrap_or_default();
        let mut subjects: Vec<_> =
            items.iter().filter_map(|node| Some((read_subject(node, namespace)?, node))).collect();
        let unknown = nodes.filter(|nodes| nodes.is_unknown());
        subjects.extend(unknown.and_then(|nodes| Some((read_subject(nodes, namespace)?, nodes))));
        subjects.extend(Self::read_openshift_names(object));
        Some(Self { subjects, role, role_node })
    }

    fn read_role(object: &'a Object) -> Option<(RoleReference, &'a Node)> {
        let reference = object.at(&["roleRef"])?;
        if reference.is_unknown() {
            return Some((RoleReference::Unknown(reference.spelling()?.into()), reference));
        }
        let role_node = reference.get("name")?;
        if let Some(text) = unknown_text(reference, &["kind", "name"]) {
            return Some((RoleReference::Unknown(text), role_node));
        }
        let name = role_node.as_str()?;
        let role = match reference.get("kind").and_then(Node::as_str) {
            Some("ClusterRole") => RoleReference::ClusterRole(name.into()),
            Some("Role") => RoleReference::Role(name.into()),
            Some(_) => return None,
            None => Self::read_openshift_role(object, name)?,
        };
        Some((role, role_node))
    }

    /// Reads `userNames` and `groupNames`, which count beside `subjects` in OpenShift's own bindings (`BuildSubjects`
    /// of openshift/apiserver-library-go).
    fn read_openshift_names(object: &'a Object) -> Vec<(Subject, &'a Node)> {
        if object.group() != OPENSHIFT {
            return Vec::new();
        }
        let names = |key: &str| object.at(&[key]).map(Node::items).unwrap_or_default();
        let users = names("userNames").iter().filter_map(|node| Some((Subject::user(node.as_str()?), node)));
        let groups = names("groupNames").iter();
        users.chain(groups.filter_map(|node| Some((Subject::Group(node.as_str()?.into()), node)))).collect()
    }
}

fn read_subject(node: &Node, namespace: Option<&str>) -> Option<Subject> {
    unknown(node).or_else(|| Subject::of(node, namespace))
}

/// Returns an unknown value as a subject.
pub(super) fn unknown(node: &Node) -> Option<Subject> {
    node.spelling().filter(|_| node.is_unknown()).map(|text| Subject::Unknown(text.into()))
}

/// Returns the texts of some keys, if one of them is unknown.
fn unknown_text(node: &Node, keys: &[&str]) -> Option<Box<str>> {
    let values: Vec<&Node> = keys.iter().filter_map(|key| node.get(key)).collect();
    let texts: Vec<&str> = values.iter().filter_map(|value| value.spelling()).collect();
    values.iter().any(|value| value.is_unknown()).then(|| texts.join(" ").into())
}
