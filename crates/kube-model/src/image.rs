//! Names of container images.
//!
//! In: the text of an `image` field. Out: [`ImageReference`], with defaults filled in, so that two
//! spellings of one image are equal. Never: asks a registry.
//!
//! The grammar is that of the distribution project's `reference` package, which the container
//! runtimes use.

use std::fmt;

use thiserror::Error;

const DEFAULT_REGISTRY: &str = "docker.io";
/// Other hosts that serve the default registry.
const DEFAULT_ALIASES: [&str; 3] = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];
/// The port that runtimes use if none is written.
const HTTPS_PORT: &str = ":443";
const NAME_LIMIT: usize = 255;
const TAG_LIMIT: usize = 128;
/// The algorithms of digests that runtimes know, with the number of their hexadecimal digits.
const DIGESTS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// An image, wherever it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry, in lower case and without the default port; `docker.io` if none is written.
    pub registry: Box<str>,
    /// The path in the registry, such as `library/nginx`.
    pub repository: Box<str>,
    /// The tag as written. With neither tag nor digest the runtime pulls `latest`.
    pub tag: Option<Box<str>>,
    /// The digest as written. If there is one, the runtime ignores the tag.
    pub digest: Option<Box<str>>,
}

/// The reason why a text does not name an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImageReferenceError {
    /// The path is not made of lower-case words separated by single marks.
    #[error("its name is not lower-case words, digits, `.`, `_` and `-` separated by `/`")]
    Name,
    /// The registry is not a host.
    #[error("its registry is not a host name")]
    Registry,
    /// The tag has other characters than words.
    #[error("its tag is not at most 128 letters, digits, `_`, `.` and `-`")]
    Tag,
    /// The digest has no algorithm or too few digits.
    #[error("its digest is not `sha256:` and 64 lower-case hexadecimal digits, or `sha512:` and 128")]
    Digest,
}

impl ImageReference {
    /// Parses the text of an `image` field.
    pub fn parse(text: &str) -> Result<Self, ImageReferenceError> {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let (name, tag) = split_tag(rest);
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(ImageReferenceError::Tag);
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(ImageReferenceError::Digest);
        }
        let (registry, repository) = split_name(name)?;
        Ok(Self { registry, repository, tag: tag.map(Into::into), digest: digest.map(Into::into) })
    }

    /// Returns true if both are stored in the same place, whatever tag or digest they name.
    pub fn same_repository(&self, other: &Self) -> bool {
        self.registry == other.registry && self.repository == other.repository
    }

    /// Returns true if both are one image by their path, which a mirror in another registry keeps, with or without a
    /// folder in front.
    pub fn same_image(&self, other: &Self) -> bool {
        let (own, others) = (self.path(), other.path());
        let lies_below = |path: &str, folder: &str| {
            path.strip_suffix(folder).is_some_and(|front| front.is_empty() || front.ends_with('/'))
        };
        self.same_repository(other)
            || (self.registry != other.registry && (lies_below(own, others) || lies_below(others, own)))
    }

    /// Returns the path without the prefix of official images on Docker Hub.
    fn path(&self) -> &str {
        self.repository.strip_prefix("library/").unwrap_or(&self.repository)
    }

    /// Returns the tag that counts: the written one, or `latest`.
    pub fn effective_tag(&self) -> &str {
        self.tag.as_deref().unwrap_or("latest")
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.repository.strip_prefix("library/").filter(|_| &*self.registry == DEFAULT_REGISTRY);
        match short {
            Some(name) => formatter.write_str(name)?,
            None if &*self.registry == DEFAULT_REGISTRY => formatter.write_str(&self.repository)?,
            None => write!(formatter, "{}/{}", self.registry, self.repository)?,
        }
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(formatter, "@{digest}"))
    }
}

/// Splits off the tag. A colon after the last slash begins it; one before the slash belongs to a port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (text, None),
    }
}

