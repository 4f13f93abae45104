//! The identity of an object in a cluster.

use std::fmt;

use super::builtin;
use kube_manifest::Object;

/// The name of a cluster in the policy; `default` if the policy names none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterName(Box<str>);

impl ClusterName {
    /// Names a cluster.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Returns the cluster of paths for which the policy names none.
    pub fn fallback() -> Self {
        Self::new("default")
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The identity of an object: cluster, API group, kind, effective namespace and name. The API version is not part of
/// it, and groups that serve the same storage are one (`extensions` Deployments are `apps` Deployments).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectRef {
    /// The cluster that it is deployed to.
    pub cluster: ClusterName,
    /// The API group, merged with those that the API server stores together.
    pub group: Box<str>,
    /// The kind, as written.
    pub kind: Box<str>,
    /// The namespace that it is created in. `None` for cluster-scoped kinds.
    pub namespace: Option<Box<str>>,
    /// The name.
    pub name: Box<str>,
}

impl ObjectRef {
    /// Returns the identity of an object in a cluster. An object of a namespaced kind without a namespace goes to
    /// `default`, as `kubectl apply` does. An unknown kind keeps the namespace that is written.
    pub fn of(object: &Object, cluster: &ClusterName) -> Self {
        let group = builtin::storage_group(object.group(), &object.kind);
        let namespace = match builtin::scope(group, &object.kind) {
            builtin::KindScope::Cluster => None,
            builtin::KindScope::Namespaced => {
                Some(object.namespace.clone().unwrap_or_else(|| "default".into()))
            }
            builtin::KindScope::Unknown => object.namespace.clone(),
        };
        Self {
            cluster: cluster.clone(),
            group: group.into(),
            kind: object.kind.clone(),
            namespace,
            name: object.name.clone(),
        }
    }

    /// Names it for messages, as `Service shop/frontend`.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}

impl fmt::Display for ObjectRef {
    /// Writes `Kind/namespace/name`, or `Kind/name` for cluster-scoped objects, which is the form in waivers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{}/{}", self.kind, self.name),
        }
    }
}
