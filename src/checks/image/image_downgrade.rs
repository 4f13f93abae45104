//! Images that become older.

use std::collections::BTreeSet;

use super::comparison::{Earlier, Introduced, Meaning, back, find_introduced};
use crate::checks::{Context, Family, Findings, Meta, PartialDocuments};
use crate::finding::{CheckId, Finding, Severity};
use crate::world::ObjectChange;
use kube_model::{ImageReference, Incomparable, Mobility, Order, Tag};

/// The record.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("image-downgrade"),
    title: "A container image becomes older",
    family: Family::Image,
    needs: &[],
    partial: PartialDocuments::Judge,
    why: "An older image reintroduces bugs and security holes that a newer one has fixed, and may not be \
        able to read data that the newer one wrote.",
    docs: "\
## What it does

Reports an image whose tag names an older version than before, a pre-release of the version that ran, and a
tag that names another version while the digest beside it, the only part that the runtime uses, does not
change. An image that can no longer be compared has low severity: a version that becomes a commit, a branch, a
date, another flavour, or the digest of another repository.

Images are found in Pods and everything that makes Pods, in the custom kinds of Argo, Tekton, Knative,
KServe, KEDA, KubeVirt, OpenKruise, OpenShift, Spark, Ray, Flink, Kubeflow, Volcano, Strimzi, CloudNativePG,
Elastic, Crossplane, OpenTelemetry, the Prometheus operator and others, in the values of a HelmRelease and an
Argo CD Application (an object with `repository` and `tag`, or a text whose key ends in `image`), in
kustomize's images of both, in variables `RELATED_IMAGE_…` and in arguments `--…image=`. The policy adds kinds
with `images: [{kind, group, paths}]`.

## What is compared

The tag with that of the image of the same name, which for a container is its name and elsewhere the place in
the object; of the same image where a container was renamed; and of workloads that the same change deletes or
scales to zero, if the new one may replace them. Only tags of one family (version, build number, date or time
in any form) and one flavour (`alpine`, `bookworm`) are compared; if only one of them has a flavour, by their
numbers. An image that moves to another registry and keeps its path is the same image.

## Remediation

Keep the newer version, or have the rollback approved. In an incident, reverting the commit is the fastest
rollback, and an approval confirms that it is intended.

## Limits

Commits and digests have no order, so a changed digest beside the same tag is not reported. Numbers that may
be ticket numbers or short commit ids are not compared, and portcullis does not guess the order of tags that
cannot be compared. It does not know what a chart does with its values. An object that names no namespace
counts as one of `default`: if an Argo CD destination or a Flux `targetNamespace` puts it elsewhere, it is not
compared with a copy that names that namespace.
",
};

/// Reports them.
pub(in crate::checks) fn run(change: &ObjectChange, context: &Context<'_>, findings: &mut Findings) {
    let all = find_introduced(change, context);
    let mut said = BTreeSet::new();
    let mut incomparable = Vec::new();
    let mut found = Vec::new();
    for introduced in &all {
        let Meaning::Image(image) = &introduced.image else { continue };
        let judged = introduced.before.iter().map(|earlier| (earlier, judge(image, &earlier.image)));
        let worst =
            judged.filter_map(|(earlier, fault)| Some((earlier, fault?))).min_by_key(|(_, fault)| *fault);
        let Some((earlier, fault)) = worst else { continue };
        let site = Site { change, context, introduced, image, earlier };
        match fault {
            Fault::Older => found.push(site.older()),
            Fault::Disguise => found.push(site.disguise()),
            // One image in several containers is said once.
            Fault::Incomparable(reason) => {
                if said.insert((earlier.image.to_string(), image.to_string())) {
                    incomparable.push((site, reason));
                }
            }
        }
    }
    match found.first_mut() {
        Some(first) => {
            for (site, reason) in &incomparable {
                *first = first.clone().note("not compared", site.not_compared(*reason));
            }
        }
        None => found.extend(incomparable.iter().map(|(site, reason)| site.incomparable(*reason))),
    }
    found.into_iter().for_each(|finding| findings.push(finding));
}

/// A fault of a new image in the place of an old one, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// The tag says that it is older.
    Older,
    /// The tag says that it is another one, and the digest that it is not.
    Disguise,
    /// The old image names a version, and the new one no version that can be compared with it.
    Incomparable(Reason),
}

/// The reason why two images cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Of the tags.
    Tag(Incomparable),
    /// A digest alone, in another repository.
    OtherDigest,
}

