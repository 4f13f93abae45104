//! Which earlier images a new one is compared with.

use crate::checks::Context;
use crate::finding::Suggestion;
use crate::kube::{Container, ImageReference, containers};
use crate::manifest::{Node, Object};
use crate::world::ObjectChange;

/// An image of the new object.
#[derive(Debug)]
pub(super) struct Introduced<'a> {
    /// Where it runs.
    pub(super) container: Container<'a>,
    /// Where it is named.
    pub(super) node: &'a Node,
    /// As written.
    pub(super) text: &'a str,
    /// What it means; the reason where it means nothing.
    pub(super) image: Result<ImageReference, String>,
    /// What ran before in its place.
    pub(super) before: Vec<Earlier>,
}

/// An image of the old world.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    /// What it was.
    pub(super) image: ImageReference,
    /// The object it ran in, where that was another one.
    pub(super) elsewhere: Option<String>,
}

/// The images of a created or updated workload that were not there before, each with what it
/// replaces: the container of the same name; where that runs something else, every old container
/// of the same repository; and where there is none either, the containers of workloads of the same
/// cluster that this change deletes, so that renaming a workload hides nothing.
pub(super) fn introduced<'a>(change: &'a ObjectChange, context: &Context<'_>) -> Vec<Introduced<'a>> {
    let Some(new) = change.object() else { return Vec::new() };
    let old: Vec<(Container<'a>, ImageReference)> =
        change.old_object().map(|old| readable(&old.object)).unwrap_or_default();
    let candidates = containers(&new.object).into_iter().filter_map(|container| {
        let node = container.image?;
        let text = node.as_str().filter(|text| !text.is_empty())?;
        let image = ImageReference::parse(text).map_err(|error| error.to_string());
        let before = image.as_ref().map_or_else(
            |_| named(&container, &old),
            |image| earlier(&container, image, &old, change, context),
        );
        Some(Introduced { container, node, text, image, before })
    });
    candidates.filter(|introduced| !stood(introduced, change)).collect()
}

/// Back to the reference that the container of the same name had, as it was written, where that is what the
/// new one is worse than.
pub(super) fn back(
    change: &ObjectChange,
    introduced: &Introduced<'_>,
    earlier: &Earlier,
) -> Option<Suggestion> {
    let old = containers(&change.old_object()?.object);
    let mut same = old.iter().filter(|container| container.name == introduced.container.name);
    let text = same.next()?.image?.as_str()?;
    let is_it = ImageReference::parse(text).is_ok_and(|image| image == earlier.image);
    let only = same.next().is_none() && is_it;
    only.then(|| Suggestion::of_scalar(change.object()?, introduced.node, text)).flatten()
}

/// The same text in the same container is not news.
fn stood(introduced: &Introduced<'_>, change: &ObjectChange) -> bool {
    let Some(old) = change.old_object() else { return false };
    containers(&old.object).iter().any(|container| {
        container.name == introduced.container.name
            && container.image.and_then(Node::as_str) == Some(introduced.text)
    })
}

fn readable(object: &Object) -> Vec<(Container<'_>, ImageReference)> {
    let read = |container: Container<'_>| ImageReference::parse(container.image?.as_str()?).ok();
    containers(object).into_iter().filter_map(|container| Some((container, read(container)?))).collect()
}

fn named(container: &Container<'_>, old: &[(Container<'_>, ImageReference)]) -> Vec<Earlier> {
    let same_name = old.iter().filter(|(known, _)| known.name == container.name);
    same_name.map(|(_, image)| in_place(image)).collect()
}

fn in_place(image: &ImageReference) -> Earlier {
    Earlier { image: image.clone(), elsewhere: None }
}

fn earlier(
    container: &Container<'_>,
    image: &ImageReference,
    old: &[(Container<'_>, ImageReference)],
    change: &ObjectChange,
    context: &Context<'_>,
) -> Vec<Earlier> {
    let mut found = named(container, old);
    let same_repository = |earlier: &Earlier| earlier.image.same_repository(image);
    if !found.iter().any(same_repository) {
        let renamed = old.iter().filter(|(_, known)| known.same_repository(image));
        found.extend(renamed.map(|(_, image)| in_place(image)));
    }
    if !found.iter().any(same_repository) {
        found.extend(deleted(image, change, context));
    }
    found
}

fn deleted(image: &ImageReference, change: &ObjectChange, context: &Context<'_>) -> Vec<Earlier> {
    let changes = context.changes.iter().filter_map(|other| match other {
        ObjectChange::Delete { old_object } => Some(old_object),
        ObjectChange::Create { .. } | ObjectChange::Update { .. } => None,
    });
    let in_cluster = changes.filter(|old| old.id.cluster == change.subject().id.cluster);
    let images = in_cluster.flat_map(|old| {
        let title = old.id.title();
        readable(&old.object)
            .into_iter()
            .map(move |(_, image)| Earlier { image, elsewhere: Some(title.clone()) })
    });
    images.filter(|earlier| earlier.image.same_repository(image)).collect()
}
