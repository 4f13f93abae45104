//! The permissions that one subject gains by one grant.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::path::Granted;
use super::place::Site;
use super::risk::Breadth;
use super::{describe, risk};
use crate::access::{Bound, Grant, GrantScope, Grants, PlacedRule};
use crate::checks::Context;
use crate::finding::{Finding, Severity};
use crate::world::Placed;
use kube_model::ClusterName;
use kube_model::rbac::{Atom, RoleReference, Subject, find_uncovered};

/// The grants of one cluster before and after.
pub(super) struct Sides<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) cluster: &'a ClusterName,
    pub(super) old: &'a Grants,
    pub(super) new: &'a Grants,
    /// Namespaces whose service accounts have critical grants in the whole cluster; found when asked for.
    pub(super) powerful: OnceCell<BTreeSet<Box<str>>>,
}

/// A finding, and a key that distinguishes it from those of other grants.
pub(super) struct Gained {
    pub(super) key: String,
    pub(super) finding: Finding,
}

impl Sides<'_> {
    /// The gains of all subjects. A gain of an unknown subject is left out if it is no worse than the gains of known
    /// subjects; unknown subjects come last.
    pub(super) fn gains(&self) -> Vec<Gained> {
        let mut gains = Vec::new();
        let mut worst: BTreeMap<&RoleReference, Severity> = BTreeMap::new();
        for ((subject, scope), grants) in &self.new.by_subject {
            let gain = Gain { sides: self, subject, scope, member: None };
            for grant in grants {
                let Some(finding) = gain.finding(grant) else { continue };
                let said = worst.get(&grant.role).is_some_and(|said| *said >= finding.severity);
                if said && matches!(grant.bound, Bound::Elsewhere) {
                    continue;
                }
                worst
                    .entry(&grant.role)
                    .and_modify(|said| *said = finding.severity.max(*said))
                    .or_insert(finding.severity);
                gains.push(gain.gained(grant, finding));
            }
        }
        gains.extend(self.gains_of_members());
        gains
    }

    /// Control of such a namespace leads to the whole cluster through what runs there.
    fn breadth(&self, scope: &GrantScope) -> Breadth {
        match scope.namespace() {
            None => Breadth::Wide,
            Some(namespace) if risk::is_privileged(namespace) => Breadth::Wide,
            Some(namespace)
                if self.powerful.get_or_init(|| self.powerful_namespaces()).contains(namespace) =>
            {
                Breadth::Wide
            }
            Some(_) => Breadth::Narrow,
        }
    }

    fn powerful_namespaces(&self) -> BTreeSet<Box<str>> {
        let mut namespaces = BTreeSet::new();
        for ((subject, scope), grants) in &self.new.by_subject {
            let (Subject::ServiceAccount { namespace, .. }, GrantScope::Cluster) = (subject, scope) else {
                continue;
            };
            let rules =
                || grants.iter().filter_map(|grant| grant.rules.as_ref()).flat_map(|rules| rules.iter());
            let is_critical =
                || rules().any(|rule| risk::judge(&rule.rule.atoms(), Breadth::Wide).0 == Severity::Critical);
            if !namespaces.contains(namespace) && is_critical() {
                namespaces.insert(namespace.clone());
            }
        }
        namespaces
    }

    /// The gains of new members of a group.
    fn gains_of_members(&self) -> Vec<Gained> {
        let mut gains = Vec::new();
        for (user, group, placed) in self.new.memberships.new_since(&self.old.memberships) {
            for (scope, grants) in self.new.of_subject(group) {
                let gain = Gain { sides: self, subject: user, scope, member: Some((group, placed)) };
                let found = grants.iter().filter_map(|grant| Some(gain.gained(grant, gain.finding(grant)?)));
                gains.extend(found);
            }
        }
        gains
    }
}

/// One subject in one scope, and its old permissions.
pub(super) struct Gain<'a> {
    pub(super) sides: &'a Sides<'a>,
    pub(super) subject: &'a Subject,
    pub(super) scope: &'a GrantScope,
    /// The group by which it has the grant, and the object that makes it a member.
    pub(super) member: Option<(&'a Subject, &'a Arc<Placed>)>,
}

