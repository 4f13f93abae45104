//! The check for subjects that gain permissions.

use crate::finding::CheckId;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::gain::Sides;
use crate::access::{Grants, Superseded};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::world::Need;
use kube_model::rbac::{Bootstrap, is_rbac_group};
use kube_model::{ClusterName, KubernetesVersion};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("rbac-escalation"),
    title: "A subject gains permissions",
    family: Family::Rbac,
    needs: &[Need::Permissions],
    partial: PartialDocuments::Judge,
    why: "GitOps controllers apply changes as cluster-admin, so the API server cannot check whether the \
        author of this change has the permissions that it grants.",
    docs: "\
## What it does

Computes the permissions of every user, group and service account before and after the change, and reports new
ones. The severity depends on the value of the grant to an attacker: critical for the whole cluster, high for
reading secrets or running pods in one namespace, low for reading harmless things. A namespace such as
`kube-system`, and one whose service accounts have critical grants, counts as the whole cluster.

## What is compared

The effective grants of both revisions: Roles, ClusterRoles, bindings and aggregated ClusterRoles, by the
rules of Kubernetes' own escalation check, together with the roles and bindings that every API server of the
cluster's version creates. Moving, renaming or splitting a role without a new grant is not reported. A
permission that the subject already had, itself or through a group that contains everyone, is not new. Writing
down what every API server grants is not new either. A default role that gains permissions, by its own rules
or by a label such as `aggregate-to-view`, is reported for every subject bound to it, because such bindings
are often made outside the repository. OpenShift's `userNames`, `groupNames` and `Group` objects count too: a
new member gains what the group has.

If a role or binding is defined twice and one copy is removed, the grants of the other copy are new. So are
the rules of a role whose `aggregationRule` is removed.

## Remediation

Bind a narrower role, grant only the resources and verbs that are needed, or ask the approvers in the policy
to approve.

## Limits

The permissions of a role that is not in the repository and that not every API server creates are unknown; a
new binding to it is reported with medium severity. Objects that a distribution adds, such as the bindings of
kubeadm, are not known. This check does not report permissions that a workload gains by using another service
account.
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
            // A gain that two versions of a cluster have in common is reported once.
            let fresh = sides.gains().into_iter().filter(|gained| reported.insert(gained.key.clone()));
            fresh.for_each(|gained| findings.push(gained.finding));
        }
    }
}

fn versions(context: &Context<'_>, cluster: &ClusterName) -> Vec<KubernetesVersion> {
    let target = context.target(cluster).filter(|target| !target.versions.is_empty());
    target.map_or_else(|| vec![KubernetesVersion::NEWEST], |target| target.versions.clone())
}
