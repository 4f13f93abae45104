//! Who gains permissions.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::gain::Sides;
use crate::access::{Grants, Superseded};
use crate::checks::{Context, Family, Findings, Meta};
use crate::kube::rbac::{Bootstrap, is_rbac_group};
use crate::kube::{ClusterName, KubernetesVersion};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "rbac-escalation",
    title: "Somebody gains permissions",
    family: Family::Rbac,
    why: "GitOps controllers apply as cluster-admin, so the API server's own check against granting more than one has never sees the author of this change.",
    docs: "\
## What it does

Computes what every user, group and service account may do before and after the change, and reports
what is newly granted. The severity follows what the grant is worth to an attacker: critical for the
whole cluster, high for reading secrets or running pods in one namespace, low for reading harmless
things. A namespace such as `kube-system`, and one whose service accounts have critical grants, counts as
the whole cluster.

## What is compared

The effective grants of both revisions: Roles, ClusterRoles, bindings and aggregated ClusterRoles, by
Kubernetes' own covers relation, on top of the roles and bindings that every API server of the cluster's
version makes. Moving, renaming or splitting a role without a new grant is silent. A permission that the
subject already had, itself or through a group that everybody is in, is not new; writing down what every
API server grants is not either. A default role that gains permissions, by its own rules or by a label such
as `aggregate-to-view`, is reported for every subject bound to it, because such bindings are often made
outside the repository. OpenShift's `userNames`, `groupNames` and `Group` objects count too: a new member
gains what the group has.

Where a role or binding stands twice, and one copy is removed, what the other grants is new. So are the
rules of a role whose `aggregationRule` is removed.

## Remediation

Bind a narrower role, name the resources and verbs that are needed, or have the approvers whom the
policy names approve.

## Limits

Roles that are neither in the repository nor made by every API server grant something that cannot be
known here; a new binding to one is reported with medium severity. What a distribution adds, such as the
bindings of kubeadm, is not known. Permissions that a workload gains by using another service account are another check's.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let touched = context.changes.iter().filter(|change| is_rbac_group(change.subject().object.group()));
    let clusters: BTreeSet<&ClusterName> = touched.map(|change| &change.subject().id.cluster).collect();
    if clusters.is_empty() {
        return;
    }
    let superseded = Superseded::of(context.old, context.changes);
    for cluster in clusters {
        let mut reported = BTreeSet::new();
        for version in versions(context, cluster) {
            let bootstrap = Bootstrap::of(version);
            let old = Grants::of(context.old, cluster, bootstrap, &superseded);
            let new = Grants::of(context.new, cluster, bootstrap, &Superseded::default());
            let sides = Sides { context, cluster, old: &old, new: &new, powerful: OnceCell::new() };
            // What two versions of a cluster have in common is reported once.
            let fresh = sides.gains().into_iter().filter(|gained| reported.insert(gained.key.clone()));
            fresh.for_each(|gained| findings.push(gained.finding));
        }
    }
}

fn versions(context: &Context<'_>, cluster: &ClusterName) -> Vec<KubernetesVersion> {
    let target = context.target(cluster).filter(|target| !target.versions.is_empty());
    target.map_or_else(|| vec![KubernetesVersion::NEWEST], |target| target.versions.clone())
}
