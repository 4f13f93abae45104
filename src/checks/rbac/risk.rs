//! The worth of a grant to an attacker. Matching is semantic, so a wildcard matches every row that it
//! includes.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::risk_table::{Names, RISKS, Risk};
use crate::access::GrantScope;
use crate::finding::Severity::{self, Critical, High, Low, Medium};
use kube_model::rbac::{Atom, Subject};

/// The reach of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breadth {
    /// The whole cluster, or a namespace that leads to it.
    Wide,
    /// A namespace.
    Narrow,
}

/// Namespaces in which a namespaced grant is as good as one for the whole cluster.
const PRIVILEGED: [&str; 11] = [
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "argocd",
    "flux-system",
    "istio-system",
    "cert-manager",
    "gatekeeper-system",
    "kyverno",
    "vault",
    "external-secrets",
];

/// Whether a namespaced grant is as good as one for the whole cluster by the name of the namespace.
pub(super) fn is_privileged(namespace: &str) -> bool {
    PRIVILEGED.contains(&namespace)
}

/// The severity of a set of newly granted atoms, and the things that it allows, worst first.
pub(super) fn judge(atoms: &[Atom], breadth: Breadth) -> (Severity, Vec<&'static str>) {
    let wide = breadth == Breadth::Wide;
    let mut by_row: BTreeMap<usize, (Severity, &Risk)> = BTreeMap::new();
    for atom in atoms {
        for (row, risk) in rows_of(atom) {
            let severity = if wide { risk.cluster } else { risk.namespace };
            if let Some(worth) = risk.worth(atom, severity) {
                let (known, _) = by_row.entry(row).or_insert((worth, risk));
                *known = worth.max(*known);
            }
        }
    }
    let mut hit: Vec<(Severity, &Risk)> = by_row.into_values().collect();
    hit.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let worst = hit.first().map_or(Low, |(severity, _)| *severity);
    let mut allows: Vec<&'static str> = Vec::new();
    for (_, risk) in hit {
        if !allows.contains(&risk.allows) {
            allows.push(risk.allows);
        }
    }
    (worst.max(wildcard_severity(atoms, wide)), allows)
}

/// The rows of the table by API group: a role of hundreds of atoms is compared with a few rows for each.
static ROWS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut rows: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (row, risk) in RISKS.iter().enumerate() {
        for group in risk.groups {
            rows.entry(group).or_default().push(row);
        }
    }
    rows
});

/// The rows that may apply to an atom.
fn rows_of(atom: &Atom) -> Vec<(usize, &'static Risk)> {
    match atom {
        Atom::Url { .. } => Vec::new(),
        Atom::Resource { group, .. } if &**group == "*" => RISKS.iter().enumerate().collect(),
        Atom::Resource { group, .. } => {
            let rows = ROWS.get(&**group).into_iter().flatten();
            rows.filter_map(|row| Some((*row, RISKS.get(*row)?))).collect()
        }
    }
}

/// The least that a grant is worth by who gets it: what anyone on the network or everyone with an
/// account gains, and what a name gains that Kubernetes keeps for itself.
pub(super) fn least(subject: &Subject, scope: &GrantScope, atoms: &[Atom]) -> Severity {
    let only_paths = atoms.iter().all(|atom| matches!(atom, Atom::Url { .. }));
    match subject {
        Subject::User(name) | Subject::Group(name) => match &**name {
            "system:anonymous" | "system:unauthenticated" => {
                atoms.iter().map(|atom| for_anybody(atom, scope)).max().unwrap_or(Low)
            }
            _ if only_paths => Low,
            "system:authenticated"
            | "system:authenticated:oauth"
            | "system:serviceaccounts"
            | "system:masters"
            | "system:cluster-admins"
            | "system:nodes" => High,
            name if name.starts_with("system:kube-") || name.starts_with("system:node:") => High,
            // Every Pod of one namespace, which in this namespace is what its owner runs.
            name if name.starts_with("system:serviceaccounts:") => match scope {
                GrantScope::Cluster => High,
                GrantScope::Namespace(_) => Medium,
            },
            _ => Low,
        },
        Subject::ServiceAccount { namespace, name } => {
            // `default` is the account of every Pod that names no other; a foreign one runs elsewhere.
            let foreign = scope.namespace().is_some_and(|of| *of != **namespace);
            if &**name == "default" || foreign { Medium } else { Low }
        }
        // It may be anyone on the network.
        Subject::Unknown(_) => atoms.iter().map(|atom| for_anybody(atom, scope)).max().unwrap_or(Low),
        Subject::BoundTo(_) => Low,
    }
}

