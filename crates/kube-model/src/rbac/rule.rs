//! `PolicyRule` of `rbac.authorization.k8s.io/v1`.

use kube_manifest::Node;

/// One rule of a Role or ClusterRole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyRule {
    /// The verbs that are granted. `*` is every verb.
    pub verbs: Vec<Box<str>>,
    /// The API groups. Empty text is the core group, `*` every group.
    pub api_groups: Vec<Box<str>>,
    /// The resources. `*` is all, `*/sub` a subresource of all, and `pods/*` has no special meaning.
    pub resources: Vec<Box<str>>,
    /// The names of the only objects that are granted. Empty grants all.
    pub resource_names: Vec<Box<str>>,
    /// The paths that are not resources. A trailing `*` is a prefix.
    pub non_resource_urls: Vec<Box<str>>,
}

/// The smallest permission that can be granted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// A verb on a resource.
    Resource {
        /// The verb.
        verb: Box<str>,
        /// The API group.
        group: Box<str>,
        /// The resource.
        resource: Box<str>,
        /// The one name that it is limited to.
        name: Option<Box<str>>,
    },
    /// A verb on a path of the API server.
    Url {
        /// The verb.
        verb: Box<str>,
        /// The path.
        url: Box<str>,
    },
}

/// The most atoms of a rule. A rule with more counts as a grant of everything.
const ATOMS: usize = 20_000;

impl PolicyRule {
    /// Returns the rule that grants everything.
    pub fn everything() -> Self {
        let all: Vec<Box<str>> = vec!["*".into()];
        Self {
            verbs: all.clone(),
            api_groups: all.clone(),
            resources: all.clone(),
            resource_names: Vec::new(),
            non_resource_urls: all,
        }
    }

    /// Reads a rule. A value that is not a list of text grants nothing, as the API server would refuse it. An unknown
    /// value grants everything.
    pub fn of(node: &Node) -> Self {
        if node.is_unknown() {
            return Self::everything();
        }
        let list = |key: &str| node.get(key).map(read_texts).unwrap_or_default();
        let names = node.get("resourceNames");
        let resource_names = names.filter(|names| !names.holds_unknown()).map(read_texts).unwrap_or_default();
        Self {
            verbs: list("verbs"),
            api_groups: list("apiGroups"),
            resources: list("resources"),
            resource_names,
            non_resource_urls: list("nonResourceURLs"),
        }
    }

    /// Returns every atom that the rule grants. A rule of absurd size counts as a grant of everything, so that size
    /// cannot hide a grant.
    pub fn atoms(&self) -> Vec<Atom> {
        let names = self.resource_names.len().max(1);
        let size = [self.api_groups.len(), self.resources.len(), names]
            .iter()
            .fold(self.verbs.len(), |size, factor| size.saturating_mul(*factor));
        if size > ATOMS {
            return vec![Atom::Resource {
                verb: "*".into(),
                group: "*".into(),
                resource: "*".into(),
                name: None,
            }];
        }
        let mut atoms = Vec::new();
        for verb in &self.verbs {
            atoms.extend(
                self.non_resource_urls.iter().map(|url| Atom::Url { verb: verb.clone(), url: url.clone() }),
            );
            self.resource_atoms(verb, &mut atoms);
        }
        atoms
    }

    fn resource_atoms(&self, verb: &str, atoms: &mut Vec<Atom>) {
        for group in &self.api_groups {
            for resource in &self.resources {
                let atom = |name: Option<&Box<str>>| Atom::Resource {
                    verb: verb.into(),
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.cloned(),
                };
                if self.resource_names.is_empty() {
                    atoms.push(atom(None));
                }
                atoms.extend(self.resource_names.iter().map(|name| atom(Some(name))));
            }
        }
    }
}

/// Returns the texts of a list. An unknown text may be any.
fn read_texts(list: &Node) -> Vec<Box<str>> {
    let mut texts: Vec<Box<str>> = Vec::new();
    for item in list.items() {
        let text = if item.is_unknown() { Some("*") } else { item.as_str() };
        texts.extend(text.map(Box::from));
    }
    if list.is_unknown() {
        texts.push("*".into());
    }
    texts
}
