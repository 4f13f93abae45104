//! Dangerous permissions, one row each.
//!
//! The rows follow Kubernetes' RBAC good practices, the escalation paths that are known, and the custom
//! kinds whose controllers run Pods, deploy objects or hold credentials. A row is high for the whole
//! cluster unless its comment says why it is not.

use crate::finding::Severity::{self, Critical, High, Low, Medium};

/// One dangerous permission.
#[derive(Debug)]
pub(super) struct Risk {
    pub(super) verbs: &'static [&'static str],
    pub(super) groups: &'static [&'static str],
    /// Resources; `*` is every one of the group, without subresources.
    pub(super) resources: &'static [&'static str],
    pub(super) names: Names,
    /// Severity in the whole cluster or a privileged namespace.
    pub(super) cluster: Severity,
    /// Severity in any other namespace.
    pub(super) namespace: Severity,
    /// The power that it gives, as a clause.
    pub(super) allows: &'static str,
}

/// The effect of `resourceNames` on the worth of a grant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Names {
    /// Nothing.
    Same,
    /// It is worth no more than this.
    AtMost(Severity),
    /// Only these names are dangerous; a trailing `*` is any text.
    Only(&'static [&'static str]),
    /// These names are harmless.
    Except(&'static [&'static str]),
}

const fn risk(
    verbs: &'static [&'static str],
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    (cluster, namespace): (Severity, Severity),
    allows: &'static str,
) -> Risk {
    Risk { verbs, groups, resources, names: Names::Same, cluster, namespace, allows }
}

impl Risk {
    const fn named(self, names: Names) -> Self {
        Self { names, ..self }
    }
}

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
const READ: &[&str] = &["get", "list", "watch"];
const DELETE: &[&str] = &["delete", "deletecollection"];
const ANY: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
/// Also if the websocket upgrade is a GET.
const CONNECT: &[&str] = &["create", "get"];
/// Impersonation of one kind of identity (KEP-5284).
const IMPERSONATE: &[&str] = &[
    "impersonate:user-info",
    "impersonate:serviceaccount",
    "impersonate:arbitrary-node",
    "impersonate:associated-node",
];
const RBAC: &[&str] = &["rbac.authorization.k8s.io", "authorization.openshift.io"];

/// ConfigMaps in which a cluster or Argo CD keeps who may log in and what runs.
const POWERFUL_CONFIG_MAPS: &[&str] = &[
    "aws-auth",
    "coredns",
    "kube-proxy",
    "kubeadm-config",
    "kubelet-config*",
    "extension-apiserver-authentication",
    "argocd-cm",
    "argocd-rbac-cm",
    "argocd-cmd-params-cm",
];
/// Security context constraints of OpenShift that give no more than every Pod has.
const RESTRICTED: &[&str] = &["restricted", "restricted-v2", "restricted-v3", "nonroot", "nonroot-v2"];

const ESCALATE: &str = "to write roles with more permissions than its own";
const BIND: &str = "to bind any role to any subject";
const ACT: &str = "to act as another user";
const RUN: &str = "to run pods through a controller";
const ARGO: &str = "to deploy anything through Argo";
const FLUX: &str = "to deploy anything through Flux";
const DEPLOY: &str = "to deploy anything through a controller";
const MINT: &str = "to mint certificates for any identity";
const GUARDS: &str = "to switch admission policies off";
const NETWORK: &str = "to expose workloads or remove their isolation";
const TRAFFIC: &str = "to redirect the traffic of services";
const VAULT: &str = "to read what the vault holds";
const CLOUD: &str = "to change the resources of a cloud account";
const CONFIGURED: &str = "to change who may log in, if the cluster or Argo CD stores this in a ConfigMap";
const LOGIN: &str = "to change who may log in";
const MACHINES: &str = "to run commands on nodes through their configuration";

