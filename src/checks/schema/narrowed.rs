//! Definitions that no longer accept what is in the repository.
//!
//! In: a change of a CustomResourceDefinition. Out: findings at the definition, each with an object
//! that the change does not touch and that the definition newly refuses. Never: judges objects that
//! change themselves.

use std::sync::Arc;

use super::{brought, placing};
use crate::checks::Context;
use crate::finding::{CheckId, Finding, Location, Severity, Side};
use crate::render::Role;
use crate::world::{ObjectChange, Operation, Placed};
use kube_manifest::{Node, Object};
use kube_schema::{Outcome, SchemaProblem, Violation};

/// The largest number of objects of one definition that are named.
const NAMED: usize = 10;

/// The findings for objects that the change of a definition breaks; empty for changes of other objects.
pub(super) fn findings(check: CheckId, change: &ObjectChange, context: &Context<'_>) -> Vec<Finding> {
    let definition = change.subject();
    if !is_definition(&definition.object) || !matches!(definition.role, Role::Complete | Role::Base) {
        return Vec::new();
    }
    let mut found: Vec<Finding> = stored_version_removed(check, change).into_iter().collect();
    let broken: Vec<_> = instances(definition, context)
        .filter_map(|instance| Some((instance, refusal(change, instance, context)?)))
        .collect();
    for (instance, refusal) in broken.iter().take(NAMED) {
        found.push(build_finding(check, change, instance, refusal, broken.len()));
    }
    found
}

fn is_definition(object: &Object) -> bool {
    object.group() == "apiextensions.k8s.io" && &*object.kind == "CustomResourceDefinition"
}

/// The objects of the definition's kind, in its cluster, that stay as they are.
fn instances<'a>(definition: &'a Placed, context: &'a Context<'_>) -> impl Iterator<Item = &'a Arc<Placed>> {
    let text = |keys: &[&str]| definition.object.root.text_at(keys).unwrap_or_default();
    let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
    let is_instance = move |placed: &&Arc<Placed>| {
        matches!(placed.role, Role::Complete | Role::Base)
            && placed.id.cluster == definition.id.cluster
            && placed.object.group() == group
            && &*placed.object.kind == kind
    };
    context.unchanged().iter().filter(is_instance)
}

/// The reason why the cluster no longer accepts an object.
enum Refusal {
    /// The definition is gone, or does not serve the version.
    Version,
    /// A value or a field.
    Violation(Box<Violation>),
    /// More violations than are distinguished.
    TooMuch(SchemaProblem),
}

impl Refusal {
    /// The rule that refuses, and its place, in a form that no wording changes.
    fn facts(&self) -> (String, &str) {
        match self {
            Self::Version => ("version".to_owned(), ""),
            Self::Violation(violation) => (placing::rule(&violation.kind), &violation.pointer),
            Self::TooMuch(problem) => (placing::name(problem).to_owned(), ""),
        }
    }
}

fn refusal(change: &ObjectChange, instance: &Placed, context: &Context<'_>) -> Option<Refusal> {
    if change.operation() == Operation::Delete {
        return Some(Refusal::Version);
    }
    let before = brought::judge_before(instance, context);
    match brought::judge(instance, context) {
        Outcome::Unusable(problem @ SchemaProblem::TooMuchWrong(_)) => {
            (before != Outcome::Unusable(problem.clone())).then_some(Refusal::TooMuch(problem))
        }
        Outcome::Valid | Outcome::Unusable(_) => None,
        Outcome::UnknownKind { .. } => match before {
            Outcome::UnknownKind { .. } => None,
            Outcome::Valid | Outcome::Invalid(_) | Outcome::Unusable(_) => Some(Refusal::Version),
        },
        Outcome::Invalid(violations) => {
            let mut new = violations.into_iter().filter(|found| !before.violations().contains(found));
            new.next().map(|violation| Refusal::Violation(Box::new(violation)))
        }
    }
}

fn build_finding(
    check: CheckId,
    change: &ObjectChange,
    instance: &Placed,
    refusal: &Refusal,
    all: usize,
) -> Finding {
    let (message, related) = describe_refusal(change, instance, refusal);
    let message = format!("{message} (cluster {})", instance.id.cluster);
    let finding = Finding::about(check, change, message.clone()).severity(Severity::High).related(related);
    let finding = if all > NAMED { finding.note("objects", format!("{all} in all")) } else { finding };
    let help = match change.operation() {
        Operation::Delete => {
            "remove the objects first, or keep the definition: deleting it deletes all objects of its kind"
        }
        Operation::Create | Operation::Update => {
            "change the objects in the same push, or let the definition accept both until they have changed"
        }
    };
    let (reason, path) = refusal.facts();
    finding
        .help(help)
        .fact_formerly("object", instance.id.to_string(), message)
        .added_fact("reason", reason)
        .added_fact("path", path)
}

/// A sentence about the object's fate, and its location.
fn describe_refusal(change: &ObjectChange, instance: &Placed, refusal: &Refusal) -> (String, Location) {
    let (definition, title) = (&change.subject().id.name, instance.id.title());
    match refusal {
        Refusal::Version => {
            let version = instance.object.version();
            let reason = match change.operation() {
                Operation::Delete => format!("{definition} is deleted, and with it {title}"),
                Operation::Create | Operation::Update => {
                    format!("{definition} no longer serves {version}, in which {title} is written")
                }
            };
            (reason, Location::of_object(instance, Side::New))
        }
        Refusal::Violation(violation) => {
            let reason = format!("{definition} no longer accepts {title}: {}", violation.message);
            (reason, placing::location(instance, violation))
        }
        Refusal::TooMuch(problem) => {
            let reason = format!("{definition} no longer accepts {title}: {problem}");
            (reason, Location::of_object(instance, Side::New))
        }
    }
}

/// The API server refuses to forget the version in which objects are stored.
fn stored_version_removed(check: CheckId, change: &ObjectChange) -> Option<Finding> {
    let (old, new) = (change.old_object()?, change.object()?);
    let stored =
        versions(old).iter().find(|version| version.get("storage").and_then(Node::as_bool) == Some(true))?;
    let name = stored.text_at(&["name"])?;
    if versions(new).iter().any(|version| version.text_at(&["name"]) == Some(name)) {
        return None;
    }
    let message = format!(
        "{} in cluster {} loses the version {name}, in which its objects are stored",
        new.id.name, new.id.cluster
    );
    let place = new.object.at(&["spec", "versions"]).unwrap_or(&new.object.root);
    let help = "keep the version with `served: false` until all objects are stored in another version and \
        status.storedVersions of the definition no longer lists it";
    let finding = Finding::about(check, change, message).severity(Severity::High).at_node(change, place);
    Some(finding.help(help).fact_formerly("storedVersion", name, format!("stored version {name}")))
}

fn versions(placed: &Placed) -> &[Node] {
    placed.object.at(&["spec", "versions"]).map(Node::items).unwrap_or_default()
}
