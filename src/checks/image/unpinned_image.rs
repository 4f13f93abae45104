//! New images without a digest.

use super::comparison::{Earlier, Introduced, Meaning, find_introduced};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::ObjectChange;
use kube_model::{Form, ImageReference, Mobility, Tag};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("unpinned-image"),
    title: "A new image is not named by digest",
    family: Family::Image,
    needs: &[],
    partial: PartialDocuments::Judge,
    why: "A tag can be moved to another image at any time. Only a digest guarantees which image runs.",
    docs: "\
## What it does

Reports images that a change introduces without a digest. A moving tag, such as `latest`, or a missing tag is
worse than a version. An image name that no runtime accepts is reported too, because portcullis cannot judge
it.

## What is compared

The images of the new object with those of the old one. A container that ran the same image without a digest
before is not reported, whatever its tag; `mutable-image` reports it if it becomes worse.

## Remediation

Add the digest: `name:tag@sha256:…`. Tools such as Renovate keep it up to date.

## Limits

Images in the values of charts, and images that an operator derives from a version, are not reported. The
custom kinds are those that `image-downgrade` lists and those of `images` in the policy.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    for introduced in find_introduced(change, context) {
        // A chart or an operator decides how it joins the parts.
        if introduced.at.form == Form::Parts {
            continue;
        }
        match &introduced.image {
            Meaning::Unreadable(reason) => findings.push(unreadable(change, &introduced, reason)),
            Meaning::Image(image) if is_new(image, &introduced.before) => {
                findings.push(unpinned(change, &introduced, image));
            }
            Meaning::Unknown if introduced.before.is_empty() && !introduced.names_digest() => {
                findings.push(unknown(change, &introduced));
            }
            Meaning::Image(_) | Meaning::Unknown => {}
        }
    }
}

fn is_new(image: &ImageReference, before: &[Earlier]) -> bool {
    image.digest.is_none() && !before.iter().any(|earlier| earlier.image.same_repository(image))
}

fn unpinned(change: &ObjectChange, introduced: &Introduced<'_>, image: &ImageReference) -> Finding {
    let id = &change.subject().id;
    let moves = match Tag::parse(image.effective_tag()).moves() {
        Mobility::Floating => format!(", and the tag {} is a moving tag", image.effective_tag()),
        Mobility::Fixed | Mobility::Unknown => String::new(),
    };
    let severity = if moves.is_empty() { Severity::Low } else { Severity::Medium };
    let message = format!(
        "{} in cluster {} runs {image} in {} without a digest{moves}",
        id.title(),
        id.cluster,
        introduced.title()
    );
    let finding = Finding::about(META.id, change, message)
        .severity(severity)
        .at_node(change, introduced.at.node)
        .label("no digest")
        .help("name the image by digest: name:tag@sha256:…")
        .fact("image", &*introduced.at.text);
    match introduced.before.iter().find(|earlier| earlier.image.same_image(image)) {
        Some(earlier) => finding
            .note("moved", format!("it was {} in the registry {}", earlier.image, earlier.image.registry)),
        None => finding,
    }
}

/// An image with a part that is set elsewhere.
fn unknown(change: &ObjectChange, introduced: &Introduced<'_>) -> Finding {
    let id = &change.subject().id;
    let message = format!(
        "{} in cluster {} runs in {} whatever {} is set to",
        id.title(),
        id.cluster,
        introduced.title(),
        introduced.at.text
    );
    Finding::about(META.id, change, message)
        .severity(Severity::Medium)
        .at_node(change, introduced.at.node)
        .label("no digest")
        .help("name the image by digest: name:tag@sha256:…")
        .fact("image", &*introduced.at.text)
}

fn unreadable(change: &ObjectChange, introduced: &Introduced<'_>, reason: &str) -> Finding {
    let id = &change.subject().id;
    let message =
        format!("{} in cluster {} names an image that no runtime accepts: {reason}", id.title(), id.cluster);
    Finding::about(META.id, change, message)
        .severity(Severity::Medium)
        .at_node(change, introduced.at.node)
        .help("write the image as registry/name:tag@sha256:…")
        .fact("image", &*introduced.at.text)
}
