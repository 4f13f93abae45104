//! References to objects whose names have changed (`filters/nameref`).
//!
//! In: the objects with their earlier names, and the fields that name objects. Out: fields with the new names. Never:
//! follows a reference to an object of another namespace, except where kustomize does.

use std::collections::HashMap;

use kube_manifest::{Node, Value};

use super::configuration::Configuration;
use super::error::{Outcome, RefusalKind, RenderError};
use super::field_specs::Made;
use super::identity::{GvkView, NOT_A_NAMESPACE, Scope};
use super::resource::{Resource, put};
use super::resources::Resources;
use super::session::Session;
use super::writing::BuildStep;

/// Writes the new names into every object.
pub(crate) fn update(
    session: &mut Session<'_>,
    resources: &mut Resources,
    configuration: &Configuration,
) -> Outcome<()> {
    let mut by_name: HashMap<Box<str>, Vec<usize>> = HashMap::new();
    for (place, resource) in resources.0.iter().enumerate() {
        for id in &resource.previous {
            let places = by_name.entry(id.name.clone()).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    for place in 0..resources.0.len() {
        let Some(resource) = resources.0.get(place) else { continue };
        let gvk = resource.original_id(&session.schemas).gvk;
        let specs: Vec<_> = configuration
            .references
            .iter()
            .flat_map(|references| references.referrers.iter().map(|spec| (references.target.view(), spec)))
            .filter(|(_, spec)| gvk.is_selected(spec.gvk.view()))
            .collect();
        if specs.is_empty() {
            continue;
        }
        session.budget.work(specs.len())?;
        let mut node = resource.node.clone();
        for (target, spec) in specs {
            let update = Update {
                resources: &resources.0,
                by_name: &by_name,
                referrer: resource,
                target,
                path: &spec.path,
            };
            spec.apply_to_any(&mut node, Made::Nothing, &mut |value| update.set(session, value))?;
        }
        if let Some(resource) = resources.0.get_mut(place) {
            resource.node = node;
        }
    }
    Ok(())
}

struct Update<'u> {
    resources: &'u [Resource],
    by_name: &'u HashMap<Box<str>, Vec<usize>>,
    referrer: &'u Resource,
    target: GvkView<'u>,
    path: &'u str,
}

fn refuse(reason: impl Into<String>) -> RenderError {
    RenderError::new(RefusalKind::InvalidInput, reason)
}

/// The namespace that a reference names.
#[derive(Clone, Copy)]
enum Named<'n> {
    Nothing,
    Namespace(&'n str),
}

impl<'u> Update<'u> {
    fn set(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        match &mut node.value {
            Value::Null => Ok(()),
            Value::Mapping(_) => self.set_mapping(session, node),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| match &item.value {
                Value::Null => Ok(()),
                Value::Mapping(_) => self.set_mapping(session, item),
                Value::Sequence(_) => Err(refuse("a reference is a list inside a list")),
                _ => self.set_scalar(session, item),
            }),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Unknown(_) => {
                self.set_scalar(session, node)
            }
        }
    }

    fn set_scalar(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        let name = session.writings.scalar_text(node).into_owned();
        let same = |one: &Resource, other: &Resource| one.name() == other.name();
        if let Some(referral) = self.referral(session, &name, Named::Nothing, same)?
            && referral.name() != name
        {
            write(session, node, referral, "name");
        }
        Ok(())
    }

    fn set_mapping(&self, session: &mut Session<'_>, node: &mut Node) -> Outcome<()> {
        let Some(name) = node.get("name").map(|name| session.writings.scalar_text(name).into_owned()) else {
            return Err(refuse(format!("the reference at `{}` has no `name`", self.path)));
        };
        let namespace =
            node.get("namespace").map(|namespace| session.writings.scalar_text(namespace).into_owned());
        let named = namespace.as_deref().map_or(Named::Nothing, Named::Namespace);
        let same = |one: &Resource, other: &Resource| {
            one.name() == other.name() && one.namespace() == other.namespace()
        };
        let Some(referral) = self.referral(session, &name, named, same)? else { return Ok(()) };
        if referral.name() == name && referral.namespace().is_empty() {
            return Ok(());
        }
        for field in ["name", "namespace"] {
            if field == "namespace" && referral.namespace().is_empty() {
                continue;
            }
            if node.get(field).is_none() {
                let value = Node { origin: node.origin, value: Value::String(Box::default()) };
                put(node, field, value);
            }
            let wanted = if field == "name" { referral.name() } else { referral.namespace() };
            if let Some(value) = node.get_mut(field).filter(|value| value.as_str() != Some(wanted)) {
                write(session, value, referral, field);
            }
        }
        Ok(())
    }

    /// The object that a name means, if it is one of those whose names may have changed.
    fn referral(
        &self,
        session: &mut Session<'_>,
        name: &str,
        named: Named<'_>,
        are_same: impl Fn(&Resource, &Resource) -> bool,
    ) -> Outcome<Option<&'u Resource>> {
        let Some(places) = self.by_name.get(name) else { return Ok(None) };
        session.budget.work(places.len())?;
        let all: Vec<&Resource> = places.iter().filter_map(|place| self.resources.get(*place)).collect();
        let mut candidates: Vec<&Resource> =
            all.into_iter().filter(|candidate| self.may_refer(session, candidate)).collect();
        candidates = self.in_namespace(session, candidates, named);
        candidates.retain(|candidate| candidate.previous_ids().any(|id| id.gvk.is_selected(self.target)));
        if let Some(role) = self.role() {
            candidates.retain(|candidate| candidate.previous_ids().any(|id| id.gvk.is_selected(role)));
        }
        candidates.retain(|candidate| self.shares_namespace(session, candidate));
        if candidates.len() > 1 {
            candidates.retain(|candidate| self.has_like_affixes(candidate, Blank::Fits));
            if candidates.len() > 1 {
                candidates.retain(|candidate| self.has_like_affixes(candidate, Blank::Differs));
            }
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|other| are_same(first, other)) => Ok(Some(*first)),
            _ => Err(refuse(format!("the name `{name}` at `{}` may mean several objects", self.path))),
        }
    }

    /// `SubsetThatCouldBeReferencedByResource`.
    fn may_refer(&self, session: &Session<'_>, candidate: &Resource) -> bool {
        let (own, other) = (self.referrer.id(&session.schemas), candidate.id(&session.schemas));
        own.scope == Scope::Cluster
            || other.scope == Scope::Cluster
            || own.effective_namespace() == other.effective_namespace()
            || self.binds_account_in(candidate.namespace())
    }

    /// Whether the referrer is a role binding with a service account of a namespace.
    fn binds_account_in(&self, namespace: &str) -> bool {
        let subjects = self.referrer.node.get("subjects").map(Node::items).unwrap_or_default();
        self.referrer.kind() == "RoleBinding"
            && subjects.iter().any(|subject| {
                subject.text_at(&["kind"]) == Some("ServiceAccount")
                    && subject.text_at(&["namespace"]) == Some(namespace)
            })
    }

    fn in_namespace(
        &self,
        session: &Session<'_>,
        candidates: Vec<&'u Resource>,
        named: Named<'_>,
    ) -> Vec<&'u Resource> {
        let Named::Namespace(namespace) = named else { return candidates };
        if namespace == NOT_A_NAMESPACE {
            return Vec::new();
        }
        let schemas = &session.schemas;
        let was_there =
            |resource: &&Resource| resource.original_id(schemas).effective_namespace() == namespace;
        let is_there = |resource: &&Resource| resource.id(schemas).effective_namespace() == namespace;
        // All objects decide which of the two counts, not only those of this name.
        let mut possible = self.resources.iter().filter(|resource| self.may_refer(session, resource));
        if possible.any(|resource| was_there(&resource)) {
            candidates.into_iter().filter(was_there).collect()
        } else {
            candidates.into_iter().filter(is_there).collect()
        }
    }

    /// The kind that a `roleRef` names beside the name.
    fn role(&self) -> Option<GvkView<'u>> {
        if !self.path.ends_with("roleRef/name") {
            return None;
        }
        let role = self.referrer.node.get("roleRef")?;
        let group = role.get("apiGroup")?.as_str().unwrap_or_default();
        Some(GvkView { group, version: "", kind: role.get("kind")?.as_str().unwrap_or_default() })
    }

    fn shares_namespace(&self, session: &Session<'_>, candidate: &Resource) -> bool {
        let (own, other) = (self.referrer.id(&session.schemas), candidate.id(&session.schemas));
        own.scope == Scope::Cluster
            || other.scope == Scope::Cluster
            || candidate.kind() == "ServiceAccount"
            || own.effective_namespace() == other.effective_namespace()
    }

    fn has_like_affixes(&self, candidate: &Resource, blank: Blank) -> bool {
        let fits = |own: &[Box<str>], other: &[Box<str>]| {
            (blank == Blank::Fits && (own.is_empty() || other.is_empty())) || have_same_end(own, other)
        };
        fits(&self.referrer.prefixes, &candidate.prefixes)
            && fits(&self.referrer.suffixes, &candidate.suffixes)
    }
}

/// Whether an object without prefixes fits one with some.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    Fits,
    Differs,
}

/// Whether the shorter list is the end of the longer one; an empty one only of an empty one.
fn have_same_end(one: &[Box<str>], other: &[Box<str>]) -> bool {
    let (short, long) = if one.len() > other.len() { (other, one) } else { (one, other) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

fn write(session: &mut Session<'_>, value: &mut Node, referral: &Resource, field: &str) {
    let text = if field == "name" { referral.name() } else { referral.namespace() };
    let source = referral.node.at(&["metadata", field]).map_or(value.origin, |node| node.origin);
    let origin = session.writings.derive(source, BuildStep::NameReference, Some(value.origin));
    let written = session.writings.untagged(value, text);
    *value = Node { origin, value: written };
}