impl Gain<'_> {
    fn gained(&self, grant: &Grant, finding: Finding) -> Gained {
        let group = self.member.map(|(group, _)| group);
        let by = match &grant.bound {
            Bound::By(binding) => format!("{} {}", binding.id, binding.path),
            Bound::ByDefault(binding) => binding.clone(),
            Bound::Elsewhere => String::new(),
        };
        let key = format!("{:?} {group:?} {:?} {:?} {by}", self.subject, self.scope, grant.role);
        Gained { key, finding }
    }

    fn finding(&self, grant: &Grant) -> Option<Finding> {
        let Some(rules) = &grant.rules else { return self.unknown_role(grant) };
        let owned = self.sides.old.rules(self.subject, self.scope);
        let mut atoms = Vec::new();
        let mut culprits = Vec::new();
        for rule in rules.iter() {
            let new = find_uncovered(&owned, &rule.rule);
            culprits.extend((!new.is_empty()).then_some(rule));
            atoms.extend(new);
        }
        atoms.sort();
        atoms.dedup();
        let site = Site { gain: self, grant, culprit: Some(culprit(grant, &culprits)?) };
        let (severity, allows) = risk::judge(&atoms, self.sides.breadth(self.scope));
        let severity = severity.max(risk::least(self.subject, self.scope, &atoms));
        let mut finding = site.finding(self.message(&atoms)).severity(severity);
        finding = finding.note("gains", self.gains(&atoms, &self.had()));
        if !allows.is_empty() && !describe::is_everything(&atoms) {
            finding = finding.note("allows", describe::shorten(&allows, 3, "; "));
        }
        let finding = finding.path(self.granted(grant, &self.permits(&atoms)).edges());
        let finding = finding
            .fact_formerly("permissions", permissions(&atoms), format!("{} {atoms:?}", self.holder()))
            .added_fact("subject", self.holder());
        Some(site.explained(finding).help(self.help(grant)))
    }

    /// The subject in a fingerprint.
    fn holder(&self) -> String {
        match self.subject {
            Subject::BoundTo(role) => role.to_string(),
            Subject::Unknown(text) => text.to_string(),
            Subject::User(_) | Subject::Group(_) | Subject::ServiceAccount { .. } => self.subject.to_string(),
        }
    }

    fn message(&self, atoms: &[Atom]) -> String {
        let place = describe::place(self.scope, self.sides.cluster);
        if describe::is_everything(atoms) {
            format!("{} gains every permission {place}", self.subject)
        } else {
            format!("{} gains permissions {place}", self.subject)
        }
    }

    /// The permissions that it had, without those that every API server gives to everyone.
    fn had(&self) -> String {
        let owned = self.sides.old.own_rules(self.subject, self.scope);
        let elsewhere = self.sides.old.roles_anywhere(self.subject);
        if owned.is_empty() && !elsewhere.is_empty() {
            return format!("nothing here; {}", describe::shorten(&elsewhere, 3, ", "));
        }
        describe::owned(&owned)
    }

    fn gains(&self, atoms: &[Atom], had: &str) -> String {
        format!("{} (had: {had})", self.reach(&describe::atoms(atoms)))
    }

    fn reach(&self, what: &str) -> String {
        match self.scope {
            GrantScope::Cluster => format!("{what} everywhere"),
            GrantScope::Namespace(namespace) => format!("{what} in {namespace}"),
        }
    }

    /// As a station of a path, which has room for few words.
    fn permits(&self, atoms: &[Atom]) -> String {
        if describe::is_everything(atoms) {
            self.reach("everything")
        } else {
            self.reach(&describe::atoms(atoms))
        }
    }

    fn granted<'a>(&'a self, grant: &'a Grant, permits: &'a str) -> Granted<'a> {
        let group = self.member.map(|(group, _)| group);
        Granted { subject: self.subject, group, binding: grant.bound.title(), role: &grant.role, permits }
    }

    fn help(&self, grant: &Grant) -> String {
        let subject = self.subject;
        match (&grant.bound, self.member) {
            (_, Some((group, _))) => {
                format!(
                    "Take {subject} out of {group}, or bind a narrower role than {} to the group.",
                    grant.role
                )
            }
            (Bound::By(_), None) => format!(
                "Bind a narrower role than {}, or grant only the verbs and resources that {subject} needs.",
                grant.role
            ),
            (Bound::ByDefault(_) | Bound::Elsewhere, None) => format!(
                "Leave {} unchanged, and bind a separate role to the subjects that need these permissions.",
                grant.role
            ),
        }
    }

    fn unknown_role(&self, grant: &Grant) -> Option<Finding> {
        if self.sides.old.has_role(self.subject, self.scope, &grant.role) {
            return None;
        }
        let place = describe::place(self.scope, self.sides.cluster);
        let site = Site { gain: self, grant, culprit: None };
        let finding = match &grant.role {
            RoleReference::Unknown(text) => site
                .finding(format!("{} may gain every permission {place}", self.subject))
                .severity(if *self.scope == GrantScope::Cluster {
                    Severity::Critical
                } else {
                    Severity::High
                })
                .note("unknown", format!("the role is {text}, which is set elsewhere and may name any role"))
                .help(
                    "Write the name of the role into the binding as plain text, without a variable or \
                    encryption.",
                ),
            RoleReference::ClusterRole(_) | RoleReference::Role(_) => site
                .finding(format!(
                    "{} is bound to {} {place}, whose permissions are unknown",
                    self.subject, grant.role
                ))
                .severity(Severity::Medium.max(risk::least(self.subject, self.scope, &[])))
                .note("unknown", "the role is not in the repository and is not one that every cluster has")
                .help("Add the role to the repository, or bind a role that is in the repository."),
        };
        let finding = finding.path(self.granted(grant, "unknown permissions").edges());
        Some(
            finding
                .fact_formerly("role", role_name(&grant.role), format!("{} {}", self.holder(), grant.role))
                .added_fact("subject", self.holder()),
        )
    }
}

