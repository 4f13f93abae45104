//! The image that a changed value is a part of, and whether it became newer.

use super::scalars::ChangedScalar;
use super::{Refusal, VersionStep, is_kustomization};
use crate::policy::AutomationField;
use kube_manifest::{Node, Object};
use kube_model::{
    ImageCertainty, ImageKind, ImageReference, ImageUse, Mobility, Order, Tag, images,
    images_of_kustomization, images_of_source_override,
};
use source_files::RepoPath;

/// The name in the place of a repository which the chart chooses.
const CHOSEN_BY_CHART: &str = "docker.io/library/chart-default";
/// Argo CD reads `.argocd-source.yaml` and `.argocd-source-<application>.yaml`.
const SOURCE_OVERRIDE: &str = ".argocd-source";
/// Keys that hold one part of an image which is written in parts.
const TAG_KEYS: [&str; 3] = ["newTag", "tag", "version"];
const DIGEST_KEYS: [&str; 2] = ["digest", "sha"];

/// The step of the image that a changed value belongs to.
pub(super) fn find_step(
    path: &RepoPath,
    changed: &ChangedScalar<'_>,
    kinds: &[ImageKind],
) -> Result<VersionStep, Refusal> {
    let (old, new) = changed.documents;
    let before = find_image(path, changed, (old, changed.old, changed.texts.0), kinds)?;
    let after = find_image(path, changed, (new, changed.new, changed.texts.1), kinds)?;
    if before.frame != after.frame {
        return Err(changed.refuse("more than the image changes in this value"));
    }
    let field = compare(&before.image, &after.image).map_err(|reason| changed.refuse(reason))?;
    let repository = format!("{}/{}", after.image.registry, after.image.repository);
    Ok(VersionStep {
        field,
        repository: (repository != CHOSEN_BY_CHART).then_some(repository),
        line: changed.line(),
        from: before.image.to_string(),
        to: after.image.to_string(),
    })
}

/// An image and the text around it in its value.
struct Framed {
    image: ImageReference,
    frame: String,
}

fn find_image(
    path: &RepoPath,
    changed: &ChangedScalar<'_>,
    (object, node, text): (&Object, &Node, &str),
    kinds: &[ImageKind],
) -> Result<Framed, Refusal> {
    let uses = uses_of(path, object, kinds);
    let (key, parent) = changed.key();
    let holder = object.root.resolve_pointer(parent);
    let entries = holder.map(Node::entries).unwrap_or_default();
    let in_holder = |at: &&ImageUse<'_>| {
        let mut values = entries.iter().map(|entry| &entry.value);
        at.noun == "image" && values.any(|value| std::ptr::eq(value, at.node))
    };
    let of_holder =
        uses.iter().find(in_holder).filter(|_| TAG_KEYS.contains(&key) || DIGEST_KEYS.contains(&key));
    let found = of_holder.or_else(|| uses.iter().find(|at| std::ptr::eq(at.node, node)));
    let Some(found) = found else {
        return Err(changed.refuse("the value is not a tag, a digest or a version of an image or chart"));
    };
    if found.certainty == ImageCertainty::Unknown {
        return Err(changed.refuse("a part of the image is set elsewhere"));
    }
    let image = ImageReference::parse(&found.text)
        .map_err(|error| changed.refuse(format!("`{}` is not an image: {error}", found.text)))?;
    if let (Some(_), Some(holder)) = (of_holder, holder) {
        let image = join_parts(&image, holder, key);
        let image = image.ok_or_else(|| changed.refuse("the value is not the tag or digest that counts"))?;
        return Ok(Framed { image, frame: String::new() });
    }
    let frame = text.strip_suffix(&*found.text).or_else(|| found.text.strip_suffix(text));
    let frame = frame.ok_or_else(|| changed.refuse("the value is more than an image"))?;
    Ok(Framed { image, frame: frame.to_owned() })
}

fn uses_of<'a>(path: &RepoPath, object: &'a Object, kinds: &[ImageKind]) -> Vec<ImageUse<'a>> {
    if is_kustomization(path) {
        images_of_kustomization(&object.root)
    } else if path.file_name().starts_with(SOURCE_OVERRIDE) {
        images_of_source_override(&object.root)
    } else {
        images(object, kinds)
    }
}

/// The image with the tag and the digest that its mapping names, both of them: kustomize ignores the tag beside a
/// digest, and people do not. `None` if the changed key is not the one that counts.
fn join_parts(image: &ImageReference, holder: &Node, key: &str) -> Option<ImageReference> {
    let find = |keys: &[&'static str]| keys.iter().copied().find(|key| holder.get(key).is_some());
    let (tag_key, digest_key) = (find(&TAG_KEYS), find(&DIGEST_KEYS));
    let text = |key: Option<&str>| {
        let text = holder.get(key?)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let digest = text(digest_key);
    let digest = digest.map(|digest| if digest.contains(':') { digest } else { format!("sha256:{digest}") });
    let joined = ImageReference {
        tag: text(tag_key).map(Into::into),
        digest: digest.map(Into::into),
        ..image.clone()
    };
    let counts = tag_key == Some(key) || digest_key == Some(key);
    let same_tag = image.tag.is_none() || image.tag == joined.tag;
    (counts && same_tag && image.digest == joined.digest).then_some(joined)
}

/// The kind of step from one image to another.
fn compare(old: &ImageReference, new: &ImageReference) -> Result<AutomationField, String> {
    if !new.same_repository(old) {
        return Err(format!("the image goes to another registry or repository, from {old} to {new}"));
    }
    if old.digest.is_some() && new.digest.is_none() {
        return Err(format!("{new} loses its digest"));
    }
    if old.tag.is_some() != new.tag.is_some() {
        return Err(format!("the tag is added or removed, from {old} to {new}"));
    }
    let same_digest = old.digest == new.digest;
    if old.tag == new.tag {
        let reason = || format!("{old} stays the same image");
        return if same_digest { Err(reason()) } else { Ok(AutomationField::Digest) };
    }
    if same_digest && new.digest.is_some() {
        return Err(format!("the tag changes and the digest stays, so {new} is still {old}"));
    }
    compare_tags(old.effective_tag(), new.effective_tag())?;
    let moves = Tag::parse(new.effective_tag()).moves() == Mobility::Floating;
    if moves && new.digest.is_none() {
        return Err(format!("{} is a moving tag", new.effective_tag()));
    }
    Ok(AutomationField::Image)
}

fn compare_tags(old: &str, new: &str) -> Result<(), String> {
    match Tag::parse(new).against(&Tag::parse(old)) {
        Order::Newer => Ok(()),
        // Another commit or another spelling of one version: nothing says which was built first.
        Order::Same => Err(format!("{new} is not newer than {old}")),
        Order::Older => Err(format!("{new} is older than {old}")),
        Order::Incomparable(reason) => Err(format!("{new} cannot be compared with {old}: {reason}")),
    }
}
