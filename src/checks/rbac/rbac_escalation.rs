//! Who gains permissions.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::grants::{Grant, Grants, Scope};
use super::path::Granted;
use super::roles::Rule;
use super::{describe, risk};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Location, Severity, Side};
use crate::kube::ClusterName;
use crate::kube::rbac::{Atom, Binding, PolicyRule, Subject, is_rbac_group, uncovered};
use crate::world::{ObjectChange, Operation, Placed};

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
things.

## What is compared

The effective grants of both revisions: Roles, ClusterRoles, bindings, aggregated ClusterRoles and the
roles that every API server has, by Kubernetes' own covers relation. Moving, renaming or splitting a
role without a new grant is silent. A permission that the subject already had, itself or through a
group that everybody is in, is not new.

## Remediation

Bind a narrower role, name the resources and verbs that are needed, or have the approvers whom the
policy names approve.

## Limits

Roles that are neither in the repository nor built in grant something that cannot be known here; a
new binding to one is reported with medium severity. The built-in roles are those of Kubernetes 1.36.
Permissions that a workload gains by using another service account are another check's.
",
};

/// Reports them.
pub(in crate::checks) fn run(context: &Context<'_>, findings: &mut Findings) {
    let touched = context.changes.iter().filter(|change| is_rbac_group(change.subject().object.group()));
    let clusters: BTreeSet<&ClusterName> = touched.map(|change| &change.subject().id.cluster).collect();
    for cluster in clusters {
        let (old, new) = (Grants::of(context.old, cluster), Grants::of(context.new, cluster));
        for ((subject, scope), grants) in &new.0 {
            let gain = Gain { context, cluster, subject, scope, old: &old };
            grants.iter().filter_map(|grant| gain.finding(grant)).for_each(|finding| findings.push(finding));
        }
    }
}

/// One subject in one scope, and what it had.
struct Gain<'a> {
    context: &'a Context<'a>,
    cluster: &'a ClusterName,
    subject: &'a Subject,
    scope: &'a Scope,
    old: &'a Grants,
}

impl Gain<'_> {
    fn finding(&self, grant: &Grant) -> Option<Finding> {
        let Some(rules) = &grant.rules else { return self.unknown_role(grant) };
        let owned = self.old.rules(self.subject, self.scope);
        let mut atoms = Vec::new();
        let mut culprits = Vec::new();
        for rule in rules {
            let new = uncovered(&owned, &rule.rule);
            culprits.extend((!new.is_empty()).then_some(rule));
            atoms.extend(new);
        }
        atoms.sort();
        atoms.dedup();
        let elsewhere =
            |rule: &&Rule| rule.node().is_none_or(|(placed, _)| placed.path != grant.binding.path);
        let culprit = culprits.into_iter().min_by_key(elsewhere)?;
        let (severity, allows) = risk::judge(&atoms, self.scope);
        let severity = severity.max(risk::least(self.subject, &atoms));
        let mut finding = self.place(grant, Some(culprit), self.message(&atoms));
        finding = finding.severity(severity).note("gains", self.gains(&atoms, &self.had(&owned)));
        if !allows.is_empty() && !describe::is_everything(&atoms) {
            finding = finding.note("allows", describe::shorten(&allows, 3, "; "));
        }
        let finding = finding.path(self.granted(grant, &self.permits(&atoms)).edges());
        Some(finding.offending(format!("{} {atoms:?}", self.subject)).help(self.help(grant)))
    }

    fn message(&self, atoms: &[Atom]) -> String {
        let place = describe::place(self.scope, self.cluster);
        if describe::is_everything(atoms) {
            format!("{} gains every permission {place}", self.subject)
        } else {
            format!("{} gains permissions {place}", self.subject)
        }
    }

    fn had(&self, owned: &[&PolicyRule]) -> String {
        let elsewhere = self.old.roles_anywhere(self.subject);
        if owned.is_empty() && !elsewhere.is_empty() {
            return format!("nothing here, {}", describe::shorten(&elsewhere, 3, ", "));
        }
        describe::owned(owned)
    }

    fn gains(&self, atoms: &[Atom], had: &str) -> String {
        format!("{} (had: {had})", self.permits(atoms))
    }

    fn permits(&self, atoms: &[Atom]) -> String {
        let place = match self.scope {
            Scope::Cluster => "everywhere".to_owned(),
            Scope::Namespace(namespace) => format!("in {namespace}"),
        };
        format!("{} {place}", describe::atoms(atoms))
    }

    fn granted<'a>(&'a self, grant: &'a Grant, permits: &'a str) -> Granted<'a> {
        Granted { subject: self.subject, binding: &grant.binding, role: &grant.role, permits }
    }

    fn help(&self, grant: &Grant) -> String {
        format!(
            "Bind a narrower role than {}, or grant only the verbs and resources that {} needs.",
            grant.role, self.subject
        )
    }

    fn unknown_role(&self, grant: &Grant) -> Option<Finding> {
        if self.old.has_role(self.subject, self.scope, &grant.role) {
            return None;
        }
        let place = describe::place(self.scope, self.cluster);
        let message =
            format!("{} is bound to {} {place}, whose permissions are unknown", self.subject, grant.role);
        let note = "the role is neither in the repository nor one that every cluster has";
        let finding = self.place(grant, None, message).severity(Severity::Medium).note("unknown", note);
        let offending = format!("{} {}", self.subject, grant.role);
        let finding = finding.path(self.granted(grant, "nobody can know what").edges());
        Some(finding.offending(offending).help("Add the role to the repository, or bind one that is there."))
    }

    /// At the binding if the change touches it, else at the rule that the change brings.
    fn place(&self, grant: &Grant, culprit: Option<&Rule>, message: String) -> Finding {
        let rule_place =
            culprit.and_then(Rule::node).map(|(placed, node)| Location::of_node(placed, node, Side::New));
        let change = self.change_of(&grant.binding);
        let operation = change.map_or(Operation::Update, ObjectChange::operation);
        let finding = Finding::about_object(META.id, &grant.binding, operation, message);
        let binding_place = self.binding_place(grant, change);
        match (change, rule_place) {
            (Some(_) | None, None) => finding.at(binding_place),
            (Some(_), Some(rule)) => finding.at(binding_place).related(rule),
            (None, Some(rule)) => finding.at(rule).related(binding_place),
        }
    }

    fn change_of(&self, binding: &Arc<Placed>) -> Option<&ObjectChange> {
        self.context
            .changes
            .iter()
            .find(|change| change.object().is_some_and(|new| Arc::ptr_eq(new, binding)))
    }

    /// The role if it is another one than before, else the subject if it is new, else the role.
    fn binding_place(&self, grant: &Grant, change: Option<&ObjectChange>) -> Location {
        let placed = &grant.binding;
        let namespace = placed.id.namespace.as_deref();
        let Some(binding) = Binding::of(&placed.object, namespace) else {
            return Location::of_object(placed, Side::New);
        };
        let old = change.and_then(ObjectChange::old_object);
        let before = old.and_then(|old| Binding::of(&old.object, namespace));
        let at_role = Location::of_node(placed, binding.role_node, Side::New);
        match before {
            Some(before) if before.role != binding.role => {
                let was = before.role_node.as_str().unwrap_or_default();
                at_role.labelled(format!("was \"{was}\""))
            }
            Some(_) => {
                let node = binding.subjects.iter().find(|(subject, _)| subject == self.subject);
                node.map_or(at_role, |(_, node)| Location::of_node(placed, node, Side::New))
            }
            None => at_role,
        }
    }
}