fn judge(image: &ImageReference, earlier: &ImageReference) -> Option<Fault> {
    let (tag, earlier_tag) = (Tag::parse(image.effective_tag()), Tag::parse(earlier.effective_tag()));
    let was_fixed =
        earlier.tag.is_some() && earlier_tag.has_order() && earlier_tag.moves() == Mobility::Fixed;
    let only_digest = image.tag.is_none() && image.digest.is_some();
    if !image.same_image(earlier) {
        return (was_fixed && only_digest).then_some(Fault::Incomparable(Reason::OtherDigest));
    }
    if only_digest {
        return None;
    }
    let same_digest = image.digest.is_some() && image.digest == earlier.digest;
    match tag.against(&earlier_tag) {
        Order::Older | Order::Newer if same_digest => Some(Fault::Disguise),
        Order::Older => Some(Fault::Older),
        // The shorter tag may be any release of its series, and moves or is already what ran.
        Order::Same | Order::Newer | Order::Incomparable(Incomparable::Precision) => None,
        // `mutable-image` reports that it moves; if a digest fixes it, it is a digest alone.
        Order::Incomparable(_) if tag.moves() == Mobility::Floating => None,
        // The same or a later version of another flavour takes nothing back.
        Order::Incomparable(Incomparable::Flavour) if !tag.counts_lower_than(&earlier_tag) => None,
        Order::Incomparable(reason) => {
            (was_fixed && image.tag != earlier.tag).then_some(Fault::Incomparable(Reason::Tag(reason)))
        }
    }
}

/// An image, and the earlier one that it is compared with.
struct Site<'a> {
    change: &'a ObjectChange,
    context: &'a Context<'a>,
    introduced: &'a Introduced<'a>,
    image: &'a ImageReference,
    earlier: &'a Earlier,
}

impl Site<'_> {
    fn older(&self) -> Finding {
        let (old_tag, new_tag) = (self.earlier.image.effective_tag(), self.image.effective_tag());
        let container = self.introduced.title();
        let message = format!(
            "{} runs an older image in cluster {}: {container} goes from {old_tag} to {new_tag}",
            self.change.subject().id.title(),
            self.change.subject().id.cluster
        );
        self.finding(message)
            .severity(Severity::High)
            .help(format!("keep {old_tag} or newer, or have the rollback approved"))
    }

    fn disguise(&self) -> Finding {
        let (old_tag, new_tag) = (self.earlier.image.effective_tag(), self.image.effective_tag());
        let container = self.introduced.title();
        let message = format!(
            "{} in cluster {} does not run the version that it names: the tag of {container} is now \
             {new_tag}, but its digest is still that of {old_tag}",
            self.change.subject().id.title(),
            self.change.subject().id.cluster
        );
        self.finding(message)
            .severity(Severity::Medium)
            .help("change the digest together with the tag, or keep the tag")
    }

    fn incomparable(&self, reason: Reason) -> Finding {
        let container = self.introduced.title();
        let message = format!(
            "{} in cluster {} runs an image that can no longer be compared: {container} goes from {} to {}",
            self.change.subject().id.title(),
            self.change.subject().id.cluster,
            self.earlier.image,
            self.image
        );
        self.finding(message)
            .severity(Severity::Low)
            .note("reason", words(reason))
            .help("add a version beside the commit or digest, or have the change approved")
    }

    fn not_compared(&self, reason: Reason) -> String {
        let container = self.introduced.title();
        format!("{container}, from {} to {}: {}", self.earlier.image, self.image, words(reason))
    }

    fn finding(&self, message: String) -> Finding {
        let finding = Finding::about(META.id, self.change, message)
            .at_node(self.change, self.introduced.at.node)
            .label(format!("was {}", self.earlier.image))
            .fact("image", &*self.introduced.at.text)
            .fact("was", self.earlier.image.to_string())
            .suggest(back(self.change, self.introduced, self.earlier, self.context));
        self.explained(finding)
    }

    fn explained(&self, finding: Finding) -> Finding {
        let finding = match &self.earlier.elsewhere {
            Some(elsewhere) => finding.note("before", format!("{elsewhere} ran {}", self.earlier.image)),
            None => finding,
        };
        if self.image.digest.is_some() || self.earlier.image.digest.is_some() {
            finding.note(
                "note",
                "the runtime uses only the digest; portcullis compares the versions in the tags",
            )
        } else {
            finding
        }
    }
}

fn words(reason: Reason) -> String {
    match reason {
        Reason::Tag(reason) => reason.to_string(),
        Reason::OtherDigest => "digests of different repositories cannot be compared".to_owned(),
    }
}
