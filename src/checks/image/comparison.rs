//! The earlier images with which a new one is compared.

use super::relation::{is_stopped, may_replace};
use crate::checks::Context;
use crate::finding::Suggestion;
use crate::world::{ObjectChange, Placed};
use kube_manifest::Object;
use kube_model::{Form, ImageCertainty, ImageReference, ImageReferenceError, ImageUse, images};

/// An image of the new object.
#[derive(Debug)]
pub(super) struct Introduced<'a> {
    /// The field that names it.
    pub(super) at: ImageUse<'a>,
    /// The meaning of its text.
    pub(super) image: Meaning,
    /// The images that ran before in its place.
    pub(super) before: Vec<Earlier>,
}

/// The meaning of an image's text.
#[derive(Debug)]
pub(super) enum Meaning {
    /// An image.
    Image(ImageReference),
    /// An image with a part that is set elsewhere.
    Unknown,
    /// Nothing, for this reason.
    Unreadable(String),
}

impl Meaning {
    fn of(at: &ImageUse<'_>) -> Self {
        match at.certainty {
            ImageCertainty::Unknown => Self::Unknown,
            ImageCertainty::Known => match ImageReference::parse(&at.text) {
                Ok(image) => Self::Image(image),
                Err(error) => Self::Unreadable(error.to_string()),
            },
        }
    }
}

impl Introduced<'_> {
    /// Whether a text that is not known in full ends in a digest, which then decides.
    pub(super) fn names_digest(&self) -> bool {
        let digest = self.at.text.rsplit_once('@').map(|(_, digest)| format!("image@{digest}"));
        digest.is_some_and(|text| ImageReference::parse(&text).is_ok())
    }

    /// `container web`.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.at.noun, self.at.name)
    }
}

/// An image of the old world.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    /// The image.
    pub(super) image: ImageReference,
    /// The object in which it ran, if it was another one, and the fate of that object.
    pub(super) elsewhere: Option<String>,
}

/// An image of an old object.
type Known<'a> = (ImageUse<'a>, ImageReference);

/// The images of a created or updated object that were not there before, each with what it replaces: the
/// image of the same name; if that is something else, every old image of the same repository; and if
/// no such image exists, those of workloads of the same cluster that this change deletes or stops and
/// that the new one may replace, so that renaming a workload hides nothing.
pub(super) fn find_introduced<'a>(change: &'a ObjectChange, context: &Context<'_>) -> Vec<Introduced<'a>> {
    let Some(new) = change.object() else { return Vec::new() };
    let old = change.old_object().map(|old| known(&old.object, context)).unwrap_or_default();
    let uses = images(&new.object, context.settings.image_kinds);
    let fresh = uses.into_iter().filter(|at| !stood(at, change, context));
    let introduced = fresh.map(|at| {
        let image = Meaning::of(&at);
        let before = match &image {
            Meaning::Image(image) => earlier(&at, image, &old, change, context),
            Meaning::Unknown | Meaning::Unreadable(_) => named(&at, &old),
        };
        Introduced { at, image, before }
    });
    introduced.collect()
}

/// Back to the reference that the image of the same name had, as it was written, if that is what the
/// new one is worse than.
pub(super) fn back(
    change: &ObjectChange,
    introduced: &Introduced<'_>,
    earlier: &Earlier,
    context: &Context<'_>,
) -> Option<Suggestion> {
    let old = images(&change.old_object()?.object, context.settings.image_kinds);
    let mut same = old.iter().filter(|at| at.name == introduced.at.name && at.form == Form::Reference);
    let text = &same.next()?.text;
    let is_it = ImageReference::parse(text).is_ok_and(|image| image == earlier.image);
    let only = same.next().is_none() && is_it && introduced.at.form == Form::Reference;
    only.then(|| Suggestion::of_scalar(change.object()?, introduced.at.node, text)).flatten()
}

/// The same text in the same place is not news.
fn stood(at: &ImageUse<'_>, change: &ObjectChange, context: &Context<'_>) -> bool {
    let Some(old) = change.old_object() else { return false };
    let old = images(&old.object, context.settings.image_kinds);
    old.iter().any(|known| known.name == at.name && known.text == at.text)
}

/// The images of an old object that mean something. A digest that no runtime accepts counts for nothing: the
/// rest of the text is compared anyway.
fn known<'a>(object: &'a Object, context: &Context<'_>) -> Vec<Known<'a>> {
    let read = |at: ImageUse<'a>| {
        if at.certainty == ImageCertainty::Unknown {
            return None;
        }
        let image = match ImageReference::parse(&at.text) {
            Err(ImageReferenceError::Digest) => {
                ImageReference::parse(at.text.split('@').next().unwrap_or_default())
            }
            parsed => parsed,
        };
        Some((at, image.ok()?))
    };
    images(object, context.settings.image_kinds).into_iter().filter_map(read).collect()
}

fn named(at: &ImageUse<'_>, old: &[Known<'_>]) -> Vec<Earlier> {
    let same_name = old.iter().filter(|(known, _)| known.name == at.name);
    same_name.map(|(_, image)| in_place(image)).collect()
}

fn in_place(image: &ImageReference) -> Earlier {
    Earlier { image: image.clone(), elsewhere: None }
}

fn earlier(
    at: &ImageUse<'_>,
    image: &ImageReference,
    old: &[Known<'_>],
    change: &ObjectChange,
    context: &Context<'_>,
) -> Vec<Earlier> {
    let mut found = named(at, old);
    let same_image = |earlier: &Earlier| earlier.image.same_repository(image);
    if !found.iter().any(same_image) {
        let renamed = old.iter().filter(|(_, known)| known.same_repository(image));
        found.extend(renamed.map(|(_, image)| in_place(image)));
    }
    if !found.iter().any(same_image) {
        found.extend(elsewhere(at, image, change, context));
    }
    found
}

/// The images that ran in workloads that the change deletes or stops.
fn elsewhere(
    at: &ImageUse<'_>,
    image: &ImageReference,
    change: &ObjectChange,
    context: &Context<'_>,
) -> Vec<Earlier> {
    let Some(new) = change.object() else { return Vec::new() };
    let mut found = Vec::new();
    for (old, fate) in context.changes.iter().filter_map(ended) {
        if old.id.cluster != new.id.cluster || old.id == new.id {
            continue;
        }
        for (known, earlier) in known(&old.object, context) {
            if earlier.same_repository(image) && may_replace((new, at), (old, &known), image) {
                let elsewhere = Some(format!("{}, which this change {fate},", old.id.title()));
                found.push(Earlier { image: earlier, elsewhere });
            }
        }
    }
    found
}

/// The workload that a change ends, and how.
fn ended(change: &ObjectChange) -> Option<(&Placed, &'static str)> {
    match change {
        ObjectChange::Delete { old_object } => Some((old_object, "deletes")),
        ObjectChange::Update { old_object, object } => {
            let stops = is_stopped(&object.object) && !is_stopped(&old_object.object);
            stops.then_some((&**old_object, "stops"))
        }
        ObjectChange::Create { .. } => None,
    }
}