/// Paths that say whether an API server is well, how new it is, and how to check its tokens.
const PUBLIC_PATHS: [&str; 8] = [
    "/healthz",
    "/livez",
    "/readyz",
    "/version",
    "/version/",
    "/.well-known/openid-configuration",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
];
/// Paths that name the kinds of a cluster. Kubernetes opened them to everyone before 1.14.
const DISCOVERY_PATHS: [&str; 3] = ["/api", "/apis", "/openapi"];

/// The severity of a grant to everyone on the network. Kubeadm publishes the ConfigMap `cluster-info` of
/// `kube-public`, with which a machine joins.
fn for_anybody(atom: &Atom, scope: &GrantScope) -> Severity {
    match atom {
        Atom::Url { verb, url } => {
            let of = |path: &&str| url.trim_end_matches(['*', '/']) == path.trim_end_matches('/');
            match &**verb {
                "get" | "head" if PUBLIC_PATHS.iter().any(&of) => Low,
                "get" | "head" if DISCOVERY_PATHS.iter().any(of) => High,
                _ => Critical,
            }
        }
        Atom::Resource { verb, group, resource, name } => {
            let published = scope.namespace() == Some("kube-public")
                && group.is_empty()
                && (&**verb, &**resource, name.as_deref()) == ("get", "configmaps", Some("cluster-info"));
            if published { Low } else { Critical }
        }
    }
}

/// Wildcards grant what no one can list, future kinds included.
fn wildcard_severity(atoms: &[Atom], wide: bool) -> Severity {
    let of = |atom: &Atom| match atom {
        Atom::Resource { verb, group, resource, .. } => {
            let everything = &**group == "*" && &**resource == "*" && &**verb == "*";
            let open = &**group == "*" || &**resource == "*";
            match (everything, open, wide) {
                (true, _, true) => Critical,
                (true, _, false) | (false, true, _) => High,
                (false, false, _) if verb.starts_with("impersonate-on:") => High,
                (false, false, _) => Low,
            }
        }
        Atom::Url { url, .. } => of_path(url),
    };
    atoms.iter().map(of).max().unwrap_or(Low)
}

/// Paths that show memory, logs and load of the API server.
const TELLING_PATHS: [&str; 4] = ["/debug", "/logs", "/metrics", "/configz"];

fn of_path(url: &str) -> Severity {
    let (path, is_prefix) = url.strip_suffix('*').map_or((url, false), |path| (path, true));
    let tells = |telling: &str| path.starts_with(telling) || (is_prefix && telling.starts_with(path));
    if is_prefix && matches!(path, "" | "/") {
        High
    } else if TELLING_PATHS.iter().any(|telling| tells(telling)) {
        Medium
    } else {
        Low
    }
}

impl Risk {
    /// The severity of an atom by this row, if its severity for any name is `severity`; `None` if the row does not
    /// apply.
    fn worth(&self, atom: &Atom, severity: Severity) -> Option<Severity> {
        match atom {
            Atom::Url { .. } => None,
            Atom::Resource { verb, group, resource, name } => {
                // Large roles are compared with every row: most rows are of another group.
                let fits = self.has_group(group) && self.has_verb(verb) && self.has_resource(resource);
                if fits { self.names.worth(name.as_deref(), severity) } else { None }
            }
        }
    }

    fn has_group(&self, group: &str) -> bool {
        group == "*" || self.groups.contains(&group)
    }

    fn has_verb(&self, verb: &str) -> bool {
        let impersonates = || verb.starts_with("impersonate") && self.verbs.contains(&"impersonate");
        verb == "*" || self.verbs.contains(&verb) || impersonates()
    }

    fn has_resource(&self, resource: &str) -> bool {
        let any = self.resources.contains(&"*") && !self.groups.contains(&"*") && !resource.contains('/');
        any || self.resources.iter().any(|own| includes(resource, own))
    }
}

impl Names {
    fn worth(self, name: Option<&str>, severity: Severity) -> Option<Severity> {
        let Some(name) = name else { return Some(severity) };
        let listed = |names: &[&str]| {
            names.iter().any(|own| match own.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == *own,
            })
        };
        match self {
            Self::Same => Some(severity),
            Self::AtMost(most) => Some(severity.min(most)),
            Self::Only(names) => listed(names).then_some(severity),
            Self::Except(names) => (!listed(names)).then_some(severity),
        }
    }
}

