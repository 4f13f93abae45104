//! OpenShift's groups of users.
//!
//! In: an object. Out: its [`Members`]. Never: groups that an identity provider keeps.

use super::binding::{Subject, unknown};
use kube_manifest::{Node, Object};

/// The API group of OpenShift's users and groups.
pub const GROUPS: &str = "user.openshift.io";

/// A `Group` of `user.openshift.io/v1`.
#[derive(Debug)]
pub struct Members<'a> {
    /// The group, as bindings name it.
    pub group: Subject,
    /// The users in it, with the nodes that name them.
    pub users: Vec<(Subject, &'a Node)>,
}

impl<'a> Members<'a> {
    /// Reads a group. Returns `None` for any other object.
    pub fn of(object: &'a Object) -> Option<Self> {
        if object.group() != GROUPS || &*object.kind != "Group" {
            return None;
        }
        let users = object.at(&["users"]).map(Node::items).unwrap_or_default();
        let user = |node: &Node| node.as_str().map(Subject::user).or_else(|| unknown(node));
        let users = users.iter().filter_map(|node| Some((user(node)?, node))).collect();
        Some(Self { group: Subject::Group(object.name.clone()), users })
    }
}
