//! The images of `source.kustomize.images`, as `kustomize edit set image` reads them
//! (`kustomize/commands/edit/set/setimage.go`).

/// One override. `*` keeps what the kustomization says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImageOverride {
    pub(super) name: String,
    pub(super) new_name: String,
    pub(super) new_tag: String,
    pub(super) digest: String,
}

impl ImageOverride {
    /// Reads `name=newName:newTag`, `name=newName@digest`, `name:newTag` or `name@digest`. `None` if kustomize refuses
    /// the text.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some((name, value)) = text.split_once('=') {
            let change = Self::read_change(value).or_else(|| {
                (!value.is_empty()).then(|| Self { name: value.to_owned(), ..Self::default() })
            })?;
            return Some(Self { name: name.to_owned(), new_name: change.name, ..change });
        }
        Self::read_change(text)
    }

    /// Reads a name with a tag, a digest or both.
    fn read_change(text: &str) -> Option<Self> {
        let (rest, digest) = text.split_once('@').map_or((text, ""), |(rest, digest)| (rest, digest));
        let is_tag = |tag: &str| {
            tag == "*"
                || tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        };
        let tagged = rest.rsplit_once(':').filter(|(_, tag)| is_tag(tag));
        let (name, tag) = match tagged {
            Some((name, tag)) => (name, tag),
            None if digest.is_empty() => return None,
            None => (rest, ""),
        };
        let own = |text: &str| text.to_owned();
        Some(Self { name: own(name), new_name: String::new(), new_tag: own(tag), digest: own(digest) })
    }
}

#[cfg(test)]
mod tests {
    use super::ImageOverride;

    fn read(text: &str) -> Option<[String; 4]> {
        ImageOverride::read(text).map(|image| [image.name, image.new_name, image.new_tag, image.digest])
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(
            read("web=registry:5000/web:1.2"),
            Some(["web", "registry:5000/web", "1.2", ""].map(str::to_owned))
        );
        assert_eq!(
            read("web=registry:5000/web"),
            Some(["web", "registry:5000/web", "", ""].map(str::to_owned))
        );
        assert_eq!(read("web=other@sha256:ab"), Some(["web", "other", "", "sha256:ab"].map(str::to_owned)));
        assert_eq!(read("web:1.2"), Some(["web", "", "1.2", ""].map(str::to_owned)));
        assert_eq!(read("web@sha256:ab"), Some(["web", "", "", "sha256:ab"].map(str::to_owned)));
        assert_eq!(read("web=*:1.2"), Some(["web", "*", "1.2", ""].map(str::to_owned)));
        assert_eq!(read("web"), None);
        assert_eq!(read("web="), None);
    }
}