/// Every row.
#[rustfmt::skip]
pub(super) static RISKS: &[Risk] = &[
    // Permissions about permissions.
    risk(&["escalate"], RBAC, &["roles", "clusterroles"], (Critical, High), ESCALATE),
    risk(&["bind"], RBAC, &["roles", "clusterroles"], (Critical, High), BIND),
    // Limited by what the holder has: dangerous with `escalate`, `bind` or broad permissions, which are rows themselves.
    risk(WRITE, RBAC, &["rolebindings", "clusterrolebindings", "roles", "clusterroles"], (Medium, Medium), "to pass on its own permissions"),
    risk(&["impersonate"], &[""], &["users", "groups", "serviceaccounts"], (Critical, High), ACT).named(Names::AtMost(High)),
    risk(&["impersonate"], &["authentication.k8s.io"], &["uids", "userextras"], (Critical, High), ACT).named(Names::AtMost(High)),
    risk(IMPERSONATE, &["authentication.k8s.io"], &["users", "groups", "serviceaccounts", "uids", "userextras", "nodes"], (High, High), ACT),
    risk(&["create"], &[""], &["serviceaccounts/token"], (Critical, High), "to create tokens of any service \
        account"),
    // The annotations of a service account choose a role of the cloud account.
    risk(CHANGE, &[""], &["serviceaccounts"], (High, Medium), "to give service accounts a role in the cloud \
        account"),
    risk(ANY, &["user.openshift.io"], &["*"], (Critical, Low), LOGIN),
    risk(ANY, &["oauth.openshift.io"], &["*"], (High, Low), LOGIN),

    // Secrets and configuration. One named secret is what many workloads read of themselves.
    risk(READ, &[""], &["secrets"], (Critical, High), "to read secrets").named(Names::AtMost(Medium)),
    risk(WRITE, &[""], &["secrets"], (High, High), "to create service account tokens and overwrite \
        credentials").named(Names::AtMost(Medium)),
    risk(DELETE, &[""], &["secrets", "persistentvolumeclaims"], (High, Medium), "to delete credentials and data").named(Names::AtMost(Medium)),
    risk(CHANGE, &[""], &["configmaps"], (Critical, Low), CONFIGURED).named(Names::Only(POWERFUL_CONFIG_MAPS)),
    risk(&["create"], &[""], &["configmaps"], (High, Low), CONFIGURED).named(Names::Only(POWERFUL_CONFIG_MAPS)),
    risk(WRITE, &["external-secrets.io", "generators.external-secrets.io"], &["*"], (High, High), VAULT),
    risk(WRITE, &["secrets-store.csi.x-k8s.io"], &["secretproviderclasses"], (High, High), VAULT),
    risk(WRITE, &["secrets.hashicorp.com"], &["*"], (High, High), VAULT),
    // They only bring in what was encrypted for the cluster.
    risk(WRITE, &["bitnami.com"], &["sealedsecrets"], (Medium, Medium), "to overwrite credentials"),
    risk(WRITE, &["cert-manager.io"], &["issuers", "clusterissuers", "certificates", "certificaterequests"], (High, Medium), "to mint certificates"),

    // Pods.
    risk(&["create"], &[""], &["pods"], (Critical, High), "to run pods with any service account and any secret"),
    risk(CHANGE, &[""], &["pods"], (High, Medium), "to swap the image of a running pod"),
    risk(CONNECT, &[""], &["pods/exec", "pods/attach"], (Critical, High), "to run commands in pods"),
    risk(CHANGE, &[""], &["pods/ephemeralcontainers"], (Critical, High), "to add containers to running pods"),
    risk(CONNECT, &[""], &["pods/portforward", "pods/proxy", "services/proxy"], (High, Medium), "to connect \
        to every port of every pod, bypassing network policies"),
    // Pods are stolen only together with a change of nodes, which is high itself.
    risk(DELETE, &[""], &["pods"], (Medium, Low), "to stop running workloads"),
    risk(&["create"], &[""], &["pods/eviction"], (Medium, Low), "to stop running workloads"),
    risk(WRITE, &["apps", "extensions"], &["deployments", "daemonsets", "statefulsets", "replicasets"], (Critical, High), RUN),
    // The API server lets no one change what a revision holds, only its number.
    risk(WRITE, &["apps"], &["controllerrevisions"], (Medium, Low), "to reorder the revisions of workloads"),
    risk(WRITE, &["batch"], &["jobs", "cronjobs"], (Critical, High), RUN),
    risk(WRITE, &[""], &["replicationcontrollers", "podtemplates"], (Critical, High), RUN),
    risk(WRITE, &["apps.kruise.io"], &["*"], (Critical, High), RUN),
    risk(WRITE, &["apps.openshift.io"], &["deploymentconfigs"], (Critical, High), RUN),
    risk(WRITE, &["build.openshift.io"], &["buildconfigs", "builds", "buildconfigs/instantiate", "buildconfigs/instantiatebinary"], (Critical, High), RUN),
    risk(WRITE, &["jobset.x-k8s.io"], &["jobsets"], (Critical, High), RUN),
    risk(WRITE, &["leaderworkerset.x-k8s.io"], &["leaderworkersets"], (Critical, High), RUN),
    risk(WRITE, &["sparkoperator.k8s.io"], &["sparkapplications", "scheduledsparkapplications", "sparkconnects"], (Critical, High), RUN),
    risk(WRITE, &["ray.io"], &["rayclusters", "rayjobs", "rayservices", "raycronjobs"], (Critical, High), RUN),
    risk(WRITE, &["kubeflow.org", "trainer.kubeflow.org"], &["*"], (Critical, High), RUN),
    risk(WRITE, &["batch.volcano.sh"], &["jobs", "cronjobs"], (Critical, High), RUN),
    risk(WRITE, &["flink.apache.org"], &["*"], (Critical, High), RUN),
    risk(WRITE, &["keda.sh"], &["scaledjobs"], (Critical, High), RUN),
    risk(WRITE, &["tekton.dev"], &["*"], (Critical, High), RUN),
    risk(WRITE, &["triggers.tekton.dev"], &["*"], (High, High), RUN),
    risk(WRITE, &["serving.knative.dev"], &["services", "configurations", "revisions"], (Critical, High), RUN),
    risk(WRITE, &["sources.knative.dev"], &["containersources"], (Critical, High), RUN),
    risk(WRITE, &["serving.kserve.io"], &["*"], (Critical, High), RUN),
    risk(WRITE, &["kubevirt.io"], &["virtualmachines", "virtualmachineinstances", "virtualmachineinstancereplicasets", "virtualmachinepools"], (Critical, High), RUN),
    risk(WRITE, &["pool.kubevirt.io", "cdi.kubevirt.io"], &["*"], (Critical, High), RUN),
    // Their specifications hold containers, and the operators run the Pods.
    risk(WRITE, &["monitoring.coreos.com"], &["prometheuses", "prometheusagents", "alertmanagers", "thanosrulers"], (High, High), RUN),
    risk(WRITE, &["opentelemetry.io"], &["opentelemetrycollectors", "instrumentations"], (High, High), RUN),
    risk(WRITE, &["postgresql.cnpg.io"], &["clusters", "poolers", "imagecatalogs", "clusterimagecatalogs"], (High, High), RUN),
    risk(WRITE, &["postgres-operator.crunchydata.com", "acid.zalan.do", "kafka.strimzi.io", "psmdb.percona.com", "pxc.percona.com", "mongodbcommunity.mongodb.com", "rabbitmq.com", "minio.min.io"], &["*"], (High, High), RUN),
    risk(WRITE, &["elasticsearch.k8s.elastic.co", "kibana.k8s.elastic.co", "logstash.k8s.elastic.co", "beat.k8s.elastic.co", "agent.k8s.elastic.co"], &["*"], (High, High), RUN),
    risk(WRITE, &["actions.github.com", "actions.summerwind.dev"], &["*"], (High, High), RUN),
    risk(WRITE, &["tf.upbound.io", "app.terraform.io", "pulumi.com"], &["*"], (High, High), CLOUD),

    // Objects that deploy other objects.
    risk(WRITE, &["argoproj.io"], &["rollouts", "workflows", "cronworkflows", "workflowtemplates", "clusterworkflowtemplates", "sensors", "eventsources", "workfloweventbindings", "analysistemplates", "clusteranalysistemplates", "analysisruns", "experiments"], (Critical, High), ARGO),
    risk(WRITE, &["argoproj.io"], &["applications", "applicationsets", "appprojects"], (Critical, High), ARGO),
    risk(WRITE, &["kargo.akuity.io"], &["*"], (High, High), ARGO),
    risk(WRITE, &["kustomize.toolkit.fluxcd.io"], &["kustomizations"], (High, High), FLUX),
    risk(WRITE, &["helm.toolkit.fluxcd.io"], &["helmreleases"], (High, High), FLUX),
    risk(WRITE, &["source.toolkit.fluxcd.io"], &["*"], (High, High), FLUX),
    risk(WRITE, &["image.toolkit.fluxcd.io"], &["*"], (High, High), "to choose the images that Flux writes to the repository"),
    risk(WRITE, &["notification.toolkit.fluxcd.io"], &["receivers", "providers", "alerts"], (High, Medium), "to send out Flux's events, and to trigger its controllers from outside"),
    risk(WRITE, &["fluxcd.controlplane.io"], &["*"], (High, High), FLUX),
    risk(WRITE, &["infra.contrib.fluxcd.io"], &["terraforms"], (High, High), CLOUD),
    risk(WRITE, &["helm.cattle.io"], &["helmcharts", "helmchartconfigs"], (Critical, High), DEPLOY),
    risk(WRITE, &["k3s.cattle.io"], &["addons"], (High, High), DEPLOY),
    risk(WRITE, &["fleet.cattle.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["pkg.crossplane.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["apiextensions.crossplane.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["kubernetes.crossplane.io", "helm.crossplane.io", "kubernetes.m.crossplane.io", "helm.m.crossplane.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["operators.coreos.com"], &["subscriptions", "catalogsources", "clusterserviceversions", "installplans", "operatorgroups"], (High, High), DEPLOY),
    risk(WRITE, &["olm.operatorframework.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["template.openshift.io"], &["templateinstances"], (High, High), DEPLOY),
    risk(WRITE, &["addons.cluster.x-k8s.io"], &["*"], (High, High), DEPLOY),
    risk(WRITE, &["velero.io"], &["restores", "backups", "schedules", "backupstoragelocations", "downloadrequests"], (High, Medium), "to read and overwrite every object through backups"),

    // Nodes.
    risk(CONNECT, &[""], &["nodes/proxy"], (Critical, Medium), "to run commands on nodes through the kubelet"),
    risk(&["update", "patch", "delete", "deletecollection"], &[""], &["nodes", "nodes/status"], (High, Low), "to move pods by changing nodes"),
    risk(WRITE, &["machineconfiguration.openshift.io"], &["*"], (Critical, Low), MACHINES),
    risk(WRITE, &["cluster.x-k8s.io", "bootstrap.cluster.x-k8s.io", "infrastructure.cluster.x-k8s.io", "machine.openshift.io", "karpenter.sh", "karpenter.k8s.aws", "karpenter.azure.com", "eks.amazonaws.com"], &["*"], (High, Medium), MACHINES),
    risk(WRITE, &["tuned.openshift.io", "performance.openshift.io", "upgrade.cattle.io"], &["*"], (High, Medium), MACHINES),

    // The API server.
    risk(CHANGE, &["certificates.k8s.io"], &["certificatesigningrequests/approval"], (Critical, Low), MINT),
    risk(&["approve", "sign"], &["certificates.k8s.io"], &["signers"], (Critical, Low), MINT).named(Names::Only(&["kubernetes.io/*"])),
    // Another signer is trusted by those who configured it; its certificates do not log in.
    risk(&["approve", "sign"], &["certificates.k8s.io"], &["signers"], (Medium, Low), "to mint certificates of a signer").named(Names::Except(&["kubernetes.io/*"])),
    risk(ANY, &["admissionregistration.k8s.io"], &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], (Critical, Low), "to read and change every object on its way into the cluster"),
    risk(ANY, &["admissionregistration.k8s.io"], &["validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"], (High, Low), GUARDS),
    risk(WRITE, &["apiregistration.k8s.io"], &["apiservices"], (Critical, Low), "to take over part of the \
        API"),
    risk(ANY, &["apiextensions.k8s.io"], &["customresourcedefinitions"], (High, Low), "to redefine or delete whole kinds"),
    risk(DELETE, &["*"], &["*"], (Critical, High), "to delete everything"),
    risk(DELETE, &[""], &["namespaces"], (High, Medium), "to delete whole namespaces"),
    risk(CHANGE, &[""], &["namespaces"], (High, High), "to lower the pod security level of a namespace"),
    risk(WRITE, &["config.openshift.io", "operator.openshift.io"], &["*"], (High, Low), "to change how the cluster works"),

    // Guards.
    risk(ANY, &["kyverno.io", "policies.kyverno.io"], &["*"], (High, High), GUARDS),
    risk(ANY, &["templates.gatekeeper.sh", "constraints.gatekeeper.sh", "mutations.gatekeeper.sh", "config.gatekeeper.sh"], &["*"], (High, High), GUARDS),
    risk(ANY, &["policies.kubewarden.io"], &["*"], (High, High), GUARDS),
    risk(ANY, &["policy", "extensions"], &["podsecuritypolicies"], (High, High), GUARDS),
    // A disruption budget guards against evictions only.
    risk(ANY, &["policy"], &["poddisruptionbudgets"], (Medium, Low), "to let evictions stop a workload"),
    risk(&["use"], &["security.openshift.io"], &["securitycontextconstraints"], (Critical, High), "to run privileged pods").named(Names::Except(RESTRICTED)),
    risk(&["use"], &["policy", "extensions"], &["podsecuritypolicies"], (Critical, High), "to run privileged pods").named(Names::AtMost(High)),
    risk(ANY, &["security.openshift.io"], &["securitycontextconstraints"], (Critical, Low), "to run privileged pods"),

    // The network.
    risk(ANY, &["networking.k8s.io", "extensions"], &["networkpolicies", "ingresses"], (High, Medium), NETWORK),
    risk(ANY, &["cilium.io"], &["ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies", "ciliumenvoyconfigs", "ciliumclusterwideenvoyconfigs", "ciliumlocalredirectpolicies", "ciliumegressgatewaypolicies"], (High, Medium), NETWORK),
    risk(ANY, &["crd.projectcalico.org", "projectcalico.org"], &["networkpolicies", "globalnetworkpolicies", "stagednetworkpolicies", "stagedglobalnetworkpolicies", "globalnetworksets", "networksets", "hostendpoints", "tiers", "profiles"], (High, Medium), NETWORK),
    risk(ANY, &["policy.networking.k8s.io"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["crd.antrea.io"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["k8s.ovn.org"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["networking.istio.io", "security.istio.io", "extensions.istio.io", "telemetry.istio.io"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["policy.linkerd.io", "consul.hashicorp.com", "kuma.io"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["traefik.io", "traefik.containo.us", "projectcontour.io", "configuration.konghq.com", "getambassador.io", "k8s.nginx.org"], &["*"], (High, Medium), NETWORK),
    risk(ANY, &["route.openshift.io"], &["routes", "routes/custom-host"], (High, Medium), NETWORK),
    risk(WRITE, &[""], &["services"], (High, Medium), "to make load balancers and take over addresses (externalIPs)"),
    risk(WRITE, &[""], &["services/status"], (Medium, Medium), TRAFFIC),
    risk(WRITE, &[""], &["endpoints"], (High, Medium), TRAFFIC),
    risk(WRITE, &["discovery.k8s.io"], &["endpointslices"], (High, Medium), TRAFFIC),

    // Storage and devices.
    risk(WRITE, &[""], &["persistentvolumes"], (Critical, Low), "to mount folders of nodes"),
    // The data path is chosen, not read.
    risk(WRITE, &["storage.k8s.io"], &["storageclasses", "csidrivers", "volumeattachments"], (Medium, Low), "to choose where volumes are stored"),
    risk(WRITE, &["snapshot.storage.k8s.io"], &["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"], (Medium, Low), "to copy volumes"),
    // Administrative access to devices also needs a namespace that is labelled for it.
    risk(WRITE, &["resource.k8s.io"], &["deviceclasses", "resourceclaims", "resourceclaims/status", "resourceclaimtemplates"], (Medium, Low), "to use devices of other workloads"),
];
