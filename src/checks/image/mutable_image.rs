//! Images that can change without a commit.

use super::comparison::{Earlier, Introduced, back, introduced};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Severity};
use crate::kube::{ImageReference, Mobility, Tag};
use crate::world::ObjectChange;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "mutable-image",
    title: "A fixed image becomes one that can change without a commit",
    family: Family::Image,
    why: "Whoever can write to the registry can then change what runs, past every review of this repository.",
    docs: "\
## What it does

Reports a container whose image loses its digest, and one whose fixed version becomes a tag that is
moved by convention: `latest`, `stable`, `beta`, `weekly`, a branch, an environment such as `qa`, a flavour
alone such as `alpine`, `1` or `1.25`, or no tag at all, which means `latest`.

## What is compared

The new image with that of the container of the same name, of a container of the same image where the
container was renamed, and of workloads that the same change deletes.

## Remediation

Name the image by digest, `name:tag@sha256:…`; tools such as Renovate keep it up to date. Or keep a tag
that names one release.

## Limits

Whether a registry lets tags be moved is not visible. Tags that follow no known pattern count as
neither fixed nor moving.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    for introduced in introduced(change, context) {
        let Ok(image) = &introduced.image else { continue };
        let loosened =
            introduced.before.iter().find_map(|earlier| Some((earlier, loss(image, &earlier.image)?)));
        if let Some((earlier, loss)) = loosened {
            findings.push(finding((change, context), &introduced, image, earlier, loss));
        }
    }
}

/// What held the image in place and does no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Digest,
    FixedTag,
}

fn loss(image: &ImageReference, earlier: &ImageReference) -> Option<Loss> {
    if image.digest.is_some() {
        return None;
    }
    if earlier.digest.is_some() {
        return Some(Loss::Digest);
    }
    let moves = |image: &ImageReference| Tag::parse(image.effective_tag()).moves();
    let loosened = moves(earlier) == Mobility::Fixed && moves(image) == Mobility::Floating;
    loosened.then_some(Loss::FixedTag)
}

fn finding(
    (change, context): (&ObjectChange, &Context<'_>),
    introduced: &Introduced<'_>,
    image: &ImageReference,
    earlier: &Earlier,
    loss: Loss,
) -> Finding {
    let id = &change.subject().id;
    let container = introduced.title();
    let what = match loss {
        Loss::Digest => format!("{container} loses its digest"),
        Loss::FixedTag => format!("{container} follows the moving tag {}", image.effective_tag()),
    };
    let message = format!("{} in cluster {} no longer fixes what it runs: {what}", id.title(), id.cluster);
    let finding = Finding::about(META.id, change, message)
        .severity(Severity::Medium)
        .at_node(change, introduced.at.node)
        .label(format!("was {}", earlier.image))
        .help("name the image by digest: name:tag@sha256:…")
        .offending(&*introduced.at.text)
        .suggest(back(change, introduced, earlier, context));
    match &earlier.elsewhere {
        Some(elsewhere) => finding.note("before", format!("{elsewhere} ran {}", earlier.image)),
        None => finding,
    }
}
