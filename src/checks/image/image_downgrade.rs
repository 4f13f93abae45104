//! Images that become older.

use super::comparison::{Earlier, Introduced, back, introduced};
use crate::checks::{Context, Family, Findings, Meta};
use crate::finding::{Finding, Severity};
use crate::kube::{ImageReference, Order, Tag};
use crate::world::ObjectChange;

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: "image-downgrade",
    title: "A container image becomes older",
    family: Family::Image,
    why: "An older image brings back bugs and security holes that a newer one has closed, and may not understand the data of the newer one.",
    docs: "\
## What it does

Reports a container, init container, ephemeral container or image volume whose image tag names an
older version than before, a pre-release of the version that ran, and a tag that names another version
while the digest beside it, which is all that the runtime looks at, stays.

## What is compared

The tag with that of the container of the same name; of a container of the same image where the
container was renamed; and of workloads that the same change deletes where the workload is new. Only
tags of one repository, one family (version, build number, date, time) and one flavour (`alpine`,
`bookworm`) are ordered.

## Remediation

Keep the newer version, or have the roll-back approved. In an incident, reverting the commit is the
quickest roll-back, and an approval says that it is meant.

## Limits

Commits and digests have no order that can be read: a changed digest beside the same tag is not
reported. Tags that cannot be compared are not guessed. An object that names no namespace counts as one
of `default`: if an Argo CD destination or a Flux `targetNamespace` puts it elsewhere, it is not compared
with a copy that names that namespace.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let all = introduced(change, context);
    for introduced in &all {
        let Ok(image) = &introduced.image else { continue };
        let judged =
            introduced.before.iter().find_map(|earlier| Some((earlier, judge(image, &earlier.image)?)));
        if let Some((earlier, downgrade)) = judged {
            let finding = finding(change, introduced, image, earlier, downgrade);
            findings.push(
                all.iter()
                    .filter_map(not_compared)
                    .fold(finding, |finding, text| finding.note("not compared", text)),
            );
        }
    }
}

/// A change of tag beside a downgrade that is worth a look, because nothing can be said of it.
fn not_compared(introduced: &Introduced<'_>) -> Option<String> {
    let image = introduced.image.as_ref().ok()?;
    let same = introduced.before.iter().filter(|earlier| earlier.image.same_repository(image));
    same.into_iter().find_map(|earlier| match order(image, &earlier.image) {
        Order::Incomparable(reason) => {
            let noun = introduced.container.list.noun();
            let name = introduced.container.name;
            Some(format!("{noun} {name}, from {} to {image}: {reason}", earlier.image))
        }
        Order::Older | Order::Same | Order::Newer => None,
    })
}

fn order(image: &ImageReference, earlier: &ImageReference) -> Order {
    Tag::parse(image.effective_tag()).against(&Tag::parse(earlier.effective_tag()))
}

/// What is wrong with a new image in the place of an old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Downgrade {
    /// The tag says that it is older.
    Older,
    /// The tag says that it is another one, and the digest that it is not.
    Disguise,
}

fn judge(image: &ImageReference, earlier: &ImageReference) -> Option<Downgrade> {
    if !image.same_repository(earlier) {
        return None;
    }
    let same_digest = image.digest.is_some() && image.digest == earlier.digest;
    match order(image, earlier) {
        Order::Older | Order::Newer if same_digest => Some(Downgrade::Disguise),
        Order::Older => Some(Downgrade::Older),
        Order::Same | Order::Newer | Order::Incomparable(_) => None,
    }
}

fn finding(
    change: &ObjectChange,
    introduced: &Introduced<'_>,
    image: &ImageReference,
    earlier: &Earlier,
    downgrade: Downgrade,
) -> Finding {
    let id = &change.subject().id;
    let (title, cluster) = (id.title(), &id.cluster);
    let container = format!("{} {}", introduced.container.list.noun(), introduced.container.name);
    let (old_tag, new_tag) = (earlier.image.effective_tag(), image.effective_tag());
    let finding = match downgrade {
        Downgrade::Older => Finding::about(
            META.id,
            change,
            format!("{title} runs an older image in cluster {cluster}: {container} goes from {old_tag} to {new_tag}"),
        )
        .severity(Severity::High)
        .help(format!("keep {old_tag} or newer, or have the roll-back approved")),
        Downgrade::Disguise => Finding::about(
            META.id,
            change,
            format!("{title} in cluster {cluster} claims another version than it runs: {container} is now called {new_tag}, and its digest is still that of {old_tag}"),
        )
        .severity(Severity::Low)
        .help("change the digest together with the tag, or keep the tag"),
    };
    let finding = finding
        .at_node(change, introduced.node)
        .label(format!("was {}", earlier.image))
        .offending(introduced.text)
        .offending(earlier.image.to_string())
        .suggest(back(change, introduced, earlier));
    explained(finding, image, earlier)
}

fn explained(finding: Finding, image: &ImageReference, earlier: &Earlier) -> Finding {
    let finding = match &earlier.elsewhere {
        Some(title) => {
            finding.note("before", format!("{title}, which this change deletes, ran {}", earlier.image))
        }
        None => finding,
    };
    if image.digest.is_some() || earlier.image.digest.is_some() {
        finding.note(
            "note",
            "where there is a digest, the runtime looks at the digest only; the order is what the tags say",
        )
    } else {
        finding
    }
}
