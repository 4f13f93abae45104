//! Addresses of other repositories and files (`internal/git/repospec.go`, `internal/loader/fileloader.go`).
//!
//! In: an entry of a kustomization. Out: whether kustomize would fetch it. Never: fetches.

use super::paths;

/// The part of a text that names a host, with its scheme.
const SCHEMES: [&str; 4] = ["ssh://", "https://", "http://", "file://"];

/// Whether kustomize would load a file of this name over HTTP.
pub(crate) fn is_remote_file(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let is_scheme = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_scheme && !text.chars().any(char::is_control)
}

/// Whether kustomize would clone a repository for a base of this name.
pub(crate) fn is_repository(text: &str) -> bool {
    if text.starts_with('/') {
        return false;
    }
    let text = text.split_once('?').map_or(text, |(address, _)| address);
    let Some((is_file, path)) = without_host(text) else { return false };
    let Some((repository, folder)) = split(path, is_file) else { return false };
    !repository.is_empty() && !leaves(folder)
}

/// The path behind the host, and whether the scheme is `file`.
fn without_host(text: &str) -> Option<(bool, &str)> {
    let text = without_prefix(text, "git::").unwrap_or(text);
    let scheme = SCHEMES.into_iter().find(|scheme| without_prefix(text, scheme).is_some());
    let text = scheme.and_then(|scheme| without_prefix(text, scheme)).unwrap_or(text);
    let (has_user, text) = without_user(text);
    let lower = text.get(..11).map(str::to_ascii_lowercase).unwrap_or_default();
    let is_github = lower == "github.com/" || lower == "github.com:";
    let like_scp = scheme.is_none() && (has_user || is_github);
    if scheme.is_none() && !like_scp {
        return None;
    }
    if scheme == Some("file://") {
        return Some((true, text));
    }
    let slash = text.find('/');
    let colon = if like_scp { text.find(':') } else { None };
    let end = match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    };
    let (host, rest) = end.and_then(|end| text.split_at_checked(end + 1)).unwrap_or((text, ""));
    (!host.is_empty()).then_some((false, rest))
}

/// `user@` in front of a host.
fn without_user(text: &str) -> (bool, &str) {
    let Some((user, rest)) = text.split_once('@') else { return (false, text) };
    let is_user = user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if is_user { (true, rest) } else { (false, text) }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Repository and folder in it.
fn split(path: &str, is_file: bool) -> Option<(&str, &str)> {
    if let Some(place) = path.find("_git/") {
        let end = path.get(place + 5..)?.find('/').map_or(path.len(), |slash| place + 5 + slash);
        return path.split_at_checked(end);
    }
    if let Some((repository, folder)) = path.split_once("//") {
        return Some((repository, folder));
    }
    if let Some(place) = path.find(".git") {
        return path.split_at_checked(place + 4);
    }
    if is_file {
        return Some((path, ""));
    }
    let (owner, rest) = path.split_once('/')?;
    let end = rest.find('/').map_or(path.len(), |slash| owner.len() + 1 + slash);
    path.split_at_checked(end)
}

fn leaves(folder: &str) -> bool {
    paths::clean(folder.split('/')).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_folder() {
        let remote = [
            "github.com/org/repo",
            "https://github.com/org/repo//folder?ref=v1",
            "git@github.com:org/repo.git",
            "ssh://git@host.example/org/repo",
            "https://host.example/org/repo/folder?ref=main",
            "https://dev.azure.com/org/project/_git/repo/folder",
        ];
        let local = ["../base", "base", "github.com", "https://host.example/one", "./github.com/org/repo"];
        assert!(remote.iter().all(|text| is_repository(text)));
        for text in local {
            assert!(!is_repository(text), "{text}");
        }
        assert!(is_remote_file("https://host.example/file.yaml") && !is_remote_file("base/https"));
    }
}
