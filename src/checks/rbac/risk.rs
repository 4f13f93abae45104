//! What a grant is worth to an attacker. The rows follow Kubernetes' RBAC good practices and known
//! escalation paths; matching is semantic, so a wildcard matches every row that it includes.

use super::grants::Scope;
use crate::finding::Severity;
use crate::kube::rbac::{Atom, Subject};

/// One dangerous permission.
#[derive(Debug)]
pub(super) struct Risk {
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
    /// Severity in the whole cluster or a privileged namespace, and in any other namespace.
    cluster: Severity,
    namespace: Severity,
    /// What it allows, as a clause.
    pub(super) allows: &'static str,
}

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
/// Impersonation of one kind of identity (KEP-5284).
const IMPERSONATE: &[&str] = &[
    "impersonate:user-info",
    "impersonate:serviceaccount",
    "impersonate:arbitrary-node",
    "impersonate:associated-node",
];
const READ: &[&str] = &["get", "list", "watch"];
const ANY: &[&str] = &["create", "update", "patch", "delete"];

use Severity::{Critical, High, Low, Medium};

#[rustfmt::skip]
const RISKS: &[Risk] = &[
    Risk { verbs: &["escalate"], group: "rbac.authorization.k8s.io", resources: &["roles", "clusterroles"], cluster: Critical, namespace: High, allows: "to write roles with more permissions than one has" },
    Risk { verbs: &["bind"], group: "rbac.authorization.k8s.io", resources: &["roles", "clusterroles"], cluster: Critical, namespace: High, allows: "to bind any role to anybody" },
    Risk { verbs: &["impersonate"], group: "", resources: &["users", "groups", "serviceaccounts"], cluster: Critical, namespace: High, allows: "to act as somebody else" },
    Risk { verbs: &["impersonate"], group: "authentication.k8s.io", resources: &["uids", "userextras"], cluster: High, namespace: High, allows: "to act as somebody else" },
    Risk { verbs: &["create"], group: "", resources: &["serviceaccounts/token"], cluster: Critical, namespace: High, allows: "to make tokens of any service account" },
    Risk { verbs: READ, group: "", resources: &["secrets"], cluster: Critical, namespace: High, allows: "to read secrets" },
    Risk { verbs: WRITE, group: "", resources: &["secrets"], cluster: High, namespace: High, allows: "to make service account tokens and overwrite credentials" },
    Risk { verbs: &["create"], group: "", resources: &["pods"], cluster: Critical, namespace: High, allows: "to run pods with any service account and any secret" },
    Risk { verbs: WRITE, group: "apps", resources: &["deployments", "daemonsets", "statefulsets", "replicasets"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "batch", resources: &["jobs", "cronjobs"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "", resources: &["replicationcontrollers"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "argoproj.io", resources: &["rollouts", "workflows", "cronworkflows", "applications", "applicationsets", "appprojects"], cluster: Critical, namespace: High, allows: "to deploy anything through Argo" },
    Risk { verbs: WRITE, group: "kustomize.toolkit.fluxcd.io", resources: &["kustomizations"], cluster: High, namespace: High, allows: "to deploy anything through Flux" },
    Risk { verbs: WRITE, group: "helm.toolkit.fluxcd.io", resources: &["helmreleases"], cluster: High, namespace: High, allows: "to deploy anything through Flux" },
    Risk { verbs: &["create", "get"], group: "", resources: &["pods/exec", "pods/attach"], cluster: Critical, namespace: High, allows: "to run commands in pods" },
    Risk { verbs: CHANGE, group: "", resources: &["pods/ephemeralcontainers"], cluster: Critical, namespace: High, allows: "to put containers into running pods" },
    Risk { verbs: &["create", "get"], group: "", resources: &["nodes/proxy"], cluster: Critical, namespace: Medium, allows: "to run commands on nodes through the kubelet" },
    Risk { verbs: CHANGE, group: "", resources: &["nodes", "nodes/status"], cluster: High, namespace: Low, allows: "to move pods by changing nodes" },
    Risk { verbs: CHANGE, group: "certificates.k8s.io", resources: &["certificatesigningrequests/approval"], cluster: Critical, namespace: Low, allows: "to mint certificates of anybody" },
    Risk { verbs: &["approve", "sign"], group: "certificates.k8s.io", resources: &["signers"], cluster: Critical, namespace: Low, allows: "to mint certificates of anybody" },
    Risk { verbs: ANY, group: "admissionregistration.k8s.io", resources: &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], cluster: Critical, namespace: Low, allows: "to read and change every object on its way into the cluster" },
    Risk { verbs: ANY, group: "admissionregistration.k8s.io", resources: &["validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"], cluster: High, namespace: Low, allows: "to switch admission policies off" },
    Risk { verbs: WRITE, group: "apiregistration.k8s.io", resources: &["apiservices"], cluster: Critical, namespace: Low, allows: "to take over a part of the API" },
    Risk { verbs: ANY, group: "apiextensions.k8s.io", resources: &["customresourcedefinitions"], cluster: High, namespace: Low, allows: "to redefine or delete whole kinds" },
    Risk { verbs: CHANGE, group: "", resources: &["pods"], cluster: High, namespace: Medium, allows: "to swap the image of a running pod" },
    Risk { verbs: WRITE, group: "", resources: &["configmaps"], cluster: High, namespace: Low, allows: "to change who may log in, where the cluster or Argo CD keeps that in a ConfigMap" },
    Risk { verbs: IMPERSONATE, group: "authentication.k8s.io", resources: &["users", "groups", "serviceaccounts", "uids", "userextras", "nodes"], cluster: High, namespace: High, allows: "to act as somebody else" },
    Risk { verbs: WRITE, group: "source.toolkit.fluxcd.io", resources: &["gitrepositories", "ocirepositories", "helmrepositories", "helmcharts", "buckets"], cluster: High, namespace: High, allows: "to deploy anything through Flux" },
    Risk { verbs: WRITE, group: "tekton.dev", resources: &["pipelineruns", "taskruns"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "serving.knative.dev", resources: &["services", "configurations"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "kubevirt.io", resources: &["virtualmachines", "virtualmachineinstances"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: ANY, group: "kyverno.io", resources: &["clusterpolicies", "policies", "policyexceptions"], cluster: High, namespace: High, allows: "to switch admission policies off" },
    Risk { verbs: ANY, group: "templates.gatekeeper.sh", resources: &["constrainttemplates"], cluster: High, namespace: Low, allows: "to switch admission policies off" },
    Risk { verbs: WRITE, group: "external-secrets.io", resources: &["externalsecrets", "clusterexternalsecrets", "secretstores", "clustersecretstores", "pushsecrets"], cluster: High, namespace: High, allows: "to read what the vault holds" },
    Risk { verbs: WRITE, group: "", resources: &["persistentvolumes"], cluster: Critical, namespace: Low, allows: "to mount folders of nodes" },
    Risk { verbs: CHANGE, group: "", resources: &["namespaces"], cluster: High, namespace: High, allows: "to lower the pod security level of a namespace" },
    Risk { verbs: &["delete", "deletecollection"], group: "*", resources: &["*"], cluster: Critical, namespace: High, allows: "to delete everything" },
    Risk { verbs: WRITE, group: "apps.kruise.io", resources: &["clonesets", "statefulsets", "daemonsets"], cluster: Critical, namespace: High, allows: "to run pods through a controller" },
    Risk { verbs: WRITE, group: "cert-manager.io", resources: &["issuers", "clusterissuers", "certificates"], cluster: High, namespace: Medium, allows: "to mint certificates" },
    Risk { verbs: WRITE, group: "", resources: &["services/status", "endpoints"], cluster: Medium, namespace: Medium, allows: "to redirect the traffic of services" },
    Risk { verbs: WRITE, group: "rbac.authorization.k8s.io", resources: &["rolebindings", "clusterrolebindings", "roles", "clusterroles"], cluster: Medium, namespace: Medium, allows: "to hand on its own permissions" },
    Risk { verbs: &["use"], group: "security.openshift.io", resources: &["securitycontextconstraints"], cluster: High, namespace: High, allows: "to run privileged pods" },
    Risk { verbs: ANY, group: "networking.k8s.io", resources: &["networkpolicies", "ingresses"], cluster: High, namespace: Medium, allows: "to expose or unisolate workloads" },
];

/// Namespaces in which a namespaced grant is as good as one for the whole cluster.
const PRIVILEGED: [&str; 10] = [
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "argocd",
    "flux-system",
    "istio-system",
    "cert-manager",
    "gatekeeper-system",
    "kyverno",
    "external-secrets",
];

/// How bad a set of newly granted atoms is, and what it allows, worst first.
pub(super) fn judge(atoms: &[Atom], scope: &Scope) -> (Severity, Vec<&'static str>) {
    let wide = match scope {
        Scope::Cluster => true,
        Scope::Namespace(namespace) => PRIVILEGED.contains(&&**namespace),
    };
    let mut worst = wildcard_severity(atoms, wide);
    let severity = |risk: &Risk| if wide { risk.cluster } else { risk.namespace };
    let mut hit: Vec<&Risk> =
        RISKS.iter().filter(|risk| atoms.iter().any(|atom| risk.matches(atom))).collect();
    hit.sort_by_key(|risk| std::cmp::Reverse(severity(risk)));
    worst = hit.iter().map(|risk| severity(risk)).fold(worst, Severity::max);
    let mut allows: Vec<&'static str> = Vec::new();
    for risk in hit {
        if !allows.contains(&risk.allows) {
            allows.push(risk.allows);
        }
    }
    (worst, allows)
}

/// The least that a grant is worth by who gets it: what anybody on the network or everybody with an
/// account gains, and what a name gains that Kubernetes keeps for itself. Paths of the API server that
/// are open by default stay low.
pub(super) fn least(subject: &Subject, atoms: &[Atom]) -> Severity {
    let only_paths = atoms.iter().all(|atom| matches!(atom, Atom::Url { .. }));
    match subject {
        Subject::User(name) | Subject::Group(name) if !only_paths => match &**name {
            "system:anonymous" | "system:unauthenticated" => Critical,
            "system:authenticated" | "system:serviceaccounts" | "system:masters" | "system:nodes" => High,
            name if name.starts_with("system:kube-") || name.starts_with("system:node:") => High,
            _ => Low,
        },
        Subject::User(_) | Subject::Group(_) | Subject::ServiceAccount { .. } => Low,
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
                (false, false, _) => Low,
            }
        }
        Atom::Url { url, .. } => {
            if &**url == "*" {
                Medium
            } else {
                Low
            }
        }
    };
    atoms.iter().map(of).max().unwrap_or(Low)
}

impl Risk {
    fn matches(&self, atom: &Atom) -> bool {
        match atom {
            Atom::Url { .. } => false,
            Atom::Resource { verb, group, resource, .. } => {
                let impersonates = verb.starts_with("impersonate") && self.verbs.contains(&"impersonate");
                let verb_fits = &**verb == "*" || impersonates || self.verbs.contains(&&**verb);
                let group_fits = &**group == "*" || &**group == self.group;
                verb_fits && group_fits && self.resources.iter().any(|own| includes(resource, own))
            }
        }
    }
}

/// `userextras` are always granted with the name of one: `userextras/scopes`.
fn includes(granted: &str, resource: &str) -> bool {
    let of_all = resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
    let extra = resource == "userextras" && granted.starts_with("userextras/");
    extra || granted == "*" || granted == resource || of_all.is_some_and(|of_all| granted == of_all)
}
