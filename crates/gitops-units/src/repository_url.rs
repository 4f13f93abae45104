//! The address of a repository in a form in which two spellings of one address are equal.
//!
//! In: the text of `repoURL` or `url`. Out: [`RepositoryUrl`]. Never: asks a server whether two addresses lead to one
//! repository.

/// An address without scheme, user, port, `.git` and slashes at the end. The host has no case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryUrl(Box<str>);

impl RepositoryUrl {
    /// The normal form of a text. `git@host:path` is the same as `ssh://git@host/path`.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let (authority, path) = match text.split_once("://") {
            Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
            None => match text.split_once(':') {
                Some((host, path)) if !host.contains('/') => (host, path),
                Some(_) | None => text.split_once('/').unwrap_or((text, "")),
            },
        };
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let path = parts.join("/");
        let path = path.strip_suffix(".git").unwrap_or(&path);
        Self(format!("{}/{path}", host_of(authority)).into())
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host of `user@host:port`, in small letters.
fn host_of(authority: &str) -> String {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((host, port)) if is_port(port) && !host.is_empty() => host,
        Some(_) | None => host,
    };
    host.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::RepositoryUrl;

    #[test]
    fn spellings_of_one_address_are_equal() {
        let plain = RepositoryUrl::new("https://git.example.com/team/apps");
        for text in [
            "https://git.example.com/team/apps.git",
            "https://git.example.com/team/apps/",
            "http://user:secret@GIT.example.com:8443//team/apps.git/",
            "ssh://git@git.example.com:22/team/apps.git",
            "git@git.example.com:team/apps.git",
            "git@git.example.com:/team/apps",
            " git.example.com/team/apps ",
        ] {
            assert_eq!(RepositoryUrl::new(text), plain, "{text}");
        }
    }

    #[test]
    fn other_addresses_are_not() {
        let plain = RepositoryUrl::new("https://git.example.com/team/apps");
        for text in [
            "https://git.example.com/team/apps2",
            "https://git.example.com/Team/apps",
            "https://git.example.org/team/apps",
            "https://git.example.com.evil/team/apps",
            "https://git.example.com@evil.example/team/apps",
            "git@git.example.com:other/team/apps",
            "",
            "/",
            ":",
        ] {
            assert_ne!(RepositoryUrl::new(text), plain, "{text}");
        }
    }
}