/// A role, in a form that no wording changes.
fn role_name(role: &RoleReference) -> String {
    match role {
        RoleReference::Unknown(text) => format!("unknown:{text}"),
        RoleReference::ClusterRole(_) | RoleReference::Role(_) => role.to_string(),
    }
}

/// The permissions, in a form that no wording changes. Two lists of permissions never have the same text: one that is
/// limited to the name `*` grants less than one without a limit.
fn permissions(atoms: &[Atom]) -> String {
    let texts = atoms.iter().map(|atom| match atom {
        Atom::Resource { verb, group, resource, name } => {
            let limit = name.as_deref().map_or_else(|| "*".to_owned(), |name| format!("={name:?}"));
            format!("{} {}/{}/{limit}", plain(verb), plain(group), plain(resource))
        }
        Atom::Url { verb, url } => format!("{} {}", plain(verb), plain(url)),
    });
    texts.collect::<Vec<_>>().join(",")
}

/// A word of a rule; in quotes if it holds a character that separates words.
fn plain(word: &str) -> Cow<'_, str> {
    let is_plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._*/:".contains(letter));
    if is_plain { Cow::Borrowed(word) } else { Cow::Owned(format!("{word:?}")) }
}

/// The rule to show: one in the file of the binding, if there is one.
fn culprit<'r>(grant: &Grant, culprits: &[&'r PlacedRule]) -> Option<&'r PlacedRule> {
    let of_binding = |placed: &Placed| match &grant.bound {
        Bound::By(binding) => placed.path == binding.path,
        Bound::ByDefault(_) | Bound::Elsewhere => false,
    };
    let elsewhere = |rule: &&&PlacedRule| rule.node().is_none_or(|(placed, _)| !of_binding(placed));
    culprits.iter().min_by_key(elsewhere).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(verb: &str, resource: &str, name: Option<&str>) -> Atom {
        let (verb, resource, name) = (verb.into(), resource.into(), name.map(Box::from));
        Atom::Resource { verb, group: "".into(), resource, name }
    }

    #[test]
    fn other_permissions_have_another_text() {
        let all = permissions(&[atom("get", "secrets", None)]);
        assert_ne!(all, permissions(&[atom("get", "secrets", Some("*"))]));
        let two = permissions(&[atom("get", "pods", None), atom("list", "secrets", None)]);
        assert_ne!(two, permissions(&[atom("get /pods/*,list", "secrets", None)]));
    }
}
