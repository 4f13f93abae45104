//! What a grant is worth to an attacker. Matching is semantic, so a wildcard matches every row that it
//! includes.

use super::grants::Scope;
use super::risk_table::{Names, RISKS, Risk};
use crate::finding::Severity::{self, Critical, High, Low, Medium};
use crate::kube::rbac::{Atom, Subject};

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

/// How bad a set of newly granted atoms is, and what it allows, worst first.
pub(super) fn judge(atoms: &[Atom], scope: &Scope) -> (Severity, Vec<&'static str>) {
    let wide = scope.namespace().is_none_or(|namespace| PRIVILEGED.contains(&namespace));
    let mut hit: Vec<(Severity, &Risk)> = Vec::new();
    for risk in RISKS {
        let severity = if wide { risk.cluster } else { risk.namespace };
        let worth = atoms.iter().filter_map(|atom| risk.worth(atom, severity)).max();
        hit.extend(worth.map(|worth| (worth, risk)));
    }
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

/// The least that a grant is worth by who gets it: what anybody on the network or everybody with an
/// account gains, and what a name gains that Kubernetes keeps for itself.
pub(super) fn least(subject: &Subject, scope: &Scope, atoms: &[Atom]) -> Severity {
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
                Scope::Cluster => High,
                Scope::Namespace(_) => Medium,
            },
            _ => Low,
        },
        Subject::ServiceAccount { namespace, name } => {
            // What nobody named gets it, and what runs elsewhere.
            let foreign = scope.namespace().is_some_and(|of| *of != **namespace);
            if &**name == "default" || foreign { Medium } else { Low }
        }
        // It may be anybody on the network.
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
/// Paths that name the kinds of a cluster. Kubernetes opened them to everybody before 1.14.
const DISCOVERY_PATHS: [&str; 3] = ["/api", "/apis", "/openapi"];

/// What is granted to everybody on the network. Kubeadm publishes the ConfigMap `cluster-info` of
/// `kube-public`, by which a machine joins.
fn for_anybody(atom: &Atom, scope: &Scope) -> Severity {
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

/// Wildcards grant what nobody can list, future kinds included.
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
    /// What the row makes of an atom, where its severity for any name is `severity`; `None` where it does not
    /// apply.
    fn worth(&self, atom: &Atom, severity: Severity) -> Option<Severity> {
        match atom {
            Atom::Url { .. } => None,
            Atom::Resource { verb, group, resource, name } => {
                let impersonates = verb.starts_with("impersonate") && self.verbs.contains(&"impersonate");
                let verb_fits = &**verb == "*" || impersonates || self.verbs.contains(&&**verb);
                let group_fits = &**group == "*" || self.groups.contains(&&**group);
                let any =
                    self.resources.contains(&"*") && !self.groups.contains(&"*") && !resource.contains('/');
                let listed = any || self.resources.iter().any(|own| includes(resource, own));
                let fits = verb_fits && group_fits && listed;
                self.names.worth(name.as_deref(), severity).filter(|_| fits)
            }
        }
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
    let of_all = resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
    let extra = resource == "userextras" && granted.starts_with("userextras/");
    extra || granted == "*" || granted == resource || of_all.is_some_and(|of_all| granted == of_all)
}