fn split_name(name: &str) -> Result<(Box<str>, Box<str>), ImageReferenceError> {
    let is_registry = |part: &str| {
        part.contains(['.', ':']) || part == "localhost" || part.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first, rest),
        Some(_) | None => (DEFAULT_REGISTRY, name),
    };
    // A bare digest in place of a name is refused, because the runtime would take it for one.
    let is_bare_digest = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if name.len() > NAME_LIMIT || is_bare_digest || !path.split('/').all(is_path_component) {
        return Err(ImageReferenceError::Name);
    }
    if !is_host(registry) {
        return Err(ImageReferenceError::Registry);
    }
    Ok(normalise(registry, path))
}

fn normalise(registry: &str, path: &str) -> (Box<str>, Box<str>) {
    let lower = registry.to_ascii_lowercase();
    let host = lower.strip_suffix(HTTPS_PORT).unwrap_or(&lower);
    let registry = if DEFAULT_ALIASES.contains(&host) { DEFAULT_REGISTRY } else { host }.to_owned();
    let official = registry == DEFAULT_REGISTRY && !path.contains('/');
    let path = if official { format!("library/{path}") } else { path.to_owned() };
    (registry.into(), path.into())
}

/// Recognises `[a-z0-9]+` joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [component.bytes().next(), component.bytes().next_back()];
    let known = component.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'_' | b'-'));
    let mut marks =
        component.split(|character: char| character.is_ascii_alphanumeric()).filter(|mark| !mark.is_empty());
    let joined = marks.all(|mark| matches!(mark, "." | "_" | "__") || mark.bytes().all(|byte| byte == b'-'));
    known && joined && ends.iter().all(|end| end.is_some_and(is_word))
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (text, None),
    };
    let is_port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_name = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_known = address.map_or_else(
        || host.split('.').all(is_name),
        |address| address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'),
    );
    is_port && is_known
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= TAG_LIMIT
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

/// Recognises a digest as go-digest does.
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hexadecimal)) = digest.split_once(':') else { return false };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    DIGESTS.iter().any(|(known, length)| *known == algorithm && hexadecimal.len() == *length)
        && hexadecimal.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_image_are_one_image() {
        let full = ImageReference::parse("docker.io/library/nginx:1.25").unwrap();
        for spelling in
            ["nginx:1.25", "library/nginx:1.25", "index.docker.io/nginx:1.25", "Docker.io:443/nginx:1.25"]
        {
            assert_eq!(ImageReference::parse(spelling).unwrap(), full, "{spelling}");
        }
        assert_eq!(full.to_string(), "nginx:1.25");
    }

    #[test]
    fn ports_tags_and_digests_are_told_apart() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let image = ImageReference::parse(&format!("localhost:5000/team/app:v1@{digest}")).unwrap();
        assert_eq!((&*image.registry, &*image.repository), ("localhost:5000", "team/app"));
        assert_eq!((image.tag.as_deref(), image.digest.as_deref()), (Some("v1"), Some(digest.as_str())));
        assert_eq!(ImageReference::parse("localhost:5000/app").unwrap().effective_tag(), "latest");
        assert_eq!(&*ImageReference::parse("team/app").unwrap().registry, "docker.io");
        assert_eq!(&*ImageReference::parse("[::1]:5000/app").unwrap().registry, "[::1]:5000");
    }

    #[test]
    fn what_a_runtime_refuses_is_no_image() {
        let bad = [
            "",
            "nginx:",
            "nginx@sha256:abc",
            "nginx:1+2",
            " nginx",
            "NGINX",
            "a//b",
            "a..b/c",
            "-a",
            "a-",
            "a@b@c",
        ];
        for text in bad {
            assert!(ImageReference::parse(text).is_err(), "{text:?}");
        }
        assert!(ImageReference::parse(&"a".repeat(64)).is_err());
        assert!(ImageReference::parse("a__b---c/d.e_f").is_ok());
    }
}
