//! Images that can change without a commit.

use super::comparison::{Earlier, Introduced, Meaning, back, find_introduced};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::ObjectChange;
use kube_model::{ImageReference, Mobility, Tag};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("mutable-image"),
    title: "A pinned image becomes one that can change without a commit",
    family: Family::Image,
    needs: &[],
    partial: PartialDocuments::Judge,
    why: "Anyone who can write to the registry can then change what runs, without a review in this \
        repository.",
    docs: "\
## What it does

Reports a container whose image loses its digest, and one whose fixed version becomes a moving tag: `latest`,
`stable`, `beta`, `weekly`, a branch, an environment such as `qa`, a flavour alone such as `alpine`, `1` or
`1.25`, or no tag at all, which means `latest`.

## What is compared

The new image with that of the container of the same name, with a container of the same image if the container
was renamed, and with workloads that the same change deletes.

## Remediation

Name the image by digest, `name:tag@sha256:…`; tools such as Renovate keep it up to date. Or keep a tag
that names one release.

## Limits

portcullis cannot see whether a registry allows tags to be moved. Tags that follow no known pattern count as
neither fixed nor moving.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    for introduced in find_introduced(change, context) {
        let loosened =
            introduced.before.iter().find_map(|earlier| Some((earlier, lost(&introduced, &earlier.image)?)));
        if let Some((earlier, loss)) = loosened {
            findings.push(build_finding((change, context), &introduced, earlier, loss));
        }
    }
}

/// The part of the text that fixed the image and is now lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Digest,
    FixedTag,
}

fn lost(introduced: &Introduced<'_>, earlier: &ImageReference) -> Option<Loss> {
    let fixed = |image: &ImageReference| Tag::parse(image.effective_tag()).moves() == Mobility::Fixed;
    match &introduced.image {
        Meaning::Unreadable(_) => None,
        Meaning::Unknown if introduced.names_digest() => None,
        Meaning::Image(image) if image.digest.is_some() => None,
        Meaning::Image(_) | Meaning::Unknown if earlier.digest.is_some() => Some(Loss::Digest),
        Meaning::Unknown => fixed(earlier).then_some(Loss::FixedTag),
        Meaning::Image(image) => {
            let moves = Tag::parse(image.effective_tag()).moves() == Mobility::Floating;
            (fixed(earlier) && moves).then_some(Loss::FixedTag)
        }
    }
}

fn build_finding(
    (change, context): (&ObjectChange, &Context<'_>),
    introduced: &Introduced<'_>,
    earlier: &Earlier,
    loss: Loss,
) -> Finding {
    let id = &change.subject().id;
    let container = introduced.title();
    let what = match loss {
        Loss::Digest => format!("{container} loses its digest"),
        Loss::FixedTag => match &introduced.image {
            Meaning::Image(image) => format!("{container} follows the moving tag {}", image.effective_tag()),
            Meaning::Unknown | Meaning::Unreadable(_) => format!("{container} is set elsewhere"),
        },
    };
    let message = format!("{} in cluster {} no longer pins its image: {what}", id.title(), id.cluster);
    let finding = Finding::about(META.id, change, message)
        .severity(Severity::Medium)
        .at_node(change, introduced.at.node)
        .label(format!("was {}", earlier.image))
        .help("name the image by digest: name:tag@sha256:…")
        .fact("image", &*introduced.at.text)
        .suggest(back(change, introduced, earlier, context));
    let finding = match &introduced.image {
        Meaning::Unknown => {
            finding.note("unknown", format!("a part of {} is set elsewhere", introduced.at.text))
        }
        Meaning::Image(_) | Meaning::Unreadable(_) => finding,
    };
    match &earlier.elsewhere {
        Some(elsewhere) => finding.note("before", format!("{elsewhere} ran {}", earlier.image)),
        None => finding,
    }
}