/// `userextras` are always granted with the name of one: `userextras/scopes`.
fn includes(granted: &str, resource: &str) -> bool {
    let extra = resource == "userextras" && granted.starts_with("userextras/");
    let of_all = || match (granted.strip_prefix("*/"), resource.split_once('/')) {
        (Some(granted), Some((_, subresource))) => granted == subresource,
        (Some(_), None) | (None, _) => false,
    };
    extra || granted == "*" || granted == resource || of_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(verb: &str, group: &str, resource: &str, name: Option<&str>) -> Atom {
        Atom::Resource {
            verb: verb.into(),
            group: group.into(),
            resource: resource.into(),
            name: name.map(Into::into),
        }
    }

    fn of(verb: &str, group: &str, resource: &str, name: Option<&str>) -> [Severity; 2] {
        let atoms = [atom(verb, group, resource, name)];
        [Breadth::Wide, Breadth::Narrow].map(|breadth| judge(&atoms, breadth).0)
    }

    #[test]
    fn what_runs_pods_or_deploys_is_high_at_least() {
        for (group, resource) in [
            ("keda.sh", "scaledjobs"),
            ("monitoring.coreos.com", "prometheuses"),
            ("helm.cattle.io", "helmcharts"),
            ("argoproj.io", "sensors"),
            ("tekton.dev", "pipelines"),
            ("apps.openshift.io", "deploymentconfigs"),
            ("jobset.x-k8s.io", "jobsets"),
            ("leaderworkerset.x-k8s.io", "leaderworkersets"),
            ("sparkoperator.k8s.io", "sparkapplications"),
            ("ray.io", "rayclusters"),
            ("postgresql.cnpg.io", "clusters"),
            ("pkg.crossplane.io", "providers"),
            ("infra.contrib.fluxcd.io", "terraforms"),
            ("image.toolkit.fluxcd.io", "imageupdateautomations"),
            ("notification.toolkit.fluxcd.io", "receivers"),
            ("discovery.k8s.io", "endpointslices"),
            ("gateway.networking.k8s.io", "httproutes"),
            ("", "services"),
            ("", "podtemplates"),
        ] {
            assert!(of("create", group, resource, None)[0] >= High, "{resource}");
        }
        for (group, resource) in [
            ("cilium.io", "ciliumnetworkpolicies"),
            ("security.istio.io", "authorizationpolicies"),
            ("projectcalico.org", "globalnetworkpolicies"),
            ("", "namespaces"),
            ("", "secrets"),
            ("", "persistentvolumeclaims"),
        ] {
            assert!(of("delete", group, resource, None)[0] >= High, "{resource}");
        }
        for resource in ["pods/portforward", "pods/proxy", "services/proxy"] {
            assert!(of("get", "", resource, None)[0] >= High, "{resource}");
        }
        assert_eq!(of("patch", "apps", "controllerrevisions", None), [Medium, Low]);
        assert_eq!(of("get", "apps", "controllerrevisions", None), [Low, Low]);
    }

    #[test]
    fn names_lower_a_grant_where_they_limit_it() {
        assert_eq!(of("get", "", "secrets", None), [Critical, High]);
        assert_eq!(of("get", "", "secrets", Some("own-key")), [Medium, Medium]);
        assert_eq!(of("update", "", "configmaps", Some("leader-lock")), [Low, Low]);
        assert_eq!(of("update", "", "configmaps", Some("aws-auth"))[0], Critical);
        let signers = |name| of("approve", "certificates.k8s.io", "signers", Some(name))[0];
        assert_eq!(signers("kubernetes.io/kube-apiserver-client"), Critical);
        assert_eq!(signers("issuers.cert-manager.io/*"), Medium);
        let constraints = |name| of("use", "security.openshift.io", "securitycontextconstraints", name)[0];
        assert_eq!([constraints(None), constraints(Some("restricted-v2"))], [Critical, Low]);
        assert_eq!(of("bind", "rbac.authorization.k8s.io", "clusterroles", Some("view"))[0], Critical);
    }

    #[test]
    fn anybody_on_the_network_gets_nothing_but_health() {
        let anybody = Subject::User("system:anonymous".into());
        let path = |url: &str| [Atom::Url { verb: "get".into(), url: url.into() }];
        for (url, severity) in [("/healthz", Low), ("/version/", Low), ("/apis/*", High), ("*", Critical)] {
            assert_eq!(least(&anybody, &GrantScope::Cluster, &path(url)), severity, "{url}");
        }
        let info = [atom("get", "", "configmaps", Some("cluster-info"))];
        let published = GrantScope::Namespace("kube-public".into());
        assert_eq!(least(&anybody, &published, &info), Low);
        assert_eq!(least(&anybody, &GrantScope::Cluster, &info), Critical);
        assert_eq!(judge(&path("*"), Breadth::Wide).0, High);
        assert_eq!(judge(&path("/metrics"), Breadth::Wide).0, Medium);
    }

    #[test]
    fn impersonation_in_any_words_is_high() {
        assert!(of("impersonate", "", "groups", None)[0] == Critical);
        assert!(of("impersonate:user-info", "authentication.k8s.io", "users", None)[0] >= High);
        assert!(of("impersonate-on:user-info:list", "", "pods", None)[0] >= High);
    }
}
